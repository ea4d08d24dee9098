/** The server's pages over HTTP: who gets in, what each may see, and what a form must bring. */
import { issueRevocationList } from '@coinslot/authority';
import {
  encodePairingHeader,
  encodePriceList,
  encodeTexts,
  readCertificate,
  sealEnvelope,
  type PricedOffer,
} from '@coinslot/protocol';
import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createPaymentServer } from '@coinslot/server';
import {
  bytes16Of,
  DAY_MS,
  makeOffer,
  makePlayer,
  makePublisher,
  makeServerHolder,
  makeTree,
  NOON_MS,
  type Holder,
  type OfferOptions,
} from '../lib/parties.ts';
import {
  buy,
  hexOf,
  linkFor,
  playerSignIn,
  publisherSignIn,
  visitOperator,
  visitPlayer,
  visitPublisher,
  Visitor,
} from './page-world.ts';
import {
  BANK,
  countedRandom,
  enrolPlayer,
  OPERATOR_TOKEN,
  post,
  silent,
  startMarket,
  startServer,
  temporaryFolder,
  urlOf,
  type Started,
} from './started-server.ts';

const MINUTE_MS = 60_000;

async function codeFor(started: Started, envelope: Uint8Array): Promise<readonly [number, string]> {
  const answer = await post(started, '/v1/sign-in', envelope);
  const { code = '' } = (await answer.json()) as { code?: string };
  return [answer.status, code];
}

const keyOf = (link: string): string => new URL(link, 'http://x').searchParams.get('key') ?? '';

