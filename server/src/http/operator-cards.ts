/** The operator's doors for cards: the list, the blocked list, publishers' claims, and what is left on a card that ended. */
import { LIMITS } from '@coinslot/protocol';
import type { Cards, ListedCard } from '../cards/service.ts';
import { hex } from '../players/types.ts';
import { json } from './answer.ts';
import type { Door, DoorRequest } from './doors.ts';
import {
  queryCount,
  queryHex,
  requireBase64,
  requireHex,
  requireList,
  requireRecord,
  requireText,
  type Fields,
} from './json-fields.ts';
import type { OperatorPost } from './operator.ts';

const CARD_ID_BYTES = 16;
const CLAIMS_MAX = 16;

export function operatorCardDoors(
  { cards, pageMax }: { readonly cards: Cards; readonly pageMax: number },
  post: OperatorPost,
): readonly Door[] {
  return [
    post('/v1/operator/cards/block', ['cardId', 'reason'], 200, async (fields) => {
      const { cardId, blockedAtMs } = await cards.block(
        requireHex(fields, 'cardId', CARD_ID_BYTES),
        requireText(fields, 'reason'),
      );
      return { cardId: hex(cardId), blocked: true, blockedAtMs };
    }),
    post('/v1/operator/cards/settle', ['cardId'], 200, async (fields) => ({
      returned: await cards.settle(requireHex(fields, 'cardId', CARD_ID_BYTES)),
    })),
    post('/v1/operator/claims', ['publisherId', 'claims'], 200, (fields) => claim(cards, fields)),
    { method: 'GET', path: '/v1/operator/cards', operator: true, open: (request) => list(cards, pageMax, request) },
  ];
}

async function claim(cards: Cards, fields: Fields): Promise<object> {
  const claims = requireList(fields, 'claims', CLAIMS_MAX).map((one, i) => {
    const at = `claims[${i}]`;
    const { decision, quote } = requireRecord(one, at, ['decision', 'quote']);
    return {
      decision: requireBase64(decision, `${at}.decision`, LIMITS.messageBytesMax),
      quote: requireBase64(quote, `${at}.quote`, LIMITS.messageBytesMax),
    };
  });
  return { claims: await cards.claim(requireText(fields, 'publisherId'), claims) };
}

async function list(cards: Cards, pageMax: number, { query }: DoorRequest): Promise<ReturnType<typeof json>> {
  const count = Number(queryCount(query, 'count', BigInt(pageMax), BigInt(pageMax)));
  const rows = await cards.list(queryHex(query, 'after', CARD_ID_BYTES), count);
  const last = rows[rows.length - 1];
  const next = rows.length < count || last === undefined ? null : hex(last.card.cardId);
  return json(200, { cards: rows.map(cardJson), next });
}

const cardJson = ({ card, parameters, floats }: ListedCard): object => ({
  cardId: hex(card.cardId),
  userId: hex(card.userId),
  assurance: card.assurance,
  issuerId: card.issuerId,
  counter: card.counter,
  acknowledgement: card.acknowledgement,
  issuedAtMs: card.issuedAtMs,
  notAfterMs: card.notAfterMs,
  seenAtMs: card.seenAtMs ?? null,
  blockedAtMs: card.blockedAtMs ?? null,
  blockedReason: card.blockedReason ?? null,
  settledAtMs: card.settledAtMs ?? null,
  purses: (parameters?.purses ?? []).map(({ purse, plan, currency, ceilingMinor }) => ({
    purse,
    plan,
    currency,
    ceilingMinor,
    floatMinor: floats.find((one) => one.purse === purse)?.floatMinor ?? null,
  })),
});
