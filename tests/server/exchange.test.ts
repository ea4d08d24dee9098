/** Charged is never more than shown, in the currency shown, by any table; and no table makes anybody richer. */
import {
  convertMoney,
  CURRENCIES,
  encodeQuote,
  encodePaymentRequest,
  exponentOf,
  LIMITS,
  ProtocolError,
  sealEnvelope,
  type Money,
  type RateTable,
} from '@coinslot/protocol';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeOffer, makePublisher, makeRequest, makeTree, NOON_MS, type Player } from '../lib/parties.ts';
import {
  balanceOf,
  BANK,
  bytesOf,
  enrolPlayer,
  ledgerOf,
  operate,
  post,
  RATES,
  readDecision,
  requireBooks,
  startMarket,
  type Started,
} from './started-server.ts';

const MAX = LIMITS.amountMinorMax;
/** A market with a publisher that may ask anything, in every currency. */
async function wideMarket(): Promise<Started> {
  const topPrices = CURRENCIES.map((currency) => ({ currency, amountMinor: MAX }));
  const limits = { topPrices, territories: [], minimumAge: 0 };
  const started = await startMarket({ tree: makeTree({ limits }) });
  const publisher = makePublisher(started.tree, { id: 'wide', limits });
  await started.server.service.publishers.enrol({ chain: publisher.chain, payoutCurrency: 'EUR', bank: BANK });
  return { ...started, publisher };
}

let asked = 0;

/** What the server decides for a price that was shown as this charge under this table. */
async function decide(
  started: Started,
  player: Player,
  price: Money,
  chargeMinor: bigint,
  rateTableId: number,
): Promise<string> {
  const { server, holder, publisher, time } = started;
  const offer = makeOffer(publisher, { nonce: `exchange ${asked++}`, atMs: time.nowMs, quote: price });
  const request = makeRequest(player, holder, offer, { chargeMinor, rateTableId, proof: 'pin' });
  const answer = await server.decide(request);
  if (answer.kind !== 'decided') throw new Error(answer.kind);
  const decision = readDecision(started, answer.decision);
  if (answer.code === 'APPROVED')
    expect([decision.chargedMinor, decision.chargedCurrency]).toEqual([chargeMinor, player.currency]);
  else expect(decision.chargedMinor).toBe(0n);
  return answer.code;
}

const PAYERS = ['EUR', 'JPY', 'KWD'] as const; // two, no and three decimals; none that circulates has four
const PAYER_EXPONENTS = [2, 0, 3];

async function payers(started: Started, moneyMinor = MAX / 4n): Promise<Map<string, Player>> {
  expect(PAYERS.map(exponentOf)).toEqual(PAYER_EXPONENTS);
  const players = new Map<string, Player>();
  for (const currency of PAYERS)
    players.set(currency, await enrolPlayer(started, { name: currency, currency, moneyMinor }));
  return players;
}

const anyTable = fc.uniqueArray(fc.constantFrom(...CURRENCIES), { minLength: 3, maxLength: 12 }).chain((codes) => {
  const currencies = [...new Set([...PAYERS, ...codes])];
  return fc.record({
    base: fc.constantFrom(...currencies),
    currencies: fc.constant(currencies),
    // From a currency worth a million of the base to one of which a million is worth one.
    ratesE8: fc.array(fc.bigInt({ min: 100n, max: 10n ** 14n }), {
      minLength: currencies.length,
      maxLength: currencies.length,
    }),
  });
});

