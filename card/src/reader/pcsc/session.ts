/** A client of pcscd: version agreed, then one command at a time. */
import { ReaderError } from '../../ports.ts';
import { DaemonChannel } from './channel.ts';
import { errorOf, SUCCESS } from './codes.ts';
import {
  COMMAND,
  READER_STATES_BYTES,
  readReaderStates,
  VERSION_MAJOR,
  VERSION_MINORS,
  WAIT_SIGNAL_BYTES,
  wordAt,
  words,
  type Command,
  type DaemonReaderState,
} from './frames.ts';

/** How long the daemon itself may take for what needs no card. */
const DAEMON_ANSWER_MS = 3000;

export class DaemonSession {
  readonly #channel: DaemonChannel;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(channel: DaemonChannel) {
    this.#channel = channel;
  }

  /** Throws ReaderError `no-service`: nobody listens, the daemon refuses this user, or it speaks another version. */
  static async open(path: string): Promise<DaemonSession> {
    for (const minor of VERSION_MINORS) {
      const channel = await DaemonChannel.open(path);
      channel.send(COMMAND.version, words(VERSION_MAJOR, minor, SUCCESS));
      const answer = await channel.receive(12, DAEMON_ANSWER_MS);
      if (wordAt(answer, 8) === SUCCESS) return new DaemonSession(channel);
      channel.close();
      const theirs = [wordAt(answer, 0), wordAt(answer, 4)] as const;
      if (theirs[0] !== VERSION_MAJOR || !VERSION_MINORS.includes(theirs[1]))
        throw new ReaderError('no-service', `the card service speaks version ${theirs.join(':')}, not 4:4 or 4:5`);
    }
    throw new ReaderError('no-service', 'the card service takes no version it names itself');
  }

  get isClosed(): boolean {
    return this.#channel.isClosed;
  }

  async readerStates(): Promise<DaemonReaderState[]> {
    return this.inTurn(async (channel) => {
      channel.send(COMMAND.readerStates);
      return readReaderStates(await channel.receive(READER_STATES_BYTES, DAEMON_ANSWER_MS));
    });
  }

  /** The states now, and a promise of the next change: the socket is parked, nobody polls. The daemon does both in one step, so no change falls between. */
  async watchOnce(): Promise<{ states: DaemonReaderState[]; changed: Promise<void> }> {
    this.#channel.send(COMMAND.waitReaderStateChange);
    const states = readReaderStates(await this.#channel.receive(READER_STATES_BYTES, DAEMON_ANSWER_MS));
    const changed = this.#channel.receive(WAIT_SIGNAL_BYTES).then(() => undefined);
    // Awaited by the caller after it has told its listeners; until then a daemon that dies must not count as unhandled.
    changed.catch(() => undefined);
    return { states, changed };
  }

  /** Sends a structure and gives it filled in. The caller names the offset of the return value; throws ReaderError by its code. */
  async command(verb: string, command: Command, body: Buffer, returnAt: number, timeoutMs = DAEMON_ANSWER_MS) {
    return this.inTurn(async (channel) => {
      channel.send(command, body);
      const answer = await channel.receive(body.length, timeoutMs);
      const code = wordAt(answer, returnAt);
      if (code !== SUCCESS) throw errorOf(verb, code);
      return answer;
    });
  }

  /** Runs work when what was asked before is through; only then may it use the channel. */
  inTurn<T>(work: (channel: DaemonChannel) => Promise<T>): Promise<T> {
    const run = this.#last.then(() => work(this.#channel));
    this.#last = run.catch(() => undefined);
    return run;
  }

  close(): void {
    this.#channel.close();
  }
}
