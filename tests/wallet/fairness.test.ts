/** The fairness guard: a game asks as often as the player lets it, whatever it says and however it asks. */
import { fairnessVerdict, type FairnessFacts, type FairnessRules } from '@coinslot/plugin/timing';
import { describe, expect, it } from 'vitest';
import { DAY_MS, makeOffer } from '../lib/parties.ts';
import { makePairingHeader } from './game-client.ts';
import { levelOffer } from './ladder-world.ts';
import { PageClient } from './page-client.ts';
import { PIN, startWorld } from './world.ts';

const RULES: FairnessRules = { minBetweenOffersMs: 10_000, quietAfterDeclineMs: 60_000, quietAfterLossMs: 30_000 };
const OFF: FairnessRules = { minBetweenOffersMs: 0, quietAfterDeclineMs: 0, quietAfterLossMs: 0 };
const NEVER: FairnessFacts = { lastShownAtMs: null, lastDeclinedAtMs: null, lastLossAtMs: null };

describe('the verdict', () => {
  const rows: [what: string, facts: Partial<FairnessFacts>, nowMs: number, verdict: string][] = [
    ['nothing ever happened', {}, 0, 'ok'],
    ['shown a moment ago', { lastShownAtMs: 1_000 }, 10_999, 'too-soon until 11000'],
    ['shown long enough ago', { lastShownAtMs: 1_000 }, 11_000, 'ok'],
    ['declined', { lastShownAtMs: 1_000, lastDeclinedAtMs: 2_000 }, 61_999, 'quiet-after-decline until 62000'],
    ['declined long enough ago', { lastShownAtMs: 1_000, lastDeclinedAtMs: 2_000 }, 62_000, 'ok'],
    ['a loss', { lastLossAtMs: 5_000 }, 34_999, 'after-loss until 35000'],
    ['a loss long enough ago', { lastLossAtMs: 5_000 }, 35_000, 'ok'],
    ['the rule that holds longest is named', { lastShownAtMs: 0, lastLossAtMs: 0 }, 1, 'after-loss until 30000'],
    ['a clock that was set back is no way round', { lastShownAtMs: 100_000 }, 1_000, 'too-soon until 110000'],
  ];
  it.each(rows)('%s', (_, facts, nowMs, verdict) => {
    const found = fairnessVerdict(RULES, { ...NEVER, ...facts }, nowMs);
    expect(found.ok ? 'ok' : `${found.reason} until ${found.untilMs}`).toBe(verdict);
    expect(fairnessVerdict(OFF, { ...NEVER, ...facts }, nowMs).ok).toBe(true);
  });
});

describe('an offer that comes too soon', () => {
  it('is refused FAIRNESS with the time in words, not shown and not counted; another game is not held', async () => {
    const autoPair = ['demo-game', 'second-game'].map((gameId) => ({
      gameId,
      publisherId: 'lumen-works',
      origins: ['http://127.0.0.1:8375', 'http://localhost:8375'],
    }));
    const world = await startWorld({ setup: { fairness: RULES }, wallet: { autoPair } });
    const game = await world.game();
    const { time } = world;
    const { seq } = await game.offer(levelOffer(world, 1));
    // The dialog stands for nine seconds, and the game takes it away itself.
    time.nowMs += 9_000;
    game.send('cancel', { seq });
    await game.next('refusal');
    const held = await game.refused(levelOffer(world, 2));
    expect(held).toMatchObject({ code: 'FAIRNESS', charged: 'no' });
    expect(held.text).toMatch(/^You said no to this game. It may ask again at 12:01:09\sPM. Nothing was charged.$/);
    // Under another origin it is the same game still.
    const elsewhere = await world.connect({ origin: 'http://localhost:8375' });
    await elsewhere.pair();
    expect((await elsewhere.refused(levelOffer(world, 2))).code).toBe('FAIRNESS');
    const second = await world.connect({ header: makePairingHeader(world.publisher, { gameId: 'second-game' }) });
    await second.pair();
    const ofSecond = makeOffer(world.publisher, { atMs: time.nowMs, terms: { gameId: 'second-game' } });
    const asked = await second.offer(ofSecond.offerBytes);
    second.send('cancel', { seq: asked.seq });
    await second.next('refusal');
    // Held back again and again, it is held no longer for that.
    for (let i = 0; i < 3; i++) {
      time.nowMs += 15_000;
      expect((await game.refused(levelOffer(world, 3 + i))).code).toBe('FAIRNESS');
    }
    time.nowMs += 15_000;
    const later = await game.offer(levelOffer(world, 6));
    game.send('answer', { seq: later.seq, answer: 'accept', shownDigest: later.digest });
    await game.next('decision');
    expect((await game.refused(levelOffer(world, 7))).text).toContain('lets this game ask again');
    time.nowMs += 10_000;
    expect((await game.offer(levelOffer(world, 8))).seq).toBeGreaterThan(0);
  });

  it('after a loss is held back only where the player says so, and a game that never reports one gains nothing', async () => {
    const world = await startWorld({ setup: { fairness: { ...OFF, quietAfterLossMs: 30_000 } } });
    const game = await world.game();
    game.send('happened', { what: 'loss' });
    const held = await game.refused(levelOffer(world, 1));
    expect([held.code, held.text.startsWith('You have just lost.')]).toEqual(['FAIRNESS', true]);
    world.time.nowMs += 30_000;
    const { seq } = await game.offer(levelOffer(world, 1));
    game.send('cancel', { seq });
    await game.next('refusal');
    const page = await PageClient.open(world.wallet.pageUrl());
    const asLong = { minBetweenSeconds: 30, afterDeclineSeconds: 30, afterLossSeconds: 30 };
    expect(await page.act('fairness', asLong)).toEqual({ done: true });
    expect((await game.refused(levelOffer(world, 2))).code).toBe('FAIRNESS');
  });
});

describe('the rules', () => {
  it('start with presets, tighten at once and loosen with the PIN after the delay', async () => {
    const world = await startWorld({ setup: { fairness: RULES } });
    const page = await PageClient.open(world.wallet.pageUrl());
    const seconds = async (): Promise<number[]> =>
      Object.values<number>({ ...(await page.view()).consent.fairness } as Record<string, number>);
    expect(await seconds()).toEqual([10, 60, 30]);
    const act = (min: number, decline: number, loss: number, pin?: string) =>
      page.act('fairness', { minBetweenSeconds: min, afterDeclineSeconds: decline, afterLossSeconds: loss, pin });
    expect(await act(20, 60, 30)).toEqual({ done: true });
    expect(await seconds()).toEqual([20, 60, 30]);
    expect(await act(5, 90, 30)).toMatchObject({ done: false, code: 'BAD_REQUEST' });
    expect(await act(5, 90, 30, PIN)).toEqual({ done: true });
    expect(await seconds()).toEqual([20, 90, 30]);
    expect((await page.view()).consent.fairnessWaiting?.rules.minBetweenSeconds).toBe(5);
    world.time.nowMs += DAY_MS;
    expect(await seconds()).toEqual([5, 90, 30]);
  });
});
