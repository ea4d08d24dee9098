/**
 * What happens to what was bought otherwise than by play: uses, dates, refunds, and a restore that the player asks for. Minutes are
 * the play clock's.
 */
import { checksOf, unreached } from '../late.ts';
import type { Desk } from './desk.ts';
import type { Restoration } from './healing.ts';
import type { Entitlement, RestoreResult } from './types.ts';

export interface RunningOut {
  /** What a grant has consumed now, in all; the wallet keeps the count. */
  readonly onConsumed: (decisionId: string, consumed: number) => void;
  readonly onEnded: (entitlement: Entitlement) => void;
  readonly onProblem: (error: unknown) => void;
}

/**
 * Uses a target once: `true` when it is open. A use is taken, of the oldest grant that has one left, only where nothing else
 * opens the target, and is written before the answer.
 */
export async function useOnce({ parts }: Desk, target: string, tell: RunningOut): Promise<boolean> {
  const { entitlements } = parts;
  const [first, ...others] = entitlements.opening(target);
  if (first === undefined || [first, ...others].some(({ kind }) => kind !== 'uses')) return first !== undefined;
  const { decisionId } = first;
  const consumed = entitlements.consume(decisionId, 1);
  const used = entitlements.entitlement(decisionId)!;
  await entitlements.flush(decisionId).catch((error: unknown) => tell.onProblem(error));
  tell.onConsumed(decisionId, consumed);
  if (!used.open) tell.onEnded(used);
  return true;
}

/** Tells of everything held as its date passes. The returned function stops it; what is bought later needs a new call. */
export function watchEnds({ parts }: Desk, tell: RunningOut): () => void {
  const { entitlements, ports } = parts;
  const { clock } = ports;
  let callOff: (() => void) | undefined;
  let waiting = entitlements.list().filter((one) => one.open && one.endsAtMs !== undefined);
  const wait = (): void => {
    const nextMs = Math.min(...waiting.map((one) => one.endsAtMs!));
    // A timer has a longest delay, and may wake before its time.
    if (waiting.length > 0) callOff = clock.after(nextMs - clock.nowMs(), look);
  };
  const look = (): void => {
    const isOver = (one: Entitlement): boolean => one.endsAtMs! <= clock.nowMs();
    const over = waiting.filter(isOver);
    waiting = waiting.filter((one) => !isOver(one));
    wait();
    for (const { decisionId } of over) {
      const ended = entitlements.entitlement(decisionId);
      if (ended !== undefined) tell.onEnded(ended);
    }
  };
  wait();
  return () => callOff?.();
}

/** Ends what the publisher has given the money back for. Throws what its verification throws. */
export async function takeRefund(desk: Desk, notice: Uint8Array): Promise<void> {
  const { verifier, entitlements, ports } = desk.parts;
  try {
    const decisionId = (await verifier()).verifyRefund(notice, ports.clock.nowMs());
    desk.passed('refund', notice, checksOf());
    const entitlement = await entitlements.end(decisionId);
    if (entitlement !== undefined) desk.changed({ kind: 'refunded', entitlement });
  } catch (error) {
    desk.passed('refund', notice, checksOf(error));
    throw error;
  }
}

/** Restores because the player asked for it, with what stood in the way. `run` restores by the open link. */
export async function restoreNow({ parts: { link } }: Desk, run: () => Promise<Restoration>): Promise<RestoreResult> {
  const state = await link.reach();
  if (state !== 'ready') {
    const { reason, detail } = unreached(state, link.permission);
    const why = reason === 'payments-off' ? 'not-paired' : reason;
    return { status: 'failed', entitlements: [], refused: [], reason: why, detail };
  }
  const { complete, entitlements, refused } = await run();
  return { status: complete ? 'restored' : 'failed', entitlements, refused };
}
