/**
 * Content keys for a card, at its contact: which ones, and sealed to the card so that nobody else reads them, its player not
 * either. What the publisher has signed is verified here, because a card cannot: each key goes to the card under the hash of the one
 * sale that it belongs to.
 */
import {
  CARD_KEYS_MAX,
  cardSaleHash,
  cardSealingKeyInput,
  contentKeysDigest,
  decodeCardKeysRequest,
  encodeCardKeys,
  encodeContentKeys,
  keyHash,
  ProtocolError,
  readEnvelope,
  type CardKeysRequest,
  type ContentKeyOfSale,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { sealContentKeys } from '@coinslot/protocol/sealing';
import type { Escrows } from '../escrows/service.ts';
import type { SealedQuote } from '../escrows/store.ts';
import type { Random } from '../log.ts';
import type { QuoteDesk } from '../payments/quote-desk.ts';
import { hex } from '../players/types.ts';
import type { StoreReader } from '../store/port.ts';
import type { CardIssuer } from './issuers.ts';
import { requireOwnCard } from './requests.ts';
import type { Card } from './types.ts';

/** Of the room on a card, what one publisher may take: a quarter. */
const OF_ONE_PUBLISHER_MAX = CARD_KEYS_MAX / 4;
/** Quotes looked at for one card, so that many dead ones cannot keep a server busy. */
const LOOKED_AT_MAX = 512;
const PAGE = 64;
const SEALING_BYTES = 32;

export interface ReadKeysRequest {
  readonly request: CardKeysRequest;
  readonly card: Card;
}

/** Throws BAD_ENCODING, TOO_LARGE, BAD_KEY, BAD_SIGNATURE, CARD_BLOCKED, or CHAIN_EXPIRED for a card that has ended. */
export async function readKeysRequest(
  envelope: Uint8Array,
  audience: Uint8Array,
  store: StoreReader,
  nowMs: number,
): Promise<ReadKeysRequest> {
  const request = decodeCardKeysRequest(readEnvelope(envelope).body);
  const card = await requireOwnCard(envelope, 'card-keys-request', request, audience, store);
  const { cardId, sealingKey, proof } = request;
  if (!nativeVerifySignature(card.publicKey, cardSealingKeyInput(cardId, sealingKey), proof))
    throw new ProtocolError('BAD_SIGNATURE', "CardKeysRequest.proof: not by the card's key");
  if (card.blockedAtMs !== undefined) throw new ProtocolError('CARD_BLOCKED', 'CardKeysRequest.cardId: blocked');
  if (nowMs > card.notAfterMs)
    throw new ProtocolError('CHAIN_EXPIRED', "CardKeysRequest.cardId: the card's time is over");
  return { request, card };
}

export interface LoadingContext {
  readonly issuer: CardIssuer;
  readonly escrows: Pick<Escrows, 'contentKeyAt'>;
  readonly quotes: QuoteDesk;
  readonly store: Pick<StoreReader, 'escrows'>;
  readonly random: Random;
  readonly nowMs: number;
}

/** Envelope `card-keys`: everything that the card may release until it comes again. */
export async function loadContentKeys(
  { request, card }: ReadKeysRequest,
  context: LoadingContext,
): Promise<Uint8Array> {
  const { issuer, random, nowMs } = context;
  const { cardId, sealingKey, room } = request;
  const keys = await keysFor(card, room, context);
  // In an order of their own: the same keys have the same digest.
  const list = encodeContentKeys({ keys: [...keys].sort((a, b) => (hex(a.sale) < hex(b.sale) ? -1 : 1)) });
  const sealed = sealContentKeys(list, cardId, sealingKey, random(SEALING_BYTES));
  return issuer.seal('card-keys', encodeCardKeys({ cardId, digest: contentKeysDigest(list), sealed, timeMs: nowMs }));
}

/** The newest quotes first, of those that take this card, hold now, and whose key this card's issuer was given. */
async function keysFor(card: Card, room: number, context: LoadingContext): Promise<readonly ContentKeyOfSale[]> {
  const { store, nowMs } = context;
  const keys: ContentKeyOfSale[] = [];
  const perPublisher = new Map<string, number>();
  let before: bigint | undefined;
  for (let lookedAt = 0; lookedAt < LOOKED_AT_MAX && keys.length < room; lookedAt += PAGE) {
    const asked = { assurance: card.assurance, notAfterMs: nowMs, before, count: PAGE };
    const page = await store.escrows.listSealedQuotes(asked);
    for (const quote of page) {
      const taken = perPublisher.get(quote.publisherId) ?? 0;
      if (keys.length >= room || taken >= OF_ONE_PUBLISHER_MAX) continue;
      const key = await keyOf(quote, card, context);
      if (key === undefined) continue;
      keys.push(key);
      perPublisher.set(quote.publisherId, taken + 1);
    }
    before = page.at(-1)?.position;
    if (page.length < PAGE) break;
  }
  return keys;
}

/** `undefined` for a quote that does not hold any more, as of a publisher who was revoked since, or whose key is not here. */
async function keyOf(
  { envelope }: SealedQuote,
  card: Card,
  { quotes, escrows, nowMs }: LoadingContext,
): Promise<ContentKeyOfSale | undefined> {
  const { quote, signature, fault } = await quotes.read(envelope, nowMs);
  if (fault !== undefined || quote.contentKeyId === undefined) return undefined;
  const { publisherId, gameId, offerHash, amountMinor, currency, contentKeyId, notAfterMs } = quote;
  const contentKey = await escrows.contentKeyAt(keyHash(card.issuerKey), publisherId, contentKeyId);
  if (contentKey === undefined) return undefined;
  const sale = cardSaleHash({ quoteSignature: signature, publisherId, gameId, offerHash, amountMinor, currency });
  return { sale, contentKey, notAfterMs };
}