it('charged is exactly what was shown, or nothing: many tables, prices and currencies of 0, 2 and 3 decimals', async () => {
  const started = await wideMarket();
  const players = await payers(started);
  let tables = 1;
  await fc.assert(
    fc.asyncProperty(
      anyTable,
      fc.array(fc.tuple(fc.nat(), fc.nat(PAYERS.length - 1), fc.bigInt({ min: 1n, max: 10n ** 6n })), {
        minLength: 4,
        maxLength: 4,
      }),
      async ({ base, currencies, ratesE8 }, purchases) => {
        const rates = currencies
          .map((currency, i) => ({ currency, rateE8: ratesE8[i] as bigint }))
          .filter(({ currency }) => currency !== base);
        const table: RateTable = await started.server.service.putRateTable({ ...RATES, base, rates });
        tables = table.id;
        for (const [pick, payerPick, amountMinor] of purchases) {
          const payer = PAYERS[payerPick] as string;
          const currency = currencies[pick % currencies.length] as string;
          if (currency === payer) continue;
          const price = { amountMinor, currency };
          const player = players.get(payer) as Player;
          const before = await balanceOf(started, player);
          const shown = shownIn(price, payer, table);
          if (shown === undefined) {
            expect(await decide(started, player, price, MAX, table.id)).toBe('OFFER_PRICE');
            continue;
          }
          if (shown > 10n ** 12n) continue; // beyond what this test paid in
          expect(await decide(started, player, price, shown + 1n, table.id)).toBe('OFFER_PRICE');
          if (shown > 1n) expect(await decide(started, player, price, shown - 1n, table.id)).toBe('OFFER_PRICE');
          expect(await balanceOf(started, player)).toBe(before);
          expect(await decide(started, player, price, shown, table.id)).toBe('APPROVED');
          expect(await balanceOf(started, player)).toBe(before - shown);
        }
      },
    ),
    { numRuns: 25, seed: 6 },
  );
  expect(tables).toBeGreaterThan(20);
  await requireBooks(started);
});

/** What a wallet shows; `undefined` for what it cannot. */
function shownIn(price: Money, payer: string, table: RateTable): bigint | undefined {
  try {
    return convertMoney(price, payer, table).amountMinor;
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'OFFER_PRICE') return undefined;
    throw error;
  }
}

describe('S4: rates that must not be charged by', () => {
  const USD = { amountMinor: 100n, currency: 'USD' };

  it.each([
    ['none, where one is needed', 0],
    ['a number that was never given', 2],
    ['the highest number there is', 0xffff_ffff],
  ])('%s: RATE_STALE, nothing charged', async (_, rateTableId) => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    expect(await decide(started, player, USD, 93n, rateTableId)).toBe('RATE_STALE');
    expect(await balanceOf(started, player)).toBe(1_000n);
  });

  it('a time without rates is kept, from the end of one table to the beginning of the next', async () => {
    const { server } = await startMarket();
    const [end, begin] = [RATES.notAfterMs, RATES.notAfterMs + 7 * 60_000];
    await server.service.putRateTable({ ...RATES, notBeforeMs: end, notAfterMs: end + 1 });
    const { findings } = server.service.records;
    expect(await findings.listEndedFindings(undefined, 9)).toEqual([]);
    await server.service.putRateTable({ ...RATES, notBeforeMs: begin, notAfterMs: begin + 1 });
    const gap = { kind: 'rates', atMs: end + 1, ended: { atMs: begin, by: 'course' } };
    expect(await findings.listEndedFindings(undefined, 9)).toMatchObject([gap]);
    expect(await findings.listOpenFindings(undefined, 9)).toEqual([]);
  });

  it('one where none is needed, one that is over, and one without the currency', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    expect(await decide(started, player, { amountMinor: 20n, currency: 'EUR' }, 20n, 1)).toBe('RATE_STALE');
    expect(await decide(started, player, { amountMinor: 20n, currency: 'GBP' }, 20n, 1)).toBe('RATE_STALE');
    started.time.nowMs = RATES.notAfterMs;
    expect(await decide(started, player, USD, 93n, 1)).toBe('APPROVED');
    started.time.nowMs += 1;
    expect(await decide(started, player, USD, 93n, 1)).toBe('RATE_STALE');
    expect(await balanceOf(started, player)).toBe(1_000n - 93n);
  });

  it.each([
    '0',
    '-1',
    '-0',
    'NaN',
    'Infinity',
    '1e308',
    `1${'0'.repeat(308)}`,
    '1.5',
    '9007199254740992',
    '',
    ' 1',
    '0x10',
  ])("a rate of %j is refused by the operator's door, and the table before stands", async (rateE8) => {
    const started = await startMarket();
    const rates = [{ currency: 'USD', rateE8 }];
    const answer = await operate(started, '/v1/operator/rates', { ...RATES, rates });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, 'BAD_ENCODING']);
    expect((await started.server.service.records.findNewestRateTable())?.table.id).toBe(1);
  });

  it.each([NaN, Infinity, -1, 1.5, 1e308, null])('nor is a number a rate: %s', async (rateE8) => {
    const started = await startMarket();
    const answer = await operate(started, '/v1/operator/rates', { ...RATES, rates: [{ currency: 'USD', rateE8 }] });
    expect(answer.status).toBe(400);
  });

  it('a row of the table that was changed in the store is no table any more', async () => {
    const started = await startMarket();
    const db = new Database(started.storePath);
    expect(() => db.exec("UPDATE rate_tables SET body = x'00'")).toThrow(/append|never|only/i);
    expect(() => db.exec('DELETE FROM rate_tables')).toThrow();
    expect(() => db.exec("INSERT INTO rate_tables VALUES (9, x'00', 0)")).toThrow(/rise by one/);
    db.close();
  });
});

