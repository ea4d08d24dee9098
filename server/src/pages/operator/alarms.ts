/**
 * What an operator must know of without asking: each alarm says what is so now, and where it is looked into. What is kept when it
 * is over is in `findings.ts`.
 */
import { endOf, nextPeriod, periodOf } from '../../periods/calendar.ts';
import type { SealedPeriod } from '../../periods/types.ts';
import type { Page } from '../page.ts';
import type { KindSum } from '../store.ts';

export interface Alarm {
  readonly tone: 'bad' | 'warn';
  readonly text: string;
  /** Where it is looked into. */
  readonly path?: string;
}

const DAY_MS = 86_400_000;
/** A certificate takes its authority some days to renew. */
const CERTIFICATE_WARN_MS = 30 * DAY_MS;
/** Banks collect from the first days of a month on. */
const CLOSE_WITHIN_MS = 5 * DAY_MS;
const RATES_WARN_MS = 12 * 3_600_000;

export async function alarmsOf(page: Page, kinds: readonly KindSum[]): Promise<readonly Alarm[]> {
  const lists = await Promise.all([periodAlarms(page), bankAlarms(page), rateAlarms(page)]);
  const alarms = [...bookAlarms(page, kinds), ...lists.flat(), ...certificateAlarms(page)];
  return alarms.sort((a, b) => (a.tone === b.tone ? 0 : a.tone === 'bad' ? -1 : 1));
}

/** All balances of a currency, together. */
export function sumsOf(kinds: readonly KindSum[]): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { currency, sumMinor } of kinds) sums.set(currency, (sums.get(currency) ?? 0n) + sumMinor);
  return sums;
}

function bookAlarms({ words, money }: Page, kinds: readonly KindSum[]): Alarm[] {
  const w = words.alarms;
  const alarms: Alarm[] = [];
  for (const [currency, sumMinor] of sumsOf(kinds))
    if (sumMinor !== 0n) alarms.push({ tone: 'bad', text: w.sum(currency, money(sumMinor, currency)) });
  for (const { kind, currency, sumMinor, below, belowMinor } of kinds) {
    if (kind === 'bank-suspense' && sumMinor !== 0n)
      alarms.push({ tone: 'warn', text: w.suspense(money(sumMinor, currency)), path: '/operator/bank' });
    if (kind === 'publisher-payable' && below > 0)
      alarms.push({ tone: 'warn', text: w.negative(below, money(belowMinor, currency)), path: '/operator/accounts' });
  }
  return alarms;
}

async function periodAlarms({ words, month, nowMs, parts }: Page): Promise<Alarm[]> {
  const [newest, oldestOpen] = [
    await parts.store.periods.findNewestSealed(),
    await parts.store.periods.findOldestOpen(),
  ];
  const alarms: Alarm[] = [];
  if (newest !== undefined && newest.closedAtMs === undefined)
    alarms.push({
      tone: 'bad',
      text: words.alarms.halfClosed(month(newest.period)),
      path: `/operator/periods/${newest.period}`,
    });
  const next = oldestOpen ?? nextToClose(newest, nowMs);
  if (next !== undefined && endOf(next) + CLOSE_WITHIN_MS < nowMs)
    alarms.push({ tone: 'warn', text: words.alarms.notClosed(month(next)), path: `/operator/periods/${next}` });
  return alarms;
}

const nextToClose = (newest: SealedPeriod | undefined, nowMs: number): number | undefined =>
  newest !== undefined && nextPeriod(newest.period) < periodOf(nowMs) ? nextPeriod(newest.period) : undefined;

async function bankAlarms({ words, parts }: Page): Promise<Alarm[]> {
  const unhanded = await parts.store.periods.listUnhandedFiles();
  return unhanded.length === 0
    ? []
    : [{ tone: 'bad', text: words.alarms.unhanded(unhanded.length), path: '/operator/bank' }];
}

async function rateAlarms({ words, parts, nowMs, time }: Page): Promise<Alarm[]> {
  const newest = await parts.store.findNewestRateTable();
  if (newest === undefined) return [{ tone: 'warn', text: words.alarms.noRates }];
  const { notAfterMs } = newest.table;
  if (notAfterMs < nowMs) return [{ tone: 'bad', text: words.alarms.staleRates(time(notAfterMs)) }];
  if (notAfterMs - nowMs < RATES_WARN_MS) return [{ tone: 'warn', text: words.alarms.ratesEnd(time(notAfterMs)) }];
  return [];
}

function certificateAlarms({ words, parts, nowMs, date }: Page): Alarm[] {
  return parts.certificates.flatMap(({ name, notAfterMs }): Alarm[] => {
    if (notAfterMs < nowMs) return [{ tone: 'bad', text: words.alarms.certificateOver(name, date(notAfterMs)) }];
    if (notAfterMs - nowMs < CERTIFICATE_WARN_MS)
      return [{ tone: 'warn', text: words.alarms.certificateEnds(name, date(notAfterMs)) }];
    return [];
  });
}
