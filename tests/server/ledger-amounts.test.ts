/** D15: amounts at 2^53 and round it, in currencies of 0, 2, 3 and 4 decimals, through every layer: exact to the unit, or refused. */
import { describe, expect, it } from 'vitest';
import { makeOffer, makePublisher, makeRequest, makeTree, WIDE_LIMITS } from '../lib/parties.ts';
import { sumsOf } from '../lib/sums.ts';
import { lastOf, openLedger, postAll, shell, topUp } from './ledger-store.ts';
import { BANK, balanceOf, enrolPlayer, ledgerOf, operate, requireBooks, startMarket } from './started-server.ts';

const MOST = 2n ** 53n - 1n;
/** Minor units are what is stored; decimals are for people only. Unidad previsional (UYW) has four. */
const CURRENCIES = ['JPY', 'EUR', 'KWD', 'UYW'];

describe('the ledger alone', () => {
  it.each(CURRENCIES)('D15: takes 2^53-1 of %s to the unit and no more', async (currency) => {
    const ledger = openLedger();
    await postAll(ledger, topUp({ currency, amountMinor: MOST }));
    expect((await lastOf(ledger))?.postings[0]?.amountMinor).toBe(MOST);
    const balances = async () => (await ledger.store.listAccounts(0n, 10)).map(({ balanceMinor }) => balanceMinor);
    expect(await balances()).toEqual([-MOST, MOST]);
    for (const amountMinor of [MOST + 1n, MOST + 2n, 2n ** 62n, 0n, -1n, -MOST])
      await expect(postAll(ledger, topUp({ currency, amountMinor, owner: 'bob' }))).rejects.toMatchObject({
        kind: 'refused',
      });
    // One more unit would take the player's account past what a payment can say.
    await expect(postAll(ledger, topUp({ currency, amountMinor: 1n }))).rejects.toMatchObject({ kind: 'refused' });
    expect(await balances()).toEqual([-MOST, MOST]);
  });

  it('D15: sums far beyond 2^53 stay exact', async () => {
    const ledger = openLedger();
    // Some as large as they may be, some that only become too large for a number together.
    const amounts = Array.from({ length: 300 }, (_, i) => (i % 2 === 0 ? MOST : 2n ** 51n) - BigInt(i));
    await postAll(ledger, ...amounts.map((amountMinor, i) => topUp({ owner: `player ${i}`, amountMinor })));
    const expected = amounts.reduce((sum, amountMinor) => sum + amountMinor, 0n);
    const [bank] = (await ledger.store.listAccounts(0n, 1)).map(({ balanceMinor }) => balanceMinor);
    expect(bank).toBe(-expected);
    const { movements } = await sumsOf(ledger.store, 202603, 0n, 300n);
    expect(movements.find(({ kind }) => kind === 'bank')).toMatchObject({ count: 300, amountMinor: -expected });
    expect(await ledger.store.listSums()).toEqual([{ currency: 'EUR', sumMinor: 0n }]);
  });

  it('D15: a balance ends at 2^62, long before a 64-bit integer would turn into a REAL', () => {
    const { path } = openLedger();
    const db = shell(path, 'accounts_update', 'accounts_open');
    const most = 2n ** 62n;
    const open = (balance: bigint) => () =>
      db.exec(`INSERT INTO accounts VALUES (NULL, 'bank', '${balance}', 'EUR', ${balance}, ${-most}, 0)`);
    expect(open(most)).not.toThrow();
    expect(open(most + 1n)).toThrow('CHECK');
    expect(() => db.exec(`UPDATE accounts SET balance_minor = balance_minor + ${MOST}`)).toThrow('CHECK');
    expect(() => db.exec('UPDATE accounts SET balance_minor = balance_minor + 9223372036854775807')).toThrow();
    expect(db.prepare('SELECT typeof(balance_minor) AS t FROM accounts').get()).toEqual({ t: 'integer' });
  });
});

describe('over the doors', () => {
  it.each(['JPY', 'EUR', 'KWD'])('D15: a purchase of all that fits, in %s: exact to the unit', async (currency) => {
    const topPrices = WIDE_LIMITS.topPrices.map((top) => ({ ...top, amountMinor: MOST }));
    const limits = { ...WIDE_LIMITS, topPrices };
    const started = await startMarket({ tree: makeTree({ limits }) });
    const publisher = makePublisher(started.tree, { id: 'grand-works', commonName: 'Grand Works', limits });
    const { server } = started;
    await server.service.publishers.enrol({ chain: publisher.chain, payoutCurrency: 'EUR', bank: BANK });
    const player = await enrolPlayer(started, { currency, moneyMinor: 0n });
    const put = (amountMinor: unknown, bankReference: string): Promise<Response> =>
      operate(started, '/v1/operator/topups', {
        userId: Buffer.from(player.userId).toString('hex'),
        amountMinor,
        currency,
        bankReference,
      });
    for (const amount of ['9007199254740992', '9007199254740993', '-1', '1.5', '0', 1.5, 2 ** 53, '1e3', ''])
      expect([400, 422], String(amount)).toContain((await put(amount, `refused ${amount}`)).status);
    expect((await put('9007199254740991', 'all')).status).toBe(200);
    expect(await balanceOf(started, player)).toBe(MOST);
    expect((await put('1', 'one more')).status).toBe(422);
    const offer = makeOffer(publisher, { quote: { amountMinor: MOST, currency } });
    const request = makeRequest(player, started.holder, offer, { proof: 'pin' });
    expect(await server.decide(request)).toMatchObject({ code: 'APPROVED' });
    expect(await balanceOf(started, player)).toBe(0n);
    expect(await ledgerOf(started, 'publisher-payable', publisher.id, currency)).toBe(MOST);
    await requireBooks(started);
  });

  it('D15: 2^53 and one more cannot even be said', async () => {
    const started = await startMarket();
    for (const amountMinor of [MOST + 1n, MOST + 2n])
      expect(() => makeOffer(started.publisher, { quote: { amountMinor } })).toThrow(/amount/i);
  });
});
