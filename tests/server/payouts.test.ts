/** Payouts: conversion that never gains, thresholds, where the money goes, and lists without anybody's identity. */
import { convertMoney, type RateTable } from '@coinslot/protocol';
import { SANDBOX_MONEY_POLICY } from '@coinslot/server';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertDown } from '../../server/src/payouts/conversion.ts';
import { makePayout, type MovedPayable } from '../../server/src/payouts/make-payout.ts';
import type { Posting } from '../../server/src/ledger/types.ts';
import { DAY_MS, makePublisher } from '../lib/parties.ts';
import { buy, closeAt, makeBankDetails, mustBuy, startMonth } from './month-world.ts';
import { BANK, enrolPlayer, ledgerOf, RATES, requireBooks } from './started-server.ts';

const APRIL = Date.UTC(2026, 3, 1);
const MAY = Date.UTC(2026, 4, 1);
const CURRENCIES = ['EUR', 'USD', 'JPY', 'KWD'];
/** COINSLOT_CONVERSIONS=1000000 by hand. */
const RUNS = Number(process.env['COINSLOT_CONVERSIONS'] ?? 5_000);

const tables = fc
  .tuple(fc.bigInt(1n, 10n ** 13n), fc.bigInt(1n, 10n ** 13n), fc.bigInt(1n, 10n ** 13n))
  .map(([usd, jpy, kwd]): RateTable => ({
    id: 1,
    base: 'EUR',
    notBeforeMs: 0,
    notAfterMs: 1,
    rates: [
      { currency: 'USD', rateE8: usd },
      { currency: 'JPY', rateE8: jpy },
      { currency: 'KWD', rateE8: kwd },
    ],
  }));
const currency = fc.constantFrom(...CURRENCIES);
const amount = fc.oneof(fc.bigInt(0n, 1_000n), fc.bigInt(0n, 2n ** 40n));

describe('conversion', () => {
  it('D14: there and back is never a gain, in any two currencies', () => {
    fc.assert(
      fc.property(tables, currency, currency, amount, (table, a, b, x) => {
        const there = convertDown(x, a, b, table).convertedMinor;
        expect(convertDown(there, b, a, table).convertedMinor <= x).toBe(true);
      }),
      { seed: 14, numRuns: RUNS },
    );
  });

  it('D14: a publisher is never paid more than the player was charged', () => {
    fc.assert(
      fc.property(tables, currency, currency, amount, (table, price, wallet, x) => {
        fc.pre(x < 2n ** 20n);
        let charged: bigint;
        try {
          charged = convertMoney({ amountMinor: x, currency: price }, wallet, table).amountMinor;
        } catch {
          return; // beyond 2^53
        }
        expect(convertDown(x, price, wallet, table).convertedMinor <= charged).toBe(true);
      }),
      { seed: 15, numRuns: RUNS },
    );
  });

  it('D14: the parts are worth no more than the whole, by less than a unit each; the residue is in the rounding account', () => {
    fc.assert(
      fc.property(
        tables,
        currency,
        currency,
        fc.array(amount, { minLength: 1, maxLength: 6 }),
        (table, a, b, parts) => {
          const whole = convertDown(
            parts.reduce((sum, x) => sum + x, 0n),
            a,
            b,
            table,
          ).convertedMinor;
          const each = parts.map((x) => convertDown(x, a, b, table));
          const sum = each.reduce((total, { convertedMinor }) => total + convertedMinor, 0n);
          const rounding = each.reduce((total, { roundingMinor }) => total + roundingMinor, 0n);
          expect(sum <= whole && whole <= sum + rounding).toBe(true);
        },
      ),
      { seed: 16, numRuns: RUNS },
    );
  });

  it('D14: every payout sums to zero in every currency, moves exactly its amount, and never dips below what is there', () => {
    const many = [...CURRENCIES, 'GBP'];
    const payables = fc.array(fc.tuple(fc.constantFrom(...many), fc.bigInt(-(10n ** 6n), 10n ** 9n)), {
      maxLength: 12,
    });
    const terms = { period: 202603, madeAtMs: APRIL, minimumMinor: () => 1n };
    fc.assert(
      fc.property(tables, payables, currency, (table, owed, payoutCurrency) => {
        const rateTable = { ...table, rates: [...table.rates, { currency: 'GBP', rateE8: 87_000_000n }] };
        const moved: MovedPayable[] = [...new Map(owed)].sort().map(([one, openingMinor]) => ({
          currency: one,
          openingMinor,
          sums: new Map(),
          fees: new Map(),
        }));
        const way = { bankDetailsNumber: 1, payoutCurrency };
        const { payout, transfers } = makePayout('lumen-works', moved, way, { ...terms, rateTable });
        const balances = balancesOf(transfers.flatMap(({ postings }) => postings));
        const leaving = balances.get(`payout-transit lumen-works ${payoutCurrency}`) ?? 0n;
        expect(leaving).toBe(payout.amountMinor);
        if (payout.carried !== undefined) {
          expect(transfers).toEqual([]);
          return;
        }
        for (const { currency: one, openingMinor } of moved)
          expect(balances.get(`publisher-payable lumen-works ${one}`) ?? 0n).toBe(-openingMinor);
        expect((balances.get(`rounding  ${payoutCurrency}`) ?? 0n) >= 0n).toBe(true);
      }),
      { seed: 17, numRuns: 2_000 },
    );
  });
});

