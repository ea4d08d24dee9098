/**
 * What players ask of their account is fresh for five minutes and answered once: a recorded question must not fetch later
 * answers. The nonces live in memory; a restart forgets them, so a question recorded in the last five minutes can then be
 * asked once more. Changes of limits do not rest on this: their times must rise, and that is stored.
 */
import { ProtocolError } from '@coinslot/protocol';
import { FRESH_MS_MAX } from '../limits.ts';
import { hex } from './types.ts';

/** Throws CLOCK_SKEW when the time is more than five minutes from now. */
export function requireFresh(timeMs: number, nowMs: number, field: string): void {
  if (Math.abs(nowMs - timeMs) > FRESH_MS_MAX)
    throw new ProtocolError('CLOCK_SKEW', `${field}: more than five minutes from the server's clock`, {
      hint: "set this machine's clock",
    });
}

export class SeenNonces {
  readonly #entriesMax: number;
  /** Name to the time it may be forgotten; in the order of arrival. */
  readonly #seen = new Map<string, number>();

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  /** Throws CONSENT_STALE for a nonce that was used, BUSY when too many are remembered. */
  requireNew(userId: Uint8Array, nonce: Uint8Array, nowMs: number): void {
    this.#forget(nowMs);
    const name = hex(userId) + hex(nonce);
    if (this.#seen.has(name)) throw new ProtocolError('CONSENT_STALE', 'AccountRequest.nonce: used before');
    if (this.#seen.size >= this.#entriesMax) throw new ProtocolError('BUSY', 'too many questions in five minutes');
    this.#seen.set(name, nowMs + 2 * FRESH_MS_MAX); // a message may be dated five minutes ahead
  }

  #forget(nowMs: number): void {
    for (const [name, untilMs] of this.#seen) {
      if (untilMs > nowMs) return;
      this.#seen.delete(name);
    }
  }
}
