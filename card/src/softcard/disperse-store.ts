/**
 * The software card's store: its state in n places of which any k restore it, sealed under a key from two secrets, with two
 * anchors elsewhere that tell an older copy from the newest. Fragments and their bytes: fragment.ts; which epoch counts:
 * quorum.ts.
 *
 * A commit writes place by place, each durable before the next, then both anchors. A crash before the k-th place leaves the
 * state before; after it the new one, which the next load completes. Repair is a commit of the same state: shares of two
 * cuttings do not mix, so a lost fragment cannot be written alone.
 *
 * One program has the card open: it locks every place that can be locked, from `create` or `load` to `close`. Two quorums share
 * a place, so another program with enough places to read a state meets a lock.
 */
import { randomBytes } from 'node:crypto';
import { combine, split } from 'shamir-secret-sharing';
import { CardStoreError, type CardStore } from '../ports.ts';
import type { Anchor, Mark } from './anchor.ts';
import { realDisk, type Disk } from './disk.ts';
import {
  DIGEST_BYTES,
  encodeFragment,
  mixKey,
  openState,
  sealState,
  STATE_BYTES_MAX,
  type Epoch,
  type Fragment,
} from './fragment.ts';
import { clearPlace, isEmptyPlace, lockPlace, readPlace, writePlace, type Finding } from './places.ts';
import { chooseEpoch, held, isOvertaken } from './quorum.ts';

export interface DisperseOptions {
  /** A folder for each fragment, 3 to 16; at least one should lie outside the profile. Missing ones are made, private. */
  readonly places: readonly string[];
  /** How many fragments restore the state; more than half of the places and at least 2. */
  readonly quorum: number;
  /** What the player's PIN opens, at least 16 bytes; already hard to guess (the vault's key, not the digits). */
  readonly pinSecret: Uint8Array;
  /** What only this machine or its keychain knows, at least 16 bytes. */
  readonly machineSecret: Uint8Array;
  readonly anchors: readonly [Anchor, Anchor];
  /** Default: the machine's own. */
  readonly disk?: Disk;
  /** Default: node:crypto. The shares' own randomness always comes from there. */
  readonly random?: (length: number) => Uint8Array;
}

/**
 * A CardStore that has to be made by name, so that files gone missing are never taken for a new purse. `create`, `load`,
 * `commit` and `destroy` throw `io` while another living program has it open.
 */
export interface DispersedStore extends CardStore {
  /**
   * Makes the card: until the first commit `load` gives `undefined`. Throws `damaged` where anything of a card is left in a
   * place or an anchor; what a crash in here leaves has to be destroyed first.
   */
  create(): Promise<void>;
  /** Removes every fragment, then both anchors' marks. What was not uploaded is gone with it. */
  destroy(): Promise<void>;
  /** What is in each place now. Changes nothing. */
  inspect(): Promise<readonly PlaceFinding[]>;
  /** Lets other programs at the card, once what is under way is through. `load` opens it again. */
  close(): Promise<void>;
}

export interface PlaceFinding {
  readonly folder: string;
  readonly finding: Finding;
}

interface Position extends Mark {
  readonly card: Uint8Array;
}

/**
 * A store over these places. Nothing is read before `load`. After `io` nobody knows which state the disk holds: `commit`
 * refuses until `load` has found out. Throws RangeError for options that cannot work.
 */
export function disperseStore(options: DisperseOptions): DispersedStore {
  return new Dispersed(options);
}

