/** The sandbox's own doors against pages and bytes that have no business there. Nothing may change. */
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { purchase, silent, start, type Started } from './started-sandbox.ts';

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** By node:http, since fetch does not let Host and Origin be forged. */
function send({ running }: Started, path: string, { method = 'GET', headers = {}, body }: Sent = {}) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port: running.port, path, method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(parts).toString('utf8'),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const own = ({ running }: Started) => ({ origin: running.url, 'content-type': 'application/json' });
const FLIP = JSON.stringify({ fault: 'decline', mode: 'on' });

it('takes a switch from its own page only', async () => {
  const started = await start();
  const flip = (headers: Record<string, string>, body = FLIP) =>
    send(started, '/console/faults', { method: 'POST', headers, body });
  const rows: [Record<string, string>, number][] = [
    [{ 'content-type': 'application/json' }, 403],
    [{ ...own(started), origin: 'http://evil.test' }, 403],
    [{ ...own(started), origin: 'null' }, 403],
    [{ ...own(started), origin: `http://localhost:${started.running.port}` }, 403],
    [{ ...own(started), origin: started.running.url.replace('http:', 'https:') }, 403],
    [{ ...own(started), 'sec-fetch-site': 'same-site' }, 403],
    [{ ...own(started), 'sec-fetch-site': 'cross-site' }, 403],
    [{ ...own(started), host: `evil.test:${started.running.port}`, origin: 'http://evil.test' }, 421],
    [{ ...own(started), 'content-type': 'text/plain' }, 415],
  ];
  for (const [headers, status] of rows) expect([headers, (await flip(headers)).status]).toEqual([headers, status]);
  expect(started.running.faults.modes.decline).toBe('off');
  expect((await flip({ ...own(started), 'sec-fetch-site': 'same-origin' })).status).toBe(204);
  expect(started.running.faults.modes.decline).toBe('on');
});

it.each([
  ['', 400],
  ['{', 400],
  ['null', 400],
  ['[]', 400],
  ['{"fault":"decline"}', 400],
  ['{"fault":"nothing","mode":"on"}', 400],
  ['{"fault":"__proto__","mode":"on"}', 400],
  ['{"fault":"decline","mode":"always"}', 400],
  [`{"fault":"decline","mode":"on","pad":"${'x'.repeat(8_000)}"}`, 400],
])('refuses the switch %.60s', async (body, status) => {
  const started = await start();
  const before = started.running.faults.modes;
  const answer = await send(started, '/console/faults', { method: 'POST', headers: own(started), body });
  expect(answer.status).toBe(status);
  expect(started.running.faults.modes).toEqual(before);
  expect((await send(started, '/healthz')).text).toBe('ok\n');
});

