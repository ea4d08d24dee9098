/**
 * What is said in each state: words, facts and choices, without any position or colour. Canvas and mirror DOM are both made
 * from this one value, so that they cannot say different things.
 */
import { CODES } from '@coinslot/protocol';
import type { CodeName, Shown } from '@coinslot/protocol';
import type { OverlayIntent, OverlayState, UnreachableReason } from '../port.ts';
import { harmless, harmlessOfWallet } from '../text/harmless.ts';
import { wordsFor, type TitledText, type Words } from '../words/index.ts';

/** The two steps of an offer; every other state has one. */
export type Step = 'review' | 'confirm';
export type ChoiceId = 'decline' | 'continue' | 'accept' | 'leave' | 'close' | 'retry' | 'wallet';
/** What the coin does. */
export type Art = 'ready' | 'turning' | 'dropping' | 'locked' | 'waiting' | 'returned' | 'unplugged';

export interface Passage {
  readonly kind: 'title' | 'lead' | 'text' | 'fact' | 'notice';
  readonly label?: string;
  readonly text: string;
  /** Says what the head of the panel says too, where there is room for it. */
  readonly inHead?: 'payee' | 'game';
}

/** The inset with the coin: the amount, or in its place what is known about the charge. */
export interface Amount {
  readonly kind: 'price' | 'words';
  readonly label: string;
  readonly text: string;
  readonly lines: readonly string[];
}

export interface Choice {
  readonly id: ChoiceId;
  readonly label: string;
}

export interface View {
  /** Equal for two views exactly when the player is at the same place in the dialog. */
  readonly place: string;
  readonly words: Words;
  readonly locale: string;
  readonly direction: 'ltr' | 'rtl';
  readonly title: string;
  readonly seller: { readonly payee: string; readonly game: string } | null;
  readonly test: boolean;
  readonly step: { readonly now: number; readonly of: number } | null;
  readonly amount: Amount | null;
  readonly art: Art;
  readonly passages: readonly Passage[];
  /** In order, all of the same size and weight; the one that says no, or goes on playing, first. */
  readonly choices: readonly Choice[];
  /** What Escape means here. */
  readonly dismiss: OverlayIntent;
}

export interface ViewContext {
  readonly locale: string;
  /** Whether the studio gave a way to open the wallet's page. */
  readonly walletOpens: boolean;
  readonly step: Step;
  /** Seconds until the offer closes by itself, while that is announced. */
  readonly closesInSeconds: number | null;
}

/** Characters drawn of any one text at most. Titles come with 200 bytes, texts with 2,000. */
const TITLE_MAX = 200;
const TEXT_MAX = 2_000;
/** A longer description comes after the terms, so that it cannot push them out of sight. */
const DESCRIPTION_FIRST_MAX = 200;

