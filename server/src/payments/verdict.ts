/**
 * The checks of a payment, in order of precedence: the first that fails names the outcome. Pure: a payment, what is known
 * of its parties, and the time. One story, read from top to bottom.
 *
 * Before these, and answered without a signature: form, the player's signature, idempotence (the same request id has its
 * decision already, or another request has it), audience, the server's own certificate and clock. See `service.ts`.
 *
 * A passed deadline comes first of all: whoever posts a request after it asks for the tombstone, whatever else has gone
 * out of date meanwhile. LIMIT comes before INSUFFICIENT, so that a press beyond its limits tells nothing of the balance.
 */
import { LIMITS, ProtocolError, type CodeName } from '@coinslot/protocol';
import { convert, isUsable, type Conversion } from '../exchange/conversion.ts';
import { spendableMinor } from '../players/types.ts';
import type { AdmittedPayment, PaymentState, SpendingPlayer, Verdict } from './types.ts';

const DAY_MS = 86_400_000;

/** Whole days since 1970, UTC. */
export const utcDay = (atMs: number): number => Math.floor(atMs / DAY_MS);

const refuse = (code: CodeName): Verdict => ({ code });

export function judge(payment: AdmittedPayment, state: PaymentState, nowMs: number): Verdict {
  const { request } = payment;
  const { quote, fault, publisher } = payment.quote;
  const { player } = state;

  if (request.deadlineMs < nowMs) return refuse('DECISION_EXPIRED');
  // Bounds the life of a request from its offer on; with the deadline checked, an old offer needs no check of its own.
  if (request.deadlineMs - request.offerTimeMs > LIMITS.deadlineMsMax) return refuse('OFFER_EXPIRED');

  if (payment.proofFault !== undefined) return refuse(payment.proofFault);
  if (fault !== undefined) return refuse(fault);
  if (publisher === undefined || request.publisherId !== quote.publisherId) return refuse('OFFER_ORIGIN');
  if (state.publisher === undefined) return refuse('OFFER_ORIGIN');

  if (request.offerTimeMs > nowMs + LIMITS.clockSkewMsMax) return refuse('CLOCK_SKEW');

  if (request.chargeCurrency !== player.currency) return refuse('OFFER_CURRENCY');
  const charge = chargeOf(payment, state, nowMs);
  if (typeof charge === 'string') return refuse(charge);
  if (charge.chargedMinor !== request.chargeMinor) return refuse('OFFER_PRICE');

  // Nobody pays for what would not open. Before the player's limits and balance, of which it says nothing.
  if (quote.contentKeyId !== undefined && payment.sealedKey === undefined) return refuse('KEY_ABSENT');

  if (request.proof === 'press' && !isWithinPressLimits(player, charge.chargedMinor, nowMs)) return refuse('LIMIT');
  if (charge.chargedMinor > 0n && charge.chargedMinor > spendableMinor(player))
    return refuse(player.plan === 'prepaid' ? 'INSUFFICIENT' : 'CEILING');
  if (payment.forcedRefusal !== undefined) return refuse(payment.forcedRefusal);

  // Nothing below may fail.
  return { code: 'APPROVED', ...charge };
}

/** The price in the player's currency under the table that the request names; 0 names none. */
function chargeOf(
  { request, quote: { quote } }: AdmittedPayment,
  state: PaymentState,
  nowMs: number,
): Conversion | CodeName {
  const { rateTable, player } = state;
  if (quote.currency === player.currency)
    return request.rateTableId === 0 ? { chargedMinor: quote.amountMinor, roundingMinor: 0n } : 'RATE_STALE';
  if (rateTable === undefined || !isUsable(rateTable, nowMs)) return 'RATE_STALE';
  try {
    return convert(quote, player.currency, rateTable.table);
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

function isWithinPressLimits(player: SpendingPlayer, chargedMinor: bigint, nowMs: number): boolean {
  if (chargedMinor > player.pressPaymentMaxMinor) return false;
  return pressSpentMinor(player, nowMs) + chargedMinor <= player.pressDayMaxMinor;
}

/** What the player's presses came to on the UTC day of `nowMs`. A clock put back a day does not open a new day. */
export const pressSpentMinor = (player: SpendingPlayer, nowMs: number): bigint =>
  player.pressDay >= utcDay(nowMs) ? player.pressDaySpentMinor : 0n;
