/**
 * The records of a card: each against the bytes that card and player signed, its place in the chain, and what it must have moved.
 * What became of a record is derived once more - did the sale hold, was the request paid already, was there consent - and held
 * against what is stored of it.
 */
import {
  cardRecordHash,
  decodeCardRecord,
  decodePaymentDecision,
  decodePaymentRequest,
  keyHash,
  readEnvelope,
  requestHash,
  requestId,
  requireDecider,
  type CardRecord,
  type PaymentDecision,
  type PaymentRequest,
  type VerifiedLeaf,
} from '@coinslot/protocol';
import type { AccountName } from '../ledger/types.ts';
import type { CardRecordOutcome, CardRecordRow } from '../cards/types.ts';
import type { Facts } from './audit.ts';
import { hex, plain } from './bytes.ts';
import { cardReference, disputeOf, floatOf, lossOf, recordsOf, type AuditedCard, type AuditedPurse } from './cards.ts';
import { playerAccount, priceFaults } from './decisions.ts';
import { placeOf } from './expectations.ts';
import { move, nameOf, salePostings } from './model.ts';
import { whyOf, type AuditedQuote } from './witness.ts';

/** Every record of the card, and that none is missing: neither in the chain nor of what came up. */
export async function auditRecords(one: AuditedCard, cameUp: ReadonlySet<string>, facts: Facts): Promise<void> {
  const { card } = one;
  const { findings } = facts;
  const missing = new Set(cameUp);
  let [counter, head] = [0, hex(new Uint8Array(32))];
  for await (const row of recordsOf(card, facts)) {
    findings.tick('cardRecords');
    const place = `${one.place}, record ${row.counter}`;
    missing.delete(hex(row.head));
    await facts.readable(place, () => auditRecord({ one, row, place }, facts));
    if (row.forked) continue;
    findings.same(
      'card-chain',
      `${place}, place in the chain`,
      `${counter + 1} behind ${head}`,
      `${row.counter} behind ${hex(row.previous)}`,
    );
    [counter, head] = [row.counter, hex(row.head)];
  }
  findings.same(
    'card-chain',
    `${one.place}, end of its chain`,
    `${counter} ${head}`,
    `${card.counter} ${hex(card.head)}`,
  );
  for (const gone of missing)
    findings.find('card-record', `${one.place}, record ${gone}`, 'kept, since it came up', 'not there');
}

interface RecordAt {
  readonly one: AuditedCard;
  readonly row: CardRecordRow;
  readonly place: string;
}

/** The record and the two messages that say what it says. */
interface Proven extends RecordAt {
  readonly fields: CardRecord;
  readonly purse: AuditedPurse;
  readonly proof: Proof | undefined;
}

interface Proof {
  readonly request: PaymentRequest;
  readonly decision: PaymentDecision;
  readonly quote: AuditedQuote;
  readonly leaf: VerifiedLeaf | undefined;
}

async function auditRecord(at: RecordAt, facts: Facts): Promise<void> {
  const { one, row, place } = at;
  const { findings } = facts;
  const fields = decodeCardRecord(row.record);
  const id = requestId(one.card.userId, fields.nonce);
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['head', hex(cardRecordHash(row.record)), hex(row.head)],
    ['user', hex(fields.userId), hex(one.card.userId)],
    ['counter', fields.counter, row.counter],
    ['previous', hex(fields.previous), hex(row.previous)],
    ['request id', hex(id), hex(row.requestId)],
    ['purse', fields.purse, row.purse],
    ['charge', `${fields.chargedCurrency} ${fields.chargedMinor}`, `${row.chargedCurrency} ${row.chargedMinor}`],
    ['time of spending', fields.offerTimeMs, row.spentAtMs],
  ];
  for (const [what, signed, stored] of pairs) findings.same('message', `${place}, ${what}`, signed, stored);
  const purse = one.purses.get(fields.purse);
  if (purse === undefined) return findings.find('card-record', place, 'a purse of this card', fields.purse);
  const proven: Proven = { ...at, fields, purse, proof: await readProof(at, fields, facts) };
  const expected = await outcomeOf(proven, facts);
  if (!expected.includes(row.outcome))
    findings.find('card-record', `${place}, outcome`, expected.join(' or '), row.outcome);
  await auditMoney(proven, facts);
}

