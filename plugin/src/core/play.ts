/** Play between `gameplayStart` and `gameplayStop`: counts it, uses up minutes, and finds the boundaries that it passes. */
import { placementsFor, type Happening, type PlacementsFile } from '../timing/index.ts';
import type { Entitlements } from './entitlements.ts';
import { PlayClock } from './play-clock.ts';
import type { Player } from './player.ts';
import type { Clock } from './ports.ts';
import type { Entitlement } from './types.ts';

export interface PlayOptions {
  readonly clock: Clock;
  /** The rules as of now. */
  readonly file: () => PlacementsFile;
  readonly entitlements: Entitlements;
  readonly player: Player;
  /** A boundary outside of play, one inside that the file allows, or one that waited for the end of play. */
  readonly onBoundary: (happening: Happening) => void;
  /** Play begins or ceases to count. */
  readonly onCounting: (on: boolean, atMs: number) => void;
  readonly onConsumed: (decisionId: string, consumedMs: number) => void;
  /** Whoever hears it may `reach` the end of the grant. */
  readonly onEnded: (entitlement: Entitlement) => void;
  readonly onProblem: (error: unknown) => void;
}

export class Play {
  /** How often play has begun. */
  starts = 0;
  readonly #options: PlayOptions;
  readonly #clock: PlayClock;
  #playedMs = 0;
  #target: string | undefined;
  #bracketed = false;
  #suspended = 0;
  #due: Happening[] = [];

  constructor(options: PlayOptions) {
    this.#options = options;
    this.#clock = new PlayClock({
      clock: options.clock,
      onPlayed: (playedMs) => this.#played(playedMs),
      onCounting: options.onCounting,
      nextDueMs: () => this.#nextDueMs(),
    });
  }

  /** Play that the player's state does not have yet. */
  untoldMs(nowMs?: number): number {
    return this.#clock.untoldMs(nowMs);
  }

  get playing(): boolean {
    return this.#bracketed;
  }

  start(target: string | undefined): void {
    this.#clock.tell();
    this.#target = target;
    this.#bracketed = true;
    this.starts++;
    if (this.#suspended === 0) this.#clock.start();
    this.#clock.reschedule();
  }

  /** Ends play, and lets the boundaries pass that waited for it. */
  stop(): void {
    if (!this.#bracketed) return;
    this.#clock.stop();
    this.#bracketed = false;
    const due = this.#due;
    this.#due = [];
    for (const happening of due) this.#options.onBoundary(happening);
  }

  /** Play stands still (dialog open, page hidden) until the returned function is called. */
  suspend(): () => void {
    this.#suspended++;
    this.#clock.stop();
    let done = false;
    return () => {
      if (done) return;
      done = true;
      this.#suspended--;
      if (this.#suspended === 0 && this.#bracketed) this.#clock.start();
    };
  }

  /** What is due may have changed: something was bought, restored or refunded. */
  reschedule(): void {
    this.#clock.reschedule();
  }

  /** Ms of play left for a target, to the millisecond. */
  remainingMs(target: string): number {
    const { entitlements } = this.#options;
    const burning = entitlements.burning(this.#target);
    const burnsThis = burning !== undefined && entitlements.opens(burning.decisionId, target);
    return Math.max(0, entitlements.remainingMs(target) - (burnsThis ? this.untoldMs() : 0));
  }

  #played(playedMs: number): void {
    const fromMs = this.#playedMs;
    this.#playedMs += playedMs;
    this.#options.player.played(playedMs);
    this.#consume(playedMs);
    this.reach({ kind: 'play-time', fromMs, toMs: this.#playedMs });
  }

  #consume(playedMs: number): void {
    const { entitlements, onConsumed, onEnded, onProblem } = this.#options;
    let leftMs = playedMs;
    for (;;) {
      const burning = entitlements.burning(this.#target);
      if (burning === undefined || leftMs <= 0) return;
      const usedMs = Math.min(leftMs, burning.leftMs);
      leftMs -= usedMs;
      onConsumed(burning.decisionId, entitlements.consume(burning.decisionId, usedMs));
      entitlements.flush(burning.decisionId).catch(onProblem);
      if (usedMs < burning.leftMs) return;
      onEnded(entitlements.entitlement(burning.decisionId)!);
    }
  }

  /** During play only what the file allows in so many words; the rest waits for the end of play. */
  reach(happening: Happening): void {
    const placements = placementsFor(this.#options.file(), happening);
    const waits = this.#bracketed && placements.length > 0 && !placements.some((one) => one.duringPlay);
    if (waits) this.#due.push(happening);
    else this.#options.onBoundary(happening);
  }

  #nextDueMs(): number {
    const burning = this.#options.entitlements.burning(this.#target);
    const everies = this.#options
      .file()
      .placements.flatMap(({ on, duringPlay }) =>
        on.kind === 'play-time' && duringPlay ? [on.everyMs - (this.#playedMs % on.everyMs)] : [],
      );
    return Math.min(burning?.leftMs ?? Infinity, ...everies);
  }
}
