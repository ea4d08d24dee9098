/** I15: a transfer is in one period, for ever; what is sealed stays as it is. */
import { describe, expect, it } from 'vitest';
import { sumsOf } from '../lib/sums.ts';
import { lastOf, openLedger, postAll, seal, shell, topUp } from './ledger-store.ts';

const JANUARY = Date.UTC(2026, 0, 31, 23, 59, 59, 999);
const FEBRUARY = Date.UTC(2026, 1, 1);
const MARCH = Date.UTC(2026, 2, 1);
const APRIL = Date.UTC(2026, 3, 1);

describe('the period of a transfer', () => {
  it('D8: is the month of its booking, in UTC, at its last and first millisecond', async () => {
    const ledger = openLedger();
    await postAll(ledger, topUp({ atMs: JANUARY }), topUp({ atMs: FEBRUARY }));
    const transfers = await ledger.store.listTransfers(0n, 10);
    expect(transfers.map(({ period }) => period)).toEqual([202601, 202602]);
  });

  it('I15: is the first open one when its month is sealed, over the end of a year as well', async () => {
    const ledger = openLedger();
    await postAll(ledger, topUp({ atMs: Date.UTC(2025, 11, 31) }));
    await seal(ledger, 202512);
    await postAll(ledger, topUp({ atMs: Date.UTC(2025, 11, 31, 23) }));
    expect(await lastOf(ledger)).toMatchObject({ period: 202601, atMs: Date.UTC(2025, 11, 31, 23) });
    await postAll(ledger, topUp({ atMs: Date.UTC(2025, 10, 1) }));
    expect((await lastOf(ledger))?.period).toBe(202601);
    await postAll(ledger, topUp({ atMs: FEBRUARY }));
    expect((await lastOf(ledger))?.period).toBe(202602);
  });

  it('I15: another one than that is refused by the schema itself', async () => {
    const ledger = openLedger();
    await postAll(ledger, topUp({ atMs: JANUARY }), topUp({ atMs: FEBRUARY }));
    await seal(ledger, 202601);
    const db = shell(ledger.path);
    const insert = (atMs: number, period: number) => () =>
      db.exec(`BEGIN; INSERT INTO transfers (kind, reference, lines, at_ms, period)
        VALUES ('top-up', randomblob(32), 1, ${atMs}, ${period}); ROLLBACK`);
    const refused: [number, number][] = [
      [JANUARY, 202601],
      [JANUARY, 202512],
      [JANUARY, 202603],
      [FEBRUARY, 202601],
      [FEBRUARY, 202603],
      [FEBRUARY, 202613],
      [APRIL, 202602],
    ];
    for (const [atMs, period] of refused) {
      expect(insert(atMs, period), `${atMs} in ${period}`).toThrow(/sealed|not of the period|CHECK/);
      db.exec('ROLLBACK');
    }
    expect(insert(JANUARY, 202602)).not.toThrow();
    expect(insert(FEBRUARY, 202602)).not.toThrow();
    expect(insert(APRIL, 202604)).not.toThrow();
  });
});

