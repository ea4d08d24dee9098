/** What the software card's tests share: options over a folder or a disk, and states to keep. */
import { join } from 'node:path';
import { CardStoreError, disperseStore, fileAnchor, type Disk, type DispersedStore } from '@coinslot/card';

export const PLACES = ['profile/cards/a', 'profile/cards/b', 'outside/coinslot/c'];
export const ANCHORS = ['profile/anchor', 'keychain/anchor'];

/** The codes of the protocol that a store's faults become for whoever pays (threats P, C, D). */
export const CODE_OF = { damaged: 'CARD_STATE', fork: 'CARD_FORK', io: 'STORAGE' } as const;

export interface StoreVariation {
  readonly places?: readonly string[];
  readonly quorum?: number;
  readonly pin?: number;
  readonly machine?: number;
  readonly disk?: Disk;
}

/** A store under `root`: two of three places in a profile, one outside, anchors in files. */
export function storeIn(root: string, vary: StoreVariation = {}): DispersedStore {
  const [first, second] = anchorsIn(root, vary.disk);
  return disperseStore({
    places: placesIn(root, vary.places),
    quorum: vary.quorum ?? 2,
    pinSecret: new Uint8Array(32).fill(vary.pin ?? 1),
    machineSecret: new Uint8Array(32).fill(vary.machine ?? 2),
    anchors: [first, second],
    ...(vary.disk === undefined ? {} : { disk: vary.disk }),
  });
}

export function placesIn(root: string, places: readonly string[] = PLACES): string[] {
  return places.map((place) => join(root, place));
}

export function anchorsIn(root: string, disk?: Disk) {
  return [fileAnchor(join(root, ANCHORS[0] ?? ''), disk), fileAnchor(join(root, ANCHORS[1] ?? ''), disk)] as const;
}

/** A state as long as a card's with a full record file, told apart by its number. */
export function stateOf(number: number, length = 20_000): Uint8Array {
  const state = new Uint8Array(length).fill(number % 251);
  new DataView(state.buffer).setUint32(0, number);
  return state;
}

export function numberOf(state: Uint8Array | undefined): number {
  if (state === undefined) return 0;
  const number = new DataView(state.buffer, state.byteOffset).getUint32(0);
  const isWhole = state.subarray(4).every((byte) => byte === number % 251);
  if (!isWhole) throw new Error(`a state mixed of two: begins with ${number}`);
  return number;
}

/** A card in which states 1 ... `last` were committed. */
export async function usedStore(root: string, last: number, vary: StoreVariation = {}): Promise<DispersedStore> {
  const store = storeIn(root, vary);
  await store.create();
  for (let number = 1; number <= last; number++) await store.commit(stateOf(number));
  return store;
}

/** The code of what was thrown, or the number of the state that came back. */
export async function outcomeOf(work: () => Promise<Uint8Array | undefined | void>): Promise<string | number> {
  try {
    return numberOf((await work()) ?? undefined);
  } catch (error) {
    if (error instanceof CardStoreError) return CODE_OF[error.kind];
    throw error;
  }
}
