/** What the wallet says about one offer or one payment, by language. Each language has all of it: a gap does not compile. */
import type { Charged, CodeName, DecisionCode, RefundNotice } from '@coinslot/protocol';
import type { FairnessReason } from '@coinslot/plugin/timing';
import { arPaymentWords } from './payment-words-ar.ts';
import { dePaymentWords } from './payment-words-de.ts';
import { enPaymentWords } from './payment-words-en.ts';
import { esPaymentWords } from './payment-words-es.ts';
import { frPaymentWords } from './payment-words-fr.ts';
import { jaPaymentWords } from './payment-words-ja.ts';
import type { Language } from './languages.ts';

/** Grants with their one number or date already in words. */
export interface GrantWords {
  level: string;
  scene: string;
  forever: string;
  minutes(quantity: number): string;
  uses(quantity: number): string;
  period(days: number): string;
  until(date: string): string;
}

export interface PaymentWords {
  grant: GrantWords;
  /** Refund terms; `contact` is the publisher's, made harmless. */
  refund(days: number, contact: string): string;
  /** One sentence for a player, by code; never more than the code says. */
  refusal: Readonly<Record<CodeName, string>>;
  /** Where a card says it, and it is about the card: in place of `refusal`. */
  cardRefusal: Readonly<Partial<Record<CodeName, string>>>;
  triesLeft(tries: number): string;
  charged: Readonly<Record<Charged, string>>;
  /** An offer was not shown, by a rule of the player's own: until what time of day. */
  heldBack: Readonly<Record<FairnessReason, (time: string) => string>>;
  /** Already paid and not used up: asking again would charge twice. */
  alreadyPaid: string;
  /** A line for the terminal and the page when a press paid. */
  pressed(amount: string, title: string, payee: string): string;
  /** The same when an automatic approval paid. */
  automatic(amount: string, title: string, payee: string): string;
  /** The same when a payment was undone. */
  refunded(amount: string, title: string, payee: string): string;
  refundedFor: {
    /** `amount` is absent when nothing came back to the account. */
    back(amount: string | undefined, date: string, why: string): string;
    reason: Readonly<Record<RefundNotice['reason'], string>>;
  };
  outcome: Readonly<Record<'approved' | 'pending' | 'refunded', string>>;
}

const WORDS: Readonly<Record<Language, PaymentWords>> = {
  en: enPaymentWords,
  fr: frPaymentWords,
  de: dePaymentWords,
  es: esPaymentWords,
  ja: jaPaymentWords,
  ar: arPaymentWords,
};

export const paymentWords = (language: Language): PaymentWords => WORDS[language];

/** What a code means to the player, with what it says about the charge. */
export function refusalText(language: Language, code: CodeName, charged: Charged): string {
  const words = WORDS[language];
  return `${words.refusal[code]} ${words.charged[charged]}`;
}

/** What a code means when a card says it, or when it is why no card can pay. */
export function cardTrouble(language: Language, code: CodeName): string {
  const { cardRefusal, refusal } = WORDS[language];
  return cardRefusal[code] ?? refusal[code];
}

/** As `refusalText`, for a payment that a card was to make. */
export function cardRefusalText(language: Language, code: CodeName, charged: Charged): string {
  return `${cardTrouble(language, code)} ${WORDS[language].charged[charged]}`;
}

/** After a PIN that was not the card's. */
export const triesLeftText = (language: Language, tries: number): string => WORDS[language].triesLeft(tries);

/** How a payment ended, for lists. */
export function outcomeText(language: Language, code: DecisionCode): string {
  return code === 'APPROVED' ? WORDS[language].outcome.approved : WORDS[language].refusal[code];
}
