/** Card readers by pcscd, the PC/SC daemon of Linux, spoken to over its own socket: no compiler, no library, numeric errors. */
import type { CardConnection, ReaderPort } from '../../ports.ts';
import { PcscConnection, type ConnectionLimits } from './connection.ts';
import { readersOf } from './frames.ts';
import { DaemonSession } from './session.ts';
import { watchDaemon, type WatchPause } from './watch.ts';

const DEFAULT_SOCKET = '/run/pcscd/pcscd.comm';

export interface PcscOptions {
  /** Default: the environment's PCSCLITE_CSOCK_NAME, as every PC/SC program takes it, then /run/pcscd/pcscd.comm. */
  readonly socketPath?: string;
  /** Default: 3 s to wake a card, 2 s for another program's transaction, 1 s to reset a card at the end. */
  readonly limits?: Partial<ConnectionLimits>;
  /** Between tries while the daemon is away. Default: 250 ms, doubled up to 8 s. */
  readonly pause?: WatchPause;
}

/** Opens nothing until it is asked something. Cards are shared between programs; `exclusive` holds the others off. */
export function pcscReaders(options: PcscOptions = {}): ReaderPort {
  const socketPath = options.socketPath ?? process.env['PCSCLITE_CSOCK_NAME'] ?? DEFAULT_SOCKET;
  const limits = { connectMs: 3000, exclusiveMs: 2000, closeMs: 1000, ...options.limits };
  const pause = options.pause ?? { firstMs: 250, lastMs: 8000 };
  const watches = new Set<() => void>();
  const connections = new Set<CardConnection>();
  return {
    async readers() {
      const session = await DaemonSession.open(socketPath);
      try {
        return readersOf(await session.readerStates());
      } finally {
        session.close();
      }
    },
    watch(listener) {
      const stop = watchDaemon(socketPath, listener, pause);
      watches.add(stop);
      return () => {
        watches.delete(stop);
        stop();
      };
    },
    async connect(reader) {
      const connection = await PcscConnection.open(socketPath, reader, limits, () => connections.delete(connection));
      connections.add(connection);
      return connection;
    },
    async close() {
      for (const stop of watches) stop();
      watches.clear();
      await Promise.all([...connections].map((one) => one.close('reset')));
    },
  };
}
