import type { Charged, CodeName } from '@coinslot/protocol';
import type { UnreachableReason } from '../port.ts';

export interface TitledText {
  readonly title: string;
  readonly text: string;
}

/**
 * Every word the overlay says, for one language. Total by type: a new word, code or reason does not compile until every
 * language has it. No word may press, shame or hurry (a lint list in the tests says which).
 */
export interface Words {
  /** BCP 47, of these words. */
  readonly locale: string;
  readonly direction: 'ltr' | 'rtl';

  readonly total: string;
  /** `original` is the publisher's own price, formatted. */
  readonly priceAskedIn: (original: string) => string;
  readonly soldBy: string;
  readonly forGame: (game: string) => string;
  readonly refund: string;
  readonly offered: string;
  readonly code: string;
  readonly test: string;
  readonly testLong: string;
  readonly step: (step: number, of: number) => string;
  readonly stepShort: (step: number, of: number) => string;

  readonly notNow: string;
  readonly goOn: string;
  readonly pay: (total: string) => string;
  readonly playOn: string;
  readonly playMeanwhile: string;
  readonly tryAgain: string;
  readonly openWallet: string;
  readonly more: (page: number, pages: number) => string;
  /** For those who listen: what the button behind `more` does. */
  readonly moreSpoken: (page: number, pages: number) => string;

  readonly loading: TitledText;
  readonly confirm: { readonly title: string; readonly text: string };
  /** By what is asked for on the wallet's page. */
  readonly elsewhere: Readonly<Record<'pin' | 'password', TitledText>>;
  readonly paying: TitledText;
  readonly pending: TitledText;
  readonly granted: { readonly title: string; readonly paid: string; readonly text: string };
  readonly refused: { readonly title: string; readonly titleUnknown: string };
  readonly unreachable: Readonly<Record<UnreachableReason, TitledText>>;
  readonly notEnough: string;
  /** Said once, before an offer that nobody touches closes by itself. `seconds` is whole. */
  readonly closesSoon: (seconds: number) => string;

  readonly charged: Readonly<Record<Charged, string>>;
  /** What happened and what the player can do, per code. */
  readonly codes: Readonly<Record<CodeName, string>>;
  /**
   * What the player can do, after the wallet's own sentence, which says what happened: in the place of `codes`. Only for codes
   * that mean another thing by card than by the payment service, of which the wallet sends no sentence.
   */
  readonly remedies: Readonly<Record<'KEY_ABSENT', string>>;
}
