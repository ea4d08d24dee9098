import { describe, expect, it } from 'vitest';
import { WALLET_LIMITS } from '../../wallet/src/limits.ts';
import { makeOffer } from '../lib/parties.ts';
import { PageClient } from './page-client.ts';
import { PIN, startWorld } from './world.ts';

describe('who may see the page', () => {
  it('an address works once, and its session needs cookie, key, origin and JSON', async () => {
    const world = await startWorld();
    const pageUrl = world.wallet.pageUrl();
    const page = await PageClient.open(pageUrl);
    await expect(PageClient.open(pageUrl)).rejects.toThrow('403');
    expect((await page.view()).stage).toBe('ready');

    const changes: Record<string, string | undefined>[] = [
      { cookie: undefined },
      { 'x-coinslot-page': undefined },
      { 'x-coinslot-page': 'guess' },
      { origin: undefined },
      { origin: 'http://127.0.0.1:8375' },
      { origin: 'null' },
      { 'content-type': 'text/plain' },
      { 'content-type': undefined },
    ];
    for (const change of changes) {
      const response = await page.post('/api/pause', '{"on":true}', page.headers(change));
      expect(response.status, JSON.stringify(change)).toBe(403);
    }
    expect((await page.post('/api/__proto__', '{}')).status).toBe(403);
    expect((await page.post('/api/pause', 'not json')).status).toBe(403);
    expect((await page.post('/api/pause', '[]')).status).toBe(403);
    expect(world.wallet.profile.state.isPaused).toBe(false);
    expect(await page.act('pause', { on: true })).toEqual({ done: true });
    expect(world.wallet.profile.state.isPaused).toBe(true);
  });

  it('an address that nobody used goes stale; sessions of two browsers do not mix', async () => {
    const world = await startWorld();
    const old = world.wallet.pageUrl();
    world.time.nowMs += WALLET_LIMITS.pageTokenLifeMs + 1;
    await expect(PageClient.open(old)).rejects.toThrow('403');
    const one = await PageClient.open(world.wallet.pageUrl());
    const two = await PageClient.open(world.wallet.pageUrl());
    const mixed = one.headers({ 'x-coinslot-page': two.headers()['x-coinslot-page'] });
    expect((await one.get('/api/view', mixed)).status).toBe(403);
    expect((await two.view()).isLocked).toBe(false);
  });

  it('G9: is never framed, scripted from outside, cached or sniffed', async () => {
    const world = await startWorld();
    const page = await PageClient.open(world.wallet.pageUrl());
    for (const path of ['/', '/page.js', '/page.css', '/inter-400.woff2', '/icon.svg']) {
      const { headers, status } = await page.get(path);
      expect(status, path).toBe(200);
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('content-security-policy')).toContain("script-src 'self'");
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('server')).toBeNull();
    }
  });
});

