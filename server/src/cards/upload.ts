/** A card's upload, from bytes to records that hold by themselves; what the ledger says of them comes after. */
import {
  cardAuthenticateInput,
  decodeCardUpload,
  equalBytes,
  openSigned,
  ProtocolError,
  readEnvelope,
  type CardUpload,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import type { QuoteDesk } from '../payments/quote-desk.ts';
import { instructingKey } from '../players/passwords.ts';
import type { Player } from '../players/types.ts';
import type { StoreReader } from '../store/port.ts';
import { checkRecord, type CheckedRecord } from './record-check.ts';
import type { Card } from './types.ts';

/** An upload whose signature is the player's. */
export interface ReadUpload {
  readonly upload: CardUpload;
  readonly card: Card;
  readonly player: Player;
  readonly envelope: Uint8Array;
  /** The player's account key; with loads the PIN key, or that of a password. */
  readonly signedBy: Uint8Array;
}

/** Throws BAD_ENCODING, TOO_LARGE, BAD_KEY or BAD_SIGNATURE. With loads, the PIN key must have signed, or a password. */
export async function readUpload(
  envelope: Uint8Array,
  { audience, store, nowMs }: { readonly audience: Uint8Array; readonly store: StoreReader; readonly nowMs: number },
): Promise<ReadUpload> {
  const { body } = readEnvelope(envelope);
  const upload = decodeCardUpload(body);
  const card = await store.cards.findCard(upload.cardId);
  const player = await store.findPlayer(upload.userId);
  if (player === undefined || card === undefined || !equalBytes(card.userId, upload.userId))
    throw new ProtocolError('BAD_KEY', 'CardUpload.cardId: this player has no such card here');
  const signedBy =
    upload.loads.length > 0
      ? await instructingKey(store.passwords, { ...loadOf(player), envelope }, nowMs)
      : openedBy(player.accountKey, envelope);
  if (!equalBytes(upload.audience, audience))
    throw new ProtocolError('BAD_KEY', "CardUpload.audience: not this server's key");
  return { upload, card, player, envelope, signedBy };
}

function openedBy(publicKey: Uint8Array, envelope: Uint8Array): Uint8Array {
  openSigned(envelope, { type: 'card-upload', publicKey, verify: nativeVerifySignature });
  return publicKey;
}

/** An upload with loads, as what takes the password where one stands. */
export const loadOf = ({ userId, pinKey }: Pick<Player, 'userId' | 'pinKey'>) =>
  ({ type: 'card-upload', userId, key: pinKey }) as const;

/** Throws BAD_SIGNATURE when the card itself did not sign challenge, counter and head. */
export function requireProof({ upload, card }: ReadUpload): void {
  const { challenge, proof } = upload;
  if (!nativeVerifySignature(card.publicKey, cardAuthenticateInput(challenge, upload), proof))
    throw new ProtocolError('BAD_SIGNATURE', "CardUpload.proof: not by this card's key");
}

export interface RecordsContext {
  readonly roots: readonly Uint8Array[];
  readonly quotes: QuoteDesk;
  readonly store: Pick<StoreReader, 'findChain'>;
}

/** The records, each verified, without a gap between them. Throws RECORD_GAP, BAD_SIGNATURE and the codes of `checkRecord`. */
export async function checkRecords(
  { upload, card, player }: ReadUpload,
  { roots, quotes, store }: RecordsContext,
): Promise<readonly CheckedRecord[]> {
  const chain = await store.findChain(card.chainHash);
  if (chain === undefined) throw new Error('the chain of a card is not in the store');
  const checked: CheckedRecord[] = [];
  for (const uploaded of upload.records) {
    const one = await checkRecord(uploaded, { card, chain, roots, player, quotes });
    requireNext(checked[checked.length - 1], one);
    checked.push(one);
  }
  requireWithin(upload, checked[checked.length - 1]);
  requireSignedFor(upload, checked);
  return checked;
}

function requireNext(before: CheckedRecord | undefined, { fields }: CheckedRecord): void {
  if (before === undefined) return;
  if (fields.counter !== before.fields.counter + 1 || !equalBytes(fields.previous, before.head))
    throw new ProtocolError('RECORD_GAP', `CardUpload.records: ${fields.counter} does not follow the record before`);
}

/** The last record is not beyond what the card says of itself; where it is the card's last, it is that very one. */
function requireWithin({ counter, head }: CardUpload, last: CheckedRecord | undefined): void {
  if (last === undefined || last.fields.counter < counter) return;
  if (last.fields.counter > counter || !equalBytes(last.head, head))
    throw new ProtocolError('RECORD_GAP', 'CardUpload.head: not the hash of the last record');
}

/**
 * A record without its decision is the card's when the card signed for a head behind it: in a later decision of this upload, or
 * in the upload's own proof, where the records reach the head that it names.
 */
function requireSignedFor({ counter }: CardUpload, checked: readonly CheckedRecord[]): void {
  const last = checked[checked.length - 1];
  if (last === undefined || last.proofs !== undefined || last.fields.counter === counter) return;
  throw new ProtocolError(
    'BAD_SIGNATURE',
    `CardUpload.records: the card signed for nothing behind ${last.fields.counter}`,
  );
}
