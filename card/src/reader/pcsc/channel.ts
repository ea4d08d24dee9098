/** One socket to pcscd: commands go out, answers of a known length come in, each within its time. */
import { connect as connectSocket, type Socket } from 'node:net';
import { ReaderError } from '../../ports.ts';
import { words, type Command } from './frames.ts';

interface Awaited {
  readonly length: number;
  readonly resolve: (bytes: Buffer) => void;
  readonly reject: (error: ReaderError) => void;
}

/** Whatever goes wrong closes the socket: the daemon then takes back what its client held, and no later answer can be taken for an earlier one. */
export class DaemonChannel {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #byteCount = 0;
  #awaited: Awaited | undefined;
  #failure: ReaderError | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (cause) => this.#fail(new ReaderError('no-service', 'the card service broke off', { cause })));
    socket.on('close', () => this.#fail(new ReaderError('no-service', 'the card service closed the connection')));
  }

  /** Throws ReaderError `no-service` when nobody listens there. */
  static async open(path: string): Promise<DaemonChannel> {
    const socket = connectSocket({ path });
    await new Promise<void>((resolve, reject) => {
      const onError = (cause: Error) => reject(notRunning(path, cause));
      socket.once('error', onError);
      socket.once('connect', () => {
        socket.off('error', onError);
        resolve();
      });
    });
    return new DaemonChannel(socket);
  }

  get isClosed(): boolean {
    return this.#failure !== undefined;
  }

  send(command: Command, ...body: readonly Uint8Array[]): void {
    const length = body.reduce((sum, part) => sum + part.length, 0);
    this.sendPrepared(words(length, command), ...body);
  }

  /** For the one command whose header does not count all that follows it (transmit). */
  sendPrepared(...parts: readonly Uint8Array[]): void {
    if (this.#failure) throw this.#failure;
    this.#socket.write(Buffer.concat(parts));
  }

  /** The next bytes. Without a time it waits as long as the daemon lives. */
  async receive(length: number, timeoutMs?: number): Promise<Buffer> {
    if (this.#failure) throw this.#failure;
    let timer: NodeJS.Timeout | undefined;
    if (timeoutMs !== undefined) {
      const late = () => this.#fail(new ReaderError('timeout', `no answer within ${timeoutMs} ms`));
      timer = setTimeout(late, timeoutMs);
    }
    try {
      return await new Promise<Buffer>((resolve, reject) => {
        this.#awaited = { length, resolve, reject };
        this.#deliver();
      });
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#fail(new ReaderError('comm', 'the connection to the card was closed'));
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#byteCount += chunk.length;
    this.#deliver();
  }

  #deliver(): void {
    const awaited = this.#awaited;
    if (!awaited || this.#byteCount < awaited.length) return;
    const all = Buffer.concat(this.#chunks);
    const rest = all.subarray(awaited.length);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#byteCount = rest.length;
    this.#awaited = undefined;
    awaited.resolve(all.subarray(0, awaited.length));
  }

  #fail(failure: ReaderError): void {
    if (this.#failure) return;
    this.#failure = failure;
    this.#socket.destroy();
    this.#awaited?.reject(failure);
    this.#awaited = undefined;
  }
}

function notRunning(path: string, cause: Error): ReaderError {
  const remedy = 'install and start it: sudo apt-get install pcscd && sudo systemctl start pcscd.socket';
  return new ReaderError('no-service', `no card service listens on ${path}; ${remedy}`, { cause });
}
