/** What stands in a page's address. What is wrong there is taken for what is not there. */
import { startOf } from '../periods/calendar.ts';

const POSITION_MAX = 10n ** 18n;

/** A place in a list; 0, the beginning, when it says none. */
export function queryPosition(query: URLSearchParams, name: string): bigint {
  const text = query.get(name) ?? '';
  return /^\d{1,18}$/.test(text) && BigInt(text) < POSITION_MAX ? BigInt(text) : 0n;
}

/** YYYYMM. */
export function queryPeriod(query: URLSearchParams, name: string): number | undefined {
  return periodIn(query.get(name) ?? '');
}

export function periodIn(text: string): number | undefined {
  if (!/^\d{6}$/.test(text)) return undefined;
  try {
    startOf(Number(text));
    return Number(text);
  } catch {
    return undefined;
  }
}
