/** The player's timing state: kept in the store, joined with what is true only now (playing, owned, wallet, dialog). */
import {
  addPlay,
  isTimingState,
  newTimingState,
  recordAccepted,
  recordDeclined,
  recordShown,
  startSession,
  type Answer,
  type TimingState,
  type WalletStanding,
} from '../timing/index.ts';
import { hexOf } from './hex.ts';
import type { CorePorts } from './ports.ts';

const TABLE = 'player';
const KEY = 'timing';

export interface Live {
  playing(): boolean;
  overlayOpen(): boolean;
  wallet(): WalletStanding;
  owned(): readonly string[];
  /** Play that was not told of yet. */
  untoldMs(nowMs: number): number;
}

export class Player {
  readonly #ports: CorePorts;
  readonly #live: Live;
  readonly #onProblem: (error: unknown) => void;
  #state: TimingState;

  constructor(ports: CorePorts, live: Live, onProblem: (error: unknown) => void) {
    this.#ports = ports;
    this.#live = live;
    this.#onProblem = onProblem;
    const seed = hexOf(ports.random(8));
    this.#state = startSession(newTimingState(seed, this.#dayOffsetMs, ports.clock.nowMs()));
  }

  /** Reads the state of earlier sessions, and begins this one. */
  async load(): Promise<void> {
    const kept = await this.#ports.store.get(TABLE, KEY);
    if (isTimingState(kept)) this.#state = { ...startSession(kept), dayOffsetMs: this.#dayOffsetMs };
    this.#keep();
  }

  /** As of now, to the millisecond. */
  state(nowMs: number): TimingState {
    return {
      ...addPlay(this.#state, this.#live.untoldMs(nowMs)),
      playing: this.#live.playing(),
      overlayOpen: this.#live.overlayOpen(),
      wallet: this.#live.wallet(),
      owned: this.#live.owned(),
    };
  }

  played(playedMs: number): void {
    this.#become(addPlay(this.#state, playedMs));
  }

  /** `campaign`: whose doing it was; `undefined` when the player asked. */
  shown(campaign: string | undefined, atMs: number): void {
    this.#become(recordShown(this.#state, campaign, atMs));
  }

  answered(answer: Answer, atMs: number): void {
    if (answer === 'accepted') this.#become(recordAccepted(this.#state));
    if (answer === 'declined' || answer === 'left') this.#become(recordDeclined(this.#state, atMs));
  }

  get #dayOffsetMs(): number {
    return (this.#ports.utcOffsetMinutes ?? 0) * 60_000;
  }

  #become(state: TimingState): void {
    this.#state = state;
    this.#keep();
  }

  #keep(): void {
    this.#ports.store.put(TABLE, KEY, this.#state).catch(this.#onProblem);
  }
}
