import { ProtocolError } from '@coinslot/protocol';
import type { Clock } from '../log.ts';

const ADDRESSES_MAX = 10_000;

/** Token buckets by address: what strangers may do without proving anything is bounded in rate. */
export class AddressBuckets {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>();

  constructor(perSecond: number, burst: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#clock = clock;
  }

  /** Takes one token. Throws RATE_LIMITED when there is none. */
  take(address: string): void {
    const atMs = this.#clock();
    const known = this.#buckets.get(address) ?? { tokens: this.#burst, atMs };
    const gained = (Math.max(0, atMs - known.atMs) / 1000) * this.#perSecond;
    const tokens = Math.min(this.#burst, known.tokens + gained) - 1;
    this.#buckets.delete(address);
    this.#buckets.set(address, { tokens: Math.max(0, tokens), atMs });
    if (this.#buckets.size > ADDRESSES_MAX) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    if (tokens < 0) throw new ProtocolError('RATE_LIMITED', 'too many enrolments from one address');
  }
}
