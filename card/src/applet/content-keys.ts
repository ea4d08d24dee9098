/**
 * Content keys on a card: what its issuer has loaded, and the release of one with the debit that pays for it.
 *
 * A card cannot verify a publisher's signature, and the wallet that asks belongs to who would have the key for nothing. So its issuer
 * does it beforehand: each key is held under the hash of the one sale that it goes with, price and quote included, and a debit of
 * anything else does not release it.
 */
import {
  cardSaleHash,
  cardSealingKeyInput,
  contentKeysDigest,
  contextHash,
  decodeContentKeys,
  equalBytes,
} from '@coinslot/protocol';
import {
  deriveSealingPair,
  openContentKeys,
  sealContentKey,
  sealingKeyOfSigner,
  type SealingPair,
} from '@coinslot/protocol/sealing';
import type { Command } from './apdu.ts';
import type { Card } from './card.ts';
import { CARD_LIMITS } from './commands.ts';
import { contentKeyLine, contentKeysState, sealingKeyAnswer, type Debit, type PurchaseStart } from './exchanges.ts';
import { openCardKeys, requireOwnId } from './issuer-objects.ts';
import type { CardState, HeldKey, PurseCard } from './state.ts';
import { Refused, SW } from './status-words.ts';

const SEALING_BYTES = 32;

/** What others seal to. Made of the signing key by a hash: its own key for its own use, and nothing more to be kept. */
const sealingPairOf = ({ privateKey }: CardState['key']): SealingPair =>
  deriveSealingPair(contextHash('card-sealing-secret', privateKey));

/** The sealing key, signed by the card's own key for this alone. */
export function sealingKey(card: Card): Uint8Array {
  const { publicKey } = sealingPairOf(card.keyed.key);
  const signature = card.sign(cardSealingKeyInput(card.issued.cardId, publicKey));
  return sealingKeyAnswer.encode({ sealingKey: publicKey, signature });
}

/** How many keys there are and can be, and of when they are. */
export function contentKeys({ issued }: Card): Uint8Array {
  const { contentKeys: keys, contentKeysDigest: digest, contentKeysTimeMs: timeMs } = issued;
  return contentKeysState.encode({ keysMax: CARD_LIMITS.contentKeysMax, keys: keys.length, timeMs, digest });
}

/** Which sales the card can release a key with: names and times, no key. */
export const contentKeyLines = ({ issued }: Card): Uint8Array =>
  Uint8Array.from(issued.contentKeys.flatMap((one) => [...contentKeyLine.encode(one)]));

/** 80 DA 03: all content keys anew; what is not among them any more is gone. The very ones that the card has are answered as taken. */
export async function putContentKeys(card: Card, { data }: Command): Promise<Uint8Array> {
  const { issued, keyed } = card;
  const { cardId, sealed, digest, timeMs } = openCardKeys(data, issued.issuerKey);
  requireOwnId(issued.cardId, cardId);
  if (timeMs < issued.contentKeysTimeMs) throw new Refused(SW.CONDITIONS, 'older than the keys that it has');
  if (equalBytes(digest, issued.contentKeysDigest)) return new Uint8Array();
  const list = openContentKeys(sealed, issued.cardId, sealingPairOf(keyed.key).secretKey);
  if (!equalBytes(contentKeysDigest(list), digest)) throw new Refused(SW.WRONG_DATA, 'not what its digest says');
  await card.commitIssued({
    contentKeys: decodeContentKeys(list).keys,
    contentKeysDigest: digest,
    contentKeysTimeMs: timeMs,
    timeMs: Math.max(issued.timeMs, timeMs),
  });
  return new Uint8Array();
}

/** The key that goes with exactly this sale, for an offer of its time. */
export function keyOfSale({ contentKeys }: PurseCard, start: PurchaseStart, debit: Debit): HeldKey | undefined {
  const sale = cardSaleHash({ ...start, ...debit });
  return contentKeys.find((one) => equalBytes(one.sale, sale) && debit.offerTimeMs <= one.notAfterMs);
}

/** A content key on its way to the player of a debit: 80 bytes, as a payment server seals it. Throws BAD_KEY for no player key. */
export function sealForPlayer({ contentKey }: HeldKey, { requestHash, playerKey }: Debit, card: Card): Uint8Array {
  const holder = { holder: 'player', requestHash } as const;
  return sealContentKey(contentKey, holder, sealingKeyOfSigner(playerKey), card.random(SEALING_BYTES));
}
