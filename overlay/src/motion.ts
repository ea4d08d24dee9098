/**
 * Times of the movements: the panel comes in, what is said arrives line by line, the choices wake when they count, the
 * picture plays its part. With reduced motion everything is where it ends.
 */
import { GUARD_MS } from './dialog/input-guard.ts';
import type { Art } from './dialog/view.ts';
import { artMoves } from './draw/art.ts';
import { eased, sprung } from './draw/easing.ts';

const OPEN_MS = 340;
/** One line's way in, and how much later the next one starts. */
const LINE_MS = 220;
const LINE_STEP_MS = 26;
/** Lines beyond this come in together. */
const LINES_MAX = 8;
/** The choices brighten over the last part of the time in which they do not count yet. */
const WAKE_MS = 180;
const SETTLED_MS = Math.max(OPEN_MS, LINE_MS + LINES_MAX * LINE_STEP_MS, GUARD_MS);
/** A turning coin needs no more pictures than this; each is an upload of the whole canvas. */
const TURN_FRAME_MS = 33;

/** Shares run from 0 to 1. */
export interface Pose {
  /** Of the panel's way in; goes a little beyond 1 before it rests there. */
  readonly opened: number;
  /** Of the way of the line of that place in the order of reading. */
  readonly arrived: (line: number) => number;
  readonly awake: number;
  /** Into the picture's part; infinity for its rest. */
  readonly artMs: number;
}

const AT_REST: Pose = { opened: 1, arrived: () => 1, awake: 1, artMs: Number.POSITIVE_INFINITY };

export class Motion {
  readonly #reduced: boolean;
  #openedMs = 0;
  #arrivedMs = 0;
  #guardedMs = 0;
  #posedMs = Number.NEGATIVE_INFINITY;
  #moving = false;

  constructor(reduced: boolean) {
    this.#reduced = reduced;
  }

  open(nowMs: number): void {
    this.#openedMs = nowMs;
    this.arrive(nowMs);
  }

  /** Something else is said now. */
  arrive(nowMs: number): void {
    this.#arrivedMs = nowMs;
    this.guarded(nowMs);
  }

  /** Input counts again only after a while. */
  guarded(nowMs: number): void {
    this.#guardedMs = nowMs;
    this.#moving = !this.#reduced;
  }

  stop(): void {
    this.#moving = false;
  }

  /** Whether the last pose was not the final one. */
  get moving(): boolean {
    return this.#moving;
  }

  /** False when the only thing that moves is the turning coin and its last picture is still fresh. */
  isDue(nowMs: number, art: Art): boolean {
    if (!this.#moving) return false;
    const settled = nowMs - Math.max(this.#arrivedMs, this.#guardedMs) > SETTLED_MS;
    return !(settled && art === 'turning') || nowMs - this.#posedMs >= TURN_FRAME_MS;
  }

  pose(nowMs: number, art: Art): Pose {
    this.#posedMs = nowMs;
    if (this.#reduced) return AT_REST;
    const artMs = Math.max(0, nowMs - this.#arrivedMs);
    const guardMs = nowMs - this.#guardedMs;
    this.#moving = nowMs - this.#openedMs < OPEN_MS || artMs < SETTLED_MS || guardMs < GUARD_MS || artMoves(art, artMs);
    return {
      opened: sprung((nowMs - this.#openedMs) / OPEN_MS),
      arrived: (line) => eased((artMs - Math.min(line, LINES_MAX) * LINE_STEP_MS) / LINE_MS),
      awake: eased((guardMs - (GUARD_MS - WAKE_MS)) / WAKE_MS),
      artMs,
    };
  }
}