/** Messages 2 and 3 of the record, their signatures, and whether they say what the record says. */
async function readProof({ one, row, place }: RecordAt, fields: CardRecord, facts: Facts): Promise<Proof | undefined> {
  const { witness, findings } = facts;
  if (row.request === undefined || row.decision === undefined) return undefined;
  const { card, player } = one;
  const asked = readEnvelope(row.request).body;
  const request = decodePaymentRequest(asked);
  const decision = decodePaymentDecision(readEnvelope(row.decision).body);
  const isApproved = fields.code === 'APPROVED';
  let leaf: VerifiedLeaf | undefined;
  if (witness.isSampled(row.counter)) {
    witness.isSignedBy(
      place,
      'payment-request',
      request.proof === 'pin' ? player.pinKey : player.pressKey,
      row.request,
    );
    witness.isSignedBy(place, 'payment-decision', card.publicKey, row.decision);
    // A refusal may be the one that says that the card's chain did not hold any more.
    if (isApproved)
      leaf = await witness.open(place, row.decision, {
        type: 'payment-decision',
        role: 'card',
        atMs: fields.offerTimeMs,
      });
  }
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['head', hex(row.head), decision.card && hex(decision.card.head)],
    ['counter', fields.counter, decision.card?.counter],
    ['signer', hex(keyHash(card.publicKey)), hex(decision.signer)],
    ['request', hex(fields.requestHash), hex(requestHash(asked))],
    ['request of the decision', hex(fields.requestHash), hex(decision.requestHash)],
    ['user', hex(card.userId), hex(request.userId)],
    ['publisher', fields.publisherId, request.publisherId],
    ['nonce', hex(fields.nonce), hex(request.nonce)],
    [
      'charge',
      `${fields.chargedCurrency} ${fields.chargedMinor}`,
      `${decision.chargedCurrency} ${decision.chargedMinor}`,
    ],
    ['price', `${fields.currency} ${fields.amountMinor}`, `${decision.currency} ${decision.amountMinor}`],
    ['rate table', fields.rateTableId, decision.rateTableId],
    ['outcome', isApproved, decision.outcome === 'approved'],
  ];
  for (const [what, signed, stored] of pairs) findings.same('message', `${place}, proof, ${what}`, signed, stored);
  if (isApproved && fields.chargedMinor > request.chargeMinor)
    findings.find('sale', `${place}, more than was shown`, `${request.chargeMinor} at most`, fields.chargedMinor);
  return { request, decision, quote: await witness.quote(request.quote, fields.offerTimeMs), leaf };
}

/** What may have become of it. */
async function outcomeOf({ row, fields, proof }: Proven, facts: Facts): Promise<readonly CardRecordOutcome[]> {
  if (fields.code !== 'APPROVED') return ['refused'];
  if (proof === undefined) return ['disputed'];
  if (row.code === 'REFUNDED' && (await wasRefunded(row, proof, facts))) return ['void'];
  if (row.outcome === 'conflict' && (await isPaidElsewhere(row, facts))) return ['conflict'];
  const fault = await saleFault(fields, proof, facts);
  if (fault !== undefined) return ['void'];
  // Lists of what was revoked are no part of the record: such a refusal is the server's word.
  if (row.outcome === 'void' && (row.code === 'CHAIN_REVOKED' || row.code === 'CHAIN_STALE')) {
    facts.findings.takeWord('operator', `card sales voided as ${row.code}`, row.chargedMinor, row.chargedCurrency);
    return ['void'];
  }
  return row.excess ? ['booked', 'unpaid'] : ['booked'];
}

/** Undone before its record came up: on a claim, which the publisher gave back. */
async function wasRefunded(row: CardRecordRow, { decision }: Proof, { witness }: Facts): Promise<boolean> {
  const refund = await witness.store.refunds.findRefund(decision.decisionId);
  return refund !== undefined && refund.atMs <= row.bookedAtMs;
}

/** The same request paid by the server, or by another record: one sale, one payment. */
async function isPaidElsewhere(row: CardRecordRow, { witness }: Facts): Promise<boolean> {
  const { store } = witness;
  if ((await store.findDecision(row.requestId))?.code === 'APPROVED') return true;
  const payments = await store.cards.findCardPayments(row.requestId);
  return payments.some((other) => hex(other.head) !== hex(row.head) || hex(other.cardId) !== hex(row.cardId));
}

/** Why the publisher did not sell this, at this price, to this card; `undefined` when it did. */
async function saleFault(
  fields: CardRecord,
  { decision, quote, leaf }: Proof,
  { witness }: Facts,
): Promise<string | undefined> {
  if (quote.fault !== undefined) return quote.fault;
  if (hex(quote.signature) !== hex(fields.quoteSignature)) return 'another quote';
  if ((await witness.publisher(fields.publisherId)) === undefined) return 'no such publisher';
  if (leaf !== undefined) {
    try {
      requireDecider(decision, leaf, quote.quote);
    } catch (error) {
      return whyOf(error);
    }
  }
  const table = await witness.rateTable(fields.rateTableId);
  if (table !== undefined && fields.offerTimeMs > table.notAfterMs) return 'rate table over';
  const [fault] = priceFaults({ quote: quote.quote, charged: fields, table });
  return fault?.[0];
}

