/** Closing a month: what is sealed, in which order, by whom, and what happens meanwhile. */
import { decodePeriodSeal, openEnvelope, ProtocolError } from '@coinslot/protocol';
import type { BillLine } from '@coinslot/server';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { CardHolder, PIN } from './card-holder.ts';
import { NOON_MS, type Player } from '../lib/parties.ts';
import { buy, closeAt, makeBankDetails, makeMandate, mustBuy, startMonth, type Month } from './month-world.ts';
import { enrolPlayer, ledgerOf, operate, requireBooks, urlOf } from './started-server.ts';

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

const billOf = async ({ server }: Month, player: Player, period: number) =>
  server.service.records.periods.findBill(`B-${period}-${Buffer.from(player.userId).toString('hex')}`);

async function linesOf({ server }: Month, player: Player, period: number): Promise<readonly BillLine[]> {
  return server.service.records.periods.listBillLines(player.userId, period, 0n, 100);
}

describe('a month that is closed', () => {
  it('has a bill for everybody, a payout, files at the bank, and books that hold', async () => {
    const month = await startMonth();
    const { server, bank, tree } = month;
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
    expect(await billOf(month, prepaid, 202603)).toMatchObject({ dueMinor: 0n, closingMinor: 2_900n, purchases: 3 });
    expect(await billOf(month, postpaid, 202603)).toMatchObject({ dueMinor: 900n, closingMinor: -900n, purchases: 1 });
    const [payout] = await periods.listPayouts(202603);
    expect(payout).toMatchObject({ amountMinor: 3_000n, state: 'handed', payoutCurrency: 'EUR' });
    expect(await ledgerOf(month, 'payout-transit', 'lumen-works')).toBe(3_000n);
    expect(await ledgerOf(month, 'publisher-payable', 'lumen-works')).toBe(0n);
    const sealed = await periods.findSealed(202603);
    const { body } = openEnvelope(sealed?.seal ?? new Uint8Array(), {
      type: 'period-seal',
      role: 'payment-server',
      roots: tree.roots,
      atMs: APRIL,
    });
    expect(decodePeriodSeal(body)).toMatchObject({ period: 202603, lastTransfer: sealed?.lastTransfer });
    await requireBooks(month);
  });

  it('I15: puts each line in exactly one bill and one payout, which add up to it, and nothing changes afterwards', async () => {
    const month = await startMonth();
    const { server, time } = month;
    const ada = await enrolPlayer(month, { moneyMinor: 5_000n });
    const bob = await enrolPlayer(month, { name: 'Bob', plan: 'postpaid', moneyMinor: 5_000n });
    await mustBuy(month, ada, { amountMinor: 700n });
    time.nowMs = APRIL - 1;
    await mustBuy(month, bob, { amountMinor: 900n });
    time.nowMs = APRIL;
    await mustBuy(month, ada, { amountMinor: 800n });
    await server.service.periods.close(202603);
    await mustBuy(month, bob, { amountMinor: 100n });
    await closeAt(month, 202604, MAY);
    const { records } = server.service;
    const seen: bigint[] = [];
    for (const period of [202603, 202604]) {
      for (const player of [ada, bob]) {
        const bill = await billOf(month, player, period);
        const lines = await linesOf(month, player, period);
        expect(lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)).toBe(
          (bill?.closingMinor ?? 0n) - (bill?.openingMinor ?? 0n),
        );
        seen.push(...lines.map(({ transferId }) => transferId));
      }
      const sold = await records.periods.listPayoutLines('lumen-works', period, 0n, 100);
      const [payout] = await records.periods.listPayouts(period);
      expect(sold.reduce((sum, { priceMinor }) => sum + priceMinor, 0n)).toBe(payout?.currencies[0]?.salesMinor);
      expect(sold).toHaveLength(payout?.currencies[0]?.sales ?? -1);
    }
    const touching = (await records.listTransfers(0n, 100)).filter(({ kind }) => kind !== 'payout');
    expect(seen.sort()).toEqual(touching.map(({ id }) => id).sort());
    const before = await records.periods.listBills(202603, '', 10);
    expect(await codeOf(server.service.periods.close(202603))).toBe('PERIOD_CLOSED');
    expect(await records.periods.listBills(202603, '', 10)).toEqual(before);
    await requireBooks(month);
  });

  it('S3: shows a bill to nobody without the token, and in its lines nothing of another player', async () => {
    const month = await startMonth();
    const ada = await enrolPlayer(month, { moneyMinor: 5_000n });
    const bob = await enrolPlayer(month, { name: 'Bob', moneyMinor: 5_000n });
    const own = await mustBuy(month, ada);
    await mustBuy(month, bob);
    await closeAt(month, 202603, APRIL);
    const lines = await linesOf(month, ada, 202603);
    expect(lines.flatMap(({ decisionId }) => (decisionId ? [decisionId] : []))).toEqual([own.decisionId]);
    const url = await urlOf(month);
    for (const path of [
      'bills?period=202603',
      'payouts?period=202603',
      'bank-files?period=202603',
      'periods',
      'suspense',
    ])
      expect((await fetch(`${url}/v1/operator/${path}`)).status).toBe(401);
  });
});

