/**
 * The town's virtual cards and the one virtual reader that takes them, in this process, so that a card can be put in and pulled
 * without either. Each card is the real applet over a real file; only the plastic is missing.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createApplet, fileStore, virtualRack, withCard, type Icc, type ReaderPort } from '@coinslot/card';
import type { CardSlots, VirtualCard } from '@coinslot/server-mock';

export const DESK_READER = 'Coinslot virtual reader';
/** The first card's. It guards throwaway money, and is printed where the wallet's is. */
export const DESK_CARD_PIN = '1357';
/** More than a purse holds; the console shows them all. */
const CARDS_MAX = 8;

export interface CardDesk extends CardSlots {
  /** For the wallet, which closes it. */
  readonly readers: ReaderPort;
  add(): Promise<void>;
}

interface Card {
  readonly id: string;
  readonly icc: Icc;
  /** Once it was read. */
  cardId: Uint8Array | undefined;
}

/** @param folder Where the cards' memories are kept; one blank card is made when there is none. */
export function openCardDesk(folder: string): CardDesk {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const rack = virtualRack();
  const slot = rack.add(DESK_READER);
  const cards = namesIn(folder).map((id) => cardOf(folder, id));
  let inserted: Card | undefined;
  const find = (id: string): Card => {
    const card = cards.find((one) => one.id === id);
    if (card === undefined) throw new RangeError(`there is no card ${id}`);
    return card;
  };
  const pull = (card: Card): void => {
    if (inserted !== card) return;
    inserted = undefined;
    slot.remove();
  };
  const view = async (card: Card): Promise<VirtualCard> => {
    const isInserted = inserted === card;
    if (isInserted) card.cardId ??= await readCardId(rack.client());
    return { id: card.id, label: `Virtual ${card.id.replace('-', ' ')}`, cardId: card.cardId, isInserted };
  };
  return {
    readers: rack.client(),
    list: () => Promise.all(cards.map(view)),
    async insert(id) {
      const card = find(id);
      if (inserted === card) return;
      if (inserted !== undefined) pull(inserted);
      inserted = card;
      await slot.insert(card.icc);
    },
    pull: (id) => Promise.resolve(pull(find(id))),
    add() {
      if (cards.length >= CARDS_MAX) throw new RangeError(`there are ${CARDS_MAX} cards already`);
      cards.push(cardOf(folder, `card-${cards.length + 1}`));
      return Promise.resolve();
    },
  };
}

function namesIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /^card-\d$/.test(name));
  return names.length === 0 ? ['card-1'] : names.sort();
}

function cardOf(folder: string, id: string): Card {
  mkdirSync(join(folder, id), { recursive: true, mode: 0o700 });
  return { id, icc: createApplet({ store: fileStore(join(folder, id, 'chip')) }), cardId: undefined };
}

/** `undefined` while it is blank, or while somebody else speaks with it. */
function readCardId(readers: ReaderPort): Promise<Uint8Array | undefined> {
  return withCard(readers, DESK_READER, async (terminal) => (await terminal.select()).cardId).catch(() => undefined);
}
