/** What is counted and measured, by the conventions of Prometheus, and that none of it is anybody's. */
import { describe, expect, it } from 'vitest';
import { Metrics } from '../../server/src/http/metrics.ts';
import { makeOffer, makeRequest } from '../lib/parties.ts';
import { enrolPlayer, post, RATES, startMarket, startServer, urlOf, type Started } from './started-server.ts';

const textOf = async (started: Started): Promise<string> => (await fetch(`${await urlOf(started)}/metrics`)).text();
const valueIn = (text: string, name: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1) ?? NaN,
  );

async function busyMarket(): Promise<Started> {
  const started = await startMarket();
  const player = await enrolPlayer(started);
  for (let i = 0; i < 3; i++) {
    const offer = makeOffer(started.publisher, { nonce: `purchase ${i}` });
    await post(started, '/v1/payments', makeRequest(player, started.holder, offer, { proof: 'pin' }));
  }
  await started.server.service.verifyBooks();
  return started;
}

describe('metrics', () => {
  it('measure decisions, commits, requests, the store and the books', async () => {
    const started = await busyMarket();
    const text = await textOf(started);
    expect(valueIn(text, 'coinslot_decision_duration_seconds_count')).toBe(3);
    expect(valueIn(text, 'coinslot_decisions_total{code="APPROVED",fresh="true"}')).toBe(3);
    expect(valueIn(text, 'coinslot_request_duration_seconds_count{door="/v1/payments"}')).toBe(3);
    expect(valueIn(text, 'coinslot_commit_batch_pieces_count')).toBe(valueIn(text, 'coinslot_commits_total'));
    expect(valueIn(text, 'coinslot_commit_duration_seconds_sum')).toBeGreaterThan(0);
    expect(valueIn(text, 'coinslot_store_size_bytes')).toBeGreaterThan(100_000);
    expect(valueIn(text, 'coinslot_periods_open')).toBe(1);
    expect(valueIn(text, 'coinslot_findings')).toBe(0);
    expect(valueIn(text, 'coinslot_verified_timestamp_seconds')).toBe(Math.floor(started.time.nowMs / 1000));
    expect(valueIn(text, 'coinslot_rates_left_seconds')).toBe((RATES.notAfterMs - started.time.nowMs) / 1000);
    expect([valueIn(text, 'coinslot_ready'), valueIn(text, 'coinslot_queue_length')]).toEqual([1, 0]);
    started.time.nowMs += 40 * 86_400_000;
    expect(valueIn(await textOf(started), 'coinslot_periods_open')).toBe(2);
  });

  it('are in the text format: a help and a type for each, base units, totals and seconds', async () => {
    const started = await busyMarket();
    const response = await fetch(`${await urlOf(started)}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
    const helped = new Set([...text.matchAll(/^# HELP (\S+) \S.*$/gm)].map(([, name]) => name));
    expect(types.size).toBeGreaterThan(12);
    for (const [name, type] of types) {
      expect(helped).toContain(name);
      expect(name).toMatch(/^coinslot_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      if (/duration|left|timestamp/.test(name)) expect(name).toMatch(/_seconds$/);
      expect(name).not.toMatch(/_ms$|milli/);
    }
    const families = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    families.forEach((line) => expect(line).toMatch(/^[a-z_]+(\{([a-z]+="[^"\n]*",?)+\})? (\d|-|\+Inf|Nan)/));
  });

  it('name nobody: no id, key, address or amount is in any label', async () => {
    const started = await busyMarket();
    const text = await textOf(started);
    const labels = [...text.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, name = '']) => name);
    expect([...new Set(labels)].sort()).toEqual(['code', 'door', 'fresh', 'kind', 'le', 'status']);
    const words = text.replaceAll(/ \S+$/gm, ''); // a measured value has as many digits as an id
    expect(words).not.toMatch(/[0-9a-f]{16}|127\.0\.0\.1|lumen|Ada|DE89/);
  });

  it('have a bounded number of series, whatever strangers ask for', async () => {
    const started = await startServer();
    const url = await urlOf(started);
    for (let i = 0; i < 50; i++) await fetch(`${url}/${i}/../x${i}?y=${i}`, { method: i % 2 === 0 ? 'GET' : 'PUT' });
    const text = await textOf(started);
    expect(valueIn(text, 'coinslot_requests_total{door="none",status="404"}')).toBe(50);
    expect(text.split('\n').length).toBeLessThan(200);
  });

  it('two servers in one process do not count into each other', async () => {
    const [one, other] = [await busyMarket(), await startMarket()];
    expect(valueIn(await textOf(one), 'coinslot_decision_duration_seconds_count')).toBe(3);
    expect(valueIn(await textOf(other), 'coinslot_decision_duration_seconds_count')).toBe(0);
  });

  it('a store that cannot say its size, and rates that are not there, are left out and not 0', async () => {
    const metrics = new Metrics({
      ofProcess: false,
      isReady: () => false,
      waiting: () => 7,
      knownQuotes: () => 0,
      storeBytes: () => undefined,
      periodsOpen: () => Promise.resolve(0),
      openFindings: () => Promise.resolve(new Map([['suspense', 2]])),
      ratesLeftMs: () => Promise.resolve(undefined),
    });
    const text = await metrics.text();
    expect(text).not.toMatch(/^coinslot_(store_size_bytes|rates_left_seconds) /m);
    expect([valueIn(text, 'coinslot_ready'), valueIn(text, 'coinslot_queue_length')]).toEqual([0, 7]);
    const open = (kind: string): number => valueIn(text, `coinslot_open_findings{kind="${kind}"}`);
    expect([open('suspense'), open('books')]).toEqual([2, 0]);
  });
});

describe('probes', () => {
  it('alive and ready while it serves, and nobody once it has stopped', async () => {
    const started = await startServer();
    const status = async (path: string): Promise<number> => (await fetch((await urlOf(started)) + path)).status;
    expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 200]);
    await started.server.close();
    await expect(status('/healthz')).rejects.toThrow();
  });
});
