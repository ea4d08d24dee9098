/** A publisher that was paid out and its refunds: what has left is not given to the player as well. */
import { describe, expect, it } from 'vitest';
import { MONEY_POLICY } from '../../server/src/money-policy.ts';
import { closeAt, makeBankDetails, mustBuy, startMonth, type Month } from './month-world.ts';
import { makeRefundOrder, refund } from './refund-orders.ts';
import { balanceOf, enrolPlayer, ledgerOf, requireBooks } from './started-server.ts';

const APRIL_MS = Date.UTC(2026, 3, 2);

/** A sale of 15.00 in March, which the publisher has been paid for. */
async function paidOut(publisherDebtMaxMinor: Record<string, bigint>) {
  const policy = { ...MONEY_POLICY, bankDetailsDelayMs: 0, publisherDebtMaxMinor };
  const month: Month = await startMonth({ moneyPolicy: policy });
  const player = await enrolPlayer(month, { moneyMinor: 2_000n });
  await month.server.service.bankDetails.take(makeBankDetails(month));
  const { decisionId } = await mustBuy(month, player, { amountMinor: 1_500n });
  await closeAt(month, 202_603, APRIL_MS);
  expect(await ledgerOf(month, 'publisher-payable', 'lumen-works')).toBe(0n);
  return { month, player, decisionId };
}

describe('P18: a refund after the payout', () => {
  it('by the publisher is INSUFFICIENT and moves nothing; by the operator it is made', async () => {
    const { month, player, decisionId } = await paidOut({});
    expect(await refund(month, makeRefundOrder(month, decisionId))).toBe('INSUFFICIENT');
    expect(await balanceOf(month, player)).toBe(500n);
    await month.server.service.refunds.byOperator({ decisionId });
    expect(await balanceOf(month, player)).toBe(2_000n);
    expect(await ledgerOf(month, 'publisher-payable', 'lumen-works')).toBe(-1_500n);
    await requireBooks(month);
  });

  it('by the publisher is made from what it has earned since', async () => {
    const { month, player, decisionId } = await paidOut({});
    const another = await enrolPlayer(month, { name: 'Bea', moneyMinor: 2_000n });
    await mustBuy(month, another, { amountMinor: 1_500n });
    expect(await refund(month, makeRefundOrder(month, decisionId))).toMatchObject({ amountMinor: 1_500n });
    expect(await balanceOf(month, player)).toBe(2_000n);
    await requireBooks(month);
  });

  it('by the publisher may make a debt as large as the policy says', async () => {
    const { month, decisionId } = await paidOut({ EUR: 1_499n });
    expect(await refund(month, makeRefundOrder(month, decisionId))).toBe('INSUFFICIENT');
    const { month: other, decisionId: there } = await paidOut({ '*': 1_500n });
    expect(await refund(other, makeRefundOrder(other, there))).toMatchObject({ amountMinor: 1_500n });
    await requireBooks(other);
  });
});