/** The view of a state. Pure. */
export function viewOf(state: OverlayState, context: ViewContext): View {
  const shown = 'shown' in state ? state.shown : undefined;
  const words = wordsFor(shown?.locale ?? context.locale);
  const frame = {
    place: state.kind === 'review' ? context.step : state.kind,
    words,
    locale: shown?.locale ?? words.locale,
    direction: shown?.direction ?? words.direction,
    seller: shown === undefined ? null : { payee: title(shown.payee), game: title(shown.gameName) },
    test: shown?.test ?? false,
    step: null,
  } as const;
  const walletChoice: Choice[] = context.walletOpens ? [{ id: 'wallet', label: words.openWallet }] : [];
  const notNow: Choice = { id: 'decline', label: words.notNow };
  const retry: Choice = { id: 'retry', label: words.tryAgain };
  const close: Choice = { id: 'close', label: words.playOn };
  const meanwhile: Choice = { id: 'leave', label: words.playMeanwhile };

  switch (state.kind) {
    case 'loading':
      return { ...frame, ...plain(words.loading), amount: null, art: 'turning', choices: [notNow], dismiss: 'decline' };
    case 'review':
      return { ...frame, ...offer(state.shown, words, context, notNow, retry, walletChoice), dismiss: 'decline' };
    case 'elsewhere':
      return {
        ...frame,
        ...about(words.elsewhere[state.shown.consent === 'password' ? 'password' : 'pin'], state.shown, words),
        art: 'locked',
        choices: [notNow, ...walletChoice],
        dismiss: 'decline',
      };
    case 'paying':
      return {
        ...frame,
        ...about(words.paying, state.shown, words),
        art: 'turning',
        choices: [meanwhile],
        dismiss: 'leave',
      };
    case 'pending':
      return {
        ...frame,
        ...pending(state.shown, words),
        art: 'waiting',
        choices: [meanwhile],
        dismiss: 'leave',
      };
    case 'granted':
      return { ...frame, ...granted(state.shown, words), art: 'dropping', choices: [close], dismiss: 'close' };
    case 'refused':
      return {
        ...frame,
        ...refused(state, words),
        art: 'returned',
        choices: CODES[state.code].retryable ? [close, retry] : [close],
        dismiss: 'close',
      };
    case 'unreachable':
      return {
        ...frame,
        ...plain(words.unreachable[state.reason]),
        amount: { kind: 'words', label: '', text: words.charged.no, lines: [] },
        art: 'unplugged',
        choices: [close, retry, ...(ASKED_ON_THE_PAGE.has(state.reason) ? walletChoice : [])],
        dismiss: 'close',
      };
  }
}

/** What the player does about it on the wallet's page. */
const ASKED_ON_THE_PAGE: ReadonlySet<string> = new Set<UnreachableReason>(['not-paired', 'needs-code']);

const title = (text: string): string => harmless(text, TITLE_MAX);
const long = (text: string): string => harmless(text, TEXT_MAX);
/** What the wallet composed: amounts, rates, dates, grants; and refund terms, which may be long. */
const ofWallet = (text: string, charactersMax = TITLE_MAX): string => harmlessOfWallet(text, charactersMax);
const isSaid = (passage: Passage): boolean => passage.text !== '';

const plain = (said: TitledText): Pick<View, 'title' | 'passages'> => ({
  title: said.title,
  passages: [
    { kind: 'title', text: said.title },
    { kind: 'text', text: said.text },
  ],
});

function price(shown: Shown, words: Words, label: string): Amount {
  const lines = shown.original === undefined ? [] : [words.priceAskedIn(ofWallet(shown.original.text))];
  if (shown.rate !== '') lines.push(ofWallet(shown.rate));
  return { kind: 'price', label, text: ofWallet(shown.total.text), lines };
}

/** What is bought, in short: its name and what is granted. */
const whatOf = (shown: Shown): Passage[] => [
  { kind: 'lead', text: title(shown.title) },
  { kind: 'text', text: ofWallet(shown.grant) },
];

/** A state about a payment under way: what happens, then what it is for. */
const about = (said: TitledText, shown: Shown, words: Words): Pick<View, 'title' | 'passages' | 'amount'> => {
  const { title: heading, passages } = plain(said);
  return { title: heading, passages: [...passages, ...whatOf(shown)], amount: price(shown, words, words.total) };
};

/** Undecided: what is not known is said in so many words. */
function pending(shown: Shown, words: Words): Pick<View, 'title' | 'passages' | 'amount'> {
  const common = about(words.pending, shown, words);
  const notice: Passage = { kind: 'notice', text: words.charged.unknown };
  return { ...common, passages: [...common.passages.slice(0, 1), notice, ...common.passages.slice(1)] };
}

