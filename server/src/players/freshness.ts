/**
 * What players ask of their account is fresh for five minutes and answered once: a recorded question must not fetch later
 * answers. The nonces are in the store until no message that has them is fresh any more, so that neither a restart nor another
 * server answers twice. Changes of limits do not rest on this: their times must rise, and that is stored.
 */
import { ProtocolError } from '@coinslot/protocol';
import { createHash } from 'node:crypto';
import { FRESH_MS_MAX } from '../limits.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import { hex } from './types.ts';

/** Throws CLOCK_SKEW when the time is more than five minutes from now. */
export function requireFresh(timeMs: number, nowMs: number, field: string): void {
  if (Math.abs(nowMs - timeMs) > FRESH_MS_MAX)
    throw new ProtocolError('CLOCK_SKEW', `${field}: more than five minutes from the server's clock`, {
      hint: "set this machine's clock",
    });
}

interface NonceParts {
  readonly commit: GroupCommit;
  /** Remembered at once. */
  readonly entriesMax: number;
}

export class Nonces {
  readonly #parts: NonceParts;

  constructor(parts: NonceParts) {
    this.#parts = parts;
  }

  /** Throws CONSENT_STALE for a nonce that was used, by whatever server of this store; BUSY when too many are remembered. */
  async requireNew(userId: Uint8Array, nonce: Uint8Array, nowMs: number): Promise<void> {
    const { commit, entriesMax } = this.#parts;
    const digest = Uint8Array.from(
      createHash('sha256')
        .update(`${hex(userId)} ${hex(nonce)}`)
        .digest(),
    );
    // A message may be dated five minutes ahead.
    const untilMs = nowMs + 2 * FRESH_MS_MAX;
    await commit.submit(async ({ passes }) => {
      if ((await passes.findPass('nonce', digest)) !== undefined)
        throw new ProtocolError('CONSENT_STALE', 'AccountRequest.nonce: used before');
      await passes.forgetPasses('nonce', nowMs);
      if ((await passes.countPasses('nonce')) >= entriesMax)
        throw new ProtocolError('BUSY', 'too many questions in five minutes');
      await passes.addPass({ kind: 'nonce', digest, subject: '', openedAtMs: nowMs, untilMs });
    });
  }
}
