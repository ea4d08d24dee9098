/** The player's passwords as the payment server has them: which key proves the one that stands, and by whose word. */
import { decodeAccountRequest, equalBytes, readEnvelope } from '@coinslot/protocol';
import type { RecordFields } from './records.ts';

export interface RegisteredPassword {
  /** `undefined`: the one before was taken away. */
  readonly publicKey: Uint8Array | undefined;
  /** Envelope `account-request`, signed by the PIN key. */
  readonly envelope: Uint8Array;
  readonly timeMs: number;
}

export class PasswordBook {
  /** What the server hands over, in its order. */
  #listed: RegisteredPassword[] = [];
  readonly #all: RegisteredPassword[] = [];

  /** Oldest first. */
  get listed(): readonly RegisteredPassword[] {
    return this.#listed;
  }

  /** Those that the server has forgotten are among them: payments were proven by them. */
  get all(): readonly RegisteredPassword[] {
    return this.#all;
  }

  /** The key of the password that stands; `undefined` where none does. */
  get publicKey(): Uint8Array | undefined {
    return this.#listed.at(-1)?.publicKey;
  }

  /** An empty envelope: the server has forgotten them all. */
  take({ envelope }: RecordFields<'password'>): void {
    if (envelope.length === 0) {
      this.#listed = [];
      return;
    }
    const { passwordKey: publicKey, timeMs } = decodeAccountRequest(readEnvelope(envelope).body);
    const one = { publicKey, envelope, timeMs };
    this.#listed.push(one);
    if (!this.#all.some((known) => equalBytes(known.envelope, envelope))) this.#all.push(one);
  }
}