describe('seals', () => {
  it('name the last transfer of the period or an earlier one, and its block', async () => {
    const ledger = openLedger();
    const { periods } = ledger.store;
    expect([await periods.findOldestOpen(), await periods.findNewestSealed()]).toEqual([undefined, undefined]);
    await postAll(ledger, topUp({ atMs: JANUARY }));
    await postAll(ledger, topUp({ atMs: MARCH }));
    // The clock went back: still January's, as January is open.
    await postAll(ledger, topUp({ atMs: JANUARY }), topUp({ atMs: MARCH }));
    expect(await periods.findOldestOpen()).toBe(202601);
    expect(await periods.findTransferRange(202601)).toEqual({ first: 1n, last: 3n });
    expect(await periods.findTransferRange(202602)).toBeUndefined();
    const third = await periods.findBlock(3n);
    expect(await periods.findSealPoint(202601)).toEqual({ lastTransfer: 3n, block: 3n, blockHash: third?.hash });
    await seal(ledger, 202601);
    expect(await periods.findOldestOpen()).toBe(202603);
    // A month in which nothing happened ends where the one before did, and may be left out as well.
    expect(await periods.findSealPoint(202602)).toEqual({ lastTransfer: 3n, block: 3n, blockHash: third?.hash });
    await seal(ledger, 202603);
    expect((await periods.listSealed()).map(({ period, lastTransfer }) => [period, lastTransfer])).toEqual([
      [202601, 3n],
      [202603, 4n],
    ]);
    expect(await periods.findSealed(202601)).toMatchObject({ period: 202601, closedAtMs: undefined, block: 3n });
    expect(await periods.findOldestOpen()).toBeUndefined();
  });

  it('of a period before anything was posted name nothing', async () => {
    const ledger = openLedger();
    await seal(ledger, 202601);
    expect(await ledger.store.periods.findNewestSealed()).toMatchObject({ lastTransfer: 0n, block: 0n });
    await postAll(ledger, topUp({ atMs: JANUARY }));
    expect((await lastOf(ledger))?.period).toBe(202602);
  });

  it('are closed once', async () => {
    const ledger = openLedger();
    await seal(ledger, 202601);
    const close = (atMs: number) => ledger.store.transaction((tx) => tx.periods.setClosed(202601, atMs));
    await close(7);
    expect(await ledger.store.periods.findSealed(202601)).toMatchObject({ closedAtMs: 7 });
    await expect(close(8)).rejects.toMatchObject({ kind: 'refused' });
  });

  const values = (changes: Record<string, string>): string => {
    const seal = {
      period: '202603',
      last_transfer: '2',
      block: '2',
      block_hash: '(SELECT hash FROM journal WHERE number = 2)',
    };
    const row = { ...seal, rate_table_id: '0', sealed_at_ms: '1', seal: "x'00'", closed_at_ms: 'NULL', ...changes };
    return `INSERT INTO sealed_periods (${Object.keys(row).join()}) VALUES (${Object.values(row).join()})`;
  };
  it.each([
    ['out of order', values({ period: '202601' }), 'in order'],
    ['the same again', values({ period: '202602' }), 'in order'],
    ['past a period that is open', values({ period: '202604', last_transfer: '3', block: '3' }), 'in order'],
    ['a month that is none', values({ period: '202613' }), 'in order'],
    ['of fewer transfers', values({ last_transfer: '1' }), 'last transfer'],
    ['of more transfers', values({ last_transfer: '3' }), 'last transfer'],
    ['of another block', values({ block: '1' }), 'block'],
    ['of another hash', values({ block_hash: 'randomblob(32)' }), 'block'],
    ['closed from the start', values({ closed_at_ms: '1' }), 'closed afterwards'],
    ['replaced', values({ period: '202602' }).replace('INSERT', 'INSERT OR REPLACE'), 'in order'],
    ['edited', 'UPDATE sealed_periods SET last_transfer = 2', 'append only'],
    ['signed anew', "UPDATE sealed_periods SET seal = x'02', closed_at_ms = 1", 'append only'],
    ['taken back', 'DELETE FROM sealed_periods', 'append only'],
  ])('refused: %s', async (_, statement, message) => {
    const ledger = openLedger();
    await postAll(ledger, topUp({ atMs: FEBRUARY }));
    await seal(ledger, 202602);
    await postAll(ledger, topUp({ atMs: MARCH }));
    await postAll(ledger, topUp({ atMs: APRIL }));
    const db = shell(ledger.path);
    expect(() => db.exec(statement)).toThrow(message);
    expect(() => db.exec(values({}))).not.toThrow();
  });
});

describe('movements of a period', () => {
  it('are summed over a range of its transfers, by account and kind', async () => {
    const ledger = openLedger();
    const two = topUp({ atMs: JANUARY, amountMinor: 7n });
    await postAll(
      ledger,
      topUp({ atMs: JANUARY, amountMinor: 5n }),
      {
        ...two,
        postings: [...two.postings, ...topUp({ amountMinor: 9n }).postings, ...topUp({ owner: 'bob' }).postings],
      },
      topUp({ atMs: MARCH, amountMinor: 1_000n }),
      topUp({ atMs: JANUARY, amountMinor: 2n ** 53n - 1n, owner: 'eve', currency: 'JPY' }),
    );
    const player = { kind: 'player-prepaid', transferKind: 'top-up', currency: 'EUR' };
    const { movements } = await sumsOf(ledger.store, 202601, 0n, 4n);
    expect(new Set(movements)).toEqual(
      new Set([
        { ...player, owner: 'ada', count: 2, amountMinor: 21n },
        { ...player, owner: 'bob', count: 1, amountMinor: 100n },
        { ...player, kind: 'bank', owner: '', count: 2, amountMinor: -121n },
        { ...player, owner: 'eve', currency: 'JPY', count: 1, amountMinor: 2n ** 53n - 1n },
        { ...player, kind: 'bank', owner: '', currency: 'JPY', count: 1, amountMinor: 1n - 2n ** 53n },
      ]),
    );
    expect((await sumsOf(ledger.store, 202601, 2n, 3n)).movements).toEqual([]);
    expect((await sumsOf(ledger.store, 202601, 3n, 4n)).movements).toHaveLength(2);
    expect((await sumsOf(ledger.store, 202603, 0n, 4n)).movements).toHaveLength(2);
  });
});
