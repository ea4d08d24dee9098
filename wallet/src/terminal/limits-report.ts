/** `limits` in words: the wallet's own, then each game's, with what waits to hold. */
import { formatMoney } from '@coinslot/protocol';
import { dateText } from '../consent/shown.ts';
import type { GameSpendingLimits, WalletSpendingLimits } from '../journal/records.ts';
import type { OfflineProfile } from '../profile/offline.ts';
import type { PageWords } from '../words/page-words.ts';
import { pageWords } from '../words/page-words.ts';
import { lines, type ReportPlace } from './reports.ts';

type Row = readonly [string, string];

export function limitsReport({ settings, state }: OfflineProfile, { nowMs, timeZone }: ReportPlace): string {
  const { language, currency } = settings;
  const words = pageWords(language);
  const money = (amountMinor: bigint): string => formatMoney({ amountMinor, currency }, language);
  const later = (atMs: number): string => words.limits.waiting(dateText(atMs, language, timeZone));
  const own = state.walletLimits;
  const parts: string[] = [];
  if (own !== undefined) {
    const waiting = own.waiting(nowMs);
    parts.push(words.limits.title, lines(walletRows(own.at(nowMs), words, money)));
    if (waiting !== undefined) {
      parts.push(later(waiting.effectiveAtMs), lines(walletRows(waiting.limits, words, money)));
    }
  }
  for (const { label, origin, limits } of state.pairings) {
    const waiting = limits.waiting(nowMs);
    parts.push('', `${label} (${origin})`, lines(gameRows(limits.at(nowMs), words, money)));
    if (waiting !== undefined) {
      parts.push(later(waiting.effectiveAtMs), lines(gameRows(waiting.limits, words, money)));
    }
  }
  return parts.join('\n');
}

function walletRows(
  limits: WalletSpendingLimits,
  { limits: words }: PageWords,
  money: (minor: bigint) => string,
): Row[] {
  return [
    [words.pressPayment, money(limits.pressPaymentMaxMinor)],
    [words.pressDay, money(limits.pressDayMaxMinor)],
    [words.presses, String(limits.pressesPerPinMax)],
    [words.payment, money(limits.paymentMaxMinor)],
    [words.session, money(limits.sessionMaxMinor)],
    [words.day, money(limits.dayMaxMinor)],
    [words.month, money(limits.monthMaxMinor)],
  ];
}

function gameRows(limits: GameSpendingLimits, { limits: words }: PageWords, money: (minor: bigint) => string): Row[] {
  return [
    [words.pressPayment, money(limits.pressPaymentMaxMinor)],
    [words.day, money(limits.dayMaxMinor)],
    [words.month, money(limits.monthMaxMinor)],
  ];
}
