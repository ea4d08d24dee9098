/** The consent ladder: the law's figures, the player's limits, how they change, and pause. */
import { describe, expect, it } from 'vitest';
import { consentFor, type SpendingView } from '../../wallet/src/consent/own-limits.ts';
import type { WalletError } from '@coinslot/wallet';
import { openProfile } from '@coinslot/wallet';
import { lowValueFigures, presetGameLimits, presetWalletLimits } from '../../wallet/src/profile/presets.ts';
import { DAY_MS } from '../lib/parties.ts';
import { levelOffer } from './ladder-world.ts';
import { PageClient } from './page-client.ts';
import { balanceOf, PIN, random, startWorld } from './world.ts';

const HUGE = 1_000_000n;
const NONE = {
  pressDay: 0n,
  ownDay: 0n,
  ownMonth: 0n,
  pressSinceLastPin: 0n,
  session: 0n,
  day: 0n,
  month: 0n,
  gameDay: 0n,
  gameMonth: 0n,
};

/** A player who has raised everything as far as the wallet lets them: only the law is left. */
const onlyLaw = (currency: string): SpendingView => ({
  isPaused: false,
  isUnlocked: true,
  isPressOff: false,
  wallet: {
    pressPaymentMaxMinor: HUGE,
    pressDayMaxMinor: HUGE,
    pressesPerPinMax: 1_000,
    pressSumPerPinMaxMinor: HUGE,
    paymentMaxMinor: HUGE,
    sessionMaxMinor: HUGE,
    dayMaxMinor: HUGE,
    monthMaxMinor: HUGE,
  },
  game: { pressPaymentMaxMinor: HUGE, dayMaxMinor: HUGE, monthMaxMinor: HUGE },
  lowValue: lowValueFigures('eu', currency),
  family: undefined,
  server: undefined,
  spent: NONE,
  pressesSinceLastPin: 0,
});

