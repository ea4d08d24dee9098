/**
 * The purse as an integrated circuit card: bytes in, bytes out, one command at a time.
 *
 * An answer leaves only after what it says is durable. When the store fails - at power-on or at a commit - the card says so
 * and is mute from then on: whether the last commit took hold is unknown, so nothing in memory may be answered from. Power on
 * reads the store again, and what it holds is the truth. Every durable effect goes through the store's `commit`, so a test
 * tears a card by giving it a store that fails before or after one; the applet itself has no switch for it.
 */
import { randomBytes } from 'node:crypto';
import type { CardStore, Icc } from '../ports.ts';
import { encodeResponse, type Command } from './apdu.ts';
import { Card, StoreFailed } from './card.ts';
import { ANSWER_TO_RESET, COMMANDS } from './commands.ts';
import { CHAINABLE, commandNamed } from './dispatch.ts';
import { statusOf } from './issuer-objects.ts';
import type { Random } from './keys.ts';
import { Refused, SW } from './status-words.ts';
import { statusOnly, Transport } from './transport.ts';

export interface AppletOptions {
  readonly store: CardStore;
  /** Source of keys, salts and challenges; the system's when left out. */
  readonly random?: Random;
}

/** A card whose state is in `store`; one that was never written is a blank card. */
export function createApplet({ store, random = systemRandom }: AppletOptions): Icc {
  return new Applet(store, random);
}

const systemRandom: Random = (length) => Uint8Array.from(randomBytes(length));

const STORE_STATUS = { damaged: SW.MEMORY, fork: SW.FORK, io: SW.STORAGE } as const;

class Applet implements Icc {
  readonly #store: CardStore;
  readonly #random: Random;
  #card: Card | undefined;
  /** The card before its last reset. */
  #last: Card | undefined;
  /** The one answer of a mute card. */
  #mute: number = SW.MEMORY;
  #transport = new Transport();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(store: CardStore, random: Random) {
    this.#store = store;
    this.#random = random;
  }

  powerOn(): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      this.#transport = new Transport();
      this.#card = undefined;
      try {
        this.#card = await Card.wake(this.#store, this.#random, this.#last);
        this.#last = this.#card;
      } catch (error) {
        this.#fallSilent(error);
      }
      return Uint8Array.from(ANSWER_TO_RESET);
    });
  }

  powerOff(): Promise<void> {
    return this.#inTurn(() => {
      this.#card = undefined;
      this.#mute = SW.MEMORY;
      return Promise.resolve();
    });
  }

  transmit(command: Uint8Array): Promise<Uint8Array> {
    const bytes = Uint8Array.from(command);
    return this.#inTurn(async () => {
      if (this.#card === undefined) return statusOnly(this.#mute);
      try {
        return await this.#answer(this.#card, bytes);
      } catch (error) {
        return statusOnly(this.#statusOf(error));
      }
    });
  }

  async #answer(card: Card, bytes: Uint8Array): Promise<Uint8Array> {
    const command = this.#transport.gather(bytes, mayChain);
    if (command === undefined) return statusOnly(SW.OK);
    if (this.#transport.isGetResponse(command)) return encodeResponse(this.#transport.more(command));
    const { name, execute } = commandNamed(command);
    if (name !== 'SELECT' && !card.session.selected) throw new Refused(SW.CONDITIONS, 'nothing is selected');
    const data = await execute(card, command);
    return encodeResponse(this.#transport.answer(data, command.le));
  }

  #statusOf(error: unknown): number {
    if (error instanceof StoreFailed) return this.#fallSilent(error);
    const statusWord = statusOf(error);
    if (statusWord !== undefined) return statusWord;
    // A defect of this program: what it has left in memory is not to be trusted either.
    return this.#fallSilent(error);
  }

  #fallSilent(error: unknown): number {
    this.#card = undefined;
    this.#mute = error instanceof StoreFailed ? STORE_STATUS[error.kind] : SW.FAULT;
    return this.#mute;
  }

  /** One after the other, in the order they came; a card has one processor. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

function mayChain(command: Command): boolean {
  const { cla, ins, p1, p2 } = command;
  return CHAINABLE.some((name) => {
    const header: { cla: number; ins: number; p1?: number; p2?: number } = COMMANDS[name];
    return header.cla === cla && header.ins === ins && header.p1 === p1 && header.p2 === p2;
  });
}
