/** A token bucket: a burst at once, then a steady rate. */
import type { Clock } from '../ports.ts';

export class Bucket {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #refillMs: number;
  #tokens: number;
  #atMs: number;

  /** @param refillMs ms for one more token. */
  constructor(clock: Clock, burst: number, refillMs: number) {
    this.#clock = clock;
    this.#burst = burst;
    this.#refillMs = refillMs;
    this.#tokens = burst;
    this.#atMs = clock();
  }

  /** Takes a token; false when there is none. A clock that is set back gives nothing. */
  take(): boolean {
    const nowMs = this.#clock();
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, nowMs - this.#atMs) / this.#refillMs);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
