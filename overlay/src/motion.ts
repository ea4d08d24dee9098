/** Times of the few movements. With reduced motion everything is where it ends. */
import { artMoves, DROP_MS } from './draw/art.ts';
import type { Art } from './dialog/view.ts';

const OPEN_MS = 260;
const ARRIVE_MS = 170;
/** A turning coin needs no more pictures than this; each is an upload of the whole canvas. */
const TURN_FRAME_MS = 33;

export interface Pose {
  readonly opened: number;
  readonly arrived: number;
  readonly artMs: number;
}

export class Motion {
  readonly #reduced: boolean;
  #openedMs = 0;
  #arrivedMs = 0;
  #posedMs = Number.NEGATIVE_INFINITY;
  #moving = false;

  constructor(reduced: boolean) {
    this.#reduced = reduced;
  }

  open(nowMs: number): void {
    this.#openedMs = this.#arrivedMs = nowMs;
    this.#moving = !this.#reduced;
  }

  arrive(nowMs: number): void {
    this.#arrivedMs = nowMs;
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
    const settled = nowMs - this.#arrivedMs > Math.max(OPEN_MS, ARRIVE_MS, DROP_MS);
    return !(settled && art === 'turning') || nowMs - this.#posedMs >= TURN_FRAME_MS;
  }

  pose(nowMs: number, art: Art): Pose {
    this.#posedMs = nowMs;
    if (this.#reduced) return { opened: 1, arrived: 1, artMs: Number.POSITIVE_INFINITY };
    const opened = eased((nowMs - this.#openedMs) / OPEN_MS);
    const arrived = eased((nowMs - this.#arrivedMs) / ARRIVE_MS);
    const artMs = Math.max(0, nowMs - this.#arrivedMs);
    this.#moving = opened < 1 || arrived < 1 || artMoves(art, artMs);
    return { opened, arrived, artMs };
  }
}

/** Fast at first, soft at the end. */
const eased = (share: number): number => 1 - (1 - Math.min(1, Math.max(0, share))) ** 3;
