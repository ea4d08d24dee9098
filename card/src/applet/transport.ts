/**
 * What ISO 7816-4 puts between a reader and an application: long commands come in parts (5.3.3), long answers are fetched in
 * parts (5.3.4). Both are forgotten when another command comes in between.
 */
import { decodeCommand, encodeResponse, SHORT_ANSWER_BYTES_MAX, type Command, type Response } from './apdu.ts';
import { CARD_LIMITS, CHAIN_BIT, COMMANDS } from './commands.ts';
import { Refused, SW } from './status-words.ts';

/** What has come of a command in parts. */
interface Parts {
  readonly header: string;
  readonly data: Uint8Array;
}

export class Transport {
  #parts: Parts | undefined;
  #waiting = new Uint8Array();

  /**
   * The whole command once its last part is there; `undefined` when more is to come. Whatever it is, and were it none, an
   * answer that waited is gone unless it asks for that.
   */
  gather(bytes: Uint8Array, mayChain: (command: Command) => boolean): Command | undefined {
    const waiting = this.#waiting;
    const before = this.#parts;
    this.#waiting = new Uint8Array();
    this.#parts = undefined;
    const command = this.#whole(decodeCommand(bytes), before, mayChain);
    if (command !== undefined && this.isGetResponse(command)) this.#waiting = waiting;
    return command;
  }

  #whole(part: Command, before: Parts | undefined, mayChain: (command: Command) => boolean): Command | undefined {
    if ((part.cla & ~(CHAIN_BIT | 0x80)) !== 0) {
      throw new Refused((part.cla & 0x60) === 0 && (part.cla & 0x03) !== 0 ? SW.CHANNEL : SW.CLASS, 'class');
    }
    const command = { ...part, cla: part.cla & ~CHAIN_BIT };
    const isLast = (part.cla & CHAIN_BIT) === 0;
    if (isLast && before === undefined) return command;
    const header = `${command.cla} ${command.ins} ${command.p1} ${command.p2}`;
    if (before !== undefined && before.header !== header) throw new Refused(SW.CHAIN_END_EXPECTED, 'another command');
    if (!mayChain(command)) throw new Refused(SW.CHAINING, 'this command comes in one part');
    const data = Uint8Array.from([...(before?.data ?? []), ...command.data]);
    if (data.length > CARD_LIMITS.objectBytesMax) throw new Refused(SW.WRONG_LENGTH, 'longer than any object');
    if (isLast) return { ...command, data };
    this.#parts = { header, data };
    return undefined;
  }

  /** The first part of an answer, as much as the command has asked for; the rest waits. */
  answer(data: Uint8Array, le: number): Response {
    const first = data.subarray(0, le);
    this.#waiting = data.slice(first.length);
    return { data: first, statusWord: this.#statusWord() };
  }

  isGetResponse({ cla, ins, p1, p2 }: Command): boolean {
    const { GET_RESPONSE } = COMMANDS;
    return cla === GET_RESPONSE.cla && ins === GET_RESPONSE.ins && p1 === GET_RESPONSE.p1 && p2 === GET_RESPONSE.p2;
  }

  more({ le }: Command): Response {
    if (this.#waiting.length === 0) throw new Refused(SW.CONDITIONS, 'nothing waits');
    return this.answer(this.#waiting, le);
  }

  #statusWord(): number {
    const waiting = this.#waiting.length;
    if (waiting === 0) return SW.OK;
    return SW.MORE | (waiting >= SHORT_ANSWER_BYTES_MAX ? 0 : waiting);
  }
}

export const statusOnly = (statusWord: number): Uint8Array => encodeResponse({ data: new Uint8Array(), statusWord });
