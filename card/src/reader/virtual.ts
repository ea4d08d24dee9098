/**
 * Card readers in this process: a rack of slots that cards are put into, taken out of and torn from by calls. The default where
 * there is no reader, and how everything above the port is tested. It behaves as PC/SC does, at its strictest: a card loses its
 * power with the last connection at once, not half a second later.
 */
import { ReaderError, type CardConnection, type Icc, type ReaderPort, type ReaderState } from '../ports.ts';
import { onlyChanges, type ReaderListener } from './listing.ts';
import { requireCommand } from './outcome.ts';
import { Transaction } from './transaction.ts';

/** A reader of the rack. */
export interface VirtualSlot {
  readonly name: string;
  /** Puts a card in and wakes it; the slot must be empty. Resolves when the readers' list shows it. */
  insert(card: Icc): Promise<void>;
  /** Pulls the card out, whatever it is doing; nothing happens when there is none. */
  remove(): void;
  /** Pulls the card at the next command: before it reaches the card, or after the card has done it and before the answer is read. */
  tear(when: 'before' | 'after'): void;
}

export interface VirtualRack {
  /** A new reader; the name must be free. */
  add(name: string): VirtualSlot;
  /** Unplugs a reader, with the card in it. */
  unplug(name: string): void;
  /** A program that uses these readers; two of them see each other as two wallets would. */
  client(options?: VirtualClientOptions): ReaderPort;
}

export interface VirtualClientOptions {
  /** How long `exclusive` waits for another client. Default 2 s. */
  readonly exclusiveMs?: number;
}

export function virtualRack(): VirtualRack {
  const slots = new Map<string, Slot>();
  const listeners = new Set<() => void>();
  const onChange = () => {
    for (const listener of [...listeners]) listener();
  };
  return {
    add(name) {
      if (slots.has(name)) throw new Error(`there is a reader called ${name} already`);
      const slot = new Slot(name, onChange);
      slots.set(name, slot);
      onChange();
      return slot;
    },
    unplug(name) {
      slots.get(name)?.remove();
      slots.delete(name);
      onChange();
    },
    client: (options) => new VirtualClient(slots, listeners, options?.exclusiveMs ?? 2000),
  };
}

/** A port over a rack of its own, or over the one given. */
export function virtualReaders(rack: VirtualRack = virtualRack()): ReaderPort {
  return rack.client();
}

class VirtualClient implements ReaderPort {
  readonly #slots: ReadonlyMap<string, Slot>;
  readonly #listeners: Set<() => void>;
  readonly #exclusiveMs: number;
  readonly #stops = new Set<() => void>();
  readonly #connections = new Set<VirtualConnection>();

  constructor(slots: ReadonlyMap<string, Slot>, listeners: Set<() => void>, exclusiveMs: number) {
    this.#slots = slots;
    this.#listeners = listeners;
    this.#exclusiveMs = exclusiveMs;
  }

