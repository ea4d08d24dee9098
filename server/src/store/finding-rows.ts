/** Rows of findings as a database hands them out. */
import type { Finding, FindingKind } from '../findings/types.ts';

export interface FindingRow {
  position: bigint;
  kind: FindingKind;
  about: string;
  party: string;
  words: string;
  amount_minor: bigint | null;
  currency: string | null;
  at_ms: bigint;
  ended_at_ms: bigint | null;
  ended_by: 'course' | 'operator' | null;
}

export const findingOf = (row: FindingRow): Finding => ({
  position: row.position,
  kind: row.kind,
  about: row.about,
  party: row.party,
  words: row.words,
  money:
    row.amount_minor === null || row.currency === null
      ? undefined
      : { amountMinor: row.amount_minor, currency: row.currency },
  atMs: Number(row.at_ms),
  ended:
    row.ended_at_ms === null || row.ended_by === null ? undefined : { atMs: Number(row.ended_at_ms), by: row.ended_by },
});

/** Above every position there is. */
export const NEWEST = 2n ** 62n;
