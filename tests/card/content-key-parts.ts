/** Something sealed, sold to a card: its content key, its quote, and the issuer's loads of it. */
import { CARD_LIMITS } from '@coinslot/card';
import {
  cardSaleHash,
  contentKeysDigest,
  decodePaymentRequest,
  decodeQuote,
  encodeCardKeys,
  encodeContentKeys,
  publicKeyFromSeed,
  readEnvelope,
  sealEnvelope,
  type CardKeys,
  type ContentKeyOfSale,
  type Quote,
} from '@coinslot/protocol';
import { contentKeyIdOf, openContentKey, sealContentKeys, sealingSecretOfSeed } from '@coinslot/protocol/sealing';
import type { CardPayment } from '@coinslot/card';
import { makeOffer, makePublisher, makeTree, NOON_MS, seedOf, type MadeOffer } from '../lib/parties.ts';
import type { CardRig, PaymentOptions } from './applet-parties.ts';

export const CONTENT_KEY = seedOf('content key');
const PLAYER_SEED = seedOf('player key');
const publisher = makePublisher(makeTree());

/** An offer of 0.20 EUR that is sealed. */
export const sealedOffer = (nonce: string, quote: Partial<Quote> = {}, by = publisher): MadeOffer =>
  makeOffer(by, {
    nonce,
    atMs: NOON_MS,
    quote: { contentKeyId: contentKeyIdOf(CONTENT_KEY), cards: 'chip', ...quote },
  });

/** Body of message 2 for it. */
export function sealedRequest(rig: CardRig, nonce: string, options: PaymentOptions = {}): Uint8Array {
  const { quoteEnvelope } = sealedOffer(nonce);
  const playerKey = publicKeyFromSeed(PLAYER_SEED);
  return rig.request(nonce, { ...options, request: { quote: quoteEnvelope, playerKey, ...options.request } });
}

/** The entry that goes with what a request's quote sells. */
export function keyOfRequest(request: Uint8Array, fields: Partial<ContentKeyOfSale> = {}): ContentKeyOfSale {
  const { body, signature } = readEnvelope(decodePaymentRequest(request).quote);
  const quote = decodeQuote(body);
  const sale = cardSaleHash({ ...quote, quoteSignature: signature });
  return { sale, contentKey: CONTENT_KEY, notAfterMs: quote.notAfterMs, ...fields };
}

/** Keys of other sales, to fill a card with. */
export const otherKeys = (count: number): ContentKeyOfSale[] =>
  Array.from({ length: count }, (_, i) => ({
    sale: seedOf(`sale ${i}`),
    contentKey: seedOf(`key of sale ${i}`),
    notAfterMs: NOON_MS,
  }));

export interface LoadOptions {
  readonly issuer?: CardRig['issuer'];
  /** In place of the card's. */
  readonly sealingKey?: Uint8Array;
  /** Bound into the sealing, in place of the card's. */
  readonly sealedFor?: Uint8Array;
  readonly fields?: Partial<CardKeys>;
}

/** Envelope `card-keys`, as a card's issuer makes it. */
export async function loadOf(
  rig: CardRig,
  keys: readonly ContentKeyOfSale[],
  { issuer = rig.issuer, sealingKey, sealedFor = rig.cardId, fields = {} }: LoadOptions = {},
): Promise<Uint8Array> {
  const list = encodeContentKeys({ keys });
  const own = await rig.use((terminal) => terminal.sealingKey());
  const body = encodeCardKeys({
    cardId: rig.cardId,
    digest: contentKeysDigest(list),
    sealed: sealContentKeys(list, sealedFor, sealingKey ?? own.sealingKey, seedOf('load')),
    timeMs: NOON_MS,
    ...fields,
  });
  return sealEnvelope('card-keys', body, issuer.signer, issuer.chain);
}

/** Loads the key of the sealed offer, and as many others as there is room for. */
export async function loadKey(rig: CardRig, others = 0): Promise<void> {
  if (others >= CARD_LIMITS.contentKeysMax) throw new RangeError('more than a card holds');
  const load = await loadOf(rig, [...otherKeys(others), keyOfRequest(sealedRequest(rig, 'any'))]);
  await rig.use((terminal) => terminal.putContentKeys(load));
}

/** The content key that a payment has brought, opened as the player's wallet opens it. */
export function openedFrom({ decision }: CardPayment): Uint8Array {
  const { sealedKey, requestHash } = decision;
  if (sealedKey === undefined) throw new Error('the decision carries no key');
  const secret = sealingSecretOfSeed(PLAYER_SEED);
  return openContentKey(sealedKey, { holder: 'player', requestHash }, secret, contentKeyIdOf(CONTENT_KEY));
}