it('answers a body that is too large, and one cut off is no error of its own', async () => {
  const errors: string[] = [];
  const started = await start({
    log: Object.assign(Object.create(silent) as typeof silent, {
      error: (_: object, message: string) => void errors.push(message),
    }),
  });
  const { port } = started.running;
  const body = `{"fault":"decline","mode":"on","pad":"${'x'.repeat(500_000)}"}`;
  expect((await send(started, '/console/faults', { method: 'POST', headers: own(started), body })).status).toBe(400);
  const forms = [
    ['/console/faults', 'application/json'],
    ['/bank/payments', 'application/x-www-form-urlencoded'],
  ];
  for (const [path, type] of forms) {
    const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: ${started.running.url}\r\n`;
    const cut = connect(port, '127.0.0.1', () =>
      cut.end(`${head}Content-Type: ${type}\r\nContent-Length: 99\r\n\r\n{"fault"`),
    );
    cut.resume();
    await new Promise((resolve) => cut.once('close', resolve));
  }
  expect((await send(started, '/healthz')).text).toBe('ok\n');
  expect(errors).toEqual([]);
  expect(started.running.faults.modes.decline).toBe('off');
});

it('gives its pages to names of this machine only, under a strict policy', async () => {
  const started = await start();
  const { port } = started.running;
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
    for (const path of ['/', '/bank', '/console/console.css', '/console/console.js', '/console/icon.svg']) {
      const { status, headers } = await send(started, path, { headers: { host } });
      expect([path, status]).toEqual([path, 200]);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  }
  for (const host of ['evil.test', `evil.test:${port}`, `127.0.0.1.evil.test:${port}`, '127.0.0.1', 'localhost:1']) {
    for (const path of ['/', '/bank', '/console/events'])
      expect([host, (await send(started, path, { headers: { host } })).status]).toEqual([host, 421]);
  }
  expect((await send(started, '/console/')).status).toBe(404);
  expect((await send(started, '/console/__proto__')).status).toBe(404);
  expect((await send(started, '/console/..%2f..%2fpackage.json')).status).toBe(404);
  expect((await send(started, '/', { method: 'POST', headers: own(started) })).status).toBe(405);
  expect((await send(started, '/console/faults')).status).toBe(405);
});

it("leaves the server's own doors as they are", async () => {
  const started = await start();
  expect((await send(started, '/readyz')).text).toBe('ready\n');
  expect((await send(started, '/v1/operator/accounts')).status).toBe(401);
  expect((await send(started, '/nowhere')).status).toBe(404);
  const headers = { 'content-type': 'text/plain' };
  expect((await send(started, '/v1/payments', { method: 'POST', headers, body: 'x' })).status).toBe(415);
});

const form = ({ running }: Started) => ({
  origin: running.url,
  'content-type': 'application/x-www-form-urlencoded',
});

it('pays in only what its own form offers', async () => {
  const started = await start();
  const { records } = started.running.server.service;
  const { ada } = started.running.sandbox.players;
  const user = Buffer.from(ada.userId).toString('hex');
  const good = { user, amount: '500', reference: 'TEST BANK 0123456789abcdef' };
  const pay = (fields: Record<string, string>, headers: Record<string, string> = form(started)) =>
    send(started, '/bank/payments', { method: 'POST', headers, body: new URLSearchParams(fields).toString() });
  const rows: [Record<string, string>, number][] = [
    [{ ...good, amount: '499' }, 400],
    [{ ...good, amount: '-500' }, 400],
    [{ ...good, amount: '5e2' }, 400],
    [{ ...good, reference: 'SANDBOX FIRST ADA' }, 400],
    [{ ...good, user: user.slice(2) }, 404],
    [{ ...good, user: '00'.repeat(16) }, 404],
    [{ ...good, user: '<script>' }, 404],
    [{}, 404],
  ];
  for (const [fields, status] of rows) expect([fields, (await pay(fields)).status]).toEqual([fields, status]);
  expect((await pay(good, { ...form(started), origin: 'http://evil.test' })).status).toBe(403);
  expect((await records.findPlayer(ada.userId))?.balanceMinor).toBe(1_000n);
  const paid = await pay(good);
  expect([paid.status, paid.headers['location']]).toEqual([303, `/bank?user=${user}&done=paid`]);
  expect((await pay(good)).status).toBe(303);
  expect((await pay({ ...good, amount: '1000' })).status).toBe(409);
  expect((await records.findPlayer(ada.userId))?.balanceMinor).toBe(1_500n);
});

it('shows what is put into its address as text, or not at all', async () => {
  const started = await start();
  for (const path of ['/bank?user=%3Cimg%20src=x%3E', '/bank?user=%22%3E%3Cscript%3E', '/bank?done=%3Cb%3E']) {
    const { text } = await send(started, path);
    expect(text).not.toMatch(/<img|"><script|<b>/);
  }
});

it('stops while somebody is looking', async () => {
  const started = await start();
  const looking = fetch(`${started.running.url}/console/events`).then(async (response) => {
    const reader = response.body?.getReader();
    const first = await reader?.read();
    return { first: Buffer.from(first?.value ?? []).toString('utf8'), reader };
  });
  const { first, reader } = await looking;
  expect(first).toMatch(/^event: state\ndata: \{/);
  await started.running.close();
  for (;;) {
    const part = await reader?.read().catch(() => undefined);
    if (part === undefined || part.done) break;
  }
});

it('tells the stream every message, decoded, also one that nobody can read', async () => {
  const started = await start();
  const post = (body: Uint8Array) =>
    fetch(`${started.running.url}/v1/payments`, {
      method: 'POST',
      headers: { 'content-type': 'application/msgpack' },
      body: Uint8Array.from(body),
    });
  const { request } = purchase(started);
  await post(Uint8Array.of(1, 2, 3));
  await post(request.slice(0, -1));
  await post(request);
  const response = await fetch(`${started.running.url}/console/events`);
  let text = '';
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(part).toString('utf8');
    if (text.includes('APPROVED')) break;
  }
  const rows = [...text.matchAll(/^event: exchange\ndata: (.*)$/gm)].map(
    ([, json = '']) => JSON.parse(json) as { headline: string; outcome: string; tone: string; charged?: string },
  );
  expect(rows.slice(-3).map(({ headline, outcome, tone, charged }) => [headline, outcome, tone, charged])).toEqual([
    ['A request that cannot be read', 'BAD_ENCODING', 'refused', undefined],
    ['A request that cannot be read', 'BAD_ENCODING', 'refused', undefined],
    ['Ada pays EUR\u00a00.20 to lumen-works', 'APPROVED', 'good', 'EUR\u00a00.20'],
  ]);
});
