/** The reader of the European Central Bank's reference rates, the places they come from, and the feed. */
import { CURRENCIES, decodeRateTable, openEnvelope, type CodeName, type RateTable } from '@coinslot/protocol';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ECB_BYTES_MAX, readEcbRates } from '../../server/src/exchange/ecb.ts';
import { rateSource } from '../../server/src/exchange/ecb-source.ts';
import { DAY_MS, makeOffer, makeRequest, NOON_MS } from '../lib/parties.ts';
import { refusalOf } from '../protocol/refusals.ts';
import {
  bytesOf,
  enrolPlayer,
  OPERATOR_TOKEN,
  requireBooks,
  startMarket,
  startServer,
  temporaryFolder,
  urlOf,
} from './started-server.ts';

/** As the bank writes it: its namespaces, its quotes, its tabs. 27 February 2026 is the Friday before `NOON_MS`. */
const FRIDAY: Readonly<Record<string, string>> = {
  USD: '1.0837',
  JPY: '163.21',
  CZK: '25.038',
  DKK: '7.4590',
  GBP: '0.83275',
  HUF: '402.68',
  PLN: '4.1548',
  RON: '4.9767',
  SEK: '11.1475',
  CHF: '0.9395',
  ISK: '144.70',
  NOK: '11.7205',
  TRY: '39.4235',
  AUD: '1.6709',
  BRL: '6.1212',
  CAD: '1.5004',
  CNY: '7.5724',
  HKD: '8.1038',
  IDR: '17169.81',
  ILS: '3.7445',
  INR: '90.9665',
  KRW: '1516.23',
  MXN: '21.2714',
  MYR: '4.6432',
  NZD: '1.8494',
  PHP: '60.287',
  SGD: '1.4023',
  THB: '35.572',
  ZAR: '19.2915',
};

