/** Bills: totals that add up, what is due, what is carried over, and how it is collected. */
import type { Bill } from '@coinslot/server';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addsUp, makeBill, type BilledPlayer } from '../../server/src/bills/make-bill.ts';
import { TRANSFER_KINDS } from '../../server/src/ledger/types.ts';
import { CardHolder, PIN } from './card-holder.ts';
import { closeAt, makeMandate, mustBuy, startMonth, type Month } from './month-world.ts';
import { enrolPlayer, requireBooks } from './started-server.ts';
import type { Player } from '../lib/parties.ts';

const APRIL = Date.UTC(2026, 3, 1);
const MAY = Date.UTC(2026, 4, 1);
const nobody = new Uint8Array(16);

async function billOf({ server }: Month, player: Player, period: number): Promise<Bill | undefined> {
  return server.service.records.periods.findBill(`B-${period}-${Buffer.from(player.userId).toString('hex')}`);
}

describe('what is due', () => {
  const player = (closing: bigint): BilledPlayer => ({
    userId: nobody,
    plan: 'postpaid',
    currency: 'EUR',
    account: new Map([['payment', { count: 1, amountMinor: closing }]]),
    purses: new Map(),
  });
  const terms = { period: 202603, madeAtMs: APRIL, minimumMinor: () => 100n };
  it.each([
    // owed, under way, due, carried
    [0n, 0n, 0n, undefined],
    [99n, 0n, 0n, 'below-minimum'],
    [100n, 0n, 100n, undefined],
    [500n, 500n, 0n, 'under-way'],
    [500n, 600n, 0n, 'under-way'],
    [500n, 401n, 0n, 'below-minimum'],
    [500n, 400n, 100n, undefined],
    [-500n, 0n, 0n, undefined],
  ])('of %d owed and %d under way is %d, carried %s', (owed, underWayMinor, dueMinor, carried) => {
    const state = { openingMinor: 0n, mandate: undefined, underWayMinor };
    const { bill, collection } = makeBill(player(-owed), state, terms);
    expect(bill).toMatchObject({ dueMinor, carried });
    expect(collection?.amountMinor ?? 0n).toBe(dueMinor);
  });

  it('adds up for whatever moved', () => {
    const sums = fc
      .uniqueArray(fc.constantFrom(...TRANSFER_KINDS), { maxLength: 8 })
      .chain((kinds) =>
        fc.tuple(...kinds.map((kind) => fc.tuple(fc.constant(kind), fc.bigInt(-(2n ** 50n), 2n ** 50n)))),
      )
      .map((pairs) => new Map(pairs.map(([kind, amountMinor]) => [kind, { count: 1, amountMinor }])));
    fc.assert(
      fc.property(sums, sums, fc.bigInt(-(2n ** 50n), 2n ** 50n), (account, purses, openingMinor) => {
        const state = { openingMinor, mandate: undefined, underWayMinor: 0n };
        const { bill } = makeBill({ ...player(0n), account, purses }, state, terms);
        expect(addsUp(bill)).toBe(true);
        expect(bill.closingMinor).toBe([...account.values()].reduce((sum, one) => sum + one.amountMinor, openingMinor));
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});

describe('a bill', () => {
  it('of little is carried, and in the next; a statement goes on while there is a balance', async () => {
    const month = await startMonth();
    const bob = await enrolPlayer(month, { name: 'Bob', plan: 'postpaid', moneyMinor: 5_000n });
    const ada = await enrolPlayer(month, { moneyMinor: 300n });
    await mustBuy(month, bob, { amountMinor: 60n });
    await closeAt(month, 202603, APRIL);
    expect(await billOf(month, bob, 202603)).toMatchObject({ dueMinor: 0n, carried: 'below-minimum' });
    await mustBuy(month, bob, { amountMinor: 70n });
    await closeAt(month, 202604, MAY);
    expect(await billOf(month, bob, 202604)).toMatchObject({ dueMinor: 130n, openingMinor: -60n, purchases: 1 });
    expect(await billOf(month, ada, 202604)).toMatchObject({ openingMinor: 300n, closingMinor: 300n, purchases: 0 });
    await requireBooks(month);
  });

  it('counts what cards spent beside what the account did, and shows both in its lines', async () => {
    const month = await startMonth();
    const player = await enrolPlayer(month, { moneyMinor: 1_000n });
    const card = await CardHolder.loaded(month, player, 300n);
    await card.pay('one', { pin: PIN });
    await card.report();
    await mustBuy(month, player, { amountMinor: 40n, gameId: 'other-game' });
    await closeAt(month, 202603, APRIL);
    expect(await billOf(month, player, 202603)).toMatchObject({
      openingMinor: 0n,
      paidInMinor: 1_000n,
      loadedMinor: 300n,
      purchases: 2,
      purchasesMinor: 60n,
      cardPurchasesMinor: 20n,
      closingMinor: 660n,
    });
    const lines = await month.server.service.records.periods.listBillLines(player.userId, 202603, 0n, 10);
    expect(lines.map(({ kind, amountMinor, gameId }) => [kind, amountMinor, gameId])).toEqual([
      ['top-up', 1_000n, undefined],
      ['card-load', -300n, undefined],
      ['payment', -20n, 'demo-game'],
      ['payment', -40n, 'other-game'],
    ]);
    expect(lines[2]?.cardId).toEqual(card.cardId);
    await requireBooks(month);
  });

  it('is collected as the newest mandate before the seal says: by debit, by card, or by nobody', async () => {
    const month = await startMonth();
    const { server, bank } = month;
    const ways = ['bank-debit', 'card-on-file', 'transfer'] as const;
    const players: Player[] = [];
    for (const [i, way] of ways.entries()) {
      const player = await enrolPlayer(month, { name: `player ${i}`, plan: 'postpaid', moneyMinor: 5_000n });
      if (way !== 'transfer') await server.service.mandates.take(makeMandate(month, player, { way }));
      await mustBuy(month, player, { amountMinor: BigInt(1_000 + i) });
      players.push(player);
    }
    expect(await closeAt(month, 202603, APRIL)).toMatchObject({ files: 2 });
    expect([...bank.files.keys()].sort()).toEqual(['CS-A-202603-EUR-1', 'CS-C-202603-EUR-1']);
    for (const word of ['FRST', '<MndtId>M-1</MndtId>', '>10.00<', 'DE75512108001245126199'])
      expect(bank.files.get('CS-C-202603-EUR-1')).toContain(word);
    expect(bank.files.get('CS-A-202603-EUR-1')).toContain('card-1');
    const collections = await server.service.records.periods.listCollections(202603, '', 10);
    expect(collections.map(({ way, state, amountMinor }) => `${way} ${state} ${amountMinor}`).sort()).toEqual([
      'bank-debit handed 1000',
      'card-on-file handed 1001',
      'transfer made 1002',
    ]);
    // A transfer is asked for again with what is owed then; the others are under way.
    for (const player of players) await mustBuy(month, player, { amountMinor: 200n });
    await closeAt(month, 202604, MAY);
    const due = await Promise.all(players.map(async (player) => (await billOf(month, player, 202604))?.dueMinor));
    expect(due).toEqual([200n, 200n, 1_202n]);
    expect(bank.files.get('CS-C-202604-EUR-1')).toContain('RCUR');
    await requireBooks(month);
  });
});