/** What postings come to; a transit account may not go below zero on the way, and each posting is of one currency. */
function balancesOf(postings: readonly Posting[]): Map<string, bigint> {
  const balances = new Map<string, bigint>();
  for (const { debit, credit, amountMinor } of postings) {
    expect(debit.currency).toBe(credit.currency);
    expect(amountMinor > 0n).toBe(true);
    for (const [account, change] of [
      [debit, -amountMinor],
      [credit, amountMinor],
    ] as const) {
      const name = `${account.kind} ${account.owner} ${account.currency}`;
      const balance = (balances.get(name) ?? 0n) + change;
      if (account.kind === 'payout-transit') expect(balance >= 0n).toBe(true);
      balances.set(name, balance);
    }
  }
  return balances;
}

describe('bank details', () => {
  it('do not jump so far that the numbers are used up', async () => {
    const month = await startMonth();
    const take = (number: number) => month.server.service.bankDetails.take(makeBankDetails(month, { number }));
    await expect(take(2 ** 32 - 1)).rejects.toMatchObject({ code: 'BAD_ENCODING' });
    await expect(take(1_001)).rejects.toMatchObject({ code: 'BAD_ENCODING' });
    expect(await take(1_000)).toMatchObject({ number: 1_000 });
    expect(await take(2_000)).toMatchObject({ number: 2_000 });
    await expect(take(3_001)).rejects.toMatchObject({ code: 'BAD_ENCODING' });
  });
});

