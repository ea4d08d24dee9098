/** Buying: INITIALIZE FOR PURCHASE, DEBIT FOR PURCHASE, and the stored answer of either kind again. */
import { CODES, equalBytes, signatureInput, contextHash } from '@coinslot/protocol';
import type { Command } from './apdu.ts';
import type { Card } from './card.ts';
import { WITH_CONTENT_KEY, WITHOUT_CONTENT_KEY } from './commands.ts';
import { keyOfSale, sealForPlayer } from './content-keys.ts';
import { chained, decisionBody, recordOf } from './decision.ts';
import {
  debit as debitLayout,
  decided,
  purchaseReady,
  purchaseStart,
  type Debit,
  type PurchaseStart,
} from './exchanges.ts';
import { entryOf, type Entry, type Purse, type PurseCard } from './state.ts';
import { Refused, SW } from './status-words.ts';
import { isCleared, judgeDebit, purseAt, type PurseTerms } from './verdict.ts';

const PLAN_NUMBERS = { prepaid: 1, postpaid: 2 } as const;
export const planNumber = (plan: Purse['plan']): number => PLAN_NUMBERS[plan];

/** 80 50 00: remembers who pays whom, until the debit, the next one or a reset; changes nothing that lasts. */
export function initializeForPurchase(card: Card, { data }: Command): Uint8Array {
  card.session.purchase = undefined;
  const { issued } = card;
  const start = purchaseStart.decode(data);
  // Whose records they are, the issuer would not book from this card: they would keep it from ever uploading again.
  if (!equalBytes(start.userId, issued.userId)) throw new Refused(SW.OTHER_PLAYER, "not this card's player");
  const { plan, currency, purse } = purseAt(issued, start.purse);
  card.session.purchase = { start, bytes: Uint8Array.from(data) };
  const { counter, head } = issued;
  return purchaseReady.encode({ plan: planNumber(plan), currency, purse, counter, head });
}

/**
 * 80 54: record, then answer. Balance or unreported sum, counter, record and answer become durable in one commit; the
 * signature is made before it and leaves after it.
 */
export async function debitForPurchase(card: Card, { p2, data }: Command): Promise<Uint8Array> {
  const { purchase, pinVerified } = card.session;
  // Whatever comes of it: what this debit leaves over, the next program must not find.
  card.session.purchase = undefined;
  card.session.pinVerified = false;
  if (purchase === undefined) throw new Refused(SW.CONDITIONS, 'no INITIALIZE FOR PURCHASE before');
  if (p2 !== WITHOUT_CONTENT_KEY && p2 !== WITH_CONTENT_KEY) throw new Refused(SW.WRONG_P1P2, 'with a key or without');
  const { issued } = card;
  const debit = debitLayout.decode(data);
  const asked = contextHash('card-debit', purchase.bytes, Uint8Array.of(p2), data);
  const known = issued.records.find(({ fields }) => equalBytes(fields.nonce, debit.nonce));
  if (known !== undefined) return repeated(known, asked);

  const purse = purseAt(issued, purchase.start.purse);
  const isSealed = p2 === WITH_CONTENT_KEY;
  const held = isSealed ? keyOfSale(issued, purchase.start, debit) : undefined;
  const code = judgeDebit(issued, purse, debit, { pinVerified, lacksKey: isSealed && held === undefined });
  const sealedKey = held !== undefined && code === 'APPROVED' ? sealForPlayer(held, debit, card) : undefined;
  const made = decide(card, { start: purchase.start, debit, purse, code, pinVerified, asked, sealedKey });
  await card.commitIssued(stateAfter(issued, purse, debit, made));
  return answerOf(made);
}

function repeated(known: Entry, asked: Uint8Array): Uint8Array {
  if (!equalBytes(known.asked, asked)) throw new Refused(SW.ID_CONFLICT, 'this nonce was another payment');
  return answerOf(known);
}

interface Decision {
  readonly start: PurchaseStart;
  readonly debit: Debit;
  readonly purse: PurseTerms;
  readonly code: Entry['fields']['code'];
  readonly pinVerified: boolean;
  readonly asked: Uint8Array;
  readonly sealedKey: Uint8Array | undefined;
}

