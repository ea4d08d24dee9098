/**
 * What each record of an upload comes to, planned record by record before anything is written: a plan that cannot be carried
 * out refuses the upload whole. Who pays the publisher:
 *
 *  - a prepaid purse pays from its float, a postpaid one from the player's account, also beyond the account's own ceiling,
 *    since the card has promised it;
 *  - what a card cannot have had - on a fork, above its ceiling, above its float - the issuer pays, up to the purse's ceiling, and
 *    has it back from the player's account as far as that goes. What is beyond stays unpaid, and is kept as evidence.
 *
 * No request is paid twice, whoever decided it: the charge of a second payment goes back to the player.
 *
 * What came up without the player's message 2 is disputed: out of the purse, held for the publisher's claim, and the player's at
 * the end of the card. Given back at once it would make whoever leaves message 2 out play for nothing.
 */
import { cardDecisionId, ProtocolError, type CodeName, type RateTable } from '@coinslot/protocol';
import { convert, type Conversion } from '../exchange/conversion.ts';
import { paymentPostings, reversed } from '../ledger/postings.ts';
import type { AccountName } from '../ledger/types.ts';
import { hex, playerAccount, spendableMinor, type Player } from '../players/types.ts';
import type { StoreTransaction } from '../store/port.ts';
import { cardReference, disputeAccount, floatAccount, lossAccount, transferOf } from './accounts.ts';
import { requirePurse, type PurseState, type PurseStates } from './purses.ts';
import type { CheckedRecord, RecordProofs } from './record-check.ts';
import type { CardWriter } from './store.ts';
import type { Card, CardRecordOutcome, NewCardDecision } from './types.ts';

type Write = (cards: CardWriter) => Promise<void>;

/** What an upload changes, and how the card stands then. */
export interface Plan {
  readonly writes: Write[];
  readonly purses: PurseStates;
  /** The player's account after all of it; a working copy. */
  readonly player: Player & { balanceMinor: bigint };
  /** Requests that this upload pays for, in hex. */
  readonly paid: Set<string>;
  /** Whether the card spent what it cannot have had. */
  overspent: boolean;
}

export interface BookingContext {
  readonly tx: StoreTransaction;
  readonly card: Card;
  readonly nowMs: number;
  /** The records are of a copy of the card. */
  readonly forked: boolean;
}

/** Plans one record. Throws CARD_STATE or DECISION_MISMATCH for a record that no card of this issuer makes. */
export async function planRecord(plan: Plan, checked: CheckedRecord, context: BookingContext): Promise<void> {
  const { fields } = checked;
  const state = requirePurse(plan.purses, fields.purse);
  if (fields.chargedCurrency !== state.currency)
    throw new ProtocolError('DECISION_MISMATCH', 'CardRecord.chargedCurrency: not that of the purse');
  if (fields.code !== 'APPROVED') return keep(plan, checked, context, { outcome: 'refused' });
  if (fields.settlement !== (state.plan === 'prepaid' ? 'debited' : 'recorded'))
    throw new ProtocolError('DECISION_MISMATCH', 'CardRecord.settlement: not that of the purse');
  const { proofs } = checked;
  // Without the player's message 2 it is held like any other, and is the player's at the end of the card.
  if (proofs !== undefined && (await isRefunded(checked, context)))
    return planVoid(plan, checked, context, state, 'REFUNDED');
  if (proofs === undefined) return planDispute(plan, checked, context, state);
  if (plan.paid.has(hex(checked.requestId)) || (await isPaid(context.tx, checked.requestId)))
    return planConflict(plan, checked, context, state);
  const charge = await chargeOf(context.tx, fields, proofs);
  if (typeof charge === 'string') return planVoid(plan, checked, context, state, charge);
  return planSale(plan, checked, context, state, charge);
}

/** Whether the decision was undone before its record came up: on a claim, which the publisher gave back. */
const isRefunded = async ({ fields }: CheckedRecord, { tx, card }: BookingContext): Promise<boolean> =>
  (await tx.refunds.findRefund(cardDecisionId(card.cardId, fields.nonce))) !== undefined;

/** Whether a request has its payment: by this server, by another card, or by a copy of this one. */
async function isPaid(tx: StoreTransaction, requestId: Uint8Array): Promise<boolean> {
  if ((await tx.findDecision(requestId))?.code === 'APPROVED') return true;
  return (await tx.cards.findCardPayments(requestId)).length > 0;
}

interface Charge extends Conversion {
  readonly feeBasisPoints: number;
}

/** The price in the purse's currency, by the table that the card held; or why the sale does not hold. */
async function chargeOf(
  tx: StoreTransaction,
  fields: CheckedRecord['fields'],
  { quote, fault }: RecordProofs,
): Promise<Charge | CodeName> {
  if (fault !== undefined) return fault;
  const publisher = await tx.findPublisher(fields.publisherId);
  if (publisher === undefined) return 'OFFER_ORIGIN';
  const conversion = conversionOf(quote.quote, fields, (await tx.findRateTable(fields.rateTableId))?.table);
  if (typeof conversion === 'string') return conversion;
  if (conversion.chargedMinor !== fields.chargedMinor) return 'OFFER_PRICE';
  return { ...conversion, feeBasisPoints: publisher.feeBasisPoints };
}

