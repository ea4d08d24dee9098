/**
 * A store that a test tears: at the nth commit from when it was armed it fails, before the state is durable or after. That is
 * all there is to tear in a card, since nothing durable happens anywhere else; the applet has no switch of its own.
 */
import { CardStoreError, memoryStore, type CardStore } from '@coinslot/card';

export type Tear = 'before' | 'after';

export interface TearingStore extends CardStore {
  /** Fails the nth commit from now, and none after it. */
  tearAt(nth: number, tear: Tear): void;
  /** Commits since the store was made or armed. */
  readonly commits: number;
}

export function tearingStore(inner: CardStore): TearingStore {
  let commits = 0;
  let armed: { nth: number; tear: Tear } | undefined;
  return {
    load: () => inner.load(),
    async commit(state) {
      commits += 1;
      const tear = armed?.nth === commits ? armed.tear : undefined;
      if (tear !== 'before') await inner.commit(state);
      if (tear !== undefined) throw new CardStoreError('io', `torn ${tear} commit ${commits}`);
    },
    tearAt(nth, tear) {
      commits = 0;
      armed = { nth, tear };
    },
    get commits() {
      return commits;
    },
  };
}

/** A store of its own with the same state. */
export async function copyOf(store: CardStore): Promise<CardStore> {
  const copy = memoryStore();
  const state = await store.load();
  if (state !== undefined) await copy.commit(state);
  return copy;
}