function decide(card: Card, { start, debit, purse, code, pinVerified, asked, sealedKey }: Decision): Entry {
  const { issued, keyed } = card;
  const outcome = {
    code,
    pinVerified,
    counter: issued.counter + 1,
    previous: issued.head,
    purse: purse.purse,
    plan: purse.plan,
  };
  const record = recordOf(start, debit, outcome);
  const { bytes, head } = chained(record);
  const unreportedMinor = purse.unreportedMinor + record.chargedMinor;
  const { sessionKey, playerKey } = debit;
  const identity = { cardId: issued.cardId, spki: keyed.key.spki };
  const body = decisionBody({ card: identity, record, head, unreportedMinor, sessionKey, playerKey, sealedKey });
  const signature = card.sign(signatureInput('payment-decision', body));
  return entryOf({ record: bytes, signature, asked, unreportedMinor, sealedKey }, record);
}

/** The state that holds a new entry: a refusal moves the counter, an approval also the money and its caps. */
function stateAfter(issued: PurseCard, purse: PurseTerms, debit: Debit, entry: Entry): Partial<PurseCard> {
  const { fields, head } = entry;
  const recorded = { counter: fields.counter, head, records: [...issued.records, entry] };
  if (fields.code !== 'APPROVED') return recorded;
  const charged = fields.chargedMinor;
  const purses = issued.purses.map((one) =>
    one.purse === purse.purse ? spentFrom(one, charged, fields.pinVerified) : one,
  );
  const isConverted = debit.currency !== purse.currency;
  return {
    ...recorded,
    purses,
    noPinCount: issued.noPinCount + (fields.pinVerified ? 0 : 1),
    debitsUnderTable: issued.debitsUnderTable + (isConverted ? 1 : 0),
  };
}

const spentFrom = (purse: Purse, charged: bigint, pinVerified: boolean): Purse => ({
  ...purse,
  balanceMinor: purse.plan === 'prepaid' ? purse.balanceMinor - charged : 0n,
  unreportedMinor: purse.unreportedMinor + charged,
  noPinSumMinor: purse.noPinSumMinor + (pinVerified ? 0n : charged),
});

const REFUSALS: Partial<Record<Entry['fields']['code'], number>> = {
  INSUFFICIENT: SW.INSUFFICIENT,
  CEILING: SW.CEILING,
  RATE_STALE: SW.RATE_STALE,
};

/** An approval's answer, or the status word of a refusal, whose signed words GET TRANSACTION PROOF gives. */
function answerOf(entry: Entry): Uint8Array {
  const { code } = entry.fields;
  if (code !== 'APPROVED') throw new Refused(REFUSALS[code] ?? SW.FAULT, 'refused, signed and recorded');
  return decidedOf(entry);
}

function decidedOf({ fields, head, unreportedMinor, signature, sealedKey }: Entry): Uint8Array {
  const { code, counter, pinVerified } = fields;
  const number = code === 'APPROVED' ? 0 : CODES[code].number;
  return decided.encode({ code: number, counter, head, unreportedMinor, pinVerified, sealedKey, signature });
}

/** An answer with its record: what GET TRANSACTION PROOF and READ RECORD give. */
export const proofOf = (entry: Entry): Uint8Array => Uint8Array.from([...decidedOf(entry), ...entry.record]);

/** 80 5A: the stored answer of a nonce, or of the last debit when none is named. */
export function getTransactionProof(card: Card, { data }: Command): Uint8Array {
  const { records } = card.issued;
  if (data.length !== 0 && data.length !== 16) throw new Refused(SW.WRONG_LENGTH, 'a nonce has 16 bytes');
  const entry = data.length === 0 ? records.at(-1) : records.find(({ fields }) => equalBytes(fields.nonce, data));
  if (entry === undefined && isCleared(card.issued, data)) throw new Refused(SW.CLOCK_SKEW, 'its record is cleared');
  if (entry === undefined) throw new Refused(SW.NOT_FOUND, 'no record of this nonce');
  return proofOf(entry);
}
