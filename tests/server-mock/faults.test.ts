import { decodeRateTable, readEnvelope } from '@coinslot/protocol';
import { FAULT_NAMES, SKEW_MS, SLOW_MS, type FaultName } from '@coinslot/server-mock';
import { expect, it } from 'vitest';
import { makeEnrolment, makeOffer, makePlayer, makeRequest } from '../lib/parties.ts';
import { ask, debits, enrich, purchase, start, type Asked, type Started } from './started-sandbox.ts';

/** What an asking came to, in a word. */
const wordFor = (asked: Asked): string => {
  if (asked.kind === 'cut') return 'cut';
  return asked.kind === 'coded' ? `${asked.status} ${asked.code} ${asked.charged}` : asked.decision.code;
};

/** The faults of a payment: what the askings of one request come to, and how often it is debited in the end. */
const FAULTS: readonly [FaultName, bigint, readonly string[], debits: number][] = [
  ['decline', 9_901n, ['INSUFFICIENT', 'INSUFFICIENT'], 0],
  ['pending', 9_902n, ['202 PENDING unknown', '202 PENDING unknown', 'APPROVED', 'APPROVED'], 1],
  ['lost-answer', 9_903n, ['cut', 'APPROVED', 'APPROVED'], 1],
  ['failed-answer', 9_904n, ['500 STORAGE unknown', 'APPROVED', 'APPROVED'], 1],
  ['slow', 9_905n, ['APPROVED', 'APPROVED'], 1],
];

/** Asks as often as there are answers to come; every decision must be the same bytes. */
async function askThrough(started: Started, request: Uint8Array, expected: readonly string[]): Promise<void> {
  const decisions: Uint8Array[] = [];
  const words: string[] = [];
  while (words.length < expected.length) {
    const asked = await ask(started, request);
    words.push(wordFor(asked));
    if (asked.kind === 'decision') decisions.push(asked.bytes);
  }
  expect(words).toEqual(expected);
  for (const bytes of decisions) expect(bytes).toEqual(decisions[0]);
}

it.each(FAULTS)(
  '%s by switch, once: the next payment feels it, the one after does not',
  async (fault, _, words, count) => {
    const started = await start();
    started.running.faults.set(fault, 'once');
    const { request } = purchase(started);
    await askThrough(started, request, words);
    expect(await debits(started)).toEqual(Array.from({ length: count }, () => 20n));
    expect(started.running.faults.modes[fault]).toBe('off');
    await askThrough(started, purchase(started).request, ['APPROVED']);
    expect(started.waits).toEqual(fault === 'slow' ? [SLOW_MS] : []);
  },
);

it.each(FAULTS)('%s by switch, until switched off: every payment feels it', async (fault, _, words, count) => {
  const started = await start();
  started.running.faults.set(fault, 'on');
  for (let i = 0; i < 3; i++) await askThrough(started, purchase(started).request, words);
  expect(await debits(started)).toEqual(Array.from({ length: 3 * count }, () => 20n));
  started.running.faults.reset();
  await askThrough(started, purchase(started).request, ['APPROVED']);
});

it.each(FAULTS)('%s by amount, without a switch', async (fault, amountMinor, words, count) => {
  const started = await start();
  await enrich(started);
  await askThrough(started, purchase(started, amountMinor).request, words);
  expect(await debits(started)).toEqual(Array.from({ length: count }, () => amountMinor));
  expect(started.waits).toEqual(fault === 'slow' ? [SLOW_MS] : []);
});

it('takes the amount in the currency of the charge, whatever the price was in', async () => {
  const started = await start();
  const { grace } = started.running.sandbox.players;
  const { server } = started.running;
  await server.service.players.setCeiling(grace.userId, 100_000n, 'USD');
  await askThrough(started, purchase(started, 9_903n, grace, 'USD').request, ['cut', 'APPROVED']);
  expect(await debits(started)).toEqual([9_903n]);
});

it('lets a real refusal stand before a wished one, and loses no answer of a refusal', async () => {
  const started = await start();
  for (const fault of ['lost-answer', 'failed-answer'] as const) started.running.faults.set(fault, 'on');
  const { request } = purchase(started, 5_000n); // Ada has 10.00
  await askThrough(started, request, ['INSUFFICIENT', 'INSUFFICIENT']);
  expect(await debits(started)).toEqual([]);
});

it('combines faults: pending, then lost, then healed with one debit', async () => {
  const started = await start();
  started.running.faults.set('pending', 'once');
  started.running.faults.set('lost-answer', 'once');
  const words = ['202 PENDING unknown', '202 PENDING unknown', 'cut', 'APPROVED'];
  await askThrough(started, purchase(started).request, words);
  expect(await debits(started)).toEqual([20n]);
});

it('leaves what is decided alone, whatever is switched on afterwards', async () => {
  const started = await start();
  const { request } = purchase(started);
  await askThrough(started, request, ['APPROVED']);
  for (const fault of ['decline', 'pending', 'lost-answer', 'failed-answer', 'slow'] as const)
    started.running.faults.set(fault, 'on');
  await askThrough(started, request, ['APPROVED', 'APPROVED']);
  expect(started.waits).toEqual([]);
  expect(await debits(started)).toEqual([20n]);
});

