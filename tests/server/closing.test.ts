/** Closing a month: what is sealed, in which order, by whom, and what happens meanwhile. */
import { ProtocolError } from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import { NOON_MS } from '../lib/parties.ts';
import { closeAt, makeBankDetails, makeMandate, mustBuy, startMonth } from './month-world.ts';
import { enrolPlayer, operate, ledgerOf, requireBooks, urlOf, OPERATOR_TOKEN } from './started-server.ts';

const APRIL = Date.UTC(2026, 3, 1);
const MAY = Date.UTC(2026, 4, 1);

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return undefined;
}

describe('a month that is closed', () => {
  it('has a bill for everybody, a payout, files at the bank, and books that hold', async () => {
    const month = await startMonth();
    const { server, bank } = month;
    await server.service.bankDetails.take(makeBankDetails(month));
    const prepaid = await enrolPlayer(month, { moneyMinor: 5_000n });
    const postpaid = await enrolPlayer(month, { name: 'Bob', plan: 'postpaid', moneyMinor: 5_000n });
    await server.service.mandates.take(makeMandate(month, postpaid));
    for (let i = 0; i < 3; i++) await mustBuy(month, prepaid, { amountMinor: 700n });
    await mustBuy(month, postpaid, { amountMinor: 900n });
    const closed = await closeAt(month, 202603, APRIL);
    expect(closed).toMatchObject({ period: 202603, bills: 2, payouts: 1, files: 2, findings: [] });
    expect([...bank.files.keys()].sort()).toEqual(['CS-C-202603-EUR-1', 'CS-P-202603-EUR-1']);
    const { periods } = server.service.records;
    const bills = await periods.listBills(202603, '', 10);
    expect(bills.map(({ dueMinor, closingMinor, purchases }) => ({ dueMinor, closingMinor, purchases }))).toEqual(
      expect.arrayContaining([
        { dueMinor: 0n, closingMinor: 2_900n, purchases: 3 },
        { dueMinor: 900n, closingMinor: -900n, purchases: 1 },
      ]),
    );
    const [payout] = await periods.listPayouts(202603);
    expect(payout).toMatchObject({ amountMinor: 3_000n, state: 'handed', payoutCurrency: 'EUR' });
    expect(await ledgerOf(month, 'payout-transit', 'lumen-works')).toBe(3_000n);
    expect(await ledgerOf(month, 'publisher-payable', 'lumen-works')).toBe(0n);
    await requireBooks(month);
  });
});
