/** PeriodSeal, signed by the server: a month of its books is closed, and this is where the journal stood. */
import {
  agreeing,
  amount,
  bytes32,
  count,
  decodeAs,
  encodeAs,
  record,
  timeMs,
  uint32,
  type ValueOf,
} from '../shape.ts';

const periodSealFields = record('PeriodSeal', {
  /** YYYYMM, a calendar month in UTC. */
  period: count(999_912),
  /** The last transfer of this period or an earlier one; 0 when there is none. */
  lastTransfer: amount,
  /** The journal's last block with any of them, and its hash. */
  block: amount,
  blockHash: bytes32,
  /** The table that payouts are converted by; 0 = none. */
  rateTableId: uint32,
  timeMs,
});

const periodSealShape = agreeing(periodSealFields, ({ period }) =>
  period >= 197_001 && period % 100 >= 1 && period % 100 <= 12 ? undefined : 'period: expected YYYYMM',
);

export type PeriodSeal = ValueOf<typeof periodSealShape>;
export const encodePeriodSeal = (value: PeriodSeal): Uint8Array => encodeAs(periodSealShape, 'PeriodSeal', value);
export const decodePeriodSeal = (input: Uint8Array): PeriodSeal => decodeAs(periodSealShape, 'PeriodSeal', input);