describe('what the player can do there', () => {
  it('pauses: open dialogs end, games hear only that payments are off', async () => {
    const world = await startWorld();
    const page = await PageClient.open(world.wallet.pageUrl());
    const game = await world.game();
    await game.offer(makeOffer(world.publisher).offerBytes);
    await page.act('pause', { on: true });
    expect((await game.next('payments')).state).toBe('off');
    expect((await game.next('refusal')).code).toBe('PAUSED');
    expect((await game.refused(makeOffer(world.publisher, { nonce: 'two' }).offerBytes)).code).toBe('PAUSED');
    await page.act('pause', { on: false });
    expect((await game.next('payments')).state).toBe('on');
  });

  it('answers a press there too, and says "not me": the wallet locks and the game needs the PIN', async () => {
    const world = await startWorld();
    const page = await PageClient.open(world.wallet.pageUrl());
    const game = await world.game();
    await game.offer(makeOffer(world.publisher).offerBytes);
    const { payment } = await page.view();
    expect(payment).toMatchObject({ consent: 'press', shown: { payee: 'Lumen Works', test: true } });
    expect(await page.act('press', { id: payment?.id })).toEqual({ done: true });
    await game.next('decision');
    expect(await page.act('press', { id: payment?.id })).toMatchObject({ done: false, code: 'GONE' });

    const { notices } = await page.view();
    expect(notices[0]).toMatchObject({ kind: 'press', title: 'Level 3' });
    await page.act('not-me', { id: notices[0]?.about });
    const after = await page.view();
    expect(after).toMatchObject({ isLocked: true, games: [{ pressOff: true }], receipts: [{ disowned: true }] });
    await page.act('unlock', { pin: PIN });
    const two = makeOffer(world.publisher, { nonce: 'two', terms: { offerId: 'level-4' } });
    expect((await game.offer(two.offerBytes)).shown.consent).toBe('pin');
    const id = (await page.view()).payment?.id;
    expect(await page.act('press', { id })).toMatchObject({ done: false, code: 'BAD_REQUEST' });
    expect(await page.act('pay-with-pin', { id, pin: '0000' })).toMatchObject({ code: 'PIN_WRONG' });
    expect(await page.act('pay-with-pin', { id, pin: PIN })).toEqual({ done: true });
    await game.next('decision');
    expect(await page.act('press-on', { game: after.games[0]?.id, pin: PIN })).toEqual({ done: true });
    expect((await page.view()).games[0]?.pressOff).toBe(false);
  });

  it('pairs with limits, renames, revokes, blocks and unblocks', async () => {
    const world = await startWorld({ autoPair: false });
    const page = await PageClient.open(world.wallet.pageUrl());
    const refusedGame = await world.connect();
    await refusedGame.next('hello');
    const [asked] = (await page.view()).pairings;
    expect(asked).toMatchObject({
      gameName: 'Demo Game',
      publisherName: 'Lumen Works',
      origin: 'http://127.0.0.1:8375',
    });
    await page.act('refuse-pairing', { id: asked?.id, block: false });
    expect(await refusedGame.closed()).toBe(4403);
    const tooSoon = await world.connect();
    expect(await tooSoon.closed()).toBe(4403);
    world.time.nowMs += WALLET_LIMITS.pairingRestMs;

    const game = await world.connect();
    await game.next('hello');
    const again = (await page.view()).pairings[0];
    expect(await page.act('pair', { id: again?.id, pressPayment: '0.10', day: '5,00', month: 'x' })).toMatchObject({
      code: 'BAD_REQUEST',
    });
    await page.act('pair', { id: again?.id, pressPayment: '0.10', day: '5,00', month: '20' });
    const { games } = await page.view();
    expect(games[0]).toMatchObject({
      label: 'Demo Game',
      limits: { pressPayment: '0.10', day: '5.00', month: '20.00' },
    });
    const id = games[0]?.id;
    await page.act('rename', { game: id, label: 'Our game' });
    expect((await page.view()).games[0]?.label).toBe('Our game');
    await page.act('block', { game: id });
    expect(await game.closed()).toBe(4403);
    const blocked = await world.connect();
    expect(await blocked.closed()).toBe(4403);
    const view = await page.view();
    expect(view).toMatchObject({ games: [], blocked: [{ gameName: 'Demo Game' }] });
    await page.act('unblock', { id: view.blocked[0]?.id });
    const afresh = await world.connect();
    expect((await afresh.next('hello')).state).toBe('pairing');
  });

  it('lowers limits at once, raises them with the PIN after the delay, and tells the server', async () => {
    const world = await startWorld({ setup: { raiseDelayMs: 3_600_000 } });
    const page = await PageClient.open(world.wallet.pageUrl());
    const limits = (await page.view()).limits;
    const raised = { ...limits, pressPayment: '2.00', day: '10.00' };
    expect(await page.act('wallet-limits', raised)).toMatchObject({ code: 'BAD_REQUEST' });
    expect(await page.act('wallet-limits', { ...raised, pin: '0000' })).toMatchObject({ code: 'PIN_WRONG' });
    expect(await page.act('wallet-limits', { ...raised, pin: PIN })).toEqual({ done: true });
    let view = await page.view();
    expect(view.limits).toMatchObject({ pressPayment: '1.00', day: '10.00' });
    expect(view.limitsWaiting?.limits.pressPayment).toBe('2.00');
    expect(view.isServerBehind).toBe(false);

    world.time.nowMs += 3_600_000;
    view = await page.view();
    expect(view).toMatchObject({ isServerBehind: true, limits: { pressPayment: '2.00' } });
    const game = await world.game();
    const dear = makeOffer(world.publisher, { atMs: world.time.nowMs, quote: { amountMinor: 150n } });
    const { seq, shown } = await game.offer(dear.offerBytes);
    expect(shown.consent).toBe('pin');
    game.send('cancel', { seq });
    await game.next('refusal');
    expect(await page.act('tell-server', { pin: PIN })).toEqual({ done: true });
    expect((await page.view()).isServerBehind).toBe(false);
    const player = await world.server.service.records.findPlayer(world.wallet.userId);
    expect(player?.pressPaymentMaxMinor).toBe(200n);
  });

  it('locks, changes the PIN and the settings', async () => {
    const world = await startWorld();
    const page = await PageClient.open(world.wallet.pageUrl());
    await page.act('lock');
    expect((await page.view()).isLocked).toBe(true);
    expect(await page.act('change-pin', { pin: PIN, next: '123' })).toMatchObject({ code: 'PIN_FORM' });
    expect(await page.act('change-pin', { pin: PIN, next: 'a longer one' })).toEqual({ done: true });
    await page.act('lock');
    expect(await page.act('unlock', { pin: PIN })).toMatchObject({ code: 'PIN_WRONG' });
    expect(await page.act('unlock', { pin: 'a longer one' })).toEqual({ done: true });
    expect(await page.act('settings', { language: 'fr', lockAfterMinutes: '60' })).toEqual({ done: true });
    expect(await page.view()).toMatchObject({ language: 'fr', lockAfterMinutes: 60 });
    expect(await page.act('settings', { language: 'xx', lockAfterMinutes: '60' })).toMatchObject({
      code: 'BAD_REQUEST',
    });
    expect(await page.act('set-up', { pin: PIN, language: 'en', currency: 'EUR', plan: 'prepaid' })).toMatchObject({
      code: 'ALREADY_SET_UP',
    });
  });
});