export interface ConvertedSale {
  readonly chargedCurrency: string;
  readonly rateTableId: number;
  readonly offerTimeMs: number;
}

/** A card has no clock: a table counts for offers up to its end, however long ago its successor took over. */
export function conversionOf(
  price: { readonly amountMinor: bigint; readonly currency: string },
  { chargedCurrency, rateTableId, offerTimeMs }: ConvertedSale,
  table: RateTable | undefined,
): Conversion | CodeName {
  if (price.currency === chargedCurrency)
    return rateTableId === 0 ? { chargedMinor: price.amountMinor, roundingMinor: 0n } : 'RATE_STALE';
  if (table === undefined || offerTimeMs > table.notAfterMs) return 'RATE_STALE';
  try {
    return convert(price, chargedCurrency, table);
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

interface Outcome {
  readonly outcome: CardRecordOutcome;
  readonly code?: CodeName;
  readonly excess?: boolean;
  /** Who pays the publisher, and how. */
  readonly paid?: { readonly payer: AccountName; readonly charge: Charge };
}

function keep(plan: Plan, checked: CheckedRecord, context: BookingContext, outcome: Outcome): void {
  plan.writes.push(async (cards) => {
    // Asked as it is written: a refusal by the server under the same request id stands as it is.
    const isOpen = outcome.outcome === 'booked' && (await context.tx.findDecision(checked.requestId)) === undefined;
    await cards.addCardRecord(rowOf(checked, context, outcome, isOpen));
    const { cardId } = context.card;
    if (!isOpen && outcome.outcome !== 'refused')
      await context.tx.refunds.addCardDecision(cardDecisionId(cardId, checked.fields.nonce), {
        cardId,
        head: checked.head,
      });
  });
}

function rowOf(
  { fields, head, requestId, record, proofs }: CheckedRecord,
  { card, nowMs, forked }: BookingContext,
  { outcome, code, excess = false, paid }: Outcome,
  isOpen: boolean,
): Parameters<CardWriter['addCardRecord']>[0] {
  const placed: NewCardDecision = {
    userId: fields.userId,
    publisherId: fields.publisherId,
    code: 'APPROVED',
    priceMinor: fields.amountMinor,
    priceCurrency: fields.currency,
    rateTableId: fields.rateTableId,
    offerHash: fields.offerHash,
    quoteSignature: fields.quoteSignature,
    requestHash: fields.requestHash,
    decisionId: cardDecisionId(card.cardId, fields.nonce),
    chainHash: card.chainHash,
  };
  return {
    cardId: card.cardId,
    head,
    counter: fields.counter,
    previous: fields.previous,
    requestId,
    purse: fields.purse,
    chargedMinor: fields.chargedMinor,
    chargedCurrency: fields.chargedCurrency,
    record,
    request: proofs?.request,
    decision: proofs?.decisionEnvelope,
    outcome,
    code,
    forked,
    excess,
    spentAtMs: fields.offerTimeMs,
    bookedAtMs: nowMs,
    transfer:
      paid === undefined || fields.chargedMinor === 0n
        ? undefined
        : transferOf(
            'payment',
            requestId,
            nowMs,
            paymentPostings({
              payer: paid.payer,
              publisherId: fields.publisherId,
              priceMinor: fields.amountMinor,
              priceCurrency: fields.currency,
              ...paid.charge,
            }),
          ),
    placed: isOpen ? placed : undefined,
  };
}

/** The same request again: what this card gave for it goes back, and a claim for it is undone. */
async function planConflict(
  plan: Plan,
  checked: CheckedRecord,
  context: BookingContext,
  state: PurseState,
): Promise<void> {
  await planClaimReversal(plan, checked, context, state);
  keep(plan, checked, context, { outcome: 'conflict', excess: !giveBack(plan, checked, context, state) });
}

function planVoid(
  plan: Plan,
  checked: CheckedRecord,
  context: BookingContext,
  state: PurseState,
  code: CodeName,
): void {
  keep(plan, checked, context, { outcome: 'void', code, excess: !giveBack(plan, checked, context, state) });
}

/**
 * Out of the purse and held, or straight to the issuer where it has paid the publisher's claim already. What was never in the
 * purse - a copy's spending, a promise to pay later - is kept as `excess`: the issuer stands for a claim on it.
 */
async function planDispute(
  plan: Plan,
  checked: CheckedRecord,
  context: BookingContext,
  state: PurseState,
): Promise<void> {
  const { chargedMinor } = checked.fields;
  const { card, tx, nowMs, forked } = context;
  const isHeld = state.plan === 'prepaid' && !forked && chargedMinor <= state.floatMinor;
  keep(plan, checked, context, { outcome: 'disputed', code: 'CONSENT_REQUIRED', excess: !isHeld });
  if (state.plan === 'prepaid' && !forked && !isHeld) plan.overspent = true;
  if (!isHeld || chargedMinor === 0n) return;
  state.floatMinor -= chargedMinor;
  const claim = await tx.cards.findClaim(card.cardId, checked.head);
  const isClaimed = claim !== undefined && claim.reversalId === undefined;
  if (isClaimed) state.excessMinor -= chargedMinor;
  const posting = {
    debit: floatAccount(card.cardId, state.currency),
    credit: isClaimed ? lossAccount(card, state.currency) : disputeAccount(card.cardId, state.currency),
    amountMinor: chargedMinor,
  };
  const held = transferOf('card-dispute', cardReference(card.cardId, checked.head), nowMs, [posting]);
  plan.writes.push((cards) => cards.postTransfer(held));
}

/**
 * Out of the purse, back to the account that fills it. False when the purse did not have it: a copy's spending never was in
 * the purse, and nothing goes back for what nobody put in.
 */
function giveBack(
  { writes, player }: Plan,
  { fields, head }: CheckedRecord,
  { card, nowMs, forked }: BookingContext,
  state: PurseState,
): boolean {
  const { chargedMinor } = fields;
  if (state.plan !== 'prepaid' || chargedMinor === 0n) return true;
  if (forked || chargedMinor > state.floatMinor) return false;
  state.floatMinor -= chargedMinor;
  player.balanceMinor += chargedMinor;
  const posting = {
    debit: floatAccount(card.cardId, state.currency),
    credit: playerAccount(player),
    amountMinor: chargedMinor,
  };
  const back = transferOf('card-return', cardReference(card.cardId, head), nowMs, [posting]);
  writes.push((cards) => cards.postTransfer(back));
  return true;
}

async function planSale(
  plan: Plan,
  checked: CheckedRecord,
  context: BookingContext,
  state: PurseState,
  charge: Charge,
): Promise<void> {
  const { chargedMinor } = charge;
  plan.paid.add(hex(checked.requestId));
  await planClaimReversal(plan, checked, context, state);
  if (chargedMinor === 0n) return keep(plan, checked, context, { outcome: 'booked' });
  if (!context.forked && canHaveHad(state, chargedMinor)) {
    const payer = payFrom(plan, context, state, chargedMinor);
    return keep(plan, checked, context, { outcome: 'booked', paid: { payer, charge } });
  }
  plan.overspent = true;
  if (state.excessMinor + chargedMinor > state.ceilingEverMinor)
    return keep(plan, checked, context, { outcome: 'unpaid', excess: true });
  state.excessMinor += chargedMinor;
  const payer = lossAccount(context.card, state.currency);
  keep(plan, checked, context, { outcome: 'booked', excess: true, paid: { payer, charge } });
  recover(plan, checked, context, payer);
}

const canHaveHad = (state: PurseState, chargedMinor: bigint): boolean =>
  state.plan === 'prepaid'
    ? chargedMinor <= state.floatMinor
    : state.reportedMinor + chargedMinor <= state.ceilingEverMinor;

function payFrom(
  { writes, player }: Plan,
  { card }: BookingContext,
  state: PurseState,
  chargedMinor: bigint,
): AccountName {
  if (state.plan === 'prepaid') {
    state.floatMinor -= chargedMinor;
    return floatAccount(card.cardId, state.currency);
  }
  state.reportedMinor += chargedMinor;
  player.balanceMinor -= chargedMinor;
  writes.push((cards) => cards.makeRoomFor(card.userId, chargedMinor));
  return playerAccount(player);
}

/** A player with a ceiling owes it; one without gives what there is. */
function recover(
  { writes, player }: Plan,
  { fields, head }: CheckedRecord,
  context: BookingContext,
  loss: AccountName,
): void {
  const { card, nowMs } = context;
  const spendable = spendableMinor(player);
  const available = player.plan === 'postpaid' || fields.chargedMinor <= spendable ? fields.chargedMinor : spendable;
  if (available <= 0n) return;
  player.balanceMinor -= available;
  const posting = { debit: playerAccount(player), credit: loss, amountMinor: available };
  const recovery = transferOf('card-recovery', cardReference(card.cardId, head), nowMs, [posting]);
  if (player.plan === 'postpaid') writes.push((cards) => cards.makeRoomFor(card.userId, available));
  writes.push((cards) => cards.postTransfer(recovery));
}

/** The record came up after all: the publisher gives back what it was paid on its claim, and is paid as by any sale. */
async function planClaimReversal(
  { writes }: Plan,
  { head, fields }: CheckedRecord,
  { tx, card, nowMs }: BookingContext,
  state: PurseState,
): Promise<void> {
  const claim = await tx.cards.findClaim(card.cardId, head);
  if (claim === undefined || claim.reversalId !== undefined) return;
  const [paid] = await tx.listTransfers(claim.transferId - 1n, 1);
  if (paid?.id !== claim.transferId) throw new Error('the transfer of a claim is not in the ledger');
  state.excessMinor -= fields.chargedMinor;
  const reversal = transferOf('claim-reversal', paid.reference, nowMs, reversed(paid.postings));
  writes.push((cards) => cards.reverseClaim(card.cardId, head, reversal));
}