/** What must have moved for it. */
async function auditMoney(at: Proven, facts: Facts): Promise<void> {
  const { one, row, place, fields, purse } = at;
  const { card } = one;
  const isFromPurse = purse.plan === 'prepaid' && !row.excess && row.outcome !== 'refused' && row.outcome !== 'unpaid';
  if (isFromPurse) purse.heldMinor -= fields.chargedMinor;
  const isMoney = fields.chargedMinor > 0n;
  if (row.outcome === 'booked' && isMoney) return auditSale(at, facts);
  facts.findings.same('message', `${place}, transfer`, undefined, row.transferId);
  if (!isFromPurse || !isMoney) return;
  const reference = cardReference(card.cardId, row.head);
  const float = floatOf(card, purse.currency);
  if (row.outcome === 'disputed') return auditDispute(at, float, facts);
  const postings = [move(float, playerAccount(one.player), fields.chargedMinor)];
  await facts.expectations.expect({ place, kind: 'card-return', reference, atMs: row.bookedAtMs, postings });
}

/** The publisher is paid out of the purse, by the player's account, or by the issuer for what the card cannot have had. */
async function auditSale({ one, row, place, fields, purse, proof }: Proven, facts: Facts): Promise<void> {
  const { expectations, witness } = facts;
  const publisher = await witness.publisher(fields.publisherId);
  if (publisher === undefined || proof === undefined) return; // found already: no such sale
  const own = purse.plan === 'prepaid' ? floatOf(one.card, purse.currency) : playerAccount(one.player);
  const found = await expectations.expect({
    place,
    kind: 'payment',
    reference: row.requestId,
    atMs: row.bookedAtMs,
    postings: salePostings({
      payer: row.excess ? lossOf(one, purse.currency) : own,
      publisherId: fields.publisherId,
      price: { amountMinor: fields.amountMinor, currency: fields.currency },
      chargedMinor: fields.chargedMinor,
      table: await witness.rateTable(fields.rateTableId),
      feeBasisPoints: publisher.feeBasisPoints,
    }),
  });
  if (found === undefined || !row.excess) return;
  expectations.askBefore(found.id, (balanceOf) => {
    const hadMinor = balanceOf(floatOf(one.card, purse.currency));
    if (purse.plan === 'prepaid' && !row.forked && hadMinor >= fields.chargedMinor)
      facts.findings.find(
        'card-record',
        `${place}, excess`,
        `paid by the purse, which held ${hadMinor}`,
        'paid by the issuer',
      );
  });
  await auditRecovery({ one, row, place, fields, purse, proof }, found.id, facts);
}

/** The issuer has it back from the player's account: all of it from one with a ceiling, what there is from one without. */
async function auditRecovery(
  { one, row, place, fields, purse }: Proven,
  paymentId: bigint,
  facts: Facts,
): Promise<void> {
  const { expectations, findings } = facts;
  const { player } = one;
  const payer = playerAccount(player);
  const found = await expectations.take(place, 'card-recovery', cardReference(one.card.cardId, row.head));
  const dueOf = (availableMinor: bigint): bigint =>
    player.plan === 'postpaid' || fields.chargedMinor <= availableMinor ? fields.chargedMinor : availableMinor;
  if (found === undefined)
    return expectations.askAfter(paymentId, (balanceOf) => {
      const dueMinor = dueOf(balanceOf(payer));
      if (dueMinor > 0n) findings.find('missing-transfer', place, `card-recovery of ${dueMinor}`, 'no such transfer');
    });
  const expected = (dueMinor: bigint): string =>
    `${nameOf(payer)} -> ${nameOf(lossOf(one, purse.currency))} ${dueMinor}`;
  expectations.askBefore(found.id, (balanceOf) => {
    const stored = found.postings.map((one) => `${nameOf(one.debit)} -> ${nameOf(one.credit)} ${one.amountMinor}`);
    findings.same('transfer', `${placeOf(found)} of ${place}`, expected(dueOf(balanceOf(payer))), stored.join(', '));
  });
}

/** Held for the publisher's claim, or the issuer's where it has paid that claim already. */
async function auditDispute(
  { one, row, place, fields, purse }: Proven,
  float: AccountName,
  facts: Facts,
): Promise<void> {
  const { expectations, witness } = facts;
  const { card } = one;
  const claim = await witness.store.cards.findClaim(card.cardId, plain(row.head));
  const reference = cardReference(card.cardId, row.head);
  const posted = await witness.store.findTransfer('card-dispute', reference);
  const wasPaid =
    claim !== undefined &&
    posted !== undefined &&
    claim.transferId < posted.id &&
    !(claim.reversalId !== undefined && claim.reversalId < posted.id);
  const credit = wasPaid ? lossOf(one, purse.currency) : disputeOf(card, purse.currency);
  const postings = [move(float, credit, fields.chargedMinor)];
  await expectations.expect({ place, kind: 'card-dispute', reference, atMs: row.bookedAtMs, postings });
}
