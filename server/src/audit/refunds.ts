/**
 * Refunds: a publisher's signed order, or the operator's word, and the notice that the server signed. Each undoes one decision,
 * whole and once: its transfer is the sale's own the other way round, where a purse's part goes to its player's account, and where
 * the issuer had its part back before, that part goes on to the player.
 *
 * What is undone is read from the sale's transfer, which has been held against the facts of the sale already.
 */
import {
  cardDecisionId,
  decodeCardRecord,
  decodePaymentDecision,
  decodeRefundNotice,
  decodeRefundOrder,
  readEnvelope,
  requestId,
} from '@coinslot/protocol';
import type { CardClaim, CardRecordRow } from '../cards/types.ts';
import type { AccountName, Posting, RecordedTransfer } from '../ledger/types.ts';
import type { Refund } from '../refunds/types.ts';
import type { Facts } from './audit.ts';
import { hex, plain } from './bytes.ts';
import { cardReference } from './cards.ts';
import { playerAccount } from './decisions.ts';
import { rowsOf } from './lists.ts';
import { account, move } from './model.ts';
import { claimedOn, wasBeforeEnd } from './settlements.ts';

export async function auditRefunds(facts: Facts): Promise<void> {
  const { refunds } = facts.witness.store;
  for await (const refund of rowsOf(refunds.listRefunds.bind(refunds), 0n, ({ position }) => position)) {
    facts.findings.tick('refunds');
    const place = `refund ${refund.position}`;
    await facts.readable(place, () => auditRefund(refund, place, facts));
  }
}

async function auditRefund(refund: Refund, place: string, facts: Facts): Promise<void> {
  const { witness, findings, expectations } = facts;
  await auditMessages(refund, place, facts);
  const player = await witness.player(refund.userId);
  if (player === undefined) return findings.find('signature', place, 'a player who enrolled', hex(refund.userId));
  const sale = await undoneSale(refund, playerAccount(player), place, facts);
  if (sale === undefined) return findings.find('sale', place, 'an approved decision', hex(refund.decisionId));
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['request id', hex(sale.requestId), hex(refund.requestId)],
    ['user', hex(sale.userId), hex(refund.userId)],
    ['publisher', sale.publisherId, refund.publisherId],
  ];
  for (const [what, expected, found] of pairs) findings.same('sale', `${place}, ${what}`, expected, found);
  const { postings } = sale;
  findings.same('sale', `${place}, amount`, broughtMinor(postings, playerAccount(player)), refund.amountMinor);
  if (postings.length === 0) return expectations.expectNone(`${place} moves nothing`, 'refund', sale.requestId);
  await expectations.expect({ place, kind: 'refund', reference: sale.requestId, atMs: refund.atMs, postings });
}

/** The notice, and the order where a publisher gave one. */
async function auditMessages(refund: Refund, place: string, { witness, findings }: Facts): Promise<void> {
  const notice = decodeRefundNotice(readEnvelope(plain(refund.notice)).body);
  await witness.open(place, plain(refund.notice), {
    type: 'refund-notice',
    role: 'payment-server',
    atMs: notice.timeMs,
  });
  const pairs: [string, unknown, unknown][] = [
    ['decision', hex(notice.decisionId), hex(refund.decisionId)],
    ['reason', notice.reason, refund.reason],
    ['amount', `${notice.currency} ${notice.amountMinor}`, `${refund.currency} ${refund.amountMinor}`],
    ['time', notice.timeMs, refund.atMs],
  ];
  if (refund.order === undefined) findings.takeWord('operator', 'refunds', refund.amountMinor, refund.currency);
  else {
    const order = decodeRefundOrder(readEnvelope(plain(refund.order)).body);
    const leaf = await witness.open(place, plain(refund.order), {
      type: 'refund-order',
      role: 'publisher',
      atMs: order.timeMs,
    });
    pairs.push(
      ['decision of the order', hex(order.decisionId), hex(refund.decisionId)],
      ['reason of the order', order.reason, refund.reason],
      ['publisher of the order', order.publisherId, refund.publisherId],
      ['signer of the order', leaf?.subject.id ?? order.publisherId, order.publisherId],
    );
  }
  for (const [what, signed, stored] of pairs) findings.same('message', `${place}, ${what}`, signed, stored);
}

interface UndoneSale {
  readonly requestId: Uint8Array;
  readonly userId: Uint8Array;
  readonly publisherId: string;
  /** What undoing it must have moved. */
  readonly postings: readonly Posting[];
}

async function undoneSale(
  refund: Refund,
  mine: AccountName,
  place: string,
  facts: Facts,
): Promise<UndoneSale | undefined> {
  const { store } = facts.witness;
  const { decisionId } = refund;
  const row = await store.refunds.findDecisionById(decisionId);
  if (row?.cardId === undefined && row !== undefined) {
    if (row.code !== 'APPROVED') return undefined;
    const said = decodePaymentDecision(readEnvelope(plain(row.decision)).body);
    facts.findings.same('message', `${place}, decision`, hex(said.decisionId), hex(decisionId));
    return { ...row, postings: await undonePayment(row.requestId, mine, facts) };
  }
  return undoneByCard(refund, mine, place, facts);
}

