/** Cards for the console: what the server knows of them, and the doors that block them and move virtual ones. */
import type { ListedCard, PaymentServer } from '@coinslot/server';
import type { CardSlots } from '../card-slots.ts';
import type { Operator } from '../operator.ts';
import { refused } from '../web/answers.ts';
import type { WebDoor } from '../web/listener.ts';
import { actionDoor } from './action-door.ts';
import { moneyText } from './fields.ts';
import type { CardView, ReaderView } from './types.ts';

/** More than this many are not for looking at; the operator's door has them all. */
const CARDS_MAX = 100;
const CARD_ID_BYTES = 16;
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export async function readCards(
  server: PaymentServer,
  nameOf: (userId: Uint8Array) => string,
): Promise<readonly CardView[]> {
  const listed = await server.service.cards.list(new Uint8Array(CARD_ID_BYTES), CARDS_MAX);
  return [...listed]
    .sort((a, b) => a.card.issuedAtMs - b.card.issuedAtMs)
    .map((one) => viewCard(one, nameOf(one.card.userId)));
}

function viewCard({ card, parameters, floats }: ListedCard, player: string): CardView {
  const { cardId, assurance, counter, blockedAtMs, blockedReason = '' } = card;
  return {
    cardId: hexOf(cardId),
    player,
    assurance,
    records: counter,
    purses: (parameters?.purses ?? []).map(({ purse, plan, currency, ceilingMinor }) => {
      const held = floats.find((one) => one.purse === purse)?.floatMinor ?? 0n;
      return plan === 'prepaid' ? moneyText(held, currency) : `up to ${moneyText(ceilingMinor, currency)} unreported`;
    }),
    blocked: blockedAtMs === undefined ? undefined : { atMs: blockedAtMs, reason: blockedReason },
  };
}

export async function readReader(slots: CardSlots | undefined): Promise<ReaderView | undefined> {
  if (slots === undefined) return undefined;
  const listed = await slots.list();
  return {
    canAdd: slots.add !== undefined,
    slots: listed.map(({ id, label, cardId, isInserted }) => ({
      id,
      label,
      cardId: cardId && hexOf(cardId),
      isInserted,
    })),
  };
}

export interface CardDoorsOptions {
  readonly operator: Operator;
  readonly slots: CardSlots | undefined;
  /** Called when something stands otherwise than before. */
  readonly onChange: () => void;
}

const CARD_ID = /^[0-9a-f]{32}$/;
const SLOT_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** Why the console blocks a card. */
const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['lost', 'reported lost'],
  ['block', 'blocked at the console'],
]);

export function cardDoors({ operator, slots, onChange }: CardDoorsOptions): readonly WebDoor[] {
  const door = (path: string, act: Parameters<typeof actionDoor>[2]): WebDoor => actionDoor(path, onChange, act);
  const move = (path: string, act: (slots: CardSlots, id: string) => Promise<void>): WebDoor =>
    door(path, async ({ id }) => {
      if (slots === undefined) return refused(404, 'this sandbox was given no card reader');
      if (typeof id !== 'string' || !SLOT_ID.test(id)) return refused(400, 'expected { "id": a card of the reader }');
      await act(slots, id);
    });
  return [
    door('/console/cards/block', async ({ cardId, why }) => {
      const reason = REASONS.get(why);
      if (typeof cardId !== 'string' || !CARD_ID.test(cardId) || reason === undefined)
        return refused(400, 'expected { "cardId": hex, "why": "lost" | "block" }');
      await operator.blockCard(cardId, reason);
    }),
    move('/console/cards/insert', (reader, id) => reader.insert(id)),
    move('/console/cards/pull', (reader, id) => reader.pull(id)),
    door('/console/cards/add', async () => {
      if (slots?.add === undefined) return refused(404, 'there are no more cards');
      await slots.add();
    }),
  ];
}
