/** Watching pcscd's readers: one parked socket while the daemon runs, tries further and further apart while it does not. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ReaderState } from '../../ports.ts';
import { BackOff, onlyChanges, type ReaderListener } from '../listing.ts';
import { readersOf } from './frames.ts';
import { DaemonSession } from './session.ts';

export interface WatchPause {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Returns what ends it. No service counts as no readers: the listener hears of an empty list, `readers()` says why. */
export function watchDaemon(socketPath: string, listener: ReaderListener, pause: WatchPause): () => void {
  const stop = new AbortController();
  const tell = onlyChanges((readers: readonly ReaderState[]) => {
    // On its own turn: what a listener throws is its own fault and must not look like a daemon that broke off.
    queueMicrotask(() => {
      if (!stop.signal.aborted) listener(readers);
    });
  });
  void watchUntil(stop.signal, socketPath, tell, new BackOff(pause.firstMs, pause.lastMs));
  return () => stop.abort();
}

async function watchUntil(signal: AbortSignal, socketPath: string, tell: ReaderListener, backOff: BackOff) {
  while (!signal.aborted) {
    try {
      await watchSession(signal, socketPath, tell, backOff);
    } catch {
      tell([]);
    }
    await delay(backOff.nextMs(), undefined, { signal }).catch(() => undefined);
  }
}

async function watchSession(signal: AbortSignal, socketPath: string, tell: ReaderListener, backOff: BackOff) {
  const session = await DaemonSession.open(socketPath);
  const close = () => session.close();
  signal.addEventListener('abort', close);
  try {
    while (!signal.aborted) {
      const { states, changed } = await session.watchOnce();
      backOff.reset();
      tell(readersOf(states));
      await changed;
    }
  } finally {
    signal.removeEventListener('abort', close);
    session.close();
  }
}