describe('prices', () => {
  it('G13: one that overflows in the currency of the player is OFFER_PRICE, and no column turns REAL', async () => {
    const started = await wideMarket();
    const player = await enrolPlayer(started, { name: 'Jun', currency: 'JPY', moneyMinor: MAX });
    const steep = { ...RATES, rates: [{ currency: 'JPY', rateE8: MAX }] };
    const { id } = await started.server.service.putRateTable(steep);
    for (const amountMinor of [MAX, MAX - 1n, 10n ** 12n])
      expect(await decide(started, player, { amountMinor, currency: 'EUR' }, MAX, id)).toBe('OFFER_PRICE');
    // The largest that fits is charged to the unit.
    const largest = (MAX * 100n * 100_000_000n) / MAX;
    expect(convertMoney({ amountMinor: largest, currency: 'EUR' }, 'JPY', { id, ...steep }).amountMinor).toBe(MAX);
    expect(await decide(started, player, { amountMinor: largest, currency: 'EUR' }, MAX, id)).toBe('APPROVED');
    expect(await balanceOf(started, player)).toBe(0n);
    await requireBooks(started);
    const db = new Database(started.storePath, { readonly: true });
    for (const [table, column] of [
      ['accounts', 'balance_minor'],
      ['postings', 'amount_minor'],
      ['decisions', 'price_minor'],
      ['decisions', 'charged_minor'],
    ])
      expect(db.prepare(`SELECT DISTINCT typeof(${column}) AS type FROM ${table}`).all()).toEqual([
        { type: 'integer' },
      ]);
    db.close();
  });

  it('G14: one that is worth less than a minor unit costs one; never nothing', async () => {
    const started = await wideMarket();
    const players = await payers(started, 1_000n);
    const cheap = {
      ...RATES,
      rates: [...PAYERS.slice(1), 'VND', 'IDR'].map((currency) => ({
        currency,
        rateE8: currency === 'VND' || currency === 'IDR' ? 10n ** 13n : 10n ** 8n,
      })),
    };
    const { id } = await started.server.service.putRateTable(cheap);
    for (const [currency, player] of players) {
      for (const priced of ['VND', 'IDR']) {
        const price = { amountMinor: 1n, currency: priced };
        expect(await decide(started, player, price, 0n, id)).toBe('OFFER_PRICE');
        expect(await decide(started, player, price, 1n, id), `${priced} for ${currency}`).toBe('APPROVED');
      }
      expect(await balanceOf(started, player)).toBe(998n);
    }
    await requireBooks(started);
  });

  it.each(['XXX', 'XTS', 'XAU', 'usd', 'UЅD', 'HRK', 'DEM', 'CLF', 'EU', '', 'EUR\0'])(
    'G15: a price in %j is refused, nothing is charged',
    async (code) => {
      const started = await startMarket();
      const player = await enrolPlayer(started);
      const made = makeOffer(started.publisher);
      // Signed by the publisher over bytes that no encoder of ours makes.
      const body = withText(encodeQuote(made.quote), 'EUR', code);
      const quote = sealEnvelope('quote', body, started.publisher.signer, started.publisher.chain);
      const request = makeRequest(player, started.holder, { ...made, offer: { ...made.offer, quote } });
      const answer = await post(started, '/v1/payments', request);
      // CHAIN_LIMIT: no certificate names such a currency, so that no publisher may ask it.
      expect(['OFFER_CURRENCY', 'BAD_ENCODING', 'CHAIN_LIMIT']).toContain(await refusalIn(started, answer));
      expect(await balanceOf(started, player)).toBe(1_000n);
    },
  );

  it.each(['XXX', 'XAU', 'usd', 'UЅD', 'HRK'])('G15: a charge in %j neither', async (code) => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const { holder, publisher } = started;
    const offer = makeOffer(publisher);
    const fields = {
      quote: offer.offer.quote,
      offerTimeMs: offer.offer.offerTimeMs,
      nonce: offer.offer.nonce,
      userId: player.userId,
      publisherId: publisher.id,
      chargeMinor: 20n,
      chargeCurrency: 'ZAR', // nowhere else in the message
      rateTableId: 0,
      shownDigest: new Uint8Array(32),
      audience: holder.keyHash,
      consentPlace: 'overlay',
      deadlineMs: NOON_MS + 60_000,
      sessionKey: new Uint8Array(32),
      playerKey: new Uint8Array(32),
      proof: 'pin',
    } as const;
    const body = withText(encodePaymentRequest(fields), 'ZAR', code);
    const answer = await post(started, '/v1/payments', sealEnvelope('payment-request', body, player.pin, []));
    expect(['OFFER_CURRENCY', 'BAD_ENCODING']).toContain(await refusalIn(started, answer));
    expect(await balanceOf(started, player)).toBe(1_000n);
  });
});

