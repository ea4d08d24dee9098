import type { RateTable } from '@coinslot/protocol';

/** A rate table that a payment names, and when its successor took over. */
export interface PostedRateTable {
  readonly table: RateTable;
  /** `undefined` while it is the newest. */
  readonly supersededAtMs: number | undefined;
}

/** A new table; the server gives it the next number. */
export type NewRateTable = Omit<RateTable, 'id'>;
