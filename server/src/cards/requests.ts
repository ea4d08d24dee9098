/** What players ask about a card that they have: its newest parameters, or that it is lost. */
import {
  decodeCardRequest,
  encodeCardParameters,
  equalBytes,
  openSigned,
  ProtocolError,
  readEnvelope,
  type CardParameters,
  type CardRequest,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { currentRateTable } from '../exchange/service.ts';
import type { Player } from '../players/types.ts';
import type { StoreReader, StoreTransaction } from '../store/port.ts';
import type { CardIssuer } from './issuers.ts';
import { parametersOf, type CardPolicy } from './policy.ts';
import type { Card } from './types.ts';

/** Throws BAD_ENCODING, TOO_LARGE, BAD_KEY, BAD_SIGNATURE, or CONSENT_REQUIRED for a question at the wrong door. */
export async function readCardRequest(
  envelope: Uint8Array,
  ask: CardRequest['ask'],
  audience: Uint8Array,
  store: StoreReader,
): Promise<CardRequest> {
  const request = decodeCardRequest(readEnvelope(envelope).body);
  await requireOwnCard(envelope, 'card-request', request, audience, store);
  if (request.ask !== ask) throw new ProtocolError('BAD_ENCODING', `CardRequest.ask: expected ${ask} at this door`);
  return request;
}

/** A player's card, asked about by the player. Throws BAD_KEY or BAD_SIGNATURE. */
export async function requireOwnCard(
  envelope: Uint8Array,
  type: 'card-request' | 'card-keys-request',
  request: { readonly userId: Uint8Array; readonly cardId: Uint8Array; readonly audience: Uint8Array },
  audience: Uint8Array,
  store: Pick<StoreReader, 'findPlayer' | 'cards'>,
): Promise<Card> {
  const player = await store.findPlayer(request.userId);
  const card = await store.cards.findCard(request.cardId);
  if (player === undefined || card === undefined || !equalBytes(card.userId, request.userId))
    throw new ProtocolError('BAD_KEY', `${type}, cardId: this player has no such card here`);
  openSigned(envelope, { type, publicKey: player.accountKey, verify: nativeVerifySignature });
  if (!equalBytes(request.audience, audience))
    throw new ProtocolError('BAD_KEY', `${type}, audience: not this server's key`);
  return card;
}

export interface RenewContext {
  readonly issuerOf: (card: Card) => CardIssuer;
  readonly policy: CardPolicy;
  readonly nowMs: number;
}

const RENEW_AFTER_MS = 86_400_000;

/**
 * Envelope `card-parameters`: the newest while they are a day old at most and nothing has changed, the next number otherwise.
 * Durable before they leave. Throws CARD_BLOCKED, or CHAIN_EXPIRED for a card that has ended.
 */
export async function renewParameters(
  tx: StoreTransaction,
  cardId: Uint8Array,
  { issuerOf, policy, nowMs }: RenewContext,
): Promise<Uint8Array> {
  const card = (await tx.cards.findCard(cardId)) as Card;
  if (card.blockedAtMs !== undefined) throw new ProtocolError('CARD_BLOCKED', 'CardRequest.cardId: blocked');
  if (nowMs > card.notAfterMs) throw new ProtocolError('CHAIN_EXPIRED', "CardRequest.cardId: the card's time is over");
  const player = (await tx.findPlayer(card.userId)) as Player;
  const held = await tx.cards.findParameters(cardId);
  if (held === undefined) throw new Error('a card has no parameters');
  const { assurance, notAfterMs } = card;
  const rateTable = await currentRateTable(tx, nowMs);
  const number = held.parameters.number + 1;
  const context = { policy, assurance, rateTable, cardId, number, nowMs, player, notAfterMs };
  const next = parametersOf(held.parameters.purses, context);
  if (isCurrent(held.parameters, next)) return held.envelope;
  const envelope = issuerOf(card).seal('card-parameters', encodeCardParameters(next));
  await tx.cards.addParameters(cardId, number, envelope);
  return envelope;
}

function isCurrent(held: CardParameters, next: CardParameters): boolean {
  if (next.timeMs - held.timeMs > RENEW_AFTER_MS) return false;
  const { number, timeMs, notAfterMs } = held;
  return equalBytes(encodeCardParameters({ ...next, number, timeMs, notAfterMs }), encodeCardParameters(held));
}
