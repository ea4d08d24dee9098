/** A game without Phaser in front of a wallet party: the core with memory storage, a virtual clock and a scripted player. */
import {
  Coinslot,
  memoryStore,
  webSockets,
  type CoinslotEvents,
  type Clock,
  type ConsentStage,
  type LoopbackPermission,
  type PlayerIntent,
  type Store,
  type WebSocketClass,
} from '@coinslot/plugin/core';
import type { OverlayState } from '@coinslot/overlay';
import type { PlacementsFile } from '@coinslot/plugin/timing';
import { WebSocket } from 'ws';
import { NOON_MS } from '../../lib/parties.ts';
import { makeContent, PLACEMENTS, type Content } from './content.ts';
import { VirtualClock } from './virtual-clock.ts';
import { WalletParty } from './wallet-party.ts';

export const ORIGIN = 'http://127.0.0.1:8375';

/** What a player does in each state of the dialog; `wait` = nothing. */
export type Habits = Partial<
  Record<OverlayState['kind'], PlayerIntent | 'wait' | ((state: OverlayState) => PlayerIntent | 'wait')>
>;

export const PAYS: Habits = { review: 'accept', granted: 'close', refused: 'close' };

/** A stage whose player has habits. */
export class HabitStage implements ConsentStage {
  habits: Habits;
  readonly seen: OverlayState[] = [];
  opened = 0;
  closed = 0;
  #listener: ((intent: PlayerIntent) => void) | undefined;
  #waiters: (() => void)[] = [];

  constructor(habits: Habits = PAYS) {
    this.habits = habits;
  }

  open() {
    this.opened++;
    return Promise.resolve({
      show: (state: OverlayState) => this.#show(state),
      onIntent: (listener: (intent: PlayerIntent) => void) => void (this.#listener = listener),
      close: () => void this.closed++,
    });
  }

  intend(intent: PlayerIntent): void {
    this.#listener?.(intent);
  }

  /** Resolves when a state of the kind has been shown `times` times in all. */
  async shows(kind: OverlayState['kind'], times = 1): Promise<void> {
    while (this.seen.filter((state) => state.kind === kind).length < times)
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  #show(state: OverlayState): void {
    this.seen.push(state);
    for (const wake of this.#waiters.splice(0)) wake();
    const habit = this.habits[state.kind] ?? 'wait';
    const intent = typeof habit === 'function' ? habit(state) : habit;
    if (intent !== 'wait') queueMicrotask(() => this.intend(intent));
  }
}

class GameSocket extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(url, protocols, { origin: ORIGIN });
  }
}

/** The browser's word on reaching this machine, and the player's change of mind. */
export class SettablePermission {
  #state: LoopbackPermission;
  #changed: () => void = () => undefined;

  constructor(state: LoopbackPermission = 'unknown') {
    this.#state = state;
  }

  read(): Promise<LoopbackPermission> {
    return Promise.resolve(this.#state);
  }

  onChange(changed: () => void): void {
    this.#changed = changed;
  }

  set(state: LoopbackPermission): void {
    this.#state = state;
    this.#changed();
  }
}

export interface SeatOptions {
  store?: Store;
  habits?: Habits;
  placements?: PlacementsFile;
  /** Where releases come from, by `fetchBytes`. */
  placementsUrl?: string;
  roots?: Uint8Array | readonly Uint8Array[];
  crls?: Uint8Array;
  sandbox?: boolean;
  permission?: LoopbackPermission;
  locale?: string;
  /** Where sealed files come from. */
  fetchBytes?: (url: string) => Promise<Uint8Array>;
  /** Default: the game was paired with this wallet before. */
  paired?: boolean;
}

/** What a session is held in: the party below, or a real wallet at a port. */
export interface SeatWorld {
  readonly content: Pick<Content, 'priceList' | 'roots'>;
  readonly clock: Clock;
  readonly wallet: { readonly port: number };
}

/** A session of the game. */
export class Seat {
  readonly coinslot: Coinslot;
  readonly permission: SettablePermission;
  readonly stage: HabitStage;
  readonly store: Store;
  readonly messages: CoinslotEvents['message'][] = [];
  readonly changes: CoinslotEvents['entitlement'][] = [];
  readonly problems: CoinslotEvents['problem'][] = [];

  constructor(world: SeatWorld, options: SeatOptions = {}) {
    this.stage = new HabitStage(options.habits);
    this.store = options.store ?? memoryStore();
    this.permission = new SettablePermission(options.permission);
    const { priceList, roots } = world.content;
    this.coinslot = new Coinslot(
      {
        priceList,
        placements: options.placements ?? PLACEMENTS,
        roots: options.roots ?? roots,
        sandbox: options.sandbox ?? true,
        wallet: { port: world.wallet.port },
        ...(options.locale && { locale: options.locale }),
        ...(options.crls && { crls: options.crls }),
        ...(options.placementsUrl && { placementsUrl: options.placementsUrl }),
      },
      {
        clock: world.clock,
        random: (length) => crypto.getRandomValues(new Uint8Array(length)),
        store: this.store,
        openSocket: webSockets(GameSocket as unknown as WebSocketClass),
        stage: this.stage,
        origin: ORIGIN,
        loopbackPermission: this.permission,
        ...(options.fetchBytes && { fetchBytes: options.fetchBytes }),
      },
    );
    this.coinslot.events.on('message', (message) => this.messages.push(message));
    this.coinslot.events.on('entitlement', (change) => this.changes.push(change));
    this.coinslot.events.on('problem', (problem) => this.problems.push(problem));
  }

  /** Resolves with the next change of entitlements. */
  nextChange(): Promise<CoinslotEvents['entitlement']> {
    return new Promise((resolve) => this.coinslot.events.once('entitlement', resolve));
  }
}

/** A wallet party and the games in front of it. */
export class World {
  readonly clock = new VirtualClock(NOON_MS);
  readonly content: Content;
  readonly wallet: WalletParty;
  readonly #seats: Seat[] = [];

  constructor(content: Content = makeContent()) {
    this.content = content;
    this.wallet = new WalletParty(content, () => this.clock.nowMs());
  }

  static async open(content?: Content): Promise<World> {
    const world = new World(content);
    await world.wallet.start();
    return world;
  }

  sit(options: SeatOptions = {}): Seat {
    const store = options.store ?? memoryStore();
    if (options.paired ?? true) {
      this.wallet.isPaired = true;
      void store.put('pairing', String(this.wallet.port), this.wallet.secret);
    }
    const seat = new Seat(this, { ...options, store });
    this.#seats.push(seat);
    return seat;
  }

  async close(): Promise<void> {
    for (const seat of this.#seats) seat.coinslot.close();
    await this.wallet.stop();
  }
}
