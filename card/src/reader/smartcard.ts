/**
 * Card readers by the npm package `smartcard`, for macOS and Windows. It is optional and compiled at its install. It has no
 * transactions, so a connection always keeps the card for itself; it gives errors as text only, and a silent card's thread cannot
 * be stopped: after a time-out the connection is abandoned, and the card free again only when it answers or is pulled out.
 */
import { ReaderError, type CardConnection, type ReaderErrorKind, type ReaderPort, type ReaderState } from '../ports.ts';
import { afterSending, requireCommand } from './outcome.ts';
import { BackOff, onlyChanges, type ReaderListener } from './listing.ts';

/** What is used of the package (3.7). Said here because the package may be absent where this is compiled. */
interface NativeCard {
  readonly atr: Uint8Array | null;
  transmit(command: Buffer, options: { maxRecvLength: number }): Promise<Uint8Array>;
  reconnect(shareMode: number, protocol: number, initialization: number): Promise<number>;
  disconnect(disposition: number): void;
}
interface NativeReader {
  readonly name: string;
  readonly state: number;
  readonly atr: Uint8Array | null;
  connect(shareMode: number, protocol: number): Promise<NativeCard>;
}
interface NativeContext {
  listReaders(): NativeReader[];
  close(): void;
}
interface NativeMonitor {
  start(callback: (event: { readonly type: string }) => void): void;
  stop(): void;
}
/** The package, or what behaves like it. */
export interface SmartcardPackage {
  readonly Context: new () => NativeContext;
  readonly ReaderMonitor: new () => NativeMonitor;
  readonly SCARD_SHARE_EXCLUSIVE: number;
  readonly SCARD_PROTOCOL_T0: number;
  readonly SCARD_PROTOCOL_T1: number;
  readonly SCARD_LEAVE_CARD: number;
  readonly SCARD_RESET_CARD: number;
  readonly SCARD_STATE_PRESENT: number;
}

export interface SmartcardOptions {
  /** Default: the package installed here. */
  readonly load?: () => Promise<SmartcardPackage>;
}

const ANSWER_BYTES_MAX = 65538;
const CLOSE_MS = 1000;
const PAUSE_FIRST_MS = 1000;
const PAUSE_LAST_MS = 8000;

/** Loads the package at the first call; where it does not load every call throws ReaderError `no-service` with the remedy. */
export function smartcardReaders({ load = loadInstalled }: SmartcardOptions = {}): ReaderPort {
  let loaded: Promise<SmartcardPackage> | undefined;
  const native = () => (loaded ??= load().catch(notLoaded));
  const stops = new Set<() => void>();
  const connections = new Set<CardConnection>();
  return {
    readers: async () => listReaders(await native()),
    watch(listener) {
      const watch = new SmartcardWatch(native, listener, () => stops.delete(stop));
      const stop = () => watch.stop();
      stops.add(stop);
      return stop;
    },
    async connect(reader) {
      const connection = await SmartcardConnection.open(await native(), reader, () => connections.delete(connection));
      connections.add(connection);
      return connection;
    },
    async close() {
      for (const stop of [...stops]) stop();
      await Promise.all([...connections].map((one) => one.close('reset')));
    },
  };
}

async function loadInstalled(): Promise<SmartcardPackage> {
  // Not a literal: whoever compiles or bundles this need not have the package.
  const name = 'smartcard';
  return (await import(name)) as SmartcardPackage;
}

function notLoaded(cause: unknown): never {
  const remedy = 'build it with `npm rebuild smartcard` (needs a compiler; on Linux also libpcsclite-dev)';
  throw new ReaderError('no-service', `the package smartcard is not there or does not load; ${remedy}`, { cause });
}

function listReaders(native: SmartcardPackage): ReaderState[] {
  const context = openContext(native);
  try {
    return calling('list', () => context.listReaders()).map(({ name, state, atr }) => {
      const present = (state & native.SCARD_STATE_PRESENT) !== 0;
      return { name, present, ...(present && atr && { atr: Uint8Array.from(atr) }) };
    });
  } finally {
    context.close();
  }
}

function openContext(native: SmartcardPackage): NativeContext {
  return calling('establish', () => new native.Context());
}

function protocolsOf(native: SmartcardPackage): number {
  return native.SCARD_PROTOCOL_T0 | native.SCARD_PROTOCOL_T1;
}

class SmartcardConnection implements CardConnection {
  readonly atr: Uint8Array;
  readonly #native: SmartcardPackage;
  readonly #context: NativeContext;
  readonly #card: NativeCard;
  readonly #onClose: () => void;
  #pendingCount = 0;
  #isClosed = false;

  private constructor(native: SmartcardPackage, context: NativeContext, card: NativeCard, onClose: () => void) {
    this.#native = native;
    this.#context = context;
    this.#card = card;
    this.#onClose = onClose;
    this.atr = Uint8Array.from(card.atr ?? []);
  }