  readers(): Promise<readonly ReaderState[]> {
    return Promise.resolve(this.#states());
  }

  watch(listener: ReaderListener): () => void {
    const tell = onlyChanges(listener);
    const look = () => tell(this.#states());
    const stop = () => {
      this.#listeners.delete(look);
      this.#stops.delete(stop);
    };
    this.#listeners.add(look);
    this.#stops.add(stop);
    look();
    return stop;
  }

  async connect(reader: string): Promise<CardConnection> {
    const slot = this.#slots.get(reader);
    if (!slot) throw new ReaderError('no-reader', `no reader is called ${JSON.stringify(reader)}`);
    const card = await slot.wake();
    const connection = new VirtualConnection(slot, card, this.#exclusiveMs, () => this.#connections.delete(connection));
    this.#connections.add(connection);
    return connection;
  }

  async close(): Promise<void> {
    for (const stop of [...this.#stops]) stop();
    await Promise.all([...this.#connections].map((one) => one.close('reset')));
  }

  #states(): ReaderState[] {
    return [...this.#slots.values()].map((slot) => slot.state());
  }
}

/** What each card is doing. Kept by card, not by slot: a card pulled in the middle of a command may be put in again before it is through. */
const wires = new WeakMap<Icc, Promise<unknown>>();

/** A card between being put in and being pulled out. */
class Inserted {
  readonly icc: Icc;
  atr: Uint8Array;
  isPowered = true;
  isGone = false;
  /** Counts resets, so that a connection sees that another client caused one. */
  resetCount = 0;
  connectionCount = 0;
  readonly gone: Promise<void>;
  readonly pull: () => void;

  private constructor(icc: Icc, atr: Uint8Array) {
    this.icc = icc;
    this.atr = atr;
    let pull = () => {};
    this.gone = new Promise((resolve) => (pull = resolve));
    this.pull = () => {
      this.isGone = true;
      pull();
    };
  }

  static async of(icc: Icc): Promise<Inserted> {
    return new Inserted(icc, await inTurn(icc, () => icc.powerOn()));
  }

  async powerOn(): Promise<void> {
    this.atr = await inTurn(this.icc, () => this.icc.powerOn());
    this.isPowered = true;
  }

  async powerOff(): Promise<void> {
    this.isPowered = false;
    await inTurn(this.icc, () => this.icc.powerOff());
  }
}

/** One thing at a time, as a card has one wire. */
function inTurn<T>(icc: Icc, work: () => Promise<T>): Promise<T> {
  const run = (wires.get(icc) ?? Promise.resolve()).then(work);
  wires.set(
    icc,
    run.catch(() => undefined),
  );
  return run;
}

class Slot implements VirtualSlot {
  readonly name: string;
  /** The connection that holds the others off. */
  holder: VirtualConnection | undefined;
  readonly #onChange: () => void;
  #inserted: Inserted | undefined;
  #tear: 'before' | 'after' | undefined;
  #waiting: (() => void)[] = [];

  constructor(name: string, onChange: () => void) {
    this.name = name;
    this.#onChange = onChange;
  }

  state(): ReaderState {
    const card = this.#inserted;
    return { name: this.name, present: card !== undefined, ...(card && { atr: card.atr }) };
  }

  async insert(icc: Icc): Promise<void> {
    if (this.#inserted) throw new Error(`there is a card in ${this.name} already`);
    this.#inserted = await Inserted.of(icc);
    this.#onChange();
  }

  remove(): void {
    const card = this.#inserted;
    if (!card) return;
    this.#inserted = undefined;
    this.#tear = undefined;
    card.pull();
    // After what it is doing now: a chip without power finishes nothing, but an Icc takes one call at a time.
    void card.powerOff();
    this.#onChange();
  }

  tear(when: 'before' | 'after'): void {
    this.#tear = when;
  }

  async wake(): Promise<Inserted> {
    const card = this.#inserted;
    if (!card) throw new ReaderError('no-card', `no card in ${this.name}`);
    card.connectionCount += 1;
    if (!card.isPowered) await card.powerOn();
    return card;
  }

  async exchange(card: Inserted, apdu: Uint8Array): Promise<Uint8Array> {
    const torn = this.#tear;
    this.#tear = undefined;
    if (torn === 'before') this.remove();
    else {
      const answer = await Promise.race([inTurn(card.icc, () => card.icc.transmit(apdu)), card.gone]);
      if (torn === 'after') this.remove();
      else if (answer) return answer;
    }
    throw new ReaderError('comm', 'the card was pulled out while it worked');
  }

  /** Takes the slot for one connection. Throws ReaderError `sharing` when another one keeps it longer than that. */
  async hold(connection: VirtualConnection, timeoutMs: number): Promise<void> {
    const endMs = performance.now() + timeoutMs;
    while (this.holder !== undefined) {
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) throw new ReaderError('sharing', `another program holds the card in ${this.name}`);
      await this.#released(leftMs);
    }
    this.holder = connection;
  }

  release(connection: VirtualConnection): void {
    if (this.holder !== connection) return;
    this.holder = undefined;
    for (const resume of this.#waiting.splice(0)) resume();
  }

  async #released(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      timer = setTimeout(resolve, timeoutMs);
    });
    clearTimeout(timer);
  }
}

class VirtualConnection implements CardConnection {
  readonly atr: Uint8Array;
  readonly #slot: Slot;
  readonly #card: Inserted;
  readonly #resetCount: number;
  readonly #onClose: () => void;
  readonly #transaction: Transaction;
  #isClosed = false;

  constructor(slot: Slot, card: Inserted, exclusiveMs: number, onClose: () => void) {
    this.#slot = slot;
    this.#card = card;
    this.#resetCount = card.resetCount;
    this.#onClose = onClose;
    this.atr = card.atr;
    const begin = async () => {
      this.#requireCard();
      await slot.hold(this, exclusiveMs);
    };
    this.#transaction = new Transaction(begin, () => Promise.resolve(slot.release(this)));
  }

  async transmit(apdu: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    this.#requireCard();
    const { holder } = this.#slot;
    if (holder !== undefined && holder !== this)
      throw new ReaderError('sharing', `another program holds the card in ${this.#slot.name}`);
    const answer = await this.#within(timeoutMs, this.#slot.exchange(this.#card, requireCommand(apdu)));
    if (answer.length < 2) throw new ReaderError('comm', `transmit: an answer of ${answer.length} bytes`);
    return answer;
  }

  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#transaction.run(work);
  }

  async close(disposition: 'reset' | 'leave'): Promise<void> {
    if (this.#isClosed) return;
    const { holder } = this.#slot;
    // Not under the hands of another client; a reset that cannot be made now is not made later.
    const isReset = disposition === 'reset' && (holder === undefined || holder === this);
    const card = this.#card;
    this.#leave();
    if (isReset) card.resetCount += 1;
    if (isReset && card.connectionCount > 0 && !card.isGone) await card.powerOn();
    await this.#powerDown();
    this.#slot.release(this);
  }

  #leave(): void {
    this.#isClosed = true;
    this.#onClose();
    this.#card.connectionCount -= 1;
  }

  async #powerDown(): Promise<void> {
    const card = this.#card;
    if (card.connectionCount === 0 && card.isPowered && !card.isGone) await card.powerOff();
  }

  #requireCard(): void {
    if (this.#isClosed) throw new ReaderError('comm', 'the connection to the card was closed');
    if (this.#card.isGone) throw new ReaderError('removed', `the card was taken out of ${this.#slot.name}`);
    if (this.#card.resetCount !== this.#resetCount)
      throw new ReaderError('reset', 'the card was reset by another program');
  }

  /** A card that stays silent: the connection is given up, as no later answer could be told from the one awaited. */
  async #within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#leave();
        this.#slot.release(this);
        // When it has come to its end, if ever.
        void this.#powerDown();
        reject(new ReaderError('timeout', `no answer within ${timeoutMs} ms`));
      }, timeoutMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
