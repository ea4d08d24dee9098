/** A card in a reader of pcscd. Each connection has a socket of its own, so that a silent card holds up nobody else. */
import { ReaderError, type CardConnection } from '../../ports.ts';
import { afterSending, requireCommand } from '../outcome.ts';
import { Transaction } from '../transaction.ts';
import { errorOf, SHARING_VIOLATION, SUCCESS } from './codes.ts';
import {
  ANSWER_BYTES_MAX,
  COMMAND,
  DISPOSITION,
  PROTOCOL_ANY,
  readerNameField,
  SCOPE_SYSTEM,
  SHARE_SHARED,
  wordAt,
  words,
} from './frames.ts';
import { DaemonSession } from './session.ts';

export interface ConnectionLimits {
  /** For waking the card; beyond it another program holds the reader, or the reader hangs. */
  readonly connectMs: number;
  /** How long `exclusive` waits for another program's transaction. */
  readonly exclusiveMs: number;
  /** For a card to be reset at the end. */
  readonly closeMs: number;
}

const PCI_BYTES = 16;
const TRANSMIT_BYTES = 32;
const CONNECT_OFFSETS = { card: 140, protocol: 144, code: 148 };

/** What the daemon gave for a card that is awake: three of its numbers, and the card's answer to reset. */
interface Found {
  readonly context: number;
  readonly card: number;
  readonly protocol: number;
  readonly atr: Uint8Array;
}

export class PcscConnection implements CardConnection {
  readonly atr: Uint8Array;
  readonly #session: DaemonSession;
  readonly #context: number;
  readonly #card: number;
  readonly #protocol: number;
  readonly #limits: ConnectionLimits;
  readonly #onClose: () => void;
  readonly #transaction = new Transaction(
    () => this.#begin(),
    () => this.#end(),
  );
  #pendingCount = 0;

  private constructor(session: DaemonSession, found: Found, limits: ConnectionLimits, onClose: () => void) {
    this.#session = session;
    this.#context = found.context;
    this.#card = found.card;
    this.#protocol = found.protocol;
    this.atr = found.atr;
    this.#limits = limits;
    this.#onClose = onClose;
  }

  static async open(
    socketPath: string,
    reader: string,
    limits: ConnectionLimits,
    onClose: () => void,
  ): Promise<PcscConnection> {
    const name = readerNameField(reader);
    if (!name) throw new ReaderError('no-reader', `no reader can be called ${JSON.stringify(reader)}`);
    const session = await DaemonSession.open(socketPath);
    try {
      return new PcscConnection(session, await wake(session, reader, name, limits.connectMs), limits, onClose);
    } catch (error) {
      session.close();
      throw await whyLate(error, socketPath, reader);
    }
  }

  async transmit(apdu: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    requireCommand(apdu);
    this.#pendingCount += 1;
    try {
      const answer = await this.#exchange(apdu, timeoutMs);
      // A card that was pulled out in between: the driver reports success and no bytes, or a few.
      if (answer.length < 2) throw new ReaderError('comm', `transmit: an answer of ${answer.length} bytes`);
      return Uint8Array.from(answer);
    } catch (error) {
      throw error instanceof ReaderError ? afterSending(error) : error;
    } finally {
      this.#pendingCount -= 1;
    }
  }

  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#transaction.run(work);
  }

  /** Never throws: what cannot be said to the daemon any more is said by closing the socket. */
  async close(disposition: 'reset' | 'leave'): Promise<void> {
    // With a command under way nothing can be asked; a socket that goes makes the daemon reset a card held in a transaction.
    if (this.#pendingCount === 0 && !this.#session.isClosed) await this.#leave(disposition);
    this.#session.close();
    this.#onClose();
  }

  async #exchange(apdu: Uint8Array, timeoutMs: number): Promise<Buffer> {
    return this.#session.inTurn(async (channel) => {
      const pci = [this.#protocol, PCI_BYTES];
      const header = words(this.#card, ...pci, apdu.length, ...pci, ANSWER_BYTES_MAX, SUCCESS);
      channel.sendPrepared(words(TRANSMIT_BYTES, COMMAND.transmit), header, apdu);
      const answer = await channel.receive(TRANSMIT_BYTES, timeoutMs);
      const code = wordAt(answer, 28);
      if (code !== SUCCESS) throw errorOf('transmit', code);
      const length = wordAt(answer, 24);
      if (length > ANSWER_BYTES_MAX) {
        channel.close();
        throw new ReaderError('comm', `transmit: an answer of ${length} bytes is announced`);
      }
      return channel.receive(length, timeoutMs);
    });
  }

  /** The daemon waits 100 ms itself before it says that another one is at it, so asking again does not spin. */
  async #begin(): Promise<void> {
    const { exclusiveMs } = this.#limits;
    const endMs = performance.now() + exclusiveMs;
    for (;;) {
      const code = await this.#session.inTurn(async (channel) => {
        channel.send(COMMAND.beginTransaction, words(this.#card, SUCCESS));
        return wordAt(await channel.receive(8, exclusiveMs + 1000), 4);
      });
      if (code === SUCCESS) return;
      if (code !== SHARING_VIOLATION || performance.now() >= endMs) throw errorOf('begin', code);
    }
  }

  /** What the work did stands, whatever the daemon says to its end; a lost socket has ended the transaction already. */
  async #end(): Promise<void> {
    if (this.#session.isClosed) return;
    const body = words(this.#card, DISPOSITION.leave, SUCCESS);
    await this.#session.command('end', COMMAND.endTransaction, body, 8).catch(() => undefined);
  }

  async #leave(disposition: 'reset' | 'leave'): Promise<void> {
    const { closeMs } = this.#limits;
    const body = words(this.#card, DISPOSITION[disposition], SUCCESS);
    await this.#session.command('disconnect', COMMAND.disconnect, body, 8, closeMs).catch(() => undefined);
    if (this.#session.isClosed) return;
    const release = words(this.#context, SUCCESS);
    await this.#session.command('release', COMMAND.releaseContext, release, 4, closeMs).catch(() => undefined);
  }
}

async function wake(session: DaemonSession, reader: string, name: Buffer, timeoutMs: number): Promise<Found> {
  const established = await session.command('establish', COMMAND.establishContext, words(SCOPE_SYSTEM, 0, SUCCESS), 8);
  const context = wordAt(established, 4);
  const body = Buffer.concat([words(context), name, words(SHARE_SHARED, PROTOCOL_ANY, 0, 0, SUCCESS)]);
  const at = CONNECT_OFFSETS;
  const connected = await session.command('connect', COMMAND.connect, body, at.code, timeoutMs);
  const state = (await session.readerStates()).find((one) => one.name === reader);
  if (!state?.atr) throw new ReaderError('no-card', `the card left ${reader} while it was woken`);
  return { context, card: wordAt(connected, at.card), protocol: wordAt(connected, at.protocol), atr: state.atr };
}

/** The daemon keeps a new client waiting without a word while another one holds the card. */
async function whyLate(error: unknown, socketPath: string, reader: string): Promise<unknown> {
  if (!(error instanceof ReaderError) || error.kind !== 'timeout') return error;
  const session = await DaemonSession.open(socketPath);
  try {
    const state = (await session.readerStates()).find((one) => one.name === reader);
    if (state === undefined || state.sharing === 0) return error;
    return new ReaderError('sharing', `another program holds the card in ${reader}`, { cause: error });
  } finally {
    session.close();
  }
}
