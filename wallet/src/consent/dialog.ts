/** One offer before the player: what it is, what is shown, and where the answer may come from. */
import type { CheckedOffer, Shown } from '@coinslot/protocol';
import type { Pins } from './appraisal.ts';
import type { Choice } from './means-choice.ts';
import type { Seat } from './seat.ts';

export interface Dialog {
  readonly nonceHex: string;
  readonly offer: CheckedOffer;
  readonly offerBytes: Uint8Array;
  readonly choice: Choice;
  readonly pins: Pins;
  /** The wallet's PIN that it takes is the guardian's. */
  readonly isForGuardian: boolean;
  readonly shown: Shown;
  readonly shownBytes: Uint8Array;
  readonly shownDigest: Uint8Array;
  readonly seat: Seat;
  /** The game's number for the asking that it waits on. */
  seq: number;
  /** `page`: the game's overlay has handed over, and only the wallet's page answers. */
  place: 'overlay' | 'page';
  /** A PIN for it is being tried. */
  isTrying: boolean;
  callOffTimeout: () => void;
}