function ecbXml(rates: Readonly<Record<string, string>> = FRIDAY, date = '2026-02-27'): string {
  const cubes = Object.entries(rates).map(
    ([currency, rate]) => `\t\t\t<Cube currency='${currency}' rate='${rate}'/>\n`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
\t<gesmes:subject>Reference rates</gesmes:subject>
\t<gesmes:Sender>
\t\t<gesmes:name>European Central Bank</gesmes:name>
\t</gesmes:Sender>
\t<Cube>
\t\t<Cube time='${date}'>
${cubes.join('')}\t\t</Cube>
\t</Cube>
</gesmes:Envelope>`;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string, nowMs = NOON_MS) => readEcbRates(encode(text), nowMs);
const rateIn = (table: Pick<RateTable, 'rates'>, code: string): bigint | undefined =>
  table.rates.find(({ currency }) => currency === code)?.rateE8;

describe('reading the file', () => {
  it('takes all of it, to the last decimal, in integers', () => {
    const { date, rates, notAfterMs, leftOut } = read(ecbXml());
    expect([date, rates.length, leftOut]).toEqual(['2026-02-27', 29, []]);
    expect([rateIn({ rates }, 'USD'), rateIn({ rates }, 'GBP'), rateIn({ rates }, 'IDR')]).toEqual([
      108_370_000n,
      83_275_000n,
      1_716_981_000_000n,
    ]);
    expect(notAfterMs).toBe(Date.UTC(2026, 2, 5, 15));
  });

  it('S4: reads back every decimal of at most eight places exactly, where a float would not', () => {
    const whole = fc.integer({ min: 0, max: 9_999_999 });
    const places = fc.stringMatching(/^\d{1,8}$/);
    fc.assert(
      fc.property(whole, places, (left, right) => {
        fc.pre(left > 0 || /[1-9]/.test(right));
        const { rates } = read(ecbXml({ USD: `${left}.${right}` }));
        expect(rateIn({ rates }, 'USD')).toBe(BigInt(`${left}${right.padEnd(8, '0')}`));
      }),
      { numRuns: 500, seed: 4 },
    );
    expect(rateIn(read(ecbXml({ USD: '9007199.25474099' })), 'USD')).toBe(900_719_925_474_099n);
  });

  it('leaves out a code that is no circulating currency any more, and says which', () => {
    const { rates, leftOut } = read(ecbXml({ USD: '1.08', BGN: '1.9558', HRK: '7.5' }));
    expect([rates.length, leftOut]).toEqual([1, ['BGN', 'HRK']]);
  });

  const usd = (rate: string): string => ecbXml({ USD: rate });
  it.each<[string, string, CodeName]>([
    ['a rate of 0', usd('0'), 'BAD_ENCODING'],
    ['a rate of 0.00000000', usd('0.00000000'), 'BAD_ENCODING'],
    ['a negative rate', usd('-1.08'), 'BAD_ENCODING'],
    ['NaN', usd('NaN'), 'BAD_ENCODING'],
    ['Infinity', usd('Infinity'), 'BAD_ENCODING'],
    ['1e308', usd('1e308'), 'BAD_ENCODING'],
    ['10^308 written out', usd(`1${'0'.repeat(308)}`), 'BAD_ENCODING'],
    ['a rate above 2^53', usd('99999999.99'), 'BAD_ENCODING'],
    ['nine decimals', usd('1.083700001'), 'BAD_ENCODING'],
    ['a comma', usd('1,0837'), 'BAD_ENCODING'],
    ['a rate in Arabic digits', usd('١'), 'BAD_ENCODING'],
    ['an empty rate', usd(''), 'BAD_ENCODING'],
    ['an entity in a rate', usd('&#49;'), 'BAD_ENCODING'],
    ['a currency twice', ecbXml().replace("'JPY'", "'USD'"), 'BAD_ENCODING'],
    ['usd', ecbXml({ usd: '1.08' }), 'OFFER_CURRENCY'],
    ['UЅD with a Cyrillic letter', ecbXml({ UЅD: '1.08' }), 'OFFER_CURRENCY'],
    ['a key of every object', ecbXml({ __proto__x: '1.08' }), 'OFFER_CURRENCY'],
    ['no rates', ecbXml({}), 'BAD_ENCODING'],
    ['none that circulates', ecbXml({ XAU: '0.0003' }), 'BAD_ENCODING'],
    ['a day that does not exist', ecbXml(FRIDAY, '2026-02-30'), 'BAD_ENCODING'],
    ['a date in words', ecbXml(FRIDAY, 'yesterday'), 'BAD_ENCODING'],
    ['a day to come', ecbXml(FRIDAY, '2026-03-02'), 'CLOCK_SKEW'],
    ['a day long over', ecbXml(FRIDAY, '2026-02-20'), 'RATE_STALE'],
    ['two days', ecbXml().replace('\t</Cube>\n</g', "<Cube time='2026-02-26'/>\t</Cube>\n</g"), 'BAD_ENCODING'],
    ['another namespace', ecbXml().replace('eurofxref', 'eurofxref2'), 'BAD_ENCODING'],
    ['another document', '<html><body>Sign in to the network</body></html>', 'BAD_ENCODING'],
    ['an element that does not end', ecbXml().slice(0, -20), 'BAD_ENCODING'],
    ['JSON', '{"USD":1.08}', 'BAD_ENCODING'],
    ['nothing', '', 'BAD_ENCODING'],
    ['a document type', ecbXml().replace('?>', '?><!DOCTYPE a SYSTEM "file:///etc/passwd">'), 'BAD_ENCODING'],
    [
      'entities that unfold',
      ecbXml().replace('?>', '?><!DOCTYPE a [<!ENTITY b "cc"><!ENTITY c "&b;&b;">]>'),
      'BAD_ENCODING',
    ],
    ['a marked section', ecbXml().replace('Reference rates', '<![CDATA[x]]>'), 'BAD_ENCODING'],
    ['more bytes than a day has', ecbXml() + ' '.repeat(ECB_BYTES_MAX), 'TOO_LARGE'],
  ])('refuses %s', (_, text, code) => {
    expect(refusalOf(() => read(text))).toBe(code);
  });

  it('refuses what is not UTF-8', () => {
    const bytes = encode(ecbXml());
    bytes[80] = 0xff;
    expect(refusalOf(() => readEcbRates(bytes, NOON_MS))).toBe('BAD_ENCODING');
  });

  it('gives a table or a code for every cut and every changed character, and changes no prototype', () => {
    const whole = encode(ecbXml());
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), (at, byte, isCut) => {
        const bytes = isCut ? whole.slice(0, at) : Uint8Array.from(whole);
        if (!isCut) bytes[at] = byte;
        try {
          for (const { currency, rateE8 } of readEcbRates(bytes, NOON_MS).rates) {
            expect(CURRENCIES).toContain(currency);
            expect(rateE8).toBeGreaterThan(0n);
          }
        } catch (error) {
          expect(error).toMatchObject({ name: 'ProtocolError' });
        }
      }),
      { numRuns: 1_500, seed: 7 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

/** A web server on this machine that answers as told. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => void (server.closeAllConnections(), server.close()));
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const codeOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'taken',
    (error: { code?: unknown }) => error.code,
  );

describe('where they come from', () => {
  it('a file, no more of it than its bound', async () => {
    const path = join(temporaryFolder(), 'eurofxref-daily.xml');
    writeFileSync(path, ecbXml());
    expect(readEcbRates(await rateSource(path)(), NOON_MS).rates).toHaveLength(29);
    writeFileSync(path, 'x'.repeat(10 * ECB_BYTES_MAX));
    expect((await rateSource(path)()).length).toBe(ECB_BYTES_MAX + 1);
    expect(await codeOf(rateSource(join(path, 'nowhere'))())).toBe('RATE_STALE');
  });

  it.each([
    'http://www.ecb.europa.eu/x.xml',
    'ftp://127.0.0.1/x',
    'https://me:secret@ecb.europa.eu/',
    'https://',
    'data:text/xml,x',
  ])('not %s', (place) => {
    expect(refusalOf(() => rateSource(place))).toBe('BAD_ENCODING');
  });

  it('an address, through redirects of the same host', async () => {
    const base = await serve((request, response) => {
      if (request.url === '/now.xml') return void response.end(ecbXml());
      response.writeHead(302, { location: '/now.xml' }).end();
    });
    expect(readEcbRates(await rateSource(`${base}/rates`)(), NOON_MS).date).toBe('2026-02-27');
  });

  it.each<[string, RequestListener, CodeName]>([
    ['500', (_, response) => void response.writeHead(500).end(ecbXml()), 'RATE_STALE'],
    ['204', (_, response) => void response.writeHead(204).end(), 'RATE_STALE'],
    ['a redirect in a ring', (_, response) => void response.writeHead(302, { location: '/' }).end(), 'RATE_STALE'],
    ['a redirect to nowhere', (_, response) => void response.writeHead(302).end(), 'RATE_STALE'],
    [
      'a redirect to no address',
      (_, response) => void response.writeHead(302, { location: 'http://[' }).end(),
      'RATE_STALE',
    ],
    [
      'a body without end',
      (_, response) => void (response.write('x'.repeat(100_000)), response.write('x')),
      'TOO_LARGE',
    ],
    ['a connection that breaks', (request) => void request.socket.destroy(), 'RATE_STALE'],
    ['silence', () => undefined, 'RATE_STALE'],
    ['half an answer', (_, response) => void response.write('<?xml'), 'RATE_STALE'],
  ])('%s', async (_, listener, code) => {
    expect(await codeOf(rateSource(await serve(listener), { askMs: 400 })())).toBe(code);
  });

  it('a redirect to another host, or another port of this one, is not followed', async () => {
    let asked = 0;
    const other = await serve((_, response) => void (asked++, response.end(ecbXml())));
    for (const location of [other, 'http://169.254.169.254/latest/meta-data', `file:///etc/passwd`]) {
      const base = await serve((_, response) => void response.writeHead(307, { location }).end());
      expect(await codeOf(rateSource(base)())).toBe('RATE_STALE');
    }
    expect(asked).toBe(0);
  });

  it('nobody there', async () => {
    expect(await codeOf(rateSource('http://127.0.0.1:9/rates')())).toBe('RATE_STALE');
  });
});