class Dispersed implements DispersedStore {
  readonly #places: readonly string[];
  readonly #quorum: number;
  readonly #key: Uint8Array;
  readonly #anchors: readonly [Anchor, Anchor];
  readonly #disk: Disk;
  readonly #random: (length: number) => Uint8Array;
  /** The committed state that the next one follows; `undefined` while nobody knows. */
  #position: Position | undefined;
  /** What gives each lock back, by place. */
  readonly #locks = new Map<string, () => void>();
  /** One thing at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: DisperseOptions) {
    const count = options.places.length;
    if (count < 3 || count > 16) throw new RangeError('places: 3 to 16');
    if (new Set(options.places).size !== count) throw new RangeError('places: one is named twice');
    if (options.quorum < 2 || options.quorum > count || options.quorum * 2 <= count)
      throw new RangeError('quorum: more than half of the places');
    this.#places = options.places;
    this.#quorum = options.quorum;
    this.#key = mixKey(options.pinSecret, options.machineSecret);
    this.#anchors = options.anchors;
    this.#disk = options.disk ?? realDisk;
    this.#random = options.random ?? ((length) => new Uint8Array(randomBytes(length)));
  }

  load(): Promise<Uint8Array | undefined> {
    return this.#inTurn(() => this.#orUnlock(() => this.#load()));
  }

  commit(state: Uint8Array): Promise<void> {
    return this.#inTurn(() => this.#commit(state));
  }

  create(): Promise<void> {
    return this.#inTurn(() => this.#orUnlock(() => this.#create()));
  }

  destroy(): Promise<void> {
    return this.#inTurn(() => this.#destroy().finally(() => this.#unlock()));
  }

  close(): Promise<void> {
    return this.#inTurn(() => {
      this.#position = undefined;
      this.#unlock();
      return Promise.resolve();
    });
  }

  async inspect(): Promise<readonly PlaceFinding[]> {
    const readings = this.#readPlaces();
    const newest = newestOf(readings, await this.#readAnchors(), this.#quorum);
    return readings.map((reading, place) => {
      const isWhole = newest !== undefined && held(readings, place, newest) !== undefined;
      return { folder: reading.folder, finding: isWhole ? 'whole' : (reading.troubles[0] ?? 'other') };
    });
  }

  async #load(): Promise<Uint8Array | undefined> {
    this.#position = undefined;
    this.#lock();
    const readings = this.#readPlaces();
    const choice = chooseEpoch(readings, await this.#readAnchors(), this.#quorum);
    const [first] = choice.fragments;
    const state = await this.#restore(choice.fragments);
    const position = { card: first.card, epoch: first.epoch, digest: first.digest };
    // What is told to the card must not be lost with one more fragment, nor be taken for a fork: made whole first. The
    // anchors first of all: a repair cut short between them would leave one of them two epochs behind.
    if (!choice.isAnchored) {
      this.#makeDurable(choice.fragments);
      await this.#writeAnchors(position);
    }
    if (choice.isEverywhere) this.#position = position;
    else await this.#write(position, first.isWritten, state);
    return first.isWritten ? state : undefined;
  }

  async #commit(state: Uint8Array): Promise<void> {
    if (state.length > STATE_BYTES_MAX) throw new RangeError('state: too long');
    const position = this.#position;
    if (position === undefined) throw new CardStoreError('io', 'the software card has to be loaded first');
    this.#lock(); // a place that was made anew since
    await this.#write(position, true, state);
  }

  async #create(): Promise<void> {
    io('its places could not be made', () => {
      for (const folder of this.#places) if (this.#disk.look(folder) === undefined) this.#disk.makeFolder(folder);
    });
    this.#lock();
    const marks = await this.#readAnchors();
    const isEmpty = io('its places could not be looked at', () =>
      this.#places.every((folder) => isEmptyPlace(this.#disk, folder)),
    );
    if (!isEmpty || marks.some((mark) => mark !== undefined))
      throw new CardStoreError('damaged', 'a software card, or what is left of one, is already here');
    const before = { card: this.#random(16), epoch: -1, digest: new Uint8Array(DIGEST_BYTES) };
    await this.#write(before, false, new Uint8Array(0), this.#places.length);
  }

  async #destroy(): Promise<void> {
    this.#position = undefined;
    this.#lock();
    for (const folder of this.#places) io(`${folder} could not be cleared`, () => clearPlace(this.#disk, folder));
    await this.#writeAnchors(undefined);
  }

  async #write(before: Position, isWritten: boolean, state: Uint8Array, placesMin = this.#quorum): Promise<void> {
    this.#position = undefined;
    const epochKey = this.#random(32);
    const shares = await split(epochKey, this.#places.length, this.#quorum);
    const { card, digest: previous } = before;
    const counts = { places: this.#places.length, quorum: this.#quorum };
    const next = { card, epoch: before.epoch + 1, isWritten, previous, ...counts };
    const { epoch, sealed, digest } = sealState(this.#key, epochKey, next, state);
    requireNewest(before, await this.#readAnchors());
    // From here to the last place nothing else of this program runs; other programs meet the locks.
    if (isOvertaken(before, this.#readPlaces(), this.#quorum)) throw overtaken();
    this.#writePlaces(epoch, shares, sealed, placesMin);
    await this.#writeAnchors({ epoch: epoch.epoch, digest });
    this.#position = { card, epoch: epoch.epoch, digest };
  }

  /** Locks what can be locked and is not yet. */
  #lock(): void {
    for (const folder of this.#places) {
      if (this.#locks.has(folder)) continue;
      const lock = lockPlace(this.#disk, folder);
      if (lock === 'held') {
        this.#position = undefined;
        this.#unlock();
        throw new CardStoreError('io', `another program has the software card open (${folder})`);
      }
      if (lock !== undefined) this.#locks.set(folder, lock);
    }
  }

  #unlock(): void {
    for (const release of this.#locks.values()) release();
    this.#locks.clear();
  }

  async #orUnlock<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (fault) {
      this.#unlock();
      throw fault;
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** A place that fails is left for the next repair as long as a quorum is durable. */
  #writePlaces(epoch: Epoch, shares: readonly Uint8Array[], sealed: Uint8Array, placesMin: number): void {
    let failed = 0;
    for (const [index, folder] of this.#places.entries()) {
      const own = { index, share: shares[index] ?? new Uint8Array(), sealed };
      const bytes = encodeFragment(this.#key, this.#random(12), epoch, own);
      try {
        writePlace(this.#disk, folder, epoch.epoch, bytes);
      } catch (cause) {
        failed += 1;
        if (this.#places.length - failed < placesMin)
          throw new CardStoreError('io', `${folder} could not be written: is the disk full or read-only?`, { cause });
      }
    }
  }

  /**
   * A commit that was cut short, or whose fsync failed, can have left fragments that are read from memory and are not on the
   * disk. The same bytes are written once more, which can tear nothing, before the next epoch overwrites the one before.
   */
  #makeDurable(fragments: readonly Fragment[]): void {
    let durable = 0;
    let fault: unknown;
    for (const fragment of fragments) {
      try {
        writePlace(this.#disk, this.#places[fragment.index] ?? '', fragment.epoch, fragment.bytes);
        durable += 1;
      } catch (cause) {
        fault = cause;
      }
    }
    if (durable < this.#quorum)
      throw new CardStoreError('io', 'a commit of the software card that was cut short cannot be ended', {
        cause: fault,
      });
  }

  async #restore(fragments: readonly [Fragment, ...Fragment[]]): Promise<Uint8Array> {
    const shares = fragments.slice(0, this.#quorum).map((fragment) => fragment.share);
    try {
      return openState(this.#key, await combine(shares), fragments[0]);
    } catch (cause) {
      throw new CardStoreError('damaged', 'the fragments do not restore a state', { cause });
    }
  }

  #readPlaces() {
    return this.#places.map((folder) => readPlace(this.#disk, folder, this.#key));
  }

  async #readAnchors(): Promise<(Mark | undefined)[]> {
    try {
      return [await this.#anchors[0].read(), await this.#anchors[1].read()];
    } catch (cause) {
      throw new CardStoreError('io', 'an anchor of the software card could not be read', { cause });
    }
  }

  async #writeAnchors(mark: Mark | undefined): Promise<void> {
    try {
      for (const anchor of this.#anchors) await anchor.write(mark);
    } catch (cause) {
      throw new CardStoreError('io', 'an anchor of the software card could not be written', { cause });
    }
  }
}

/** Whoever moved an anchor since has spent from the same purse. */
function requireNewest(position: Position, marks: readonly (Mark | undefined)[]): void {
  const isMoved = marks.some(
    (mark) =>
      mark !== undefined && !(mark.epoch === position.epoch && Buffer.from(mark.digest).equals(position.digest)),
  );
  if (isMoved) throw overtaken();
}

const overtaken = () =>
  new CardStoreError('fork', 'another copy of the software card was used since this one was loaded');

/** The epoch that `load` would take, or `undefined` where it would refuse. */
function newestOf(...found: Parameters<typeof chooseEpoch>): Fragment | undefined {
  try {
    return chooseEpoch(...found).fragments[0];
  } catch {
    return undefined;
  }
}

function io<T>(message: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new CardStoreError('io', message, { cause });
  }
}