it('turns an undecided payment into a tombstone after its deadline', async () => {
  const started = await start();
  started.running.faults.set('pending', 'on');
  const { request } = purchase(started);
  await askThrough(started, request, ['202 PENDING unknown', '202 PENDING unknown']);
  started.time.nowMs += 180_000;
  await askThrough(started, request, ['DECISION_EXPIRED', 'DECISION_EXPIRED']);
  expect(await debits(started)).toEqual([]);
});

it('clock-ahead: requests have expired when they arrive', async () => {
  const started = await start();
  started.running.faults.set('clock-ahead', 'once');
  const { request } = purchase(started);
  const asked = await ask(started, request);
  expect(wordFor(asked)).toBe('DECISION_EXPIRED');
  expect(asked).toMatchObject({ decision: { timeMs: started.time.nowMs + SKEW_MS } });
  expect(started.running.faults.modes['clock-ahead']).toBe('off');
  await askThrough(started, request, ['DECISION_EXPIRED']);
  await askThrough(started, purchase(started).request, ['APPROVED']);
  expect(await debits(started)).toEqual([20n]);
});

it('clock-behind: a signed CLOCK_SKEW, and none at all when it went back behind an approval', async () => {
  const started = await start();
  started.running.faults.set('clock-behind', 'on');
  await askThrough(started, purchase(started).request, ['CLOCK_SKEW', 'CLOCK_SKEW']);
  started.running.faults.set('clock-behind', 'off');
  await askThrough(started, purchase(started).request, ['APPROVED']);
  started.running.faults.set('clock-behind', 'on');
  const { request } = purchase(started);
  await askThrough(started, request, ['422 CLOCK_SKEW no']);
  started.running.faults.reset();
  await askThrough(started, request, ['APPROVED']);
  expect(await debits(started)).toEqual([20n, 20n]);
});

it('a wrong clock refuses new players too', async () => {
  const started = await start();
  started.running.faults.set('clock-ahead', 'on');
  const body = makeEnrolment(makePlayer('Edsger'), started.holder);
  const enrol = () =>
    fetch(`${started.running.url}/v1/enrolments`, {
      method: 'POST',
      headers: { 'content-type': 'application/msgpack' },
      body: Uint8Array.from(body),
    });
  expect(await (await enrol()).json()).toMatchObject({ code: 'CLOCK_SKEW', charged: 'no' });
  started.running.faults.reset();
  expect((await enrol()).status).toBe(201);
});

async function fetchTable({ running }: Started) {
  const response = await fetch(`${running.url}/v1/rates`);
  return decodeRateTable(readEnvelope(new Uint8Array(await response.arrayBuffer())).body);
}

/** A USD price charged in EUR under a table: 1.00 USD is 0.93 EUR, rounded up. */
function converted(started: Started, rateTableId: number, nonce: string): Uint8Array {
  const quote = { amountMinor: 100n, currency: 'USD' };
  const offer = makeOffer(started.publisher, { atMs: started.time.nowMs, nonce, quote });
  const { ada } = started.running.sandbox.players;
  return makeRequest(ada, started.holder, offer, { rateTableId, chargeMinor: 93n });
}

it('stale-rates: the table that is given out has run out, and conversions are refused under any table', async () => {
  const started = await start();
  const { running, time } = started;
  const good = await fetchTable(started);
  running.faults.set('stale-rates', 'on');
  const stale = await fetchTable(started);
  expect(stale.id).toBe(good.id + 1);
  expect(stale.notAfterMs).toBeLessThan(time.nowMs);
  await askThrough(started, converted(started, stale.id, 'under the stale one'), ['RATE_STALE', 'RATE_STALE']);
  await askThrough(started, converted(started, good.id, 'under the one before'), ['RATE_STALE']);
  await askThrough(started, purchase(started).request, ['APPROVED']);
  running.faults.reset();
  const fresh = await fetchTable(started);
  expect(fresh.id).toBe(stale.id + 1);
  await askThrough(started, converted(started, fresh.id, 'under the fresh one'), ['APPROVED']);
  expect(await debits(started)).toEqual([20n, 93n]);
});

it('stale-rates once: ends with the first payment that needed a rate, or the first table fetched', async () => {
  const started = await start();
  const good = await fetchTable(started);
  started.running.faults.set('stale-rates', 'once');
  await askThrough(started, purchase(started).request, ['APPROVED']);
  expect(started.running.faults.modes['stale-rates']).toBe('once');
  await askThrough(started, converted(started, good.id, 'first'), ['RATE_STALE']);
  expect(started.running.faults.modes['stale-rates']).toBe('off');
  expect((await fetchTable(started)).notAfterMs).toBeGreaterThan(started.time.nowMs);
  started.running.faults.set('stale-rates', 'once');
  expect((await fetchTable(started)).notAfterMs).toBeLessThan(started.time.nowMs);
  expect((await fetchTable(started)).notAfterMs).toBeGreaterThan(started.time.nowMs);
});

it('starts with every fault off, and on good rates after a stop amid stale ones', async () => {
  const first = await start();
  first.running.faults.set('stale-rates', 'on');
  await first.running.settleFaults();
  await first.running.close();
  const second = await start({ home: first.home, randomName: 'second' });
  expect(Object.values(second.running.faults.modes)).toEqual(FAULT_NAMES.map(() => 'off'));
  expect((await fetchTable(second)).notAfterMs).toBeGreaterThan(second.time.nowMs);
});