describe('the table that comes of it', () => {
  const put = async (started: Awaited<ReturnType<typeof startServer>>, text: string): Promise<RateTable> =>
    started.server.service.putReferenceRates(readEcbRates(encode(text), started.time.nowMs));

  it('is numbered, signed and dated: from its loading to six days after its day', async () => {
    const started = await startServer();
    const table = await put(started, ecbXml());
    const answer = await fetch(`${await urlOf(started)}/v1/rates`);
    const { body } = openEnvelope(await bytesOf(answer), {
      type: 'rate-table',
      role: 'payment-server',
      roots: started.tree.roots,
      atMs: NOON_MS,
    });
    expect(decodeRateTable(body)).toEqual(table);
    expect(table).toMatchObject({ id: 1, base: 'EUR', notBeforeMs: NOON_MS, notAfterMs: Date.UTC(2026, 2, 5, 15) });
  });

  it('the same day again is the same table; the next day takes over, the day before does not', async () => {
    const started = await startServer();
    expect((await put(started, ecbXml())).id).toBe(1);
    started.time.nowMs += 3_600_000;
    expect(await put(started, ecbXml())).toMatchObject({ id: 1, notBeforeMs: NOON_MS });
    started.time.nowMs = NOON_MS + DAY_MS;
    expect(await put(started, ecbXml({ ...FRIDAY, USD: '1.0901' }, '2026-03-02'))).toMatchObject({
      id: 2,
      notBeforeMs: NOON_MS + DAY_MS,
    });
    expect(await codeOf(put(started, ecbXml()))).toBe('RATE_STALE');
    expect((await started.server.service.records.findNewestRateTable())?.table.id).toBe(2);
  });

  it('S4: what was shown under Friday is charged by Friday for ten minutes, then RATE_STALE; never by Monday', async () => {
    const started = await startMarket({ nowMs: NOON_MS + DAY_MS });
    const { server, holder, publisher, time } = started;
    const player = await enrolPlayer(started);
    time.nowMs = NOON_MS + DAY_MS;
    const friday = await put(started, ecbXml({ USD: '1.0837' }));
    time.nowMs += 3_600_000;
    const tuesday = await put(started, ecbXml({ USD: '2.0000' }, '2026-03-02'));
    const pay = async (nonce: string, rateTableId: number, chargeMinor: bigint): Promise<string> => {
      const offer = makeOffer(publisher, { nonce, atMs: time.nowMs, quote: { amountMinor: 100n, currency: 'USD' } });
      const answer = await server.decide(
        makeRequest(player, holder, offer, { rateTableId, chargeMinor, proof: 'pin' }),
      );
      return answer.kind === 'decided' ? answer.code : answer.kind;
    };
    time.nowMs += 600_000;
    // Shown 0.93 by Friday's table; Tuesday's would be 0.50, and a charge swapped between them is refused.
    expect(await pay('shown', friday.id, 93n)).toBe('APPROVED');
    expect(await pay('swapped down', friday.id, 50n)).toBe('OFFER_PRICE');
    expect(await pay('swapped up', tuesday.id, 93n)).toBe('OFFER_PRICE');
    time.nowMs += 1;
    expect(await pay('late', friday.id, 93n)).toBe('RATE_STALE');
    expect(await pay('new', tuesday.id, 50n)).toBe('APPROVED');
    time.nowMs = tuesday.notAfterMs + 1;
    expect(await pay('nobody asked the bank since', tuesday.id, 50n)).toBe('RATE_STALE');
    await requireBooks(started);
  });
});

