/** What the player is told outside the game, on the wallet's page and in the terminal. In memory: receipts are the record. */
import { hex } from './hex.ts';
import { WALLET_LIMITS } from './limits.ts';
import type { Clock, Random } from './ports.ts';

export type NoticeKind =
  /** A press paid; `about` is the payment's nonce. */
  | 'press'
  /** An automatic approval paid; `about` is the payment's nonce. */
  | 'automatic'
  /** A game asks far too often; `about` is the pairing. */
  | 'flood'
  /** Presses no longer pay in a game, and the wallet is locked; `about` is the pairing. */
  | 'press-off'
  /** A payment was undone; `about` is its nonce. */
  | 'refund';

export interface Notice {
  readonly id: string;
  readonly kind: NoticeKind;
  /** Hex of a nonce or a pairing id. */
  readonly about: string;
  readonly atMs: number;
}

export class Notices {
  readonly #clock: Clock;
  readonly #random: Random;
  #notices: Notice[] = [];

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Newest first. */
  get all(): readonly Notice[] {
    return this.#notices;
  }

  /** Adds a notice; one of the same kind about the same thing is replaced. */
  add(kind: NoticeKind, about: string): void {
    const notice = { id: hex(this.#random(8)), kind, about, atMs: this.#clock() };
    const others = this.#notices.filter((one) => one.kind !== kind || one.about !== about);
    this.#notices = [notice, ...others].slice(0, WALLET_LIMITS.noticesMax);
  }

  dismiss(id: string): void {
    this.#notices = this.#notices.filter((one) => one.id !== id);
  }

  dismissAbout(kind: NoticeKind, about: string): void {
    this.#notices = this.#notices.filter((one) => one.kind !== kind || one.about !== about);
  }
}
