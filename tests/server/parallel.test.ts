import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertMoney } from '@coinslot/protocol';
import { DAY_MS, makeOffer, makePublisher, makeRequest, NOON_MS, seedOf, type Player } from '../lib/parties.ts';
import {
  balanceOf,
  bytesOf,
  enrolPlayer,
  post,
  RATES,
  readDecision,
  requireBooks,
  startMarket,
  urlOf,
  type Started,
} from './started-server.ts';

async function codesOf(started: Started, requests: readonly Uint8Array[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const answers = await Promise.all(requests.map((request) => post(started, '/v1/payments', request)));
  for (const answer of answers) {
    const bytes = await bytesOf(answer);
    const code =
      answer.status === 200
        ? readDecision(started, bytes).code
        : (JSON.parse(Buffer.from(bytes).toString()) as { code: string }).code;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

describe('at the same time', () => {
  it('D11: one request a hundred times: one debit, a hundred equal decisions', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const request = makeRequest(player, started.holder, makeOffer(started.publisher));
    const answers = await Promise.all(Array.from({ length: 100 }, () => post(started, '/v1/payments', request)));
    const decisions = await Promise.all(
      answers.map(async (answer) => Buffer.from(await bytesOf(answer)).toString('hex')),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(decisions).size).toBe(1);
    expect(await balanceOf(started, player)).toBe(980n);
    expect((await started.server.service.records.listTransfers(0n, 10)).map(({ kind }) => kind)).toEqual([
      'top-up',
      'payment',
    ]);
  });

  it('the same within one commit', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const request = makeRequest(player, started.holder, makeOffer(started.publisher));
    const answers = await Promise.all(Array.from({ length: 100 }, () => started.server.decide(request)));
    const [first, ...others] = answers;
    expect(first).toMatchObject({ code: 'APPROVED', fresh: true });
    others.forEach((answer) => expect(answer).toEqual({ ...first, fresh: false }));
    expect(await balanceOf(started, player)).toBe(980n);
  });

  it('one nonce for fifty different requests: one stands, the others are ID_CONFLICT', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const offer = makeOffer(started.publisher);
    const requests = Array.from({ length: 50 }, (_, i) =>
      makeRequest(player, started.holder, offer, { shownDigest: seedOf(`shown ${i}`) }),
    );
    expect(await codesOf(started, requests)).toEqual({ APPROVED: 1, ID_CONFLICT: 49 });
    expect(await balanceOf(started, player)).toBe(980n);
  });

  it('D10: two hundred purchases on money for ten: exactly ten', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { moneyMinor: 200n, pressDayMaxMinor: 100_000n });
    const requests = Array.from({ length: 200 }, (_, i) =>
      makeRequest(player, started.holder, makeOffer(started.publisher, { nonce: `purchase ${i}` })),
    );
    expect(await codesOf(started, requests)).toEqual({ APPROVED: 10, INSUFFICIENT: 190 });
    expect(await balanceOf(started, player)).toBe(0n);
    await requireBooks(started);
  });

  it('two hundred decisions that wait together share two commits', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const requests = Array.from({ length: 200 }, (_, i) =>
      makeRequest(player, started.holder, makeOffer(started.publisher, { nonce: `purchase ${i}` }), { proof: 'pin' }),
    );
    const commits = async (): Promise<number> => {
      const text = await (await fetch(`${await urlOf(started)}/metrics`)).text();
      return Number(/coinslot_commits_total (\d+)/.exec(text)?.[1]);
    };
    const before = await commits();
    await Promise.all(requests.map((request) => started.server.decide(request)));
    expect((await commits()) - before).toBe(2);
  });

  it('presses of one player in one batch share the day limit; another player is not touched', async () => {
    const started = await startMarket();
    const ada = await enrolPlayer(started, { pressDayMaxMinor: 60n });
    const bob = await enrolPlayer(started, { name: 'Bob', pressDayMaxMinor: 60n });
    const requests = [ada, bob].flatMap((player) =>
      Array.from({ length: 5 }, (_, i) =>
        makeRequest(player, started.holder, makeOffer(started.publisher, { nonce: `press ${i}` })),
      ),
    );
    expect(await codesOf(started, requests)).toEqual({ APPROVED: 6, LIMIT: 4 });
    expect([await balanceOf(started, ada), await balanceOf(started, bob)]).toEqual([940n, 940n]);
  });

  it('a queue that is full is BUSY, and nothing of that is recorded', async () => {
    const started = await startMarket({ limits: { queueMax: 3, batchMax: 1 } });
    const player = await enrolPlayer(started);
    const requests = Array.from({ length: 40 }, (_, i) =>
      makeRequest(player, started.holder, makeOffer(started.publisher, { nonce: `n ${i}` }), { proof: 'pin' }),
    );
    const settled = await Promise.allSettled(requests.map((request) => started.server.decide(request)));
    const approved = settled.filter(({ status }) => status === 'fulfilled').length;
    const busy = settled.filter((one) => one.status === 'rejected' && (one.reason as { code: string }).code === 'BUSY');
    expect(approved).toBeGreaterThan(0);
    expect(busy.length).toBe(40 - approved);
    expect(busy.length).toBeGreaterThan(0);
    expect(await balanceOf(started, player)).toBe(1_000n - 20n * BigInt(approved));
  });
});