describe('the order of months', () => {
  it('PERIOD_CLOSED: not over, no month, an older one open, one that is closed', async () => {
    const month = await startMonth();
    const { periods } = month.server.service;
    const player = await enrolPlayer(month);
    await mustBuy(month, player);
    expect(await codeOf(periods.close(202603))).toBe('PERIOD_CLOSED');
    expect(await codeOf(periods.close(202613))).toBe('BAD_ENCODING');
    month.time.nowMs = MAY;
    await mustBuy(month, player);
    expect(await codeOf(periods.close(202604))).toBe('PERIOD_CLOSED');
    await periods.close(202603);
    expect(await codeOf(periods.close(202603))).toBe('PERIOD_CLOSED');
    expect(await codeOf(periods.close(202602))).toBe('PERIOD_CLOSED');
    await periods.close(202604);
    await requireBooks(month);
  });

  it('a sandbox may close early; what comes later in the month belongs to the next', async () => {
    const month = await startMonth();
    const player = await enrolPlayer(month);
    await mustBuy(month, player);
    const answer = await operate(month, '/v1/operator/periods/close', { period: 202603, early: true });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ period: 202603, bills: 1 });
    await mustBuy(month, player);
    expect(await linesOf(month, player, 202604)).toHaveLength(1);
    expect(await month.server.service.periods.close(202604, { early: true })).toMatchObject({ bills: 1 });
    expect(await codeOf(month.server.service.periods.close(202608, { early: true }))).toBe('PERIOD_CLOSED');
    await requireBooks(month);
  });

  it('D8: months begin at midnight UTC, over a leap day, the changes of summer time, and the end of a year', async () => {
    const edges: [atMs: number, period: number][] = [
      [Date.UTC(2028, 1, 29, 23, 59, 59, 999), 202802],
      [Date.UTC(2028, 2, 1), 202803],
      [Date.UTC(2028, 2, 26, 1, 30), 202803],
      [Date.UTC(2028, 9, 29, 0, 30), 202810],
      [Date.UTC(2028, 9, 31, 23, 59, 59, 999), 202810],
      [Date.UTC(2028, 11, 31, 23, 59, 59, 999), 202812],
      [Date.UTC(2029, 0, 1), 202901],
      [Date.UTC(2029, 0, 31, 23), 202901],
    ];
    const month = await startMonth({ nowMs: edges[0]![0] });
    const player = await enrolPlayer(month);
    for (const [atMs] of edges) {
      month.time.nowMs = atMs;
      await mustBuy(month, player);
    }
    for (const period of [202802, 202803, 202810, 202812, 202901]) {
      await closeAt(month, period, Date.UTC(2029, 1, 1));
      const sold = edges.filter(([, of]) => of === period).length;
      expect(await billOf(month, player, period)).toMatchObject({ purchases: sold });
    }
    await requireBooks(month);
  });

  it('D9: what a card spent in March and brought in May is in the bill of May, with its day', async () => {
    const month = await startMonth();
    const player = await enrolPlayer(month);
    const card = await CardHolder.loaded(month, player, 300n);
    await card.pay('offline', { pin: PIN });
    await closeAt(month, 202603, APRIL);
    const may = Date.UTC(2026, 4, 20);
    month.time.nowMs = may;
    await card.report();
    await closeAt(month, 202605, Date.UTC(2026, 5, 1));
    expect(await billOf(month, player, 202603)).toMatchObject({ purchases: 0, loadedMinor: 300n, closingMinor: 700n });
    const bill = await billOf(month, player, 202605);
    expect(bill).toMatchObject({ purchases: 1, cardPurchasesMinor: 20n, openingMinor: 700n, closingMinor: 700n });
    const spent = (await linesOf(month, player, 202605)).filter(({ kind }) => kind === 'payment');
    expect(spent).toHaveLength(1);
    expect(spent[0]).toMatchObject({ spentAtMs: NOON_MS, bookedAtMs: may, amountMinor: -20n, gameId: 'demo-game' });
    expect((await linesOf(month, player, 202603)).map(({ kind }) => kind)).toEqual(['top-up', 'card-load']);
    const [line] = await month.server.service.records.periods.listPayoutLines('lumen-works', 202605, 0n, 10);
    expect(line).toMatchObject({ spentAtMs: NOON_MS, bookedAtMs: may, priceMinor: 20n });
    await requireBooks(month);
  });
});

