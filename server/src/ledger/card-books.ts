/**
 * The part of `verifyBooks` that looks at cards: every record against its own signed bytes, its place in the card's chain and its
 * debit; and what each purse holds against what the signed acknowledgements put in and the records took out. Invariants I2, I3,
 * I4, I5 and I10.
 */
import {
  cardRecordHash,
  decodeCardRecord,
  decodePaymentDecision,
  decodePaymentRequest,
  decodeUploadAcknowledgement,
  equalBytes,
  ProtocolError,
  readEnvelope,
  requestHash,
  requestId,
  signatureInput,
  type CardRecord,
  type MessageType,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { floatAccount } from '../cards/accounts.ts';
import type { CardPlace } from '../cards/store.ts';
import type { Card, CardRecordRow } from '../cards/types.ts';
import { hex, type Player } from '../players/types.ts';
import type { StoreReader } from '../store/port.ts';
import { HeldMoney, type HeldTransfers } from './dispute-books.ts';

/** What a payment took, and from whom: "<kind> <owner> <currency> <amount>". */
export type Debits = Map<string, string>;

interface CardBooks {
  readonly store: StoreReader;
  /** Of payments, by request id in hex; those that are accounted for are taken out. */
  readonly debits: Debits;
  readonly held: HeldTransfers;
  readonly find: (finding: string) => void;
}

const PAGE = 200;
const CARD_ID_BYTES = 16;

/** Looks at every card; returns their number. */
export async function verifyCardBooks(books: CardBooks): Promise<number> {
  const { cards } = books.store;
  let count = 0;
  let after = new Uint8Array(CARD_ID_BYTES) as Uint8Array;
  for (;;) {
    const page = await cards.listCards(after, PAGE);
    for (const card of page) await verifyReadable(card, books);
    count += page.length;
    const last = page[page.length - 1];
    if (last === undefined) return count;
    after = last.cardId;
  }
}

/** Bytes that nobody can read any more are a finding like any other. */
async function verifyReadable(card: Card, books: CardBooks): Promise<void> {
  try {
    await verifyCard(card, books);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    books.find(`card ${hex(card.cardId)}: ${error.message}`);
  }
}

async function verifyCard(card: Card, books: CardBooks): Promise<void> {
  const { store, find } = books;
  const at = `card ${hex(card.cardId)}`;
  const player = await store.findPlayer(card.userId);
  if (player === undefined) return find(`${at}: its player is not there`);
  const spent = new Map<string, bigint>();
  const held = new HeldMoney(card, store, books.held);
  const claims = await store.cards.listClaims(card.cardId);
  let head = new Uint8Array(card.head.length) as Uint8Array;
  let counter = 0;
  let after: CardPlace = { counter, head };
  for (;;) {
    const page = await store.cards.listCardRecords(card.cardId, after, PAGE);
    for (const row of page) {
      const place = `${at}, record ${row.counter}`;
      faultsOf(row, card, player).forEach((fault) => find(`${place}: ${fault}`));
      verifyDebit(row, card, books.debits, (fault) => find(`${place}: ${fault}`));
      const fault = await held.add(row, claims);
      if (fault !== undefined) find(`${place}: ${fault}`);
      if (row.forked) continue;
      if (row.counter !== counter + 1 || !equalBytes(row.previous, head)) find(`${place}: not behind the one before`);
      [counter, head] = [row.counter, row.head];
      if (!row.excess) spent.set(row.purse, (spent.get(row.purse) ?? 0n) + row.chargedMinor);
    }
    const last = page[page.length - 1];
    if (last === undefined) break;
    after = last;
  }
  if (counter !== card.counter || !equalBytes(head, card.head)) find(`${at}: its chain ends at ${counter}`);
  await verifyPurses(card, spent, held, books);
}

/** Whatever was credited and not spent is in the purse. */
async function verifyPurses(
  card: Card,
  spent: ReadonlyMap<string, bigint>,
  held: HeldMoney,
  { store, find }: CardBooks,
): Promise<void> {
  const parameters = (await store.cards.findParameters(card.cardId))?.parameters;
  const purses = (parameters?.purses ?? []).filter(({ plan }) => plan === 'prepaid');
  for (const { currency } of purses) {
    const fault = await held.verify(currency);
    if (fault !== undefined) find(`card ${hex(card.cardId)}: ${fault}`);
  }
  if (card.settledAtMs !== undefined) return;
  const credited = new Map<string, bigint>();
  for (const { acknowledgement } of await store.cards.listUploads(card.cardId)) {
    const { body, typeName, signature } = readEnvelope(acknowledgement);
    if (
      typeName !== 'upload-acknowledgement' ||
      !isSigned(card.issuerKey, 'upload-acknowledgement', { body, signature })
    )
      find(`card ${hex(card.cardId)}: an acknowledgement that its issuer did not sign`);
    for (const { purse, amountMinor } of decodeUploadAcknowledgement(body).credits)
      credited.set(purse, (credited.get(purse) ?? 0n) + amountMinor);
  }
  for (const { purse, currency } of purses) {
    const account = await store.cards.findAccount(floatAccount(card.cardId, currency));
    const expected = (credited.get(purse) ?? 0n) - (spent.get(purse) ?? 0n);
    const found = account?.balanceMinor ?? 0n;
    if (found !== expected)
      find(`card ${hex(card.cardId)}, ${purse}: holds ${found}, credits less records make ${expected}`);
  }
}

/** A booked record has its one debit; any other has none. */
function verifyDebit(row: CardRecordRow, card: Card, debits: Debits, find: (fault: string) => void): void {
  const { transferId, requestId: id, chargedMinor, chargedCurrency } = row;
  if (transferId === undefined) return;
  const debit = debits.get(hex(id));
  debits.delete(hex(id));
  const payers = row.excess
    ? [`card-loss ${card.issuerId}`]
    : [`card-float ${hex(card.cardId)}`, `player-prepaid ${hex(card.userId)}`, `player-postpaid ${hex(card.userId)}`];
  const expected = payers.map((payer) => `${payer} ${chargedCurrency} ${chargedMinor}`);
  if (debit === undefined || !expected.includes(debit)) find(`debit is ${debit ?? 'none'}`);
}

type Pair = readonly [what: string, holds: boolean];

/** The row against the card's own record, and against the bytes that the player and the card signed, where there are any. */
function faultsOf(row: CardRecordRow, card: Card, player: Player): string[] {
  const fields = decodeCardRecord(row.record);
  const pairs: readonly Pair[] = [
    ['head', equalBytes(row.head, cardRecordHash(row.record))],
    ['place', row.counter === fields.counter && equalBytes(row.previous, fields.previous)],
    ['request id', equalBytes(row.requestId, requestId(card.userId, fields.nonce))],
    ['charge', row.chargedMinor === fields.chargedMinor],
    ['purse', row.purse === fields.purse && row.chargedCurrency === fields.chargedCurrency],
    ['outcome', (row.outcome === 'refused') === (fields.code !== 'APPROVED')],
    ...proofsOf(row, fields, card, player),
  ];
  return pairs.filter(([, holds]) => !holds).map(([name]) => `${name} does not hold`);
}

function proofsOf(row: CardRecordRow, fields: CardRecord, card: Card, player: Player): readonly Pair[] {
  if (row.request === undefined || row.decision === undefined)
    return [['consent', row.outcome === 'disputed' || row.outcome === 'refused']];
  const asked = readEnvelope(row.request);
  const answered = readEnvelope(row.decision);
  const request = decodePaymentRequest(asked.body);
  const decision = decodePaymentDecision(answered.body);
  const key = request.proof === 'pin' ? player.pinKey : player.pressKey;
  return [
    ["player's signature", isSigned(key, 'payment-request', asked)],
    ["card's signature", isSigned(card.publicKey, 'payment-decision', answered)],
    ['decision of this record', decision.card !== undefined && equalBytes(decision.card.head, row.head)],
    ['request hash', equalBytes(fields.requestHash, requestHash(asked.body))],
    ["decision's charge", decision.chargedMinor === fields.chargedMinor],
    ["decision's outcome", decision.outcome === (fields.code === 'APPROVED' ? 'approved' : 'refused')],
  ];
}

const isSigned = (
  publicKey: Uint8Array,
  type: MessageType,
  { body, signature }: { readonly body: Uint8Array; readonly signature: Uint8Array },
): boolean => nativeVerifySignature(Uint8Array.from(publicKey), signatureInput(type, body), signature);
