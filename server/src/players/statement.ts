/** Envelope `account-statement`: how an account stands, signed. */
import {
  decisionHash,
  encodeAccountStatement,
  encodeCountersignature,
  LIMITS,
  readEnvelope,
  type AccountStatement,
} from '@coinslot/protocol';
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
  return fill(after, placed, ({ decision, chainHash }) => wholeStored(store, decision, chainHash));
}

/** Messages 2 of the same decisions, after the same positions. */
export async function handOverRequests(store: StoreReader, userId: Uint8Array, after: bigint): Promise<Handover> {
  const placed = await store.listDecisions(userId, after, LIMITS.decisionsMax);
  return fill(after, placed, ({ requestBytes }) => Uint8Array.from(requestBytes));
}

/**
 * This server's word that it holds these decisions, approvals alone, and of which publisher each is; after the same positions.
 * Whoever signed them may have been revoked since: what is in the record was admitted when it was not.
 */
export async function handOverCountersigned(
  store: StoreReader,
  userId: Uint8Array,
  after: bigint,
  { identity, nowMs }: { readonly identity: Identity; readonly nowMs: number },
): Promise<Handover> {
  const placed = await store.listDecisions(userId, after, LIMITS.decisionsMax);
  return fill(after, placed, ({ code, decision, publisherId }) => {
    if (code !== 'APPROVED') return undefined;
    const { body } = readEnvelope(Uint8Array.from(decision));
    const vouched = encodeCountersignature({ decisionHash: decisionHash(body), publisherId, timeMs: nowMs });
    return identity.seal('countersignature', vouched).envelope;
  });
}

/** The same of password keys: the messages in which the PIN key registered them. */
export async function handOverPasswords(store: StoreReader, userId: Uint8Array, after: bigint): Promise<Handover> {
  const kept = await store.passwords.listPasswords(userId);
  const placed = kept.filter(({ position }) => position > after).slice(0, LIMITS.decisionsMax);
  return fill(after, placed, ({ envelope }) => envelope);
}

/** The same of refunds: their notices, in the place of the decisions. */
export async function handOverRefunds(store: StoreReader, userId: Uint8Array, after: bigint): Promise<Handover> {
  const refunds = await store.refunds.listRefundsOfPlayer(userId, after, LIMITS.decisionsMax);
  return fill(after, refunds, ({ notice, chainHash }) => wholeStored(store, notice, chainHash));
}

/** As many as there is room for; a row without an envelope is passed over, and its position with it. */
async function fill<Row extends { readonly position: bigint }>(
  after: bigint,
  rows: readonly Row[],
  envelopeOf: (row: Row) => Uint8Array | undefined | Promise<Uint8Array>,
): Promise<Handover> {
  const decisions: Uint8Array[] = [];
  let next = after;
  let roomBytes = LIMITS.messageBytesMax - FRAME_BYTES;
  for (const row of rows) {
    const envelope = await envelopeOf(row);
    roomBytes -= envelope?.length ?? 0;
    if (roomBytes < 0 && decisions.length > 0) break;
    if (envelope !== undefined) decisions.push(envelope);
    next = row.position;
  }
  return { decisions, next };
}
