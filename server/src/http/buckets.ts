/** Token buckets: how often one address or one user may ask. */
import { HttpError } from './answer.ts';

const NAMES_MAX = 10_000;

export interface Rate {
  readonly perSecond: number;
  /** How many may come at once. */
  readonly burst: number;
}

interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

export class Buckets {
  readonly #rate: Rate;
  readonly #monotonic: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** `monotonic`: milliseconds that only rise; a wall clock put forward would fill every bucket. */
  constructor(rate: Rate, monotonic: () => number) {
    this.#rate = rate;
    this.#monotonic = monotonic;
  }

  /** Takes one token. Throws RATE_LIMITED, with the time to wait, when there is none. */
  take(name: string): void {
    const { tokens, atMs } = this.#requireOne(name);
    this.#buckets.delete(name);
    this.#buckets.set(name, { tokens: tokens - 1, atMs });
    if (this.#buckets.size <= NAMES_MAX) return;
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }

  /** Throws like `take`, and takes nothing. */
  requireLeft(name: string): void {
    this.#requireOne(name);
  }

  #requireOne(name: string): Bucket {
    const { perSecond, burst } = this.#rate;
    const atMs = this.#monotonic();
    const known = this.#buckets.get(name) ?? { tokens: burst, atMs };
    const tokens = Math.min(burst, known.tokens + (Math.max(0, atMs - known.atMs) / 1000) * perSecond);
    if (tokens >= 1) return { tokens, atMs };
    const waitSeconds = Math.max(1, Math.ceil((1 - tokens) / perSecond));
    throw new HttpError(429, 'RATE_LIMITED', 'too many requests', { 'retry-after': String(waitSeconds) });
  }
}
