/** Asking again while the server is busy, as whoever pays does: the same bytes, after as long as its answer says. */
import { ProtocolError } from '@coinslot/protocol';
import { setTimeout as wait } from 'node:timers/promises';

/** What the doors say with BUSY: `Retry-After: 1`. */
const RETRY_AFTER_MS = 1_000;
/** Then each wait is as long as the one before it and this much more; a minute and a half in all. */
const LONGER_MS = 500;
const TRIES_MAX = 18;

/** Asks, and again while the server is busy. */
export type Ask = <Result>(ask: () => Promise<Result>) => Promise<Result>;

/**
 * The answer to what is asked, asked again whenever it is BUSY: nothing was charged then, and nothing recorded. Throws BUSY when it
 * still is after the last try, and everything else at once.
 */
export async function askWhileBusy<Result>(
  ask: () => Promise<Result>,
  onAgain: () => void,
  pause: (ms: number) => Promise<unknown> = wait,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.code !== 'BUSY' || tries >= TRIES_MAX) throw error;
      onAgain();
      await pause(RETRY_AFTER_MS + (tries - 1) * LONGER_MS);
    }
  }
}
