/**
 * The software card: the applet of the cards over a store dispersed on disk, in a reader of its own. Two fragments are kept
 * in the profile and one outside it, and any two restore it; one anchor is the wallet's journal, the other lies beside the
 * outside folder, so that losing that whole folder loses nothing. It is
 * in its reader while the vault is open.
 */
import { join } from 'node:path';
import {
  createApplet,
  disperseStore,
  fileAnchor,
  virtualRack,
  type Anchor,
  type DispersedStore,
  type ReaderPort,
} from '@coinslot/card';
import type { Log } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import type { DayKeys } from '../vault/keys.ts';

export interface SoftCardOptions {
  profile: Profile;
  /** A folder outside the profile. */
  outside: string;
  log: Log;
}

export const SOFT_CARD_READER = 'software card';
const QUORUM = 2;

export class SoftCard {
  readonly #options: SoftCardOptions;
  readonly #rack = virtualRack();
  readonly #slot = this.#rack.add(SOFT_CARD_READER);
  readonly #stop: () => void;
  /** Of the card that is in. */
  #store: DispersedStore | undefined;
  /** Putting in and pulling out, one after the other. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: SoftCardOptions) {
    this.#options = options;
    this.#stop = options.profile.vault.onChange(() => void this.#follow());
    void this.#follow();
  }

  /** Its reader, in this process. */
  readers(): ReaderPort {
    return this.#rack.client();
  }

  get exists(): boolean {
    return this.#options.profile.state.cardMark?.isKnown === true;
  }

  /** Makes the store of a new card and puts the blank card in. Throws CardStoreError where one is, or was. */
  async create(day: DayKeys): Promise<void> {
    await this.#inTurn(async () => {
      const store = this.#storeOf(day);
      await store.create();
      await this.#put(store);
    });
  }

  /** Removes every trace of it. What it had not uploaded is gone with it. */
  async destroy(day: DayKeys): Promise<void> {
    await this.#inTurn(async () => {
      await this.#pull();
      await this.#storeOf(day).destroy();
    });
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#inTurn(() => this.#pull());
  }

  /** In while the vault is open, out while it is locked. */
  #follow(): Promise<void> {
    return this.#inTurn(async () => {
      const { day } = this.#options.profile.vault;
      if (day === undefined) await this.#pull();
      else if (this.exists && this.#store === undefined) await this.#put(this.#storeOf(day));
    }).catch((fault: unknown) => this.#options.log.error({ fault: String(fault) }, 'software card: not put in'));
  }

  async #put(store: DispersedStore): Promise<void> {
    this.#store = store;
    await this.#slot.insert(createApplet({ store, random: this.#options.profile.random }));
  }

  /** Its files are then free for another wallet. */
  async #pull(): Promise<void> {
    const store = this.#store;
    if (store === undefined) return;
    this.#store = undefined;
    this.#slot.remove();
    await store.close();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  #storeOf(day: DayKeys): DispersedStore {
    const { profile, outside } = this.#options;
    const inside = join(profile.path, 'software-card');
    return disperseStore({
      places: [join(inside, 'a'), join(inside, 'b'), join(outside, 'c')],
      quorum: QUORUM,
      pinSecret: day.softCardSecret,
      machineSecret: profile.vault.machineKey('software card'),
      anchors: [journalAnchor(profile), fileAnchor(`${outside}.mark`)],
      random: profile.random,
    });
  }
}

/** The wallet's journal as an anchor: whoever puts back older fragments has to put back an older journal with them. */
function journalAnchor(profile: Profile): Anchor {
  return {
    read() {
      const mark = profile.state.cardMark;
      return Promise.resolve(mark?.isKnown === true ? { epoch: mark.epoch, digest: mark.digest } : undefined);
    },
    write(mark) {
      const { epoch, digest } = mark ?? { epoch: 0, digest: new Uint8Array(32) };
      profile.record({ kind: 'card-mark', atMs: profile.clock(), isKnown: mark !== undefined, epoch, digest });
      return Promise.resolve();
    },
  };
}
