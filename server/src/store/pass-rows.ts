import type { Pass, PassKind } from '../sign-in/store.ts';

export interface PassRow {
  kind: PassKind;
  digest: Uint8Array;
  subject: string;
  opened_at_ms: bigint;
  until_ms: bigint;
}

export const passOf = (row: PassRow): Pass => ({
  kind: row.kind,
  digest: Uint8Array.from(row.digest),
  subject: row.subject,
  openedAtMs: Number(row.opened_at_ms),
  untilMs: Number(row.until_ms),
});
