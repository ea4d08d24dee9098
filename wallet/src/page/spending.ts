/** Spending over time, for the home view. Days and months are of UTC, as the limits count them. */
import { formatMoney } from '@coinslot/protocol';
import { startOfDay, startOfMonth } from '../consent/spending-view.ts';
import type { WalletSpendingLimits } from '../journal/records.ts';
import type { WalletState } from '../journal/state.ts';
import type { Language } from '../words/languages.ts';
import type { SpendingView } from './view.ts';

const DAY_MS = 86_400_000;
const BARS = 30;

export interface SpendingOptions {
  state: WalletState;
  limits: WalletSpendingLimits;
  currency: string;
  language: Language;
  nowMs: number;
}

export function spendingOf({ state, limits, currency, language, nowMs }: SpendingOptions): SpendingView {
  const text = (amountMinor: bigint): string => formatMoney({ amountMinor, currency }, language);
  const between = (fromMs: number, toMs: number): bigint =>
    state.spent((one) => one.intentAtMs >= fromMs && one.intentAtMs < toMs);
  const todayMs = startOfDay(nowMs);
  const day = between(todayMs, Infinity);
  const month = between(startOfMonth(nowMs), Infinity);
  const format = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const days = Array.from({ length: BARS }, (_, i) => todayMs - (BARS - 1 - i) * DAY_MS);
  const amounts = days.map((fromMs) => between(fromMs, fromMs + DAY_MS));
  const highest = amounts.reduce((most, one) => (one > most ? one : most), 0n);
  return {
    day: text(day),
    dayMax: text(limits.dayMaxMinor),
    dayShare: shareOf(day, limits.dayMaxMinor),
    month: text(month),
    monthMax: text(limits.monthMaxMinor),
    monthShare: shareOf(month, limits.monthMaxMinor),
    bars: days.map((fromMs, i) => ({
      label: format.format(fromMs),
      amount: text(amounts[i] ?? 0n),
      share: shareOf(amounts[i] ?? 0n, highest),
    })),
  };
}

/** For drawing only: 0 ... 1 in thousandths. */
function shareOf(part: bigint, whole: bigint): number {
  if (whole === 0n) return part > 0n ? 1 : 0;
  return Math.min(1, Number((part * 1000n) / whole) / 1000);
}