describe('D14: conversions never gain', () => {
  it('a whole price is never dearer than its parts, and what rounding added lies in the rounding account', async () => {
    const started = await wideMarket();
    const players = await payers(started);
    const table: RateTable = { id: 1, ...RATES };
    const expected = new Map<string, bigint>(PAYERS.map((currency) => [currency, 0n]));
    const pay = async (payer: string, price: Money): Promise<bigint> => {
      const shown = convertMoney(price, payer, table).amountMinor;
      expect(await decide(started, players.get(payer) as Player, price, shown, 1)).toBe('APPROVED');
      // To the last digit: charged, less what is booked as rounding, is never above what the price is worth.
      const worth = price.amountMinor * rateOf(payer) * 10n ** BigInt(exponentOf(payer));
      const unit = rateOf(price.currency) * 10n ** BigInt(exponentOf(price.currency));
      const rounding = worth % unit === 0n ? 0n : 1n;
      expect((shown - rounding) * unit).toBeLessThanOrEqual(worth);
      expect(shown * unit).toBeGreaterThanOrEqual(worth);
      expected.set(payer, (expected.get(payer) ?? 0n) + rounding);
      return shown;
    };
    const rateOf = (currency: string): bigint =>
      currency === 'EUR' ? 100_000_000n : (RATES.rates.find((one) => one.currency === currency)?.rateE8 ?? 0n);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...PAYERS),
        fc.constantFrom('EUR', 'USD', 'JPY', 'KWD'),
        fc.array(fc.bigInt({ min: 1n, max: 5_000n }), { minLength: 2, maxLength: 4 }),
        async (payer, currency, parts) => {
          fc.pre(payer !== currency);
          let paid = 0n;
          for (const amountMinor of parts) paid += await pay(payer, { amountMinor, currency });
          const whole = await pay(payer, { amountMinor: parts.reduce((sum, one) => sum + one, 0n), currency });
          expect(whole).toBeLessThanOrEqual(paid);
        },
      ),
      { numRuns: 25, seed: 14 },
    );
    for (const currency of PAYERS)
      expect(await ledgerOf(started, 'rounding', '', currency)).toBe(expected.get(currency));
    await requireBooks(started);
  });
});

/** The code of a refusal, signed or not; nothing may have been charged. */
async function refusalIn(started: Started, answer: Response): Promise<string> {
  if (answer.status !== 200) {
    const { code, charged } = (await answer.json()) as { code: string; charged: string };
    expect(charged).toBe('no');
    return code;
  }
  const { code, outcome, chargedMinor } = readDecision(started, await bytesOf(answer));
  expect([outcome, chargedMinor]).toEqual(['refused', 0n]);
  return code;
}

/** The bytes of a text in a message replaced, with its MessagePack length; nothing else holds it in these tests. */
function withText(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const packed = (text: string): Buffer => {
    const utf8 = Buffer.from(text);
    return Buffer.concat([Buffer.of(0xa0 | utf8.length), utf8]);
  };
  const whole = Buffer.from(bytes);
  const at = whole.indexOf(packed(from));
  if (at < 0 || whole.indexOf(packed(from), at + 1) >= 0) throw new Error(`${from} is not there once`);
  return Uint8Array.from(Buffer.concat([whole.subarray(0, at), packed(to), whole.subarray(at + packed(from).length)]));
}
