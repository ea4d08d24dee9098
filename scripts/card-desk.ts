/**
 * The sandbox's card desk: one virtual card and one virtual reader in this process, so that a card can be put in and pulled
 * without either. The card is the real applet over a real file; only the plastic is missing.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createApplet, fileStore, virtualRack, type ReaderPort } from '@coinslot/card';

export const DESK_READER = 'Coinslot virtual reader';
/** Of the virtual card. It guards throwaway money, and is printed where the wallet's is. */
export const DESK_CARD_PIN = '1357';

export interface DeskCard {
  readonly id: string;
  readonly name: string;
  readonly inserted: boolean;
}

export interface CardDesk {
  /** For the wallet, which closes it. */
  readonly readers: ReaderPort;
  list(): readonly DeskCard[];
  /** Resolves when the reader shows the card. Nothing happens when it is in. */
  insert(id: string): Promise<void>;
  /** At any moment, whatever the card is doing. */
  pull(id: string): Promise<void>;
}

const CARD = { id: 'card-1', name: 'Virtual card' };

/** @param folder Where the card's chip is kept. */
export function openCardDesk(folder: string): CardDesk {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const rack = virtualRack();
  const slot = rack.add(DESK_READER);
  const card = createApplet({ store: fileStore(join(folder, 'chip')) });
  let isIn = false;
  const requireCard = (id: string): void => {
    if (id !== CARD.id) throw new RangeError(`there is no card ${id}`);
  };
  return {
    readers: rack.client(),
    list: () => [{ ...CARD, inserted: isIn }],
    async insert(id) {
      requireCard(id);
      if (isIn) return;
      isIn = true;
      await slot.insert(card);
    },
    pull(id) {
      requireCard(id);
      isIn = false;
      slot.remove();
      return Promise.resolve();
    },
  };
}
