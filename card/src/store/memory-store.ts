/** A card's state in memory: for tests, and for a card that need not outlive its program. */
import type { CardStore } from '../ports.ts';

/** A store that forgets with the program. It keeps copies, so that nobody else's bytes can change a committed state. */
export function memoryStore(): CardStore {
  let committed: Uint8Array | undefined;
  return {
    load: () => Promise.resolve(committed && Uint8Array.from(committed)),
    commit(state) {
      committed = Uint8Array.from(state);
      return Promise.resolve();
    },
  };
}
