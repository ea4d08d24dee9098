/** A malicious game before the wallet's desk (threats G), and a page that presses by itself (O12), up to the server's own fence. */
import {
  decodePaymentDecision,
  encodePaymentRequest,
  decodePaymentRequest,
  readEnvelope,
  sealEnvelope,
} from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import { bytes16Of, seedOf } from '../lib/parties.ts';
import type { GameClient } from './game-client.ts';
import { levelOffer } from './ladder-world.ts';
import { PageClient } from './page-client.ts';
import { balanceOf, PIN, startWorld } from './world.ts';

describe('G5: the same offer a thousand times', () => {
  it('from two tabs and after a reload: one dialog, charged once', async () => {
    const world = await startWorld();
    const game = await world.game();
    const secret = game.secret ?? new Uint8Array();
    const join = async (): Promise<GameClient> => {
      const tab = await world.connect();
      await tab.prove(await tab.next('hello'), secret);
      return tab;
    };
    /** Sends one message 1 so often from two tabs by turns, as fast as frames may come; says what came back. */
    const sendOften = async (offer: Uint8Array, times: number, tabs: readonly GameClient[]): Promise<Set<string>> => {
      const answers = new Set<string>();
      for (let i = 0; i < times; i++) {
        world.time.nowMs += 60;
        const tab = tabs[i % tabs.length]!;
        tab.send('offer', { seq: tab.nextSeq(), offer });
        const frame = await tab.nextOf('show', 'refusal', 'decision');
        const bytes = frame.kind === 'show' ? frame.shown : frame.kind === 'decision' ? frame.decision : undefined;
        answers.add(
          frame.kind === 'refusal' ? frame.code : `${frame.kind} ${Buffer.from(bytes ?? []).toString('hex')}`,
        );
      }
      return answers;
    };
    const other = await join();
    const offer = levelOffer(world, 1);
    const first = [...(await sendOften(offer, 500, [game, other]))].map((one) => one.split(' ')[0]);
    // The same dialog, byte for byte; the other tab waits, and both are slowed down.
    expect(first.sort()).toEqual(['CONSENT_BUSY', 'RATE_LIMITED', 'show']);
    game.kill();
    const reloaded = await join();
    world.time.nowMs += 36_000;
    expect((await reloaded.refused(offer)).code).toBe('CONSENT_DENIED');
    const again = levelOffer(world, 1, {}, 2);
    await reloaded.pay(again);
    const second = [...(await sendOften(again, 500, [reloaded, other]))].map((one) => one.split(' ')[0]);
    expect(second.sort()).toEqual(['RATE_LIMITED', 'decision']);
    expect(world.wallet.profile.state.payments).toHaveLength(1);
    expect(await balanceOf(world)).toBe(980n);
  });
});

