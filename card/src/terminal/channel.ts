/**
 * Commands over a connection: long ones in parts, long answers fetched in parts, both bounded, so that a card that always
 * has "more" ends in an error and not in a wait (ISO 7816-4 sections 5.3.3 and 5.3.4).
 */
import {
  decodeResponse,
  encodeCommand,
  SHORT_ANSWER_BYTES_MAX,
  SHORT_DATA_BYTES_MAX,
  type Response,
} from '../applet/apdu.ts';
import { CHAIN_BIT, COMMANDS, type CommandName, type Header } from '../applet/commands.ts';
import { SW } from '../applet/status-words.ts';
import { ReaderError, type CardConnection } from '../ports.ts';
import { fromReader, fromStatus, malformed } from './errors.ts';

/** The longest answer that any command of the applet gives, with room to spare. */
const ANSWER_BYTES_MAX = 16_384;

/** What may be sent again where its answer was 6Cxx: these leave nothing behind that lasts. */
const REPEATABLE: readonly CommandName[] = [
  'SELECT',
  'GET_CHALLENGE',
  'INTERNAL_AUTHENTICATE',
  'READ_RECORD',
  'GET_DATA',
  'INITIALIZE_FOR_PURCHASE',
  'GET_TRANSACTION_PROOF',
  'GET_BALANCE',
  'PROVE_POSSESSION',
];

export interface ChannelLimits {
  /** One APDU. */
  readonly apduMs: number;
  /**
   * Everything between the opening of a channel, or the last step that was one of a known number, and its end: a player does
   * not look at a silent card for longer.
   */
  readonly totalMs: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

export interface Sent {
  readonly p1?: number;
  readonly p2?: number;
  readonly data?: Uint8Array;
}

export class Channel {
  readonly #connection: CardConnection;
  readonly #limits: ChannelLimits;
  #endMs: number;
  /** The card has answered something of the present command: it was sent, whatever the reader says next. */
  #isAnswered = false;
  #hasVerified = false;

  constructor(connection: CardConnection, limits: ChannelLimits) {
    this.#connection = connection;
    this.#limits = limits;
    this.#endMs = limits.now() + limits.totalMs;
  }

  /** One of a known number of steps is done: the card is slow, not stuck, and the next has as much time. */
  stepDone(): void {
    this.#endMs = this.#limits.now() + this.#limits.totalMs;
  }

  /** VERIFY was sent, whatever came of it. */
  get hasVerified(): boolean {
    return this.#hasVerified;
  }

  /** The data of an answer of 9000. Throws CardTerminalError for every other. */
  async ask(name: CommandName, sent: Sent = {}): Promise<Uint8Array> {
    const { data, statusWord } = await this.send(name, sent);
    if (statusWord !== SW.OK) throw fromStatus(statusWord, name);
    return data;
  }

  /** An answer with its status word; data only with 9000. Throws CardTerminalError when there is no whole one. */
  async send(name: CommandName, sent: Sent = {}): Promise<Response> {
    this.#isAnswered = false;
    this.#hasVerified ||= name === 'VERIFY';
    try {
      const answer = await this.#exchange(name, sent);
      // A refusal has no data: these are the last two bytes of an answer that was cut.
      if (answer.statusWord !== SW.OK && answer.data.length > 0) throw malformed(name, 'a refusal with data');
      return answer;
    } catch (error) {
      if (error instanceof ReaderError) throw fromReader(error, name, this.#isAnswered);
      throw error;
    }
  }

  async #exchange(name: CommandName, { p1, p2, data = new Uint8Array() }: Sent): Promise<Response> {
    const header: Header = COMMANDS[name];
    const command = { cla: header.cla, ins: header.ins, p1: header.p1 ?? p1 ?? 0, p2: header.p2 ?? p2 ?? 0 };
    let at = 0;
    for (; data.length - at > SHORT_DATA_BYTES_MAX; at += SHORT_DATA_BYTES_MAX) {
      const part = data.subarray(at, at + SHORT_DATA_BYTES_MAX);
      const answer = await this.#transmit(
        encodeCommand({ ...command, cla: command.cla | CHAIN_BIT, data: part, le: 0 }),
      );
      if (answer.statusWord !== SW.OK) return answer;
    }
    return this.#whole(name, { ...command, data: data.subarray(at) });
  }

  async #whole(name: CommandName, command: Omit<Parameters<typeof encodeCommand>[0], 'le'>): Promise<Response> {
    let answer = await this.#transmit(encodeCommand({ ...command, le: SHORT_ANSWER_BYTES_MAX }));
    // 6Cxx names the length that fits; a second one would be no answer but a game. It can also be how a cut answer ends,
    // and what has been done must not be asked for again: only its own nonce or bytes may, by who sent it.
    if (answer.statusWord >> 8 === 0x6c && answer.data.length === 0 && REPEATABLE.includes(name)) {
      answer = await this.#transmit(
        encodeCommand({ ...command, le: answer.statusWord & 0xff || SHORT_ANSWER_BYTES_MAX }),
      );
      if (answer.statusWord >> 8 === 0x6c) throw malformed(name, 'asks for another length without end');
    }
    const parts = [answer.data];
    let length = answer.data.length;
    while (answer.statusWord >> 8 === SW.MORE >> 8) {
      answer = await this.#transmit(
        encodeCommand({
          ...COMMANDS.GET_RESPONSE,
          data: new Uint8Array(),
          le: answer.statusWord & 0xff || SHORT_ANSWER_BYTES_MAX,
        }),
      );
      length += answer.data.length;
      if (answer.data.length === 0 && answer.statusWord !== SW.OK) throw malformed(name, 'has more and gives none');
      if (length > ANSWER_BYTES_MAX) throw malformed(name, 'answers without end');
      parts.push(answer.data);
    }
    // With 61xx it was done; what GET RESPONSE is refused with says nothing about it.
    if (parts.length > 1 && answer.statusWord !== SW.OK) throw malformed(name, 'an answer that breaks off');
    return { data: Uint8Array.from(Buffer.concat(parts)), statusWord: answer.statusWord };
  }

  async #transmit(apdu: Uint8Array): Promise<Response> {
    const leftMs = this.#endMs - this.#limits.now();
    if (leftMs <= 0) throw new ReaderError('timeout', 'the card takes too long');
    const answer = await this.#connection.transmit(apdu, Math.min(leftMs, this.#limits.apduMs));
    if (answer.length < 2) throw new ReaderError('comm', `an answer of ${answer.length} bytes`);
    this.#isAnswered = true;
    return decodeResponse(answer);
  }
}
