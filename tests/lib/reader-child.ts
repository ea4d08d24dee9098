/**
 * A driver of the reader port in a process of its own, as a wallet next to others has it; `remoteReaders` is its port on this
 * side. The compiled package needs it: its calls hold up their whole process until the card answers, and a card that runs in the
 * same process never would. Run as a program it is the other side: PCSCLITE_CSOCK_NAME says where, COINSLOT_SMARTCARD names the package.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  ReaderError,
  smartcardReaders,
  type CardConnection,
  type ReaderErrorKind,
  type ReaderPort,
  type ReaderState,
  type SmartcardPackage,
} from '@coinslot/card';

type Call =
  | { readonly verb: 'readers' | 'watch' | 'end' }
  | { readonly verb: 'unwatch'; readonly watch: number }
  | { readonly verb: 'connect'; readonly reader: string }
  | { readonly verb: 'transmit'; readonly connection: number; readonly apdu: Uint8Array; readonly timeoutMs: number }
  | { readonly verb: 'close'; readonly connection: number; readonly disposition: 'reset' | 'leave' };
type Question = Call & { readonly id: number };
interface Done {
  readonly id: number;
  readonly value: unknown;
}
interface Failed {
  readonly id: number;
  readonly error: { readonly kind: ReaderErrorKind; readonly message: string };
}
interface Told {
  readonly watch: number;
  readonly readers: readonly ReaderState[];
}
type Answer = Done | Failed | Told;

const SELF = fileURLToPath(import.meta.url);

/** Its connections keep the card for themselves, so `exclusive` needs no word to the other side. */
export function remoteReaders(environment: Record<string, string>): ReaderPort {
  const child = fork(SELF, {
    execArgv: ['--conditions=coinslot-source', '--import', 'tsx'],
    env: { ...process.env, ...environment },
    serialization: 'advanced',
  });
  const listeners = new Map<number, (readers: readonly ReaderState[]) => void>();
  const ask = askOf(child, (watch, readers) => listeners.get(watch)?.(readers));
  return {
    readers: async () => (await ask({ verb: 'readers' })).value as ReaderState[],
    watch(listener) {
      const asked = ask({ verb: 'watch' }, (id) => listeners.set(id, listener));
      return () => {
        void asked.then(({ id }) => {
          listeners.delete(id);
          return ask({ verb: 'unwatch', watch: id });
        });
      };
    },
    async connect(reader) {
      const { id, value } = await ask({ verb: 'connect', reader });
      return {
        atr: value as Uint8Array,
        transmit: async (apdu, timeoutMs) =>
          (await ask({ verb: 'transmit', connection: id, apdu, timeoutMs })).value as Uint8Array,
        exclusive: (work) => work(),
        close: async (disposition) => void (await ask({ verb: 'close', connection: id, disposition })),
      };
    },
    async close() {
      if (!child.connected) return;
      listeners.clear();
      await ask({ verb: 'end' });
      child.disconnect();
    },
  };
}

function askOf(child: ChildProcess, onReaders: (watch: number, readers: readonly ReaderState[]) => void) {
  const waiting = new Map<number, (answer: Done | Failed) => void>();
  let lastId = 0;
  child.on('message', (message) => {
    const answer = message as Answer;
    if ('watch' in answer) onReaders(answer.watch, answer.readers);
    else waiting.get(answer.id)?.(answer);
  });
  return (call: Call, onId?: (id: number) => void) =>
    new Promise<Done>((resolve, reject) => {
      const id = (lastId += 1);
      onId?.(id);
      waiting.set(id, (answer) => {
        waiting.delete(id);
        if ('error' in answer) reject(new ReaderError(answer.error.kind, answer.error.message));
        else resolve(answer);
      });
      if (child.connected) child.send({ ...call, id } satisfies Question);
      else reject(new ReaderError('comm', 'the other side has ended'));
    });
}

function serve(send: (answer: Answer) => void): void {
  const load = async () => (await import(process.env['COINSLOT_SMARTCARD'] ?? 'smartcard')) as SmartcardPackage;
  const port = smartcardReaders({ load });
  const connections = new Map<number, CardConnection>();
  const stops = new Map<number, () => void>();
  const connectionOf = (id: number) => connections.get(id)!;

  process.on('message', (message) => {
    const question = message as Question;
    answerTo(question).then(
      (value) => send({ id: question.id, value }),
      (error: unknown) => {
        if (!(error instanceof ReaderError)) throw error;
        send({ id: question.id, error: { kind: error.kind, message: error.message } });
      },
    );
  });
  process.on('disconnect', () => process.exit());

  async function answerTo(question: Question): Promise<unknown> {
    const { id } = question;
    switch (question.verb) {
      case 'readers':
        return port.readers();
      case 'watch':
        stops.set(
          id,
          port.watch((readers) => send({ watch: id, readers })),
        );
        return undefined;
      case 'unwatch':
        stops.get(question.watch)?.();
        return undefined;
      case 'connect': {
        const connection = await port.connect(question.reader);
        connections.set(id, connection);
        return connection.atr;
      }
      case 'transmit':
        return connectionOf(question.connection).transmit(Uint8Array.from(question.apdu), question.timeoutMs);
      case 'close':
        return connectionOf(question.connection).close(question.disposition);
      case 'end':
        return port.close();
    }
  }
}

if (process.argv[1] === SELF && process.send) serve(process.send.bind(process));