describe('G7: consent flooding', () => {
  it('of a hundred offers in ten seconds one is shown, the rest are busy and then too many, and the player may block the game', async () => {
    const world = await startWorld();
    const game = await world.game();
    const page = await PageClient.open(world.wallet.pageUrl());
    const codes = new Map<string, number>();
    for (let i = 0; i < 100; i++) {
      world.time.nowMs += 100;
      game.send('offer', { seq: i + 1, offer: levelOffer(world, i) });
      const frame = await game.nextOf('show', 'refusal');
      const code = frame.kind === 'show' ? 'shown' : frame.code;
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect(codes.get('shown')).toBe(1);
    // Twelve at once, and one in three seconds.
    expect(codes.get('CONSENT_BUSY')).toBe(14);
    expect(codes.get('RATE_LIMITED')).toBe(85);
    const { notices, games } = await page.view();
    expect(notices).toMatchObject([{ kind: 'flood', gameName: 'Demo Game' }]);
    expect(await page.act('block', { game: games[0]?.id })).toEqual({ done: true });
    expect(await game.closed()).toBe(4403);
    expect(world.wallet.profile.state.payments).toEqual([]);
  });
});

describe('a game that has everything handed over again and again', () => {
  it('is answered a dozen times, over all its tabs, and then as often as it may offer', async () => {
    const world = await startWorld();
    const game = await world.game();
    const restore = (one: GameClient): Promise<string> => {
      one.send('restore', { seq: 7, challenge: seedOf('challenge'), sessionKey: seedOf('session') });
      return one.nextOf('restored', 'refusal').then((frame) => (frame.kind === 'refusal' ? frame.code : frame.kind));
    };
    for (let i = 0; i < 12; i++) expect(await restore(game)).toBe('restored');
    const tab = await world.connect();
    await tab.prove(await tab.next('hello'), game.secret ?? new Uint8Array());
    expect([await restore(game), await restore(tab)]).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
    world.time.nowMs += 3_000;
    expect(await restore(tab)).toBe('restored');
  });
});

describe('G8: a held key', () => {
  it('that answers twenty times pays once; what is pressed twice on the page is gone the second time', async () => {
    const world = await startWorld();
    const game = await world.game();
    const { seq, digest } = await game.offer(levelOffer(world, 1));
    for (let i = 0; i < 20; i++) game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    await game.next('decision');
    const stale = await Promise.all(Array.from({ length: 19 }, () => game.next('refusal')));
    expect(new Set(stale.map(({ code }) => code))).toEqual(new Set(['CONSENT_STALE']));
    expect(await balanceOf(world)).toBe(980n);
    // The keys that were held go on into the next dialog: they name another one, and pay nothing.
    const next = await game.offer(levelOffer(world, 2));
    game.send('answer', { seq: next.seq, answer: 'accept', shownDigest: digest });
    expect((await game.next('refusal')).code).toBe('CONSENT_STALE');
    const page = await PageClient.open(world.wallet.pageUrl());
    const id = (await page.view()).payment?.id;
    const pressed = await Promise.all([page.act('press', { id }), page.act('press', { id })]);
    expect(pressed.map(({ code }) => code ?? 'paid').sort()).toEqual(['GONE', 'paid']);
    await game.next('decision');
    expect(await balanceOf(world)).toBe(960n);
  });
});

describe('G10: a game that asks for the PIN itself', () => {
  it('has nothing to do with it: no frame takes one, and at the page’s door it is nobody', async () => {
    const world = await startWorld();
    const game = await world.game();
    const { seq, digest } = await game.offer(levelOffer(world, 1, { quote: { amountMinor: 250n } }));
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    expect((await game.next('progress')).state).toBe('page');
    const body = JSON.stringify({ id: Buffer.from(bytes16Of('level 1 0')).toString('hex'), pin: PIN });
    const headers = { origin: 'http://127.0.0.1:8375', 'content-type': 'application/json' };
    const door = new URL('/api/pay-with-pin', world.wallet.url);
    const { status } = await fetch(door, { method: 'POST', headers, body });
    expect(status).toBe(403);
    expect(await balanceOf(world)).toBe(1_000n);
  });
});

describe('O12: what signs for a press is held by the server too', () => {
  it('a request of the press key beyond its day is refused by the server, whatever a wallet would have let pass', async () => {
    const world = await startWorld({ moneyMinor: 10_000n });
    const game = await world.game();
    await game.pay(levelOffer(world, 1, { quote: { amountMinor: 100n } }));
    const [payment] = world.wallet.profile.state.payments;
    const asked = decodePaymentRequest(readEnvelope(payment?.attempts[0].request ?? new Uint8Array()).body);
    const { day } = world.wallet.profile.vault;
    if (day === undefined) throw new Error('locked');
    const codes: string[] = [];
    // A page that got hold of the press key itself: a new nonce each time, no wallet's rules, no dialog.
    for (let i = 0; i < 8; i++) {
      world.time.nowMs += 1_000;
      const body = encodePaymentRequest({ ...asked, nonce: bytes16Of(`stolen ${i}`), shownDigest: asked.shownDigest });
      const envelope = sealEnvelope('payment-request', body, day.press, []);
      const answer = await fetch(new URL('/v1/payments', world.serverUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/msgpack' },
        body: Buffer.from(envelope),
      });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      codes.push(decodePaymentDecision(readEnvelope(bytes).body).code);
    }
    expect(codes.slice(0, 4)).toEqual(Array(4).fill('APPROVED'));
    expect(new Set(codes.slice(4))).toEqual(new Set(['LIMIT']));
    expect(await balanceOf(world)).toBe(9_500n);
    // And on the player's page the account says what went, though the wallet never made those requests.
    await world.wallet.refresh();
    expect((await (await PageClient.open(world.wallet.pageUrl())).view()).account?.balance).toBe('EUR\u00a095.00');
  });
});