describe('the law’s figures for payments of low value', () => {
  const rows: [currency: string, what: string, charge: bigint, sum: bigint, presses: number, verdict: string][] = [
    ['EUR', '30.00 in one payment', 3_000n, 0n, 0, 'press'],
    ['EUR', '30.01 in one payment', 3_001n, 0n, 0, 'pin payment'],
    ['EUR', '99.99 in sum since the last PIN', 999n, 9_000n, 3, 'press'],
    ['EUR', '100.00 in sum since the last PIN', 1_000n, 9_000n, 3, 'press'],
    ['EUR', '100.01 in sum since the last PIN', 1_001n, 9_000n, 3, 'pin press-sum'],
    ['EUR', 'the fifth payment since the last PIN', 20n, 80n, 4, 'press'],
    ['EUR', 'the sixth payment since the last PIN', 20n, 100n, 5, 'pin presses'],
    ['JPY', '4,500 in one payment', 4_500n, 0n, 0, 'press'],
    ['JPY', '4,501 in one payment', 4_501n, 0n, 0, 'pin payment'],
    ['JPY', '14,999 in sum since the last PIN', 1_499n, 13_500n, 3, 'press'],
    ['JPY', '15,000 in sum since the last PIN', 1_500n, 13_500n, 3, 'press'],
    ['JPY', '15,001 in sum since the last PIN', 1_501n, 13_500n, 3, 'pin press-sum'],
    ['JPY', 'the fifth payment since the last PIN', 30n, 120n, 4, 'press'],
    ['JPY', 'the sixth payment since the last PIN', 30n, 150n, 5, 'pin presses'],
  ];
  it.each(rows)('%s: %s', (currency, _, charge, pressSinceLastPin, pressesSinceLastPin, verdict) => {
    const view = { ...onlyLaw(currency), spent: { ...NONE, pressSinceLastPin }, pressesSinceLastPin };
    expect(Object.values(consentFor(charge, view)).join(' ')).toBe(verdict);
  });

  it('hold in a wallet whose player raised every limit: 30 + 30 + 30 + 9.99 pass, 0.02 more takes the PIN', async () => {
    const high = { pressPaymentMaxMinor: HUGE, pressDayMaxMinor: HUGE, pressSumPerPinMaxMinor: HUGE };
    const rest = { paymentMaxMinor: HUGE, sessionMaxMinor: HUGE, dayMaxMinor: HUGE, monthMaxMinor: HUGE };
    const world = await startWorld({ moneyMinor: 50_000n, setup: { limits: { ...high, ...rest } } });
    const game = await world.game();
    const page = await PageClient.open(world.wallet.pageUrl());
    const limits = { pressPayment: '10000', day: '10000', month: '10000', pin: PIN };
    await page.act('game-limits', { game: (await page.view()).games[0]?.id, ...limits });
    world.time.nowMs += DAY_MS + 1_000;
    await world.server.service.putRateTable({
      base: 'EUR',
      rates: [],
      notBeforeMs: world.time.nowMs - 1000,
      notAfterMs: world.time.nowMs + DAY_MS,
    });
    for (const [i, amountMinor] of [3_000n, 3_000n, 3_000n, 999n].entries()) {
      world.time.nowMs += 3_000;
      await game.pay(levelOffer(world, i, { quote: { amountMinor } }));
    }
    expect(await balanceOf(world)).toBe(50_000n - 9_999n);
    world.time.nowMs += 3_000;
    const { seq, shown } = await game.offer(levelOffer(world, 10, { quote: { amountMinor: 2n } }));
    expect(shown.consent).toBe('pin');
    game.send('cancel', { seq });
    await game.next('refusal');
    world.time.nowMs += 3_000;
    await game.pay(levelOffer(world, 11, { quote: { amountMinor: 1n } }));
    expect(await balanceOf(world)).toBe(50_000n - 10_000n);
  });

  it('hold for money without decimals too: JPY 4,500 is a press, 4,501 takes the PIN', async () => {
    const high = { pressPaymentMaxMinor: HUGE, pressDayMaxMinor: HUGE, pressSumPerPinMaxMinor: HUGE };
    const rest = { paymentMaxMinor: HUGE, sessionMaxMinor: HUGE, dayMaxMinor: HUGE, monthMaxMinor: HUGE };
    const setup = { currency: 'JPY', raiseDelayMs: 0, limits: { ...high, ...rest } };
    const world = await startWorld({ moneyMinor: 50_000n, setup });
    const game = await world.game();
    const page = await PageClient.open(world.wallet.pageUrl());
    const limits = { pressPayment: '100000', day: '100000', month: '100000', pin: PIN };
    expect(await page.act('game-limits', { game: (await page.view()).games[0]?.id, ...limits })).toEqual({
      done: true,
    });
    const yen = (n: number, amountMinor: bigint) => levelOffer(world, n, { quote: { amountMinor, currency: 'JPY' } });
    const { seq, shown } = await game.offer(yen(1, 4_501n));
    expect([shown.consent, shown.total.text]).toEqual(['pin', 'JPY\u00a04,501']);
    game.send('cancel', { seq });
    await game.next('refusal');
    await game.pay(yen(2, 4_500n));
    expect(await balanceOf(world)).toBe(45_500n);
  });
});

