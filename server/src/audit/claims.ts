/**
 * Claims: a card's decision that a publisher presents, whose record never came up or came without consent. Paid once by the issuer,
 * or out of what is held of the card; undone when the record comes after all.
 */
import { decodePaymentDecision, keyHash, readEnvelope, requireDecider } from '@coinslot/protocol';
import type { CardClaim } from '../cards/types.ts';
import type { RecordedTransfer } from '../ledger/types.ts';
import type { Facts } from './audit.ts';
import { wasBeforeEnd } from './settlements.ts';
import { hex, plain } from './bytes.ts';
import { cardReference, disputeOf, lossOf, type AuditedCard } from './cards.ts';
import { auditPrice } from './decisions.ts';
import { undoneSale, salePostings, type Sale } from './model.ts';
import { whyOf } from './witness.ts';

export async function auditClaims(one: AuditedCard, facts: Facts): Promise<void> {
  for (const claim of await facts.witness.store.cards.listClaims(one.card.cardId)) {
    facts.findings.tick('claims');
    const place = `${one.place}, claim on record ${claim.counter}`;
    await facts.readable(place, () => auditClaim(one, claim, place, facts));
  }
}

async function auditClaim(one: AuditedCard, claim: CardClaim, place: string, facts: Facts): Promise<void> {
  const { witness, findings, expectations } = facts;
  const { card } = one;
  const decision = decodePaymentDecision(readEnvelope(plain(claim.decision)).body);
  const leaf = await witness.open(place, plain(claim.decision), {
    type: 'payment-decision',
    role: 'card',
    atMs: decision.timeMs,
  });
  const { quote, fault } = await witness.quote(plain(claim.quote), decision.offerTimeMs);
  if (fault !== undefined) findings.find('sale', `${place}, quote`, 'holds as of the offer', fault);
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['signer', hex(keyHash(card.publicKey)), hex(decision.signer)],
    ['outcome', 'approved', decision.outcome],
    ['record', decision.card && hex(decision.card.head), hex(claim.head)],
    ['counter', decision.card?.counter, claim.counter],
    ['publisher', quote.publisherId, claim.publisherId],
    ['purse', decision.purse, claim.purse],
    [
      'charge',
      `${decision.chargedCurrency} ${decision.chargedMinor}`,
      `${claim.chargedCurrency} ${claim.chargedMinor}`,
    ],
  ];
  for (const [what, signed, stored] of pairs) findings.same('message', `${place}, ${what}`, signed, stored);
  if (leaf !== undefined) {
    try {
      requireDecider(decision, leaf, quote);
    } catch (error) {
      findings.find('sale', place, 'a card that may decide this', whyOf(error));
    }
  }
  const table = await witness.rateTable(decision.rateTableId);
  auditPrice(place, { quote, charged: { ...decision, publisherId: claim.publisherId }, table }, facts);
  const publisher = await witness.publisher(claim.publisherId);
  if (publisher === undefined)
    return findings.find('sale', `${place}, payee`, 'an enrolled publisher', claim.publisherId);
  const isHeld = await wasHeld(one, claim, facts);
  const payer = isHeld ? disputeOf(card, claim.chargedCurrency) : lossOf(one, claim.chargedCurrency);
  const { publisherId, feeBasisPoints } = publisher;
  const sale: Sale = { payer, publisherId, price: quote, chargedMinor: decision.chargedMinor, table, feeBasisPoints };
  const reference = cardReference(card.cardId, claim.head);
  await expectations.expect({ place, kind: 'claim', reference, atMs: claim.atMs, postings: salePostings(sale) });
  await auditReversal(one, { claim, place, sale, reference }, facts);
}

/** The card's own money was held for it: its record had come up without consent, and the card had not ended. */
async function wasHeld({ card }: AuditedCard, claim: CardClaim, facts: Facts): Promise<boolean> {
  const { store } = facts.witness;
  const held: RecordedTransfer | undefined = await store.findTransfer(
    'card-dispute',
    cardReference(card.cardId, claim.head),
  );
  const isEarlier = held !== undefined && held.id < claim.transferId;
  return isEarlier && (await wasBeforeEnd(card, claim, claim.purse, facts));
}

interface ClaimedSale {
  readonly claim: CardClaim;
  readonly place: string;
  readonly sale: Sale;
  readonly reference: Uint8Array;
}

/** Undone when the record came after all, with consent: then, and only then. */
async function auditReversal(
  one: AuditedCard,
  { claim, place, sale, reference }: ClaimedSale,
  facts: Facts,
): Promise<void> {
  const { witness, findings, expectations } = facts;
  const record = await witness.store.cards.findCardRecord(one.card.cardId, plain(claim.head));
  const refund = await witness.store.refunds.findRefund(decisionIdOf(claim));
  // A refund undoes the claim with its own transfer: `refunds.ts` looks at that one.
  if (refund?.transferId !== undefined && refund.transferId === claim.reversalId)
    return expectations.expectNone(`${place} was refunded`, 'claim-reversal', reference);
  const cameAfter = record?.outcome === 'booked' || record?.outcome === 'conflict' || record?.outcome === 'unpaid';
  findings.same('message', `${place}, undone`, cameAfter, claim.reversalId !== undefined);
  if (!cameAfter) return expectations.expectNone(place, 'claim-reversal', reference);
  const postings = undoneSale(sale, sale.payer);
  await expectations.expect({ place, kind: 'claim-reversal', reference, atMs: record.bookedAtMs, postings });
}

const decisionIdOf = (claim: CardClaim): Uint8Array =>
  decodePaymentDecision(readEnvelope(plain(claim.decision)).body).decisionId;
