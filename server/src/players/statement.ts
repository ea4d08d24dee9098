/** Envelope `account-statement`: how an account stands, signed. */
import { encodeAccountStatement, LIMITS, type AccountStatement } from '@coinslot/protocol';
import { wholeStored, type Identity } from '../identity.ts';
import type { StoreReader } from '../store/port.ts';
import type { Player } from './types.ts';

/** Room for everything else in a statement, its own envelope and chain included. */
const FRAME_BYTES = 20 * 1024;

/** Decisions or refund notices to hand over, and the position to go on from. */
export interface Handover {
  readonly decisions: readonly Uint8Array[];
  readonly next: bigint;
}

export function sealStatement(
  identity: Identity,
  player: Player,
  requestHash: Uint8Array,
  timeMs: number,
  { decisions, next }: Handover = { decisions: [], next: 0n },
): Uint8Array {
  const isPrepaid = player.plan === 'prepaid';
  const statement: AccountStatement = {
    userId: player.userId,
    requestHash,
    plan: player.plan,
    currency: player.currency,
    balanceMinor: isPrepaid ? player.balanceMinor : positive(player.balanceMinor),
    owedMinor: isPrepaid ? 0n : positive(-player.balanceMinor),
    ceilingMinor: player.ceilingMinor,
    pressPaymentMaxMinor: player.pressPaymentMaxMinor,
    pressDayMaxMinor: player.pressDayMaxMinor,
    timeMs,
    decisions,
    next,
  };
  return identity.seal('account-statement', encodeAccountStatement(statement)).envelope;
}

const positive = (amount: bigint): bigint => (amount > 0n ? amount : 0n);

/** As many decisions after a position as one statement holds, each with its chain; `next` stays when there are none. */
export async function handOver(store: StoreReader, userId: Uint8Array, after: bigint): Promise<Handover> {
  const placed = await store.listDecisions(userId, after, LIMITS.decisionsMax);
  return fill(store, after, placed, ({ decision }) => decision);
}

/** The same of refunds: their notices, in the place of the decisions. */
export async function handOverRefunds(store: StoreReader, userId: Uint8Array, after: bigint): Promise<Handover> {
  const refunds = await store.refunds.listRefundsOfPlayer(userId, after, LIMITS.decisionsMax);
  return fill(store, after, refunds, ({ notice }) => notice);
}

async function fill<Row extends { readonly position: bigint; readonly chainHash: Uint8Array }>(
  store: StoreReader,
  after: bigint,
  rows: readonly Row[],
  compactOf: (row: Row) => Uint8Array,
): Promise<Handover> {
  const decisions: Uint8Array[] = [];
  let next = after;
  let roomBytes = LIMITS.messageBytesMax - FRAME_BYTES;
  for (const row of rows) {
    const envelope = await wholeStored(store, compactOf(row), row.chainHash);
    roomBytes -= envelope.length;
    if (roomBytes < 0 && decisions.length > 0) break;
    decisions.push(envelope);
    next = row.position;
  }
  return { decisions, next };
}