const HOUR_MS = 3_600_000;
const OPERATOR = { authorization: `Bearer ${OPERATOR_TOKEN}` };

/** A server whose source answers as it is told, asked at its start already; and the operator's list of findings. */
async function startFeed() {
  let status = 200;
  const url = await serve((_, response) => response.writeHead(status).end(status === 200 ? ecbXml() : ''));
  const started = await startServer({ rateFeed: { url, everyMs: DAY_MS } });
  const { service } = started.server;
  await service.askForRates();
  return {
    started,
    good: async (): Promise<void> => {
      status = 200;
      expect(await service.askForRates()).toBeDefined();
    },
    bad: async (answered = 503): Promise<void> => {
      status = answered;
      expect(await service.askForRates()).toBeUndefined();
    },
    findings: async (state: 'open' | 'over'): Promise<readonly Record<string, unknown>[]> => {
      const door = `${await urlOf(started)}/v1/operator/findings?state=${state}`;
      const answer = await fetch(door, { headers: OPERATOR });
      return ((await answer.json()) as { findings: Record<string, unknown>[] }).findings;
    },
  };
}

describe('the feed', () => {
  it('S4: asks at once and again; what is bad changes nothing, and the last good one stands', async () => {
    const answers = [ecbXml(), ecbXml({ USD: 'NaN' }), '<html/>', ecbXml({ USD: '1.2' }, '2026-03-02')];
    const base = await serve((_, response) => {
      const next = answers.shift();
      if (next === undefined) return void response.writeHead(503).end();
      response.end(next);
    });
    const warnings: object[] = [];
    const log = {
      info: () => undefined,
      warn: (fields: object) => void warnings.push(fields),
      error: () => undefined,
      fatal: () => undefined,
    };
    const started = await startServer({ log, rateFeed: { url: base, everyMs: DAY_MS } });
    const { service } = started.server;
    const { records } = service;
    const usd = async (): Promise<bigint | undefined> => {
      const newest = await records.findNewestRateTable();
      return newest && rateIn(newest.table, 'USD');
    };
    // The first asking is under way since the start; asking now waits for that one.
    expect((await service.askForRates())?.id).toBe(1);
    expect(await service.askForRates()).toBeUndefined();
    expect(await service.askForRates()).toBeUndefined();
    expect(await usd()).toBe(108_370_000n);
    started.time.nowMs += DAY_MS;
    expect((await service.askForRates())?.id).toBe(2);
    expect(await service.askForRates()).toBeUndefined();
    expect(await usd()).toBe(120_000_000n);
    expect(warnings.map((one) => (one as { code: string }).code)).toEqual([
      'BAD_ENCODING',
      'BAD_ENCODING',
      'RATE_STALE',
    ]);
  });

  it('S4: a source that goes on failing is one finding, until it gives rates; a single failure is none', async () => {
    const { started, good, bad, findings } = await startFeed();
    await good();
    await bad();
    await bad();
    await good();
    await bad(503);
    started.time.nowMs += 3 * HOUR_MS;
    await bad(404); // the second of its streak, and lasting for 3 h
    expect(await findings('open')).toEqual([]);
    started.time.nowMs += 3 * HOUR_MS;
    await bad(503);
    await bad(500);
    const since = new Date(NOON_MS).toISOString();
    const found = { kind: 'rate-feed', about: '', party: '', money: null, atMs: NOON_MS + 6 * HOUR_MS };
    expect(await findings('open')).toMatchObject([{ ...found, ended: null }]);
    expect((await findings('open'))[0]?.['words']).toMatch(`no usable rates since ${since}: 127.0.0.1:`);
    expect(await (await fetch(`${await urlOf(started)}/metrics`)).text()).toMatch(
      /^coinslot_open_findings\{kind="rate-feed"\} 1$/m,
    );
    started.time.nowMs += HOUR_MS;
    await good();
    expect(await findings('open')).toEqual([]);
    const ended = { atMs: NOON_MS + 7 * HOUR_MS, by: 'course' };
    expect(await findings('over')).toMatchObject([{ ...found, ended }]);
  });

  it('a source that fails twice in six hours is a finding; one that was looked into is not brought up again', async () => {
    const { started, bad, findings } = await startFeed();
    await bad();
    started.time.nowMs += 6 * HOUR_MS;
    await bad();
    const [open] = await findings('open');
    expect(open).toMatchObject({ kind: 'rate-feed', position: '1' });
    const shell = new Database(started.storePath);
    shell.exec("UPDATE findings SET ended_at_ms = at_ms, ended_by = 'operator'"); // as the console's page does it
    shell.close();
    await bad();
    expect(await findings('open')).toEqual([]);
    const odd = await fetch(`${await urlOf(started)}/v1/operator/findings?state=all`, { headers: OPERATOR });
    expect([odd.status, ((await odd.json()) as { code: string }).code]).toEqual([400, 'BAD_ENCODING']);
    expect((await fetch(`${await urlOf(started)}/v1/operator/findings`)).status).toBe(401);
  });

  it('a stop does not wait for a bank that is silent', async () => {
    const base = await serve(() => undefined);
    const started = await startServer({ rateFeed: { url: base, everyMs: DAY_MS } });
    const startedAt = performance.now();
    await started.server.close();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