describe('a payout', () => {
  it('has every sale in it: a fee that takes all of a price is none, the highest leaves a unit of each', async () => {
    const month = await startMonth();
    const { service } = month.server;
    const north = makePublisher(month.tree, { id: 'north-games', commonName: 'North Games' });
    const enrolment = { chain: north.chain, payoutCurrency: 'EUR', bank: BANK };
    await expect(service.publishers.enrol({ ...enrolment, feeBasisPoints: 10_000 })).rejects.toMatchObject({
      code: 'BAD_ENCODING',
    });
    await service.publishers.enrol({ ...enrolment, feeBasisPoints: 9_999 });
    const player = await enrolPlayer(month);
    for (const amountMinor of [1n, 20n]) await mustBuy(month, player, { by: north, amountMinor });
    await closeAt(month, 202603, APRIL);
    const payout = (await service.records.periods.listPayouts(202603)).find((one) => one.publisherId === 'north-games');
    expect(payout?.currencies).toMatchObject([{ sales: 2, salesMinor: 21n, feesMinor: 19n, closingMinor: 2n }]);
    expect(await service.records.periods.listPayoutLines('north-games', 202603, 0n, 9)).toHaveLength(2);
  });

  it('of several currencies is in the one that the publisher signed, fees off, by the table of the seal', async () => {
    const month = await startMonth();
    const { server, tree } = month;
    const north = makePublisher(tree, { id: 'north-games', commonName: 'North Games' });
    await server.service.publishers.enrol({
      chain: north.chain,
      payoutCurrency: 'EUR',
      bank: BANK,
      feeBasisPoints: 1_000,
    });
    await server.service.bankDetails.take(makeBankDetails(month, { payoutCurrency: 'USD' }, north));
    const player = await enrolPlayer(month, { moneyMinor: 100_000n });
    await mustBuy(month, player, { by: north, amountMinor: 2_001n });
    const { id } = await server.service.putRateTable({ ...RATES, notBeforeMs: RATES.notBeforeMs + 1 });
    const charged = { chargeMinor: 1_846n, rateTableId: id };
    month.time.nowMs += 1;
    expect(await buy(month, player, { by: north, amountMinor: 2_000n, currency: 'USD', ...charged })).toMatchObject({
      code: 'APPROVED',
    });
    month.time.nowMs = APRIL - 1;
    await server.service.putRateTable({ ...RATES, notBeforeMs: APRIL - 1, notAfterMs: APRIL + DAY_MS });
    await closeAt(month, 202603, APRIL);
    const [payout] = await server.service.records.periods.listPayouts(202603);
    // 20.01 less 2.00 is 18.01 EUR: 19.517437 USD, cut to 19.51; 20.00 less 2.00 is 18.00 USD.
    expect(payout).toMatchObject({ amountMinor: 3_751n, payoutCurrency: 'USD' });
    expect(payout?.currencies).toEqual([
      expect.objectContaining({
        currency: 'EUR',
        salesMinor: 2_001n,
        feesMinor: 200n,
        closingMinor: 1_801n,
        convertedMinor: 1_951n,
      }),
      expect.objectContaining({
        currency: 'USD',
        salesMinor: 2_000n,
        feesMinor: 200n,
        closingMinor: 1_800n,
        convertedMinor: 1_800n,
      }),
    ]);
    expect(await ledgerOf(month, 'rounding', '', 'USD')).toBe(1n);
    await requireBooks(month);
  });

  it.each([
    ['no-bank-details', { details: false }],
    ['details-too-new', { delayMs: 40 * DAY_MS }],
    ['below-minimum', { amountMinor: 999n }],
    ['no-rate', { payoutCurrency: 'USD' }],
  ])('is carried: %s; and the next one has it', async (carried, given) => {
    const {
      details = true,
      delayMs = 0,
      amountMinor = 2_000n,
      payoutCurrency = 'EUR',
    } = given as {
      details?: boolean;
      delayMs?: number;
      amountMinor?: bigint;
      payoutCurrency?: string;
    };
    const month = await startMonth({ moneyPolicy: { ...SANDBOX_MONEY_POLICY, bankDetailsDelayMs: delayMs } });
    const { server, time, bank } = month;
    const player = await enrolPlayer(month, { moneyMinor: 100_000n });
    if (details) await server.service.bankDetails.take(makeBankDetails(month, { payoutCurrency }));
    await mustBuy(month, player, { amountMinor });
    await closeAt(month, 202603, APRIL);
    const { periods } = server.service.records;
    expect((await periods.listPayouts(202603))[0]).toMatchObject({ carried, state: 'carried', amountMinor: 0n });
    expect(bank.files.size).toBe(0);
    expect(await ledgerOf(month, 'publisher-payable', 'lumen-works')).toBe(amountMinor);
    time.nowMs = MAY - 1;
    if (!details) await server.service.bankDetails.take(makeBankDetails(month));
    await server.service.putRateTable({ ...RATES, notBeforeMs: MAY - 1, notAfterMs: MAY + DAY_MS });
    await mustBuy(month, player, { amountMinor: 1n });
    await closeAt(month, 202604, MAY);
    const [next] = await periods.listPayouts(202604);
    expect(next).toMatchObject({ carried: undefined, state: 'handed' });
    expect(next?.currencies[0]).toMatchObject({ openingMinor: amountMinor, closingMinor: amountMinor + 1n });
    await requireBooks(month);
  });

  it("S10: goes nowhere while new details wait: those that they replace may be a thief's", async () => {
    const month = await startMonth({ moneyPolicy: { ...SANDBOX_MONEY_POLICY, bankDetailsDelayMs: 7 * DAY_MS } });
    const { server, time, bank } = month;
    const player = await enrolPlayer(month, { moneyMinor: 100_000n });
    await server.service.bankDetails.take(makeBankDetails(month, { iban: 'GB82WEST12345698765432' }));
    await mustBuy(month, player, { amountMinor: 2_000n });
    time.nowMs = APRIL - DAY_MS;
    await server.service.bankDetails.take(makeBankDetails(month, { number: 2 }));
    await closeAt(month, 202603, APRIL);
    const { periods } = server.service.records;
    expect((await periods.listPayouts(202603))[0]).toMatchObject({ carried: 'details-too-new', amountMinor: 0n });
    expect(bank.files.size).toBe(0);
    await closeAt(month, 202604, MAY);
    expect((await periods.listPayouts(202604))[0]).toMatchObject({ bankDetailsNumber: 2, amountMinor: 2_000n });
    await requireBooks(month);
  });

  it('S10: an account that somebody swapped in the store gets nothing, and the closing says so', async () => {
    const month = await startMonth();
    const { server, storePath, bank } = month;
    const player = await enrolPlayer(month, { moneyMinor: 100_000n });
    await server.service.bankDetails.take(makeBankDetails(month));
    await mustBuy(month, player, { amountMinor: 2_000n });
    const shell = new Database(storePath);
    expect(() => shell.exec("UPDATE bank_details SET iban = 'GB82WEST12345698765432'")).toThrow(/append only/);
    shell.exec('DROP TRIGGER bank_details_no_update');
    shell.exec("UPDATE bank_details SET iban = 'GB82WEST12345698765432'");
    shell.close();
    const closed = await closeAt(month, 202603, APRIL);
    expect(closed.findings).toEqual([expect.stringMatching(/bank details 1 of lumen-works: not what was signed/)]);
    expect((await server.service.records.periods.listPayouts(202603))[0]).toMatchObject({ carried: 'details-differ' });
    expect(bank.files.size).toBe(0);
    expect(await ledgerOf(month, 'publisher-payable', 'lumen-works')).toBe(2_000n);
    const { findings } = server.service.records;
    const [kept, ...others] = await findings.listOpenFindings(undefined, 9);
    expect(others).toEqual([]);
    expect(kept).toMatchObject({ kind: 'payout-kept-back', party: 'lumen-works', atMs: APRIL });
    expect(kept?.words).toBe(`P-202603-lumen-works: ${closed.findings[0]}`);
    // Over with the next payout that is booked, and still to be read.
    month.time.nowMs += 1;
    await server.service.bankDetails.take(makeBankDetails(month, { number: 2 }));
    await closeAt(month, 202604, MAY);
    expect(await findings.listOpenFindings(undefined, 9)).toEqual([]);
    expect(await findings.listEndedFindings(undefined, 9)).toEqual([{ ...kept, ended: { atMs: MAY, by: 'course' } }]);
  });

  it('lists decisions, and nobody who made them', async () => {
    const month = await startMonth();
    const player = await enrolPlayer(month, { moneyMinor: 5_000n });
    const decision = await mustBuy(month, player, { amountMinor: 700n });
    await closeAt(month, 202603, APRIL);
    const lines = await month.server.service.records.periods.listPayoutLines('lumen-works', 202603, 0n, 10);
    expect(lines).toEqual([
      {
        transferId: lines[0]?.transferId,
        kind: 'payment',
        decisionId: decision.decisionId,
        offerHash: decision.offerHash,
        gameId: 'demo-game',
        priceMinor: 700n,
        currency: 'EUR',
        feeMinor: 0n,
        spentAtMs: decision.timeMs,
        bookedAtMs: decision.timeMs,
      },
    ]);
    const told = JSON.stringify(lines, (_, one: unknown) =>
      typeof one === 'bigint' ? String(one) : one instanceof Uint8Array ? Buffer.from(one).toString('hex') : one,
    );
    for (const secret of [player.userId, decision.playerKey, decision.nonce, decision.sessionKey])
      expect(told).not.toContain(Buffer.from(secret).toString('hex'));
  });
});
