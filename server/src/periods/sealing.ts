/** Seals a period: from then on nothing is posted into it, and the server has signed where it ends. */
import {
  decodePeriodSeal,
  encodePeriodSeal,
  equalBytes,
  openEnvelope,
  ProtocolError,
  type RateTable,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { isUsable } from '../exchange/conversion.ts';
import type { Identity } from '../identity.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { StoreReader, StoreTransaction } from '../store/port.ts';
import { endOf, nextPeriod, periodOf, startOf } from './calendar.ts';
import type { SealedPeriod } from './types.ts';

export interface SealingContext {
  readonly identity: Identity;
  readonly store: StoreReader;
  readonly commit: GroupCommit;
  readonly nowMs: number;
  /** A period that is not over may be sealed; what comes later in its month belongs to the next. */
  readonly early: boolean;
}

/** The sealed period: sealed before and not closed yet, or now. Throws PERIOD_CLOSED for one that is closed, or whose turn it is not. */
export async function sealPeriod(period: number, context: SealingContext): Promise<SealedPeriod> {
  requirePeriod(period);
  const known = await context.store.periods.findSealed(period);
  if (known !== undefined) {
    if (known.closedAtMs !== undefined) throw refused(period, 'is closed already');
    return known;
  }
  // Alone: the block that a seal names is written at the end of the transaction that posted it.
  return context.commit.submitAlone((tx) => seal(tx, period, context));
}

function requirePeriod(period: number): void {
  try {
    startOf(period);
  } catch (cause) {
    throw new ProtocolError('BAD_ENCODING', `period: ${period} is no month, expected YYYYMM`, { cause });
  }
}

const refused = (period: number, why: string): ProtocolError =>
  new ProtocolError('PERIOD_CLOSED', `period ${period}: ${why}`);

async function seal(
  tx: StoreTransaction,
  period: number,
  { identity, nowMs, early }: SealingContext,
): Promise<SealedPeriod> {
  const newest = await tx.periods.findNewestSealed();
  if (newest?.period === period) return newest; // by another process, since it was looked at
  requireTurn(period, newest, await tx.periods.findOldestOpen());
  const isNext = period <= Math.max(periodOf(nowMs), newest === undefined ? 0 : nextPeriod(newest.period));
  if (nowMs < endOf(period) && !(early && isNext)) throw refused(period, 'is not over');
  const point = await tx.periods.findSealPoint(period);
  const rateTableId = (await tableInForce(tx, nowMs))?.id ?? 0;
  const fields = { period, ...point, rateTableId, timeMs: nowMs };
  const { envelope } = identity.seal('period-seal', encodePeriodSeal(fields));
  const sealed = { period, ...point, rateTableId, sealedAtMs: nowMs, seal: envelope };
  await tx.periods.addSealed(sealed);
  return { ...sealed, closedAtMs: undefined };
}

function requireTurn(period: number, newest: SealedPeriod | undefined, oldestOpen: number | undefined): void {
  if (newest !== undefined && newest.period > period) throw refused(period, `is over: ${newest.period} is sealed`);
  if (newest !== undefined && newest.closedAtMs === undefined)
    throw refused(period, `${newest.period} is sealed and not closed yet: that comes first`);
  if (oldestOpen !== undefined && oldestOpen < period) throw refused(period, `${oldestOpen} is open: that comes first`);
}

/** The newest table that has begun, if it may still be used: payouts are not converted by rates of long ago. */
async function tableInForce(tx: StoreTransaction, nowMs: number): Promise<RateTable | undefined> {
  let posted = await tx.findNewestRateTable();
  while (posted !== undefined && posted.table.notBeforeMs > nowMs) posted = await tx.findRateTable(posted.table.id - 1);
  return posted !== undefined && isUsable(posted, nowMs) ? posted.table : undefined;
}

/** What is wrong with a stored seal, held against what the server signed; `undefined` when nothing is. */
export function faultOfSeal(sealed: SealedPeriod, roots: readonly Uint8Array[]): string | undefined {
  try {
    const { body } = openEnvelope(sealed.seal, {
      type: 'period-seal',
      role: 'payment-server',
      roots,
      atMs: sealed.sealedAtMs,
      verify: nativeVerifySignature,
    });
    const signed = decodePeriodSeal(body);
    const isSame =
      signed.period === sealed.period &&
      signed.lastTransfer === sealed.lastTransfer &&
      signed.block === sealed.block &&
      equalBytes(signed.blockHash, sealed.blockHash) &&
      signed.rateTableId === sealed.rateTableId &&
      signed.timeMs === sealed.sealedAtMs;
    return isSame ? undefined : `seal of ${sealed.period}: the row is not what was signed`;
  } catch (error) {
    if (error instanceof ProtocolError) return `seal of ${sealed.period}: ${error.message}`;
    throw error;
  }
}