  static async open(native: SmartcardPackage, name: string, onClose: () => void): Promise<SmartcardConnection> {
    const context = openContext(native);
    try {
      const reader = calling('list', () => context.listReaders()).find((one) => one.name === name);
      if (!reader) throw new ReaderError('no-reader', `no reader is called ${JSON.stringify(name)}`);
      // Asked first: the service would name a connection of before, still held, as the reason.
      if ((reader.state & native.SCARD_STATE_PRESENT) === 0) throw new ReaderError('no-card', `no card in ${name}`);
      const card = await reader.connect(native.SCARD_SHARE_EXCLUSIVE, protocolsOf(native)).catch((cause: unknown) => {
        throw errorOf('connect', cause);
      });
      return new SmartcardConnection(native, context, card, onClose);
    } catch (error) {
      context.close();
      throw error;
    }
  }

  async transmit(apdu: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    if (this.#isClosed) throw new ReaderError('comm', 'the connection to the card was closed');
    const command = Buffer.from(requireCommand(apdu));
    this.#pendingCount += 1;
    const work = this.#card.transmit(command, { maxRecvLength: ANSWER_BYTES_MAX }).finally(() => {
      this.#pendingCount -= 1;
      if (this.#isClosed) void this.#release('reset');
    });
    const answer = await this.#within(timeoutMs, work);
    if (answer.length < 2) throw new ReaderError('comm', `transmit: an answer of ${answer.length} bytes`);
    return Uint8Array.from(answer);
  }

  /** Nobody else can be connected. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  /** A reset that takes longer goes on by itself. */
  async close(disposition: 'reset' | 'leave'): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClose();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_MS)));
    await Promise.race([this.#release(disposition), late]);
    clearTimeout(timer);
  }

  /**
   * Not while a command is under way: the package would hold up the whole program until the card answers. For the same reason
   * the card is reset by connecting again, which does not, and not by the disconnection, which does.
   */
  async #release(disposition: 'reset' | 'leave'): Promise<void> {
    if (this.#pendingCount > 0) return;
    const { SCARD_SHARE_EXCLUSIVE, SCARD_RESET_CARD, SCARD_LEAVE_CARD } = this.#native;
    try {
      if (disposition === 'reset')
        await this.#card.reconnect(SCARD_SHARE_EXCLUSIVE, protocolsOf(this.#native), SCARD_RESET_CARD);
    } catch {
      // The card has gone, and what it remembered with it.
    }
    try {
      this.#card.disconnect(SCARD_LEAVE_CARD);
    } catch {
      // The service has gone, and the connection with it.
    }
    this.#context.close();
  }

  async #within(timeoutMs: number, work: Promise<Uint8Array>): Promise<Uint8Array> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#isClosed = true;
        this.#onClose();
        reject(new ReaderError('timeout', `no answer within ${timeoutMs} ms`));
      }, timeoutMs);
    });
    try {
      return await Promise.race([work, late]);
    } catch (cause) {
      throw afterSending(cause instanceof ReaderError ? cause : errorOf('transmit', cause));
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The package's own thread waits for changes; when the service goes it is ended and begun again later. */
class SmartcardWatch {
  readonly #native: () => Promise<SmartcardPackage>;
  readonly #tell: ReaderListener;
  readonly #onStop: () => void;
  readonly #backOff = new BackOff(PAUSE_FIRST_MS, PAUSE_LAST_MS);
  #monitor: NativeMonitor | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(native: () => Promise<SmartcardPackage>, listener: ReaderListener, onStop: () => void) {
    this.#native = native;
    this.#tell = onlyChanges(listener);
    this.#onStop = onStop;
    void this.#begin();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#endMonitor();
    this.#onStop();
  }

  async #begin(): Promise<void> {
    let readers: readonly ReaderState[];
    let native: SmartcardPackage;
    try {
      native = await this.#native();
      readers = listReaders(native);
    } catch {
      this.#later();
      return;
    }
    if (this.#isStopped) return;
    this.#backOff.reset();
    this.#tell(readers);
    const monitor = new native.ReaderMonitor();
    this.#monitor = monitor;
    monitor.start(({ type }) => (type === 'error' ? this.#later() : this.#look(native)));
  }

  #look(native: SmartcardPackage): void {
    if (this.#isStopped) return;
    let readers: readonly ReaderState[];
    try {
      readers = listReaders(native);
    } catch {
      this.#later();
      return;
    }
    this.#tell(readers);
  }

  #later(): void {
    this.#endMonitor();
    if (this.#isStopped) return;
    this.#tell([]);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#begin(), this.#backOff.nextMs());
  }

  #endMonitor(): void {
    this.#monitor?.stop();
    this.#monitor = undefined;
  }
}

/** The package's texts (its `pcsc_errors.h`); the numbers are lost on the way. */
const KINDS = new Map<string, ReaderErrorKind>([
  ['PC/SC service not running', 'no-service'],
  ['PC/SC service stopped', 'no-service'],
  ['No smart card present', 'no-card'],
  ['Unknown reader', 'no-reader'],
  ['Reader unavailable', 'no-reader'],
  ['No readers available', 'no-reader'],
  ['Sharing violation', 'sharing'],
  ['Operation timed out', 'timeout'],
  ['Protocol mismatch', 'proto'],
  ['Card is not supported', 'proto'],
  ['Card was removed', 'removed'],
  ['Card was reset', 'reset'],
  ['Invalid handle', 'removed'],
]);

function errorOf(verb: string, cause: unknown): ReaderError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new ReaderError(KINDS.get(text) ?? 'comm', `${verb}: ${text}`, { cause });
}

function calling<T>(verb: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw errorOf(verb, cause);
  }
}