/** A card's decision: its record, or a claim for one that never came up. */
async function undoneByCard(
  { decisionId, transferId, atMs }: Refund,
  mine: AccountName,
  place: string,
  facts: Facts,
): Promise<UndoneSale | undefined> {
  const { store } = facts.witness;
  const at = (await store.refunds.findCardDecision(decisionId)) ?? (await placeOfPlaced(decisionId, facts));
  const card = at && (await store.cards.findCard(at.cardId));
  if (at === undefined || card === undefined) return undefined;
  const record = await store.cards.findCardRecord(card.cardId, at.head);
  const claim = await store.cards.findClaim(card.cardId, at.head);
  const said = saleOf(record, claim);
  if (said === undefined) return undefined;
  facts.findings.same('message', `${place}, decision`, hex(cardDecisionId(card.cardId, said.nonce)), hex(decisionId));
  const id = requestId(card.userId, said.nonce);
  const sale = { requestId: id, userId: card.userId, publisherId: said.publisherId };
  const reference = cardReference(card.cardId, at.head);
  if (claim !== undefined && transferId !== undefined && claim.reversalId === transferId)
    return { ...sale, postings: await undoneClaim(claim, { mine, transferId }, facts) };
  if (record?.outcome === 'booked') {
    const postings = await undonePayment(id, mine, facts);
    const recovery = record.excess ? await store.findTransfer('card-recovery', reference) : undefined;
    return { ...sale, postings: [...postings, ...(recovery === undefined ? [] : undone(recovery, mine))] };
  }
  const isHeld = record?.outcome === 'disputed' && !record.excess;
  const isOpen = isHeld && (await wasBeforeEnd(card, { atMs, transferId }, record.purse, facts));
  const held = isOpen ? await store.findTransfer('card-dispute', reference) : undefined;
  const postings = held?.postings.map(({ credit, amountMinor }) => move(credit, mine, amountMinor)) ?? [];
  return { ...sale, postings };
}

/** A booked record stands among the decisions. */
async function placeOfPlaced(decisionId: Uint8Array, { witness }: Facts) {
  const row = await witness.store.refunds.findDecisionById(decisionId);
  if (row?.cardId === undefined) return undefined;
  const head = decodePaymentDecision(readEnvelope(plain(row.decision)).body).card?.head;
  return head && { cardId: row.cardId, head };
}

/** What the card signed, in its record or in the decision that was claimed. */
function saleOf(record: CardRecordRow | undefined, claim: CardClaim | undefined) {
  if (record !== undefined) {
    const { nonce, publisherId, code } = decodeCardRecord(record.record);
    return code === 'APPROVED' ? { nonce, publisherId } : undefined;
  }
  if (claim === undefined) return undefined;
  const { nonce } = decodePaymentDecision(readEnvelope(plain(claim.decision)).body);
  return { nonce, publisherId: claim.publisherId };
}

async function undonePayment(id: Uint8Array, mine: AccountName, { witness }: Facts): Promise<Posting[]> {
  const paid = await witness.store.findTransfer('payment', id);
  return paid === undefined ? [] : undone(paid, mine);
}

/** Everything the other way round; what came from a purse, or from what was held of one, goes to its player's account. */
const undone = ({ postings }: RecordedTransfer, mine: AccountName): Posting[] =>
  postings.map(({ debit, credit, amountMinor }) => {
    const isPurse = debit.kind === 'card-float' || debit.kind === 'card-dispute';
    return move(credit, isPurse ? mine : debit, amountMinor);
  });

/** The claim goes back to whoever paid it; what the issuer had had back for it out of the card's own money, to the player. */
async function undoneClaim(
  claim: CardClaim,
  { mine, transferId }: { readonly mine: AccountName; readonly transferId: bigint },
  facts: Facts,
): Promise<Posting[]> {
  const { store } = facts.witness;
  const reference = cardReference(claim.cardId, claim.head);
  const paid = await store.findTransfer('claim', reference);
  if (paid === undefined) return [];
  const dispute = await store.findTransfer('card-dispute', reference);
  const hadMinor =
    dispute !== undefined && dispute.id < transferId
      ? sumOf(dispute.postings.filter(({ credit }) => credit.kind === 'card-loss'))
      : await hadAtEndMinor(claim, transferId, facts);
  const card = await store.cards.findCard(claim.cardId);
  const loss = account('card-loss', claim.chargedCurrency, card?.issuerId ?? '');
  return [...undone(paid, mine), ...(hadMinor > 0n ? [move(loss, mine, hadMinor)] : [])];
}

/** At its end a card gave for all its claims together, as far as its purse went: this claim's part is what the others do not need. */
async function hadAtEndMinor(claim: CardClaim, beforeId: bigint, { witness }: Facts): Promise<bigint> {
  const { store } = witness;
  const settlement = await store.findTransfer('claim-settlement', cardReference(claim.cardId, 'settled', claim.purse));
  if (settlement === undefined || settlement.id > beforeId) return 0n;
  const gaveMinor = sumOf(settlement.postings);
  const allMinor = await claimedOn(claim.cardId, claim.purse, beforeId, witness.store);
  const othersMinor = allMinor - claim.chargedMinor;
  return least(gaveMinor, allMinor) - least(gaveMinor, othersMinor);
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const sumOf = (postings: readonly Posting[]): bigint => postings.reduce((sum, one) => sum + one.amountMinor, 0n);

/** What came to an account, from all postings that credit it. */
const broughtMinor = (postings: readonly Posting[], { kind, owner }: AccountName): bigint =>
  postings.reduce(
    (sum, { debit, credit, amountMinor }) =>
      sum +
      (credit.kind === kind && credit.owner === owner ? amountMinor : 0n) -
      (debit.kind === kind && debit.owner === owner ? amountMinor : 0n),
    0n,
  );