function offer(
  shown: Shown,
  words: Words,
  context: ViewContext,
  notNow: Choice,
  retry: Choice,
  walletChoice: readonly Choice[],
): Omit<View, 'dismiss' | 'place' | 'words' | 'locale' | 'direction' | 'seller' | 'test'> {
  const warning: Passage[] =
    context.closesInSeconds === null ? [] : [{ kind: 'notice', text: words.closesSoon(context.closesInSeconds) }];
  const grant: Passage = { kind: 'lead', text: ofWallet(shown.grant) };
  const terms: Passage[] = [
    { kind: 'fact', label: words.refund, text: ofWallet(shown.refund, TEXT_MAX) },
    { kind: 'fact', label: words.offered, text: ofWallet(shown.date) },
    // The payee is certified, the game's name is the publisher's: they never share a line.
    { kind: 'fact', label: words.soldBy, text: title(shown.payee), inHead: 'payee' },
    { kind: 'fact', text: words.forGame(title(shown.gameName)), inHead: 'game' },
  ];
  const common = { amount: price(shown, words, words.total), art: 'ready' as const };
  if (shown.sufficiency === 'not-enough') {
    return {
      ...common,
      title: title(shown.title),
      step: null,
      passages: [
        ...warning,
        { kind: 'title', text: title(shown.title) },
        grant,
        { kind: 'notice', text: words.notEnough },
        ...terms,
      ],
      choices: [notNow, retry, ...walletChoice],
    };
  }
  if (context.step === 'review') {
    const description: Passage = { kind: 'text', text: long(shown.description) };
    const wordy = description.text.length > DESCRIPTION_FIRST_MAX;
    const passages: Passage[] = [
      ...warning,
      { kind: 'title', text: title(shown.title) },
      grant,
      ...(wordy ? [...terms, description] : [description, ...terms]),
    ];
    return {
      ...common,
      title: title(shown.title),
      step: { now: 1, of: 2 },
      passages: passages.filter(isSaid),
      choices: [notNow, { id: 'continue', label: words.goOn }],
    };
  }
  const passages: Passage[] = [
    ...warning,
    { kind: 'title', text: words.confirm.title },
    ...whatOf(shown),
    { kind: 'text', text: words.confirm.text },
    ...terms,
  ];
  return {
    ...common,
    title: words.confirm.title,
    step: { now: 2, of: 2 },
    passages: passages.filter(isSaid),
    choices: [notNow, { id: 'accept', label: words.pay(ofWallet(shown.total.text)) }],
  };
}

function granted(shown: Shown, words: Words): Pick<View, 'title' | 'passages' | 'amount'> {
  return {
    title: words.granted.title,
    passages: [
      { kind: 'title', text: words.granted.title },
      ...whatOf(shown),
      { kind: 'text', text: words.granted.text },
    ],
    amount: price(shown, words, words.granted.paid),
  };
}

function refused(
  state: Extract<OverlayState, { kind: 'refused' }>,
  words: Words,
): Pick<View, 'title' | 'passages' | 'amount'> {
  const heading = state.charged === 'no' ? words.refused.title : words.refused.titleUnknown;
  const passages: Passage[] = [
    { kind: 'title', text: heading },
    ...sentences(state, words).map((text): Passage => ({ kind: 'text', text })),
    { kind: 'fact', label: words.code, text: `${state.code} (${CODES[state.code].number})` },
  ];
  return {
    title: heading,
    passages: passages.filter(isSaid),
    amount: { kind: 'words', label: '', text: words.charged[state.charged], lines: [] },
  };
}

/** What happened and what can be done, neither of it twice. */
function sentences({ code, text }: Extract<OverlayState, { kind: 'refused' }>, words: Words): string[] {
  const own = words.codes[code];
  const wallets = long(text);
  const remedies: Partial<Record<CodeName, string>> = words.remedies;
  const remedy = remedies[code];
  if (wallets !== '' && remedy !== undefined) return [wallets, remedy];
  return wallets === own ? [own] : [own, wallets];
}

/** What is said aloud when the dialog reaches this place. */
export function announcementOf(view: View): string {
  const notice = view.passages.find((passage) => passage.kind === 'notice');
  const text = view.passages.find((passage) => passage.kind === 'text');
  const amount =
    view.amount === null ? '' : [view.amount.label, view.amount.text].filter((part) => part !== '').join(': ');
  return [notice?.text, view.title, amount, view.step === null ? text?.text : undefined]
    .filter((part) => part !== undefined && part !== '')
    .map((part) => (/[.!?…]$/.test(part ?? '') ? part : `${part}.`))
    .join(' ');
}