describe('conversion', () => {
  const balance = async ({ server }: Started, kind: string, currency: string): Promise<bigint | undefined> =>
    (await server.service.records.listAccounts(0n, 100)).find((one) => one.kind === kind && one.currency === currency)
      ?.balanceMinor;

  it('goes through the position, with the residue in the rounding account', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const offer = makeOffer(started.publisher, { quote: { amountMinor: 100n, currency: 'USD' } });
    const answer = await started.server.decide(
      makeRequest(player, started.holder, offer, { chargeMinor: 93n, rateTableId: 1 }),
    );
    expect(answer).toMatchObject({ kind: 'decided', code: 'APPROVED' });
    expect(
      await Promise.all([
        balanceOf(started, player),
        balance(started, 'exchange-position', 'EUR'),
        balance(started, 'rounding', 'EUR'),
        balance(started, 'exchange-position', 'USD'),
        balance(started, 'publisher-payable', 'USD'),
      ]),
    ).toEqual([907n, 92n, 1n, -100n, 100n]);
    await requireBooks(started);
  });

  it('takes the fee from the price, the odd unit staying with the publisher', async () => {
    const started = await startMarket();
    const { server, publisher } = started;
    await expect(
      server.service.publishers.enrol({
        chain: publisher.chain,
        payoutCurrency: 'EUR',
        bank: { holder: 'Thief', iban: 'DE89370400440532013000' },
      }),
    ).rejects.toMatchObject({ code: 'ID_CONFLICT' });
    const night = makePublisher(started.tree, { id: 'night-works' });
    await server.service.publishers.enrol({
      chain: night.chain,
      payoutCurrency: 'EUR',
      bank: { holder: 'Night', iban: 'DE89370400440532013000' },
      feeBasisPoints: 1_250,
    });
    const player = await enrolPlayer(started);
    await server.decide(makeRequest(player, started.holder, makeOffer(night, { quote: { amountMinor: 99n } })));
    expect([await balance(started, 'fees', 'EUR'), await balance(started, 'publisher-payable', 'EUR')]).toEqual([
      12n,
      87n,
    ]);
    await requireBooks(started);
  });

  it('never loses or makes a unit, whatever is bought in whatever currency', async () => {
    const currencies = ['EUR', 'USD', 'JPY', 'KWD'];
    const purchase = fc.record({
      payer: fc.constantFrom(...currencies),
      price: fc.bigInt({ min: 1n, max: 1_000_000n }),
      currency: fc.constantFrom(...currencies),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(purchase, { minLength: 1, maxLength: 12 }), fc.nat(), async (purchases, run) => {
        const started = await startMarket();
        const table = { id: 1, ...RATES };
        const players = new Map<string, Player>();
        for (const currency of currencies)
          players.set(currency, await enrolPlayer(started, { name: currency, currency, moneyMinor: 10_000_000_000n }));
        let expectedRounding = 0n;
        for (const [i, { payer, price, currency }] of purchases.entries()) {
          const player = players.get(payer)!;
          const quote = { amountMinor: price, currency };
          const offer = makeOffer(started.publisher, { nonce: `${run} ${i}`, quote });
          const chargeMinor = convertMoney(quote, payer, table).amountMinor;
          const rateTableId = payer === currency ? 0 : 1;
          const request = makeRequest(player, started.holder, offer, { chargeMinor, rateTableId, proof: 'pin' });
          expect(await started.server.decide(request)).toMatchObject({ code: 'APPROVED' });
          // Down is never more than the price is worth; the two differ where there is a residue.
          const back = convertMoney({ amountMinor: chargeMinor, currency: payer }, currency, table).amountMinor;
          expect(back).toBeGreaterThanOrEqual(price);
          if (payer !== currency) expectedRounding += 1n;
        }
        const accounts = await started.server.service.records.listAccounts(0n, 100);
        const rounding = accounts
          .filter(({ kind }) => kind === 'rounding')
          .reduce((sum, one) => sum + one.balanceMinor, 0n);
        expect(rounding).toBeLessThanOrEqual(expectedRounding);
        await requireBooks(started);
      }),
      { numRuns: 8 },
    );
  });

  it('a table may be used until ten minutes after its successor took over', async () => {
    const started = await startMarket();
    const { server, holder, publisher, time } = started;
    const player = await enrolPlayer(started);
    const later = { ...RATES, notBeforeMs: NOON_MS + 3_600_000, rates: [{ currency: 'USD', rateE8: 200_000_000n }] };
    expect((await server.service.putRateTable(later)).id).toBe(2);
    const pay = async (nonce: string, rateTableId: number, chargeMinor: bigint) => {
      const offer = makeOffer(publisher, { nonce, atMs: time.nowMs, quote: { amountMinor: 100n, currency: 'USD' } });
      const answer = await server.decide(
        makeRequest(player, holder, offer, { rateTableId, chargeMinor, proof: 'pin' }),
      );
      return answer.kind === 'decided' ? answer.code : answer.kind;
    };
    expect([await pay('1', 1, 93n), await pay('2', 2, 50n)]).toEqual(['APPROVED', 'RATE_STALE']);
    time.nowMs = NOON_MS + 3_600_000 + 600_000;
    expect([await pay('3', 1, 93n), await pay('4', 2, 50n)]).toEqual(['APPROVED', 'APPROVED']);
    time.nowMs += 1;
    expect([await pay('5', 1, 93n), await pay('6', 2, 50n)]).toEqual(['RATE_STALE', 'APPROVED']);
    time.nowMs = NOON_MS + DAY_MS + 1;
    expect(await pay('7', 2, 50n)).toBe('RATE_STALE');
  });

  it('refuses tables that cannot be used, and numbers the same table once', async () => {
    const { server } = await startMarket();
    const put = (fields: object) => server.service.putRateTable({ ...RATES, ...fields });
    expect((await put({})).id).toBe(1);
    await expect(put({ rates: [{ currency: 'USD', rateE8: 0n }] })).rejects.toMatchObject({ code: 'BAD_ENCODING' });
    await expect(put({ rates: [{ currency: 'XAU', rateE8: 1n }] })).rejects.toMatchObject({ code: 'OFFER_CURRENCY' });
    await expect(put({ rates: [{ currency: 'EUR', rateE8: 1n }] })).rejects.toMatchObject({ code: 'BAD_ENCODING' });
    await expect(put({ notBeforeMs: NOON_MS - 1 })).rejects.toMatchObject({ code: 'RATE_STALE' });
    await expect(put({ notAfterMs: NOON_MS })).rejects.toMatchObject({ code: 'RATE_STALE' });
  });
});