describe('limits', () => {
  const world = onlyLaw('EUR');
  const rows: [limit: string, change: Partial<SpendingView>, verdict: string][] = [
    ['a payment', { wallet: { ...world.wallet, paymentMaxMinor: 100n } }, 'refuse LIMIT payment'],
    ['a session', { wallet: { ...world.wallet, sessionMaxMinor: 100n } }, 'refuse LIMIT session'],
    ['a day', { wallet: { ...world.wallet, dayMaxMinor: 100n } }, 'refuse LIMIT day'],
    ['a month', { wallet: { ...world.wallet, monthMaxMinor: 100n } }, 'refuse LIMIT month'],
    ['a game’s day', { game: { ...world.game, dayMaxMinor: 100n } }, 'refuse LIMIT game-day'],
    ['a game’s month', { game: { ...world.game, monthMaxMinor: 100n } }, 'refuse LIMIT game-month'],
  ];
  it.each(rows)('of %s: 1.00 passes and 1.01 does not', (_, change, verdict) => {
    expect(consentFor(100n, { ...world, ...change }).kind).toBe('press');
    expect(Object.values(consentFor(101n, { ...world, ...change })).join(' ')).toBe(verdict);
  });

  it('are on by default, every one of them', () => {
    const all = [...Object.values(presetWalletLimits('EUR')), ...Object.values(presetGameLimits('EUR'))];
    for (const one of all) expect(one > 0 && one <= 10_000).toBe(true);
  });

  it('fall at once without the PIN, rise with it after the delay, over a restart and a clock that is set back (P3, I12)', async () => {
    const world = await startWorld();
    const page = await PageClient.open(world.wallet.pageUrl());
    const { limits: before } = await page.view();
    const { profile } = world.wallet;
    const dayMax = (nowMs: number) => profile.state.walletLimits?.at(nowMs).dayMaxMinor;
    expect(await page.act('wallet-limits', { ...before, day: '20.00' })).toEqual({ done: true });
    expect(dayMax(world.time.nowMs)).toBe(2_000n);
    expect(await page.act('wallet-limits', { ...before, day: '80.00' })).toMatchObject({ done: false });
    const askedMs = world.time.nowMs;
    // Set back by a day, the delay would be over at once when the clock is right again.
    world.time.nowMs -= DAY_MS;
    expect(await page.act('wallet-limits', { ...before, day: '80.00', pin: PIN })).toEqual({ done: true });
    world.time.nowMs = askedMs + DAY_MS - 1;
    expect(dayMax(world.time.nowMs)).toBe(2_000n);
    await world.wallet.close();
    const again = openProfile({ path: world.profilePath, clock: () => world.time.nowMs, random });
    const atMs = (nowMs: number) => again.state.walletLimits?.at(nowMs).dayMaxMinor;
    expect([atMs(askedMs), atMs(askedMs + DAY_MS - 1), atMs(askedMs + DAY_MS)]).toEqual([2_000n, 2_000n, 8_000n]);
    again.close();
  });

  it('of a press are raised to the law’s figures and no further', async () => {
    const world = await startWorld();
    const page = await PageClient.open(world.wallet.pageUrl());
    const { limits } = await page.view();
    const act = (change: object) => page.act('wallet-limits', { ...limits, ...change, pin: PIN });
    expect(await act({ pressPayment: '30.00', presses: 5 })).toEqual({ done: true });
    expect(await act({ pressPayment: '30.01' })).toMatchObject({ done: false, code: 'BAD_REQUEST' });
    expect(await act({ presses: 6 })).toMatchObject({ done: false, code: 'BAD_REQUEST' });
  });
});

describe('pause', () => {
  it('is one action that stops everything: the dialog ends, games hear payments off and nothing else', async () => {
    const world = await startWorld();
    const game = await world.game();
    const other = await world.connect({ origin: 'http://localhost:8375' });
    await other.pair();
    const page = await PageClient.open(world.wallet.pageUrl());
    await game.offer(levelOffer(world, 1));
    expect(await page.act('pause', { on: true })).toEqual({ done: true });
    expect(await game.next('refusal')).toMatchObject({ code: 'PAUSED', charged: 'no' });
    expect((await page.view()).payment).toBeUndefined();
    for (const one of [game, other]) expect((await one.next('payments')).state).toBe('off');
    expect(await other.refused(levelOffer(world, 2))).toMatchObject({ code: 'PAUSED', charged: 'no' });
    // A limit looks the same, to the letter.
    const { text } = await other.refused(levelOffer(world, 3));
    expect(await page.act('pause', { on: false })).toEqual({ done: true });
    expect((await game.next('payments')).state).toBe('on');
    const above = await game.refused(levelOffer(world, 4, { quote: { amountMinor: 4_000n } }));
    expect([above.code, above.text]).toEqual(['PAUSED', text]);
    expect(world.wallet.profile.state.payments).toEqual([]);
  });

  it('stops an offer that is still being looked at', async () => {
    const world = await startWorld();
    const game = await world.game();
    const offer = levelOffer(world, 1, { quote: { amountMinor: 100n, currency: 'USD' } });
    game.send('offer', { seq: 1, offer });
    world.wallet.profile.record({ kind: 'paused', atMs: world.time.nowMs, on: true });
    expect((await game.next('refusal')).code).toBe('PAUSED');
  });
});

it('a wrong PIN raises nothing', async () => {
  const world = await startWorld();
  const page = await PageClient.open(world.wallet.pageUrl());
  const { limits } = await page.view();
  expect(await page.act('wallet-limits', { ...limits, day: '80.00', pin: '0000' })).toMatchObject({
    done: false,
    code: 'PIN_WRONG' satisfies WalletError['code'],
  });
  expect((await page.view()).limitsWaiting).toBeUndefined();
});
