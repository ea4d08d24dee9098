import { describe, expect, it } from 'vitest';
import { consentFor, type SpendingView } from '../../wallet/src/consent/own-limits.ts';
import { isLowering, LimitsOverTime, lowerOf } from '../../wallet/src/journal/limits-over-time.ts';
import { lowValueFigures, presetGameLimits, presetWalletLimits } from '../../wallet/src/profile/presets.ts';

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

const base: SpendingView = {
  isPaused: false,
  isUnlocked: true,
  isPressOff: false,
  wallet: presetWalletLimits('EUR'),
  game: presetGameLimits('EUR'),
  lowValue: lowValueFigures('eu', 'EUR'),
  family: undefined,
  server: { pressPaymentMaxMinor: 100n, pressDayMaxMinor: 500n },
  spent: NONE,
  pressesSinceLastPin: 0,
};

type Change = Partial<Omit<SpendingView, 'spent'>> & { spent?: Partial<SpendingView['spent']> };

describe('what consent a charge takes', () => {
  // In order of precedence: the last column is the first rule that holds.
  const rows: [name: string, charge: bigint, change: Change, verdict: string][] = [
    ['small', 20n, {}, 'press'],
    ['free', 0n, {}, 'press'],
    ['exactly the press limit', 100n, {}, 'press'],
    ['paused', 20n, { isPaused: true, isUnlocked: false }, 'refuse PAUSED paused'],
    ['above the payment limit', 3_001n, {}, 'refuse LIMIT payment'],
    ['session used up', 20n, { spent: { session: 2_981n } }, 'refuse LIMIT session'],
    ['day used up', 20n, { spent: { day: 2_981n } }, 'refuse LIMIT day'],
    ['month used up', 20n, { spent: { month: 9_981n } }, 'refuse LIMIT month'],
    ['game’s day used up', 20n, { spent: { gameDay: 981n } }, 'refuse LIMIT game-day'],
    ['game’s month used up', 20n, { spent: { gameMonth: 4_981n } }, 'refuse LIMIT game-month'],
    ['to the last cent', 20n, { spent: { gameDay: 980n } }, 'press'],
    ['locked', 20n, { isUnlocked: false, isPressOff: true }, 'pin locked'],
    ['not me', 20n, { isPressOff: true }, 'pin press-off'],
    ['above the press limit', 101n, {}, 'pin payment'],
    ['above the game’s press limit', 60n, { game: { ...base.game, pressPaymentMaxMinor: 50n } }, 'pin game-payment'],
    ['presses of the day used up', 20n, { spent: { pressDay: 481n } }, 'pin day'],
    ['fifth press', 20n, { pressesSinceLastPin: 4 }, 'press'],
    ['sixth press', 20n, { pressesSinceLastPin: 5 }, 'pin presses'],
    ['sum since the PIN used up', 20n, { spent: { pressSinceLastPin: 9_981n } }, 'pin press-sum'],
    [
      'above the server’s press limit',
      60n,
      { server: { pressPaymentMaxMinor: 50n, pressDayMaxMinor: 500n } },
      'pin payment',
    ],
    ['server’s day used up', 60n, { server: { pressPaymentMaxMinor: 100n, pressDayMaxMinor: 50n } }, 'pin day'],
    ['nothing heard from the server', 20n, { server: undefined }, 'press'],
  ];
  it.each(rows)('%s', (_, charge, { spent, ...change }, verdict) => {
    const found = consentFor(charge, { ...base, ...change, spent: { ...NONE, ...spent } });
    expect(Object.values(found).join(' ')).toBe(verdict);
  });
});

describe('limits over time', () => {
  const at = (atMs: number, effectiveAtMs: number, one: bigint) => ({ atMs, effectiveAtMs, limits: { one } });

  it('lowers at once and raises after the delay', () => {
    const limits = new LimitsOverTime({ one: 10n });
    limits.change(at(0, 100, 20n));
    expect(limits.at(99)).toEqual({ one: 10n });
    expect(limits.waiting(99)?.limits).toEqual({ one: 20n });
    expect(limits.at(100)).toEqual({ one: 20n });
    limits.change(at(150, 150, 5n));
    expect(limits.at(150)).toEqual({ one: 5n });
  });

  it('a change replaces one that was still waiting', () => {
    const limits = new LimitsOverTime({ one: 10n });
    limits.change(at(0, 100, 20n));
    limits.change(at(50, 50, 5n));
    expect(limits.at(1000)).toEqual({ one: 5n });
    expect(limits.waiting(60)).toBeUndefined();
  });

  it('splits a mixed change', () => {
    expect(lowerOf({ a: 1n, b: 5n }, { a: 3n, b: 2n })).toEqual({ a: 1n, b: 2n });
    expect(isLowering({ a: 1n, b: 5n }, { a: 1n, b: 2n })).toBe(true);
    expect(isLowering({ a: 1n, b: 5n }, { a: 2n, b: 2n })).toBe(false);
  });
});
