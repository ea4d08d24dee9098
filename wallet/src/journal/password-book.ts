/** The player's passwords as the payment server has them: which key proves the one that stands, what waits, and by whose word. */
import {
  datedPasswords,
  decodeAccountRequest,
  equalBytes,
  pendingPassword,
  readEnvelope,
  standingPassword,
  type Dated,
  type PasswordRequest,
} from '@coinslot/protocol';
import type { RecordFields } from './records.ts';

export interface RegisteredPassword extends PasswordRequest {
  /** Envelope `account-request`, signed by the PIN key. */
  readonly envelope: Uint8Array;
}

/** One that was registered, and what proves that it held. */
export interface KnownPassword extends Dated<RegisteredPassword> {
  /** Envelope of the password that stood when it was asked for; `undefined` where none did. */
  readonly over: Uint8Array | undefined;
}

export class PasswordBook {
  /** What the server hands over, in its order. */
  #listed: readonly Dated<RegisteredPassword>[] = [];
  readonly #all: KnownPassword[] = [];

  /** Oldest first. */
  get listed(): readonly Dated<RegisteredPassword>[] {
    return this.#listed;
  }

  /** Those that the server has forgotten are among them: payments were proven by them. */
  get all(): readonly KnownPassword[] {
    return this.#all;
  }

  /** The one that stands; without a key where it took the one before away. */
  standingAt(nowMs: number): Dated<RegisteredPassword> | undefined {
    return standingPassword(this.#listed, nowMs);
  }

  /** Its key; `undefined` where none stands. */
  keyAt(nowMs: number): Uint8Array | undefined {
    return this.standingAt(nowMs)?.passwordKey;
  }

  /** The one that takes over at its time, unless the one that stands is kept. */
  pendingAt(nowMs: number): Dated<RegisteredPassword> | undefined {
    return pendingPassword(this.#listed, nowMs);
  }

  /** An empty envelope: the server has forgotten them all. */
  take({ envelope }: RecordFields<'password'>): void {
    if (envelope.length === 0) {
      this.#listed = [];
      return;
    }
    const { passwordKey, timeMs, endorsement } = decodeAccountRequest(readEnvelope(envelope).body);
    const stood = this.standingAt(timeMs);
    this.#listed = datedPasswords([...this.#listed, { passwordKey, timeMs, endorsement, envelope }]);
    if (this.#all.some((known) => equalBytes(known.envelope, envelope))) return;
    const over = stood?.passwordKey === undefined ? undefined : stood.envelope;
    this.#all.push(...this.#listed.slice(-1).map((one) => ({ ...one, over })));
  }
}