describe('closing while others work', () => {
  it('C14: two closings together are one and BUSY; purchases meanwhile go into the next month', async () => {
    const month = await startMonth();
    const { server } = month;
    const player = await enrolPlayer(month, { moneyMinor: 100_000n });
    for (let i = 0; i < 5; i++) await mustBuy(month, player);
    month.time.nowMs = APRIL;
    const closings = [server.service.periods.close(202603), server.service.periods.close(202603)];
    const late = Promise.all(Array.from({ length: 40 }, () => buy(month, player)));
    const codes = await Promise.all(closings.map(codeOf));
    expect(codes.sort()).toEqual(['BUSY', undefined]);
    expect((await late).every(({ code }) => code === 'APPROVED')).toBe(true);
    expect(await billOf(month, player, 202603)).toMatchObject({ purchases: 5, closingMinor: 99_900n });
    expect(await linesOf(month, player, 202604)).toHaveLength(40);
    await closeAt(month, 202604, MAY);
    expect(await billOf(month, player, 202604)).toMatchObject({ purchases: 40, openingMinor: 99_900n });
    await requireBooks(month);
  });

  it('S8: a row of the month changed behind the server stops the closing, and nothing is made', async () => {
    const month = await startMonth();
    const { server, storePath } = month;
    const player = await enrolPlayer(month);
    await mustBuy(month, player);
    await mustBuy(month, player);
    const shell = new Database(storePath);
    const { id } = shell.prepare("SELECT max(id) AS id FROM transfers WHERE kind = 'payment'").get() as { id: number };
    shell.exec('DROP TRIGGER postings_no_update');
    shell.exec(`UPDATE postings SET amount_minor = 10 WHERE transfer = ${id}`);
    shell.close();
    month.time.nowMs = APRIL;
    await expect(server.service.periods.close(202603)).rejects.toThrow(/hash does not hold/);
    expect(await server.service.records.periods.listBills(202603, '', 10)).toEqual([]);
    expect(await server.service.records.periods.listPayouts(202603)).toEqual([]);
    expect((await server.service.records.periods.findSealed(202603))?.closedAtMs).toBeUndefined();
    const [noted] = await server.service.records.findings.listOpenFindings(undefined, 9);
    expect(noted).toMatchObject({ kind: 'books', about: 'period 202603', atMs: APRIL });
    expect(noted?.words).toMatch(/hash does not hold/);
    // The row is what it was: the closing goes through, and the finding is over.
    const back = new Database(storePath);
    back.exec(`UPDATE postings SET amount_minor = 20 WHERE transfer = ${id}`);
    back.close();
    expect(await server.service.periods.close(202603)).toMatchObject({ bills: 1 });
    expect(await server.service.records.findings.listOpenAbout('books')).toEqual([]);
    await requireBooks(month);
  });
});
