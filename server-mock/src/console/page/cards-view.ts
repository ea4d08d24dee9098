/** The cards: what is known of each, and what can be done to it from here. */
import type { CardView, ConsoleState, SlotView } from '../types.ts';
import { fillTable, here, type ButtonCell } from './elements.ts';

/** Sends a wish to one of the console's doors for cards. */
export type Act = (path: string, wish: object) => void;

const DIGITS_SHOWN = 6;
const shortOf = (cardId: string): string => cardId.slice(0, DIGITS_SHOWN);

export function showCards({ cards, reader }: ConsoleState, act: Act): void {
  here('no-cards').hidden = cards.length > 0;
  here('issued').hidden = cards.length === 0;
  fillTable(
    here('cards'),
    cards.map((card) => [
      shortOf(card.cardId),
      `${card.player}, ${card.assurance}`,
      card.purses.join(', '),
      String(card.records),
      standing(card),
      actionsOf(card, act),
    ]),
    [2, 3],
  );
  here('reader').hidden = reader === undefined;
  here('add-card').hidden = reader?.canAdd !== true;
  fillTable(
    here('slots'),
    (reader?.slots ?? []).map((slot) => [
      slot.label,
      slot.cardId === undefined ? 'blank' : shortOf(slot.cardId),
      slot.isInserted ? 'in the reader' : 'out',
      [moveOf(slot, act)],
    ]),
    [],
  );
}

function standing({ blocked }: CardView): string {
  if (blocked === undefined) return 'good';
  const at = new Date(blocked.atMs).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
  return `blocked ${at}: ${blocked.reason}`;
}

function actionsOf({ cardId, player, blocked }: CardView, act: Act): readonly ButtonCell[] {
  if (blocked !== undefined) return [];
  const name = `card ${shortOf(cardId)} of ${player}`;
  const block = (why: 'lost' | 'block') => (): void => act('/console/cards/block', { cardId, why });
  return [
    { text: 'Lost', label: `Report lost ${name}`, onPress: block('lost') },
    { text: 'Block', label: `Block ${name}, for good`, onPress: block('block') },
  ];
}

function moveOf({ id, label, isInserted }: SlotView, act: Act): ButtonCell {
  const [verb, path] = isInserted ? ['Pull', '/console/cards/pull'] : ['Insert', '/console/cards/insert'];
  return { text: verb, label: `${verb} ${label}`, onPress: () => act(path, { id }) };
}