describe('signing in', () => {
  it('opens a session by a link that works once', async () => {
    const started = await startMarket();
    const ada = await enrolPlayer(started);
    const link = await linkFor(started, playerSignIn(started, ada));
    const visitor = new Visitor(started);
    const shown = await visitor.text(link);
    expect(shown).toContain('Open this account?');
    expect(shown).toContain(hexOf(ada.userId).slice(0, 4));
    const key = keyOf(link);
    const opened = await visitor.send('/sign-in', { key });
    expect([opened.status, opened.headers.get('location')]).toEqual([303, '/account']);
    expect(opened.headers.getSetCookie()[0]).toMatch(
      /^coinslot-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect((await visitor.get('/account')).status).toBe(200);
    const again = await new Visitor(started).send('/sign-in', { key });
    expect([again.status, again.headers.getSetCookie()]).toEqual([410, []]);
    expect((await new Visitor(started).get(link)).status).toBe(410);
  });

  it('shows a link as often as it is looked at, and uses it up only by its button', async () => {
    const started = await startMarket();
    const link = await linkFor(started, publisherSignIn(started));
    const visitor = new Visitor(started);
    for (let i = 0; i < 3; i++) expect((await visitor.get(link)).status).toBe(200);
    expect((await visitor.send('/sign-in', { key: keyOf(link) })).headers.get('location')).toBe('/publisher');
  });

  it('forgets a link after a minute', async () => {
    const started = await startMarket();
    const ada = await enrolPlayer(started);
    const link = await linkFor(started, playerSignIn(started, ada));
    started.time.nowMs += MINUTE_MS + 1;
    expect((await new Visitor(started).send('/sign-in', { key: keyOf(link) })).status).toBe(410);
  });

  it('forgets the oldest link when there are too many', async () => {
    const started = await startMarket({ limits: { signInLinksMax: 2 } });
    const links: string[] = [];
    for (let i = 0; i < 3; i++) links.push(await linkFor(started, publisherSignIn(started)));
    const statuses = [];
    for (const link of links) statuses.push((await new Visitor(started).get(link)).status);
    expect(statuses).toEqual([410, 200, 200]);
  });

  const REFUSED: readonly [string, (started: Started) => Promise<Uint8Array> | Uint8Array, number, string][] = [
    ['a stranger', (started) => playerSignIn(started, makePlayer('Nobody')), 403, 'BAD_KEY'],
    [
      'another player’s key',
      async (started) => {
        const ada = await enrolPlayer(started);
        return playerSignIn(started, makePlayer('Mallory'), { subjectId: hexOf(ada.userId) });
      },
      403,
      'BAD_SIGNATURE',
    ],
    [
      'an old message',
      async (started) => playerSignIn(started, await enrolPlayer(started), { timeMs: NOON_MS - 6 * MINUTE_MS }),
      422,
      'CLOCK_SKEW',
    ],
    [
      'a message for another server',
      async (started) =>
        playerSignIn(started, await enrolPlayer(started), {
          audience: makeServerHolder(started.tree, { id: 'other' }).keyHash,
        }),
      403,
      'BAD_KEY',
    ],
    [
      'a publisher under another’s id',
      (started) =>
        publisherSignIn(started, makePublisher(started.tree, { id: 'other-works' }), { subjectId: 'lumen-works' }),
      403,
      'BAD_KEY',
    ],
    [
      'a publisher without an account',
      (started) => publisherSignIn(started, makePublisher(started.tree, { id: 'other-works' })),
      403,
      'BAD_KEY',
    ],
    [
      'a publisher of another authority',
      (started) => publisherSignIn(started, makePublisher(makeTree({ name: 'elsewhere' }))),
      403,
      'CHAIN_UNTRUSTED',
    ],
    ['bytes', () => new Uint8Array([1, 2, 3]), 400, 'BAD_ENCODING'],
  ];

  it.each(REFUSED)('refuses %s', async (_, make, status, code) => {
    const started = await startMarket();
    expect(await codeFor(started, await make(started))).toEqual([status, code]);
  });

  it('takes a message once', async () => {
    const started = await startMarket();
    const message = playerSignIn(started, await enrolPlayer(started));
    expect((await codeFor(started, message))[0]).toBe(200);
    expect(await codeFor(started, message)).toEqual([409, 'CONSENT_STALE']);
  });

  it('refuses a publisher whose certificate was revoked, whenever it says that it signed', async () => {
    const tree = makeTree();
    const publisher = makePublisher(tree);
    const [leaf] = publisher.chain;
    const list = issueRevocationList({
      issuer: tree.synd,
      revoked: [{ serialHex: readCertificate(leaf!).serialHex, revokedAtMs: NOON_MS - DAY_MS }],
      number: 1,
      thisUpdateMs: NOON_MS - DAY_MS,
      nextUpdateMs: NOON_MS + 30 * DAY_MS,
    });
    const started = await startServer({ tree, revocationLists: [list] });
    expect(await codeFor(started, publisherSignIn(started))).toEqual([403, 'CHAIN_REVOKED']);
  });

  it('is by token for the operator', async () => {
    const started = await startMarket();
    const visitor = new Visitor(started);
    const wrong = await visitor.send('/operator/sign-in', { secret: `${OPERATOR_TOKEN}x` });
    expect([wrong.status, visitor.cookie]).toEqual([403, '']);
    expect(await wrong.text()).toContain('not the operator’s token');
    expect((await visitor.get('/operator')).status).toBe(401);
    const right = await visitOperator(started);
    expect((await right.get('/operator')).status).toBe(200);
  });

  it('is no way for the operator where there is no token', async () => {
    const tree = makeTree();
    const holder = makeServerHolder(tree);
    const server = await createPaymentServer({
      storePath: `${temporaryFolder()}/ledger.sqlite`,
      signer: holder.signer,
      chain: holder.chain,
      roots: tree.roots,
      environment: 'sandbox',
      clock: () => NOON_MS,
      random: countedRandom('no operator'),
      log: silent,
    });
    const url = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`;
    try {
      expect((await fetch(`${url}/operator/sign-in`)).status).toBe(404);
      expect(await (await fetch(`${url}/sign-in`)).text()).not.toContain('/operator/sign-in');
    } finally {
      await server.close();
    }
  });

  it('bounds the tries of a token', async () => {
    const started = await startMarket({ limits: { signInsPerSecond: 0.01, signInsBurst: 3 } });
    const visitor = new Visitor(started);
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await visitor.send('/operator/sign-in', { secret: 'guess' })).status);
    expect(statuses).toEqual([403, 403, 403, 429, 429]);
    expect((await visitor.send('/operator/sign-in', { secret: OPERATOR_TOKEN })).status).toBe(429);
  });
});

describe('a session', () => {
  it('ends after half an hour of quiet, and lives on by use', async () => {
    const started = await startMarket();
    const visitor = await visitPlayer(started, await enrolPlayer(started));
    for (let i = 0; i < 3; i++) {
      started.time.nowMs += 29 * MINUTE_MS;
      expect((await visitor.get('/account')).status).toBe(200);
    }
    started.time.nowMs += 30 * MINUTE_MS + 1;
    expect((await visitor.get('/account')).status).toBe(401);
  });

  it('ends after half a day whatever happens', async () => {
    const started = await startMarket();
    const visitor = await visitPlayer(started, await enrolPlayer(started));
    for (let i = 0; i < 24; i++) {
      started.time.nowMs += 29 * MINUTE_MS;
      expect((await visitor.get('/account')).status).toBe(200);
    }
    started.time.nowMs += 29 * MINUTE_MS;
    expect((await visitor.get('/account')).status).toBe(401);
  });

  it('ends when its owner signs out, by a form of its own', async () => {
    const started = await startMarket();
    const visitor = await visitPlayer(started, await enrolPlayer(started));
    const { cookie } = visitor;
    expect((await visitor.send('/sign-out', {})).status).toBe(403);
    expect((await visitor.get('/account')).status).toBe(200);
    const out = await visitor.submit('/sign-out', {}, '/account');
    expect([out.status, out.headers.get('location')]).toEqual([303, '/sign-in']);
    expect(out.headers.getSetCookie()[0]).toContain('Max-Age=0');
    expect((await new Visitor(started, cookie).get('/account')).status).toBe(401);
  });

  it('is one of a bounded number, of all and of one subject', async () => {
    const started = await startMarket({ limits: { sessionsPerSubjectMax: 2, sessionsMax: 3 } });
    const ada = await enrolPlayer(started);
    const alive = async (visitors: readonly Visitor[]): Promise<number[]> =>
      Promise.all(visitors.map(async (one) => (await one.get('/account')).status));
    const first = await visitPlayer(started, ada);
    const second = await visitPlayer(started, ada);
    const third = await visitPlayer(started, ada);
    expect(await alive([first, second, third])).toEqual([401, 200, 200]);
    const publisher = await visitPublisher(started);
    const operator = await visitOperator(started);
    expect(await alive([second, third])).toEqual([401, 200]);
    expect([(await publisher.get('/publisher')).status, (await operator.get('/operator')).status]).toEqual([200, 200]);
  });

  it('opens nothing of another role', async () => {
    const started = await startMarket();
    const visitors = {
      account: await visitPlayer(started, await enrolPlayer(started)),
      publisher: await visitPublisher(started),
      operator: await visitOperator(started),
      nobody: new Visitor(started),
      guess: new Visitor(started, 'coinslot-session=' + 'A'.repeat(43)),
    };
    const paths = ['/account', '/account/bills', '/publisher', '/publisher/payouts', '/operator', '/operator/periods'];
    for (const [own, visitor] of Object.entries(visitors)) {
      for (const path of paths) {
        const answer = await visitor.get(path);
        expect([own, path, answer.status]).toEqual([own, path, path.startsWith(`/${own}`) ? 200 : 401]);
        if (answer.status === 401) expect(await answer.text()).toContain('coinslot-wallet account');
      }
    }
  });
});

describe('what is another’s', () => {
  it('is not there: purchases, bills, payouts, refund requests', async () => {
    const started = await startMarket();
    const [ada, grace] = [await enrolPlayer(started), await enrolPlayer(started, { name: 'Grace' })];
    const decision = await buy(started, ada);
    const { decisionId } = decision;
    await started.server.service.refunds.ask({ decisionId, userId: ada.userId, reason: 'defect', text: 'mine' });
    const other = makePublisher(started.tree, { id: 'other-works', commonName: 'Other Works' });
    await started.server.service.publishers.enrol({ chain: other.chain, payoutCurrency: 'EUR', bank: BANK });
    const [own, stranger] = [await visitPlayer(started, ada), await visitPlayer(started, grace)];
    const [seller, competitor] = [await visitPublisher(started), await visitPublisher(started, other)];
    const purchase = `/account/purchases/${hexOf(decisionId)}`;
    const request = `/publisher/refunds/${hexOf(decisionId)}`;
    expect((await own.get(purchase)).status).toBe(200);
    expect((await seller.get(request)).status).toBe(200);
    const nothing = `/account/purchases/${'0'.repeat(32)}`;
    const hidden = (text: string): string => text.replaceAll(/value="[^"]*"/g, '');
    expect(hidden(await stranger.text(purchase))).toBe(hidden(await stranger.text(nothing)));
    for (const [visitor, path] of [
      [stranger, purchase],
      [competitor, request],
      [stranger, `/account/bills/B-202602-${hexOf(ada.userId)}`],
      [stranger, `/account/bills/B-202602-${hexOf(ada.userId)}/pdf`],
      [competitor, '/publisher/payouts/P-202602-lumen-works'],
      [competitor, '/publisher/payouts/P-202602-lumen-works/csv'],
    ] as const)
      expect([path, (await visitor.get(path)).status]).toEqual([path, 404]);
    const token = await competitor.tokenOn('/publisher');
    expect((await competitor.send(request, { token, answer: 'no' })).status).toBe(404);
    expect(await stranger.text('/account/purchases')).not.toContain(hexOf(decisionId));
    expect(await competitor.text('/publisher/refunds')).not.toContain('mine');
    expect(await seller.text('/publisher/refunds')).not.toContain(hexOf(ada.userId));
  });
});

describe('a form', () => {
  async function asking() {
    const started = await startMarket();
    const ada = await enrolPlayer(started);
    const { decisionId } = await buy(started, ada);
    const visitor = await visitPlayer(started, ada);
    const path = `/account/purchases/${hexOf(decisionId)}`;
    const asked = () => started.server.service.records.refunds.findRefundRequest(decisionId);
    return { started, ada, visitor, path, asked, fields: { reason: 'defect', text: 'It stays shut.' } };
  }

  it('counts with the token of its own session only', async () => {
    const { started, ada, visitor, path, asked, fields } = await asking();
    expect((await visitor.send(path, fields)).status).toBe(403);
    expect((await visitor.send(path, { ...fields, token: 'x' })).status).toBe(403);
    const other = await visitPlayer(started, ada);
    expect((await visitor.send(path, { ...fields, token: await other.tokenOn('/account') })).status).toBe(403);
    expect(await asked()).toBeUndefined();
    const sent = await visitor.submit(path, fields);
    expect([sent.status, sent.headers.get('location')]).toEqual([303, `${path}?done=asked`]);
    expect(await asked()).toMatchObject({ reason: 'defect', text: 'It stays shut.', state: 'open' });
    expect((await visitor.submit(path, fields, '/account')).status).toBe(409);
  });

  it.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
  ])('does not count from elsewhere: %j', async (headers: Record<string, string>) => {
    const { visitor, path, asked, fields } = await asking();
    const token = await visitor.tokenOn(path);
    expect((await visitor.send(path, { ...fields, token }, headers)).status).toBe(403);
    expect(await asked()).toBeUndefined();
  });

  it.each([
    ['an unknown reason', { reason: 'operator', text: '' }],
    ['too many words', { reason: 'defect', text: 'x'.repeat(501) }],
  ])('is refused with %s', async (_, fields) => {
    const { visitor, path, asked } = await asking();
    expect((await visitor.submit(path, fields)).status).toBe(400);
    expect(await asked()).toBeUndefined();
  });

  it('is no larger than a form can be, and of its one type', async () => {
    const { visitor, path } = await asking();
    expect((await visitor.send(path, { text: 'x'.repeat(70_000) })).status).toBe(413);
    expect((await visitor.send(path, {}, { 'content-type': 'application/json' })).status).toBe(415);
  });

  it('ends in words on all three sides, whatever is written', async () => {
    const { started, ada, visitor, path, asked } = await asking();
    const evil = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>';
    await visitor.submit(path, { reason: 'requested', text: evil });
    const id = path.split('/').at(-1) ?? '';
    const seller = await visitPublisher(started);
    const declined = await seller.submit(`/publisher/refunds/${id}`, { answer: `no ${evil}` });
    expect(declined.headers.get('location')).toBe('/publisher/refunds?done=declined');
    expect(await asked()).toMatchObject({ state: 'declined', answer: `no ${evil}` });
    const operator = await visitOperator(started);
    for (const text of [
      await visitor.text(path),
      await seller.text('/publisher/refunds'),
      await operator.text(`/operator/refunds/${id}`),
    ]) {
      expect(text).toContain('&#60;script&#62;alert(1)');
      expect(text).not.toContain('<script');
      expect(text).not.toContain('<img src=x');
    }
    expect((await operator.get(`/operator/accounts/player/${hexOf(ada.userId)}`)).status).toBe(200);
  });

  it('gives back at the operator’s word, after it was said to be sure', async () => {
    const { started, ada, visitor, path, fields } = await asking();
    await visitor.submit(path, fields);
    const before = (await started.server.service.records.findPlayer(ada.userId))!.balanceMinor;
    const operator = await visitOperator(started);
    const request = `/operator/refunds/${path.split('/').at(-1)}`;
    expect((await operator.submit(request, { act: 'refund' })).status).toBe(400);
    expect((await operator.submit(request, { act: 'refund', sure: 'yes' })).status).toBe(303);
    expect((await started.server.service.records.findPlayer(ada.userId))!.balanceMinor).toBe(before + 20n);
    expect(await visitor.text(path)).toContain('Refunded');
    expect((await operator.submit(request, { act: 'decline', answer: 'no' }, '/operator')).status).toBe(409);
  });
});

describe('every page', () => {
  it('forbids scripts, frames, keeping and telling', async () => {
    const started = await startMarket();
    const visitor = await visitPlayer(started, await enrolPlayer(started));
    for (const path of ['/account', '/sign-in', '/account/nothing', '/publisher']) {
      const { headers } = await visitor.get(path);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
    expect(await visitor.text('/account')).not.toMatch(/<script|style=|javascript:/);
  });

  it('is marked TEST in a sandbox', async () => {
    const started = await startMarket();
    const text = await new Visitor(started).text('/sign-in');
    expect(text).toContain('<strong>TEST</strong>');
    expect(text).toMatch(/<title>TEST – /);
  });

  it('answers to this machine’s names only, until it is given one', async () => {
    const started = await startMarket();
    const port = new URL(await urlOf(started)).port;
    const statusFor = (host: string): Promise<number> =>
      new Promise((resolve, reject) => {
        httpRequest({ host: '127.0.0.1', port, path: '/sign-in', headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        })
          .on('error', reject)
          .end();
      });
    expect(await Promise.all([`127.0.0.1:${port}`, `localhost:${port}`, 'localhost'].map(statusFor))).toEqual([
      200, 200, 200,
    ]);
    expect(
      await Promise.all(['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example'].map(statusFor)),
    ).toEqual([421, 421, 421]);
  });

  it('comes in the language of the browser, or of the cookie, and sends back to a path of its own only', async () => {
    const started = await startMarket();
    const visitor = new Visitor(started);
    expect(await (await visitor.get('/sign-in', { 'accept-language': 'fr-FR,fr;q=0.9,en;q=0.8' })).text()).toContain(
      'lang="fr"',
    );
    const chosen = await visitor.send('/language', { language: 'fr', back: '/sign-in' });
    expect([chosen.status, chosen.headers.get('location')]).toEqual([303, '/sign-in']);
    expect(await visitor.text('/sign-in')).toContain('lang="fr"');
    for (const back of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])
      expect((await visitor.send('/language', { language: 'en', back })).headers.get('location')).toBe('/');
    expect((await visitor.send('/language', { language: 'xx', back: '/' })).headers.getSetCookie()).toEqual([]);
  });

  it('keeps its look for ever under a name of its own', async () => {
    const started = await startMarket();
    const visitor = new Visitor(started);
    const path = /href="(\/site\/[0-9a-f]{16}\/site\.css)"/.exec(await visitor.text('/sign-in'))?.[1] ?? '';
    const css = await visitor.get(path);
    expect([css.status, css.headers.get('content-type'), css.headers.get('cache-control')]).toEqual([
      200,
      'text/css; charset=utf-8',
      'public, max-age=31536000, immutable',
    ]);
    expect((await visitor.get('/site/0000000000000000/site.css')).status).toBe(404);
    expect((await visitor.get('/site/../../etc/passwd')).status).toBe(404);
  });

  it('is found by its own method only', async () => {
    const started = await startMarket();
    const visitor = await visitPlayer(started, await enrolPlayer(started));
    expect((await visitor.send('/account', { token: await visitor.tokenOn('/account') })).status).toBe(405);
    expect((await fetch(`${await urlOf(started)}/account`, { method: 'DELETE' })).status).toBe(403);
  });
});

it('has a cookie that only TLS carries, and whole links, under a name of its own', async () => {
  const tree = makeTree();
  const holder = makeServerHolder(tree);
  const server = await createPaymentServer({
    storePath: `${temporaryFolder()}/ledger.sqlite`,
    signer: holder.signer,
    chain: holder.chain,
    roots: tree.roots,
    environment: 'sandbox',
    clock: () => NOON_MS,
    random: countedRandom('public'),
    log: silent,
    operatorToken: OPERATOR_TOKEN,
    publicUrl: 'https://pay.example',
  });
  const port = await server.listen(0, '127.0.0.1');
  const ask = (path: string, form?: string): Promise<readonly [number, readonly string[]]> =>
    new Promise((resolve, reject) => {
      const headers = {
        host: 'pay.example',
        ...(form !== undefined && {
          origin: 'https://pay.example',
          'content-type': 'application/x-www-form-urlencoded',
        }),
      };
      httpRequest(
        { host: '127.0.0.1', port, path, method: form === undefined ? 'GET' : 'POST', headers },
        (response) => {
          response.resume();
          resolve([response.statusCode ?? 0, response.headers['set-cookie'] ?? []]);
        },
      )
        .on('error', reject)
        .end(form);
    });
  try {
    const [status, [cookie]] = await ask('/operator/sign-in', `secret=${OPERATOR_TOKEN}`);
    expect(status).toBe(303);
    expect(cookie).toMatch(/^__Host-coinslot-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
    expect((await fetch(`http://127.0.0.1:${port}/sign-in`)).status).toBe(421);
  } finally {
    await server.close();
  }
});

describe('the price list check', () => {
  /** A price list of one offer or more, signed by a publisher. */
  function listOf(publisher: Holder, offers: readonly (OfferOptions & { retired?: boolean })[]): Uint8Array {
    const header = encodePairingHeader({
      publisherId: publisher.id,
      gameId: 'demo-game',
      gameName: 'Demo Game',
      origins: ['https://play.example'],
      notBeforeMs: NOON_MS - DAY_MS,
      notAfterMs: NOON_MS + 90 * DAY_MS,
    });
    const priced = offers.map(({ retired = false, ...options }, i): PricedOffer => {
      const offerId = `offer-${i}`;
      const made = makeOffer(publisher, {
        ...options,
        terms: { offerId, salt: bytes16Of(offerId), ...options.terms },
        quote: { notAfterMs: NOON_MS + 90 * DAY_MS, ...options.quote },
      });
      const { texts } = made;
      return {
        offerId,
        retired,
        quote: made.quoteEnvelope,
        terms: made.offer.terms,
        texts: [{ locale: 'en', texts: encodeTexts(texts) }],
      };
    });
    return encodePriceList({
      publisherId: publisher.id,
      gameId: 'demo-game',
      defaultLocale: 'en',
      chain: publisher.chain,
      pairingHeader: sealEnvelope('pairing-header', header, publisher.signer, publisher.chain),
      offers: priced,
    });
  }

  async function check(started: Started, bytes: Uint8Array, token?: string): Promise<{ status: number; text: string }> {
    const visitor = await visitPublisher(started);
    const origin = await urlOf(started);
    const form = new FormData();
    form.set('token', token ?? (await visitor.tokenOn('/publisher/price-list')));
    form.set('list', new Blob([Uint8Array.from(bytes)]), 'price-list.coinslot');
    const response = await fetch(`${origin}/publisher/price-list`, {
      method: 'POST',
      headers: { origin, cookie: visitor.cookie, 'sec-fetch-site': 'same-origin' },
      body: form,
    });
    return { status: response.status, text: await response.text() };
  }

  it('says that a good list holds', async () => {
    const started = await startMarket();
    const { status, text } = await check(started, listOf(started.publisher, [{}, { quote: { amountMinor: 250n } }]));
    expect(status).toBe(200);
    expect(text).toContain('Everything holds. Every offer can be bought here.');
    expect(text).toMatch(/EUR.2\.50/);
    expect(text).not.toContain('Refused');
  });

  const FAULTS: readonly [string, OfferOptions & { retired?: boolean }, string][] = [
    ['a price above the certificate’s limit', { quote: { amountMinor: 2_000_000n } }, 'CHAIN_LIMIT'],
    ['a currency that the certificate does not allow', { quote: { currency: 'CHF' } }, 'CHAIN_LIMIT'],
    ['a price that has ended', { quote: { notAfterMs: NOON_MS - 1 } }, 'OFFER_EXPIRED'],
    ['another game', { terms: { gameId: 'other-game' } }, 'OFFER_ORIGIN'],
    ['other terms', { quote: { offerHash: bytes32('other') } }, 'OFFER_HASH'],
  ];

  it.each(FAULTS)('names %s at its offer', async (_, options, code) => {
    const started = await startMarket();
    const { text } = await check(started, listOf(started.publisher, [{}, options]));
    expect(text).toContain(`<span class="code">${code}</span>`);
    expect(text).toContain('1 thing would be refused.');
    expect(text.indexOf(code)).toBeGreaterThan(text.indexOf('offer-1'));
  });

  it('lets what is retired be over, and warns of what soon ends', async () => {
    const started = await startMarket();
    const over = { quote: { notAfterMs: NOON_MS - 1 }, retired: true };
    const soon = { quote: { notAfterMs: NOON_MS + 3 * DAY_MS } };
    const { text } = await check(started, listOf(started.publisher, [over, soon]));
    expect(text).toContain('Everything holds, with 1 warning.');
    expect(text).toContain('This price ends on 4 Mar 2026.');
  });

  it('refuses another publisher’s list, another authority’s, bytes, and a form that is not ours', async () => {
    const started = await startMarket();
    const other = await check(started, listOf(makePublisher(started.tree, { id: 'other-works' }), [{}]));
    expect(other.text).toContain('This is the list of “other-works”, not yours.');
    const foreign = await check(started, listOf(makePublisher(makeTree({ name: 'elsewhere' })), [{}]));
    expect(foreign.text).toContain('CHAIN_UNTRUSTED');
    const bytes = await check(started, new Uint8Array([1, 2, 3]));
    expect(bytes.text).toContain('This file is not a price list.');
    expect((await check(started, listOf(started.publisher, [{}]), 'x')).status).toBe(403);
    expect((await check(started, new Uint8Array(5 * 1024 * 1024))).status).toBe(413);
  });
});

function bytes32(name: string): Uint8Array {
  return Uint8Array.from([...bytes16Of(name), ...bytes16Of(`${name} 2`)]);
}
