/** Message 3 and the record of it, from a verdict. */
import { encodePaymentDecision, type PaymentDecision } from '@coinslot/protocol';
import type { Identity, Sealed } from '../identity.ts';
import { paymentPostings } from '../ledger/postings.ts';
import { playerAccount } from '../players/types.ts';
import type { AdmittedPayment, DecisionRecord, PaymentState, SpendingPlayer, Verdict } from './types.ts';
import { pressSpentMinor, utcDay } from './verdict.ts';

export interface MadeDecision {
  readonly record: DecisionRecord;
  readonly sealed: Sealed;
}

export interface DecisionContext {
  readonly identity: Identity;
  readonly decisionId: Uint8Array;
  readonly nowMs: number;
}

/**
 * Signs the decision and takes what it costs from the player's working state, so that the next payment of the batch sees
 * it. The signature leaves the process only after the record is durable.
 */
export function makeDecision(
  payment: AdmittedPayment,
  { player, publisher }: PaymentState,
  verdict: Verdict,
  context: DecisionContext,
): MadeDecision {
  const { identity, decisionId, nowMs } = context;
  const { request, quote } = payment;
  const chargedMinor = verdict.code === 'APPROVED' ? verdict.chargedMinor : 0n;
  const sealed = identity.seal(
    'payment-decision',
    encodePaymentDecision(decisionOf(payment, player, verdict.code, chargedMinor, context)),
  );
  const isPress = verdict.code === 'APPROVED' && request.proof === 'press';
  const record: DecisionRecord = {
    requestId: payment.requestId,
    userId: request.userId,
    publisherId: request.publisherId,
    code: verdict.code,
    priceMinor: quote.quote.amountMinor,
    priceCurrency: quote.quote.currency,
    chargedMinor,
    chargedCurrency: player.currency,
    rateTableId: request.rateTableId,
    offerHash: quote.quote.offerHash,
    quoteSignature: quote.signature,
    requestHash: payment.requestHash,
    requestBytes: payment.requestBytes,
    decisionId,
    decision: sealed.compact,
    chainHash: identity.chainHash,
    atMs: nowMs,
    transfer:
      verdict.code === 'APPROVED' && chargedMinor > 0n
        ? {
            kind: 'payment',
            reference: payment.requestId,
            atMs: nowMs,
            postings: paymentPostings({
              payer: playerAccount(player),
              publisherId: request.publisherId,
              priceMinor: quote.quote.amountMinor,
              priceCurrency: quote.quote.currency,
              chargedMinor,
              roundingMinor: verdict.roundingMinor,
              feeBasisPoints: publisher?.feeBasisPoints ?? 0,
            }),
          }
        : undefined,
    pressSpending: isPress ? pressAfter(player, chargedMinor, nowMs) : undefined,
  };
  spend(player, record);
  return { record, sealed };
}

const pressAfter = (player: SpendingPlayer, chargedMinor: bigint, nowMs: number) => ({
  day: Math.max(utcDay(nowMs), player.pressDay),
  spentMinor: pressSpentMinor(player, nowMs) + chargedMinor,
});

function spend(player: SpendingPlayer, { chargedMinor, pressSpending }: DecisionRecord): void {
  player.balanceMinor -= chargedMinor;
  if (pressSpending === undefined) return;
  player.pressDay = pressSpending.day;
  player.pressDaySpentMinor = pressSpending.spentMinor;
}

function decisionOf(
  { request, requestHash, quote: { quote }, sealedKey }: AdmittedPayment,
  player: SpendingPlayer,
  code: Verdict['code'],
  chargedMinor: bigint,
  { identity, decisionId, nowMs }: DecisionContext,
): PaymentDecision {
  const settlement = player.plan === 'prepaid' ? 'debited' : 'recorded';
  return {
    signer: identity.audience,
    outcome: code === 'APPROVED' ? 'approved' : 'refused',
    code,
    requestHash,
    offerHash: quote.offerHash,
    gameId: quote.gameId,
    amountMinor: quote.amountMinor,
    currency: quote.currency,
    offerTimeMs: request.offerTimeMs,
    nonce: request.nonce,
    sessionKey: request.sessionKey,
    playerKey: request.playerKey,
    chargedMinor,
    chargedCurrency: player.currency,
    rateTableId: request.rateTableId,
    settlement: code === 'APPROVED' ? settlement : 'none',
    purse: `${player.plan}-${player.currency}`,
    decisionId,
    timeMs: nowMs,
    card: undefined,
    sealedKey: code === 'APPROVED' ? sealedKey : undefined,
  };
}
