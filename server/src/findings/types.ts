/** What an operator should have looked into: kept when it was found, and kept when it is over. */

export const FINDING_KINDS = [
  /** A publisher is owed and not paid: about the publisher, over with the next payout that is booked. */
  'payout-kept-back',
  /** An order that stands in no bank file, as it goes where nobody signed that it may: about its end-to-end id. */
  'order-left-out',
  /** The bank took back or turned down an order: about its end-to-end id, until somebody has looked. */
  'bank-return',
  /** Money at the bank that nobody knows the owner of: about the bank's reference, over once it is given to somebody. */
  'suspense',
  /** A bank's notice that cannot be read, or that gives names again: about its name, until somebody has looked. */
  'notice',
  /** The books or a month's journal do not hold: about nothing or `period <YYYYMM>`, over once they do. */
  'books',
  /** There were no exchange rates from one table's end to the next one's beginning: over as it is found. */
  'rates',
  /** The source of reference rates cannot be asked or is refused, again and again: about nothing, over once it gives usable ones. */
  'rate-feed',
  /** This server's clock is behind its own last approval: over with the next decision. */
  'clock',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** Words are cut to this many characters. */
export const FINDING_WORDS_MAX = 500;

export interface NewFinding {
  readonly kind: FindingKind;
  /** What it is about, by which it is over again; see `FINDING_KINDS`. */
  readonly about: string;
  /** Id of a publisher or, in hex, of a player; empty where it is nobody's. */
  readonly party: string;
  /** In the server's own words. */
  readonly words: string;
  readonly money?: { readonly amountMinor: bigint; readonly currency: string } | undefined;
  readonly atMs: number;
}

export interface Finding extends NewFinding {
  /** From 1, rising. */
  readonly position: bigint;
  /** `undefined` while it is open. `course`: what it was about is over; `operator`: somebody has looked into it. */
  readonly ended: { readonly atMs: number; readonly by: 'course' | 'operator' } | undefined;
}
