/**
 * Play, counted between `gameplayStart` and `gameplayStop` by timestamps alone: nothing runs per frame. One timer waits
 * for the nearest of: the minutes run out, an `everyMs` boundary during play, the next write of what was consumed.
 */
import type { Clock } from './ports.ts';

/** How often what was consumed is written while playing: the most that a crash can lose the player's way. */
export const FLUSH_EVERY_MS = 15_000;

export interface PlayClockOptions {
  readonly clock: Clock;
  /** `playedMs` of play have passed since the last call. */
  onPlayed(playedMs: number): void;
  /** Time begins or ceases to count. */
  onCounting(on: boolean, atMs: number): void;
  /** Ms of play until something is due; looked at after every `onPlayed`. */
  nextDueMs(): number;
}

export class PlayClock {
  readonly #options: PlayClockOptions;
  #sinceMs: number | undefined;
  #callOff: (() => void) | undefined;

  constructor(options: PlayClockOptions) {
    this.#options = options;
  }

  get playing(): boolean {
    return this.#sinceMs !== undefined;
  }

  /** Played since the last `onPlayed`, ms. */
  untoldMs(nowMs = this.#options.clock.nowMs()): number {
    if (this.#sinceMs === undefined) return 0;
    // A clock that was set back counts nothing; a gap longer than the timer allows is a machine that slept, not play.
    return Math.min(Math.max(0, nowMs - this.#sinceMs), 2 * FLUSH_EVERY_MS);
  }

  start(): void {
    if (this.#sinceMs !== undefined) return;
    this.#options.onCounting(true, (this.#sinceMs = this.#options.clock.nowMs()));
    this.#wait();
  }

  stop(): void {
    if (this.#sinceMs === undefined) return;
    this.tell();
    this.#callOff?.();
    this.#options.onCounting(false, this.#sinceMs);
    this.#sinceMs = this.#callOff = undefined;
  }

  /** Passes on what has been played until now. */
  tell(): void {
    if (this.#sinceMs === undefined) return;
    const nowMs = this.#options.clock.nowMs();
    const playedMs = this.untoldMs(nowMs);
    this.#sinceMs = nowMs;
    if (playedMs > 0) this.#options.onPlayed(playedMs);
  }

  /** What is due may have changed: a purchase, a refund. */
  reschedule(): void {
    if (this.#sinceMs === undefined) return;
    this.tell();
    this.#wait();
  }

  #wait(): void {
    this.#callOff?.();
    const delayMs = Math.max(1, Math.min(FLUSH_EVERY_MS, this.#options.nextDueMs()));
    this.#callOff = this.#options.clock.after(delayMs, () => {
      this.#callOff = undefined;
      this.tell();
      if (this.#sinceMs !== undefined) this.#wait();
    });
  }
}
