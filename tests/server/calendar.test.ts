/** D8: months are half-open in UTC, by calendar key. Nothing here depends on where the server stands. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { endOf, nextPeriod, periodOf, startOf } from '../../server/src/periods/calendar.ts';

const at = (iso: string): number => Date.parse(iso);

it.each([
  // Berlin: 02:30 on 29 March 2026 does not exist, 02:30 on 25 October 2026 comes twice. Neither is near a month's end in UTC.
  ['before the hour that is missing in Berlin', '2026-03-29T01:59:59.999+01:00', 202603],
  ['after it', '2026-03-29T03:00:00+02:00', 202603],
  ['the first 02:30 of 25 October in Berlin', '2026-10-25T02:30:00+02:00', 202610],
  ['the second', '2026-10-25T02:30:00+01:00', 202610],
  ['the first of April in Berlin that is March in UTC', '2026-04-01T01:59:59.999+02:00', 202603],
  ['an hour and a bit later', '2026-04-01T02:00:00+02:00', 202604],
  ['the first of November in Berlin that is October in UTC', '2026-11-01T00:59:59.999+01:00', 202610],
  ['29 February of a leap year', '2028-02-29T23:59:59.999Z', 202802],
  ['the day after', '2028-03-01T00:00:00Z', 202803],
  ['28 February of another year', '2026-02-28T23:59:59.999Z', 202602],
  ['its day after', '2026-03-01T00:00:00Z', 202603],
  ['the century without a leap day', '2100-02-28T23:59:59.999Z', 210002],
  ['31 January', '2026-01-31T23:59:59.999Z', 202601],
  ['the last millisecond of a year', '2026-12-31T23:59:59.999Z', 202612],
  ['the first of the next', '2027-01-01T00:00:00Z', 202701],
  ['the first of all', '1970-01-01T00:00:00Z', 197001],
])('D8: %s', (_, iso, period) => {
  expect(periodOf(at(iso))).toBe(period);
});

it('D8: a month after January is February, and after December January: no day of the month is ever added to', () => {
  expect(nextPeriod(202601)).toBe(202602);
  expect(nextPeriod(202612)).toBe(202701);
  expect([startOf(202602), endOf(202602)]).toEqual([at('2026-02-01T00:00:00Z'), at('2026-03-01T00:00:00Z')]);
  expect(endOf(202802) - startOf(202802)).toBe(29 * 86_400_000);
  expect([endOf(202603) - startOf(202603), endOf(202610) - startOf(202610)]).toEqual([
    31 * 86_400_000,
    31 * 86_400_000,
  ]);
});

it('D8: every millisecond is in one month: from its start, and before its end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 1) - 1 }), (atMs) => {
      const period = periodOf(atMs);
      expect(startOf(period)).toBeLessThanOrEqual(atMs);
      expect(endOf(period)).toBeGreaterThan(atMs);
      expect(startOf(nextPeriod(period))).toBe(endOf(period));
    }),
  );
});

it.each([0, 1, 202600, 202613, 196912, 1_000_001, 202601.5, Number.NaN])('%s is no month', (period) => {
  expect(() => startOf(period)).toThrow(RangeError);
});
