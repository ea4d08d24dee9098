/**
 * The cards within reach: those in readers, and the software card in a reader of its own. Watches the readers, reads what is
 * put in, and lends each card to one piece of work at a time. What is known of a card is as of its last reading.
 */
import {
  CardTerminalError,
  withCard,
  type CardFacts,
  type CardFile,
  type CardInfo,
  type CardTerminal,
  type ReaderPort,
  type ReaderState,
} from '@coinslot/card';
import { equalBytes, keyHash, ProtocolError, verifyChain, type CodeName, type VerifiedLeaf } from '@coinslot/protocol';
import { requireEnvironment, type Trust } from '../account/server-envelope.ts';
import { hex } from '../hex.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { Log, Timers } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import { tapDebits } from './debit-tap.ts';

export type CardKind = 'card' | 'softcard';

/** How a card stands. `blank`: not personalised. `foreign`: another wallet's, or no purse at all. */
export type CardStatus = 'reading' | 'ready' | 'blank' | 'foreign' | 'fault';

export interface SeenCard {
  readonly kind: CardKind;
  readonly reader: string;
  readonly status: CardStatus;
  /** Why it is not `ready`, or cannot pay although it is. */
  readonly code: CodeName | undefined;
  readonly file?: CardFile;
  readonly info?: CardInfo;
  /** The card's certificate, verified. */
  readonly leaf?: VerifiedLeaf;
}

/** A card that can be spoken to about money. */
export interface ReadyCard extends SeenCard {
  readonly status: 'ready';
  readonly info: CardInfo;
  readonly leaf: VerifiedLeaf;
}

export interface ShelfOptions {
  profile: Profile;
  trust: Trust;
  timers: Timers;
  log: Log;
  /** A card has been put in and read, or read again. */
  onReady(card: ReadyCard): void;
}

const READINGS_MAX = 5;
const READ_AGAIN_MS = 250;

interface Slot {
  readonly port: ReaderPort;
  readonly kind: CardKind;
  readonly reader: string;
  seen: SeenCard | undefined;
  /** Readings in a row that failed. */
  failures: number;
  /** What is done with the card now, and then next. */
  turn: Promise<unknown>;
}

export class CardShelf {
  readonly #options: ShelfOptions;
  readonly #slots = new Map<string, Slot>();
  readonly #remembered = new Map<string, CardFacts>();
  readonly #stops: (() => void)[] = [];
  readonly #ports: ReaderPort[] = [];
  #isClosed = false;

  constructor(options: ShelfOptions) {
    this.#options = options;
  }

  /** Watches these readers from now on. The shelf closes the port. */
  watch(port: ReaderPort, kind: CardKind): void {
    this.#ports.push(port);
    this.#stops.push(port.watch((readers) => this.#changed(port, kind, readers)));
  }

  /** Every reader, with what is in it. */
  get readers(): readonly { readonly reader: string; readonly kind: CardKind; readonly seen: SeenCard | undefined }[] {
    return [...this.#slots.values()];
  }

  get cards(): readonly SeenCard[] {
    return [...this.#slots.values()].flatMap(({ seen }) => (seen === undefined ? [] : [seen]));
  }

  /** The player's own cards of a kind that can be spoken to. */
  ready(kind: CardKind): readonly ReadyCard[] {
    return this.cards.filter((one): one is ReadyCard => one.kind === kind && isReady(one));
  }

  byId(idHex: string): ReadyCard | undefined {
    return this.cards.find((one): one is ReadyCard => isReady(one) && hex(one.info.card.cardId) === idHex);
  }

  /** By the hash of its key: the `audience` of message 2. */
  byKey(hash: Uint8Array): ReadyCard | undefined {
    return this.cards.find((one): one is ReadyCard => isReady(one) && equalBytes(keyHash(one.info.card.spki), hash));
  }

  /** Works with a card alone. Throws CardTerminalError. `onDebit` hears of a debit before it leaves. */
  use<T>(
    { kind, reader }: Pick<SeenCard, 'kind' | 'reader'>,
    work: (terminal: CardTerminal) => Promise<T>,
    onDebit: () => void = () => undefined,
  ): Promise<T> {
    const slot = this.#slots.get(nameOf(kind, reader));
    if (slot === undefined) {
      return Promise.reject(new CardTerminalError('CARD_ABSENT', 'the reader is gone', { charged: 'no' }));
    }
    const remembered = this.#remembered;
    return inTurn(slot, () => withCard(tapDebits(slot.port, onDebit), reader, work, { remembered }));
  }

  /** Reads a card once more, because something was done with it; resolves when that is through, and never throws. */
  async lookAgain({ kind, reader }: Pick<SeenCard, 'kind' | 'reader'>): Promise<void> {
    const slot = this.#slots.get(nameOf(kind, reader));
    if (slot?.seen !== undefined && !this.#isClosed) await this.#read(slot);
  }

  /** Another judgement of the same cards: a revocation list has come, or one has just been issued to this wallet. */
  async lookAgainAtAll(): Promise<void> {
    await Promise.all(this.cards.map((one) => this.lookAgain(one)));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    const ended = Promise.all([...this.#slots.values()].map(({ turn }) => turn)).then(() =>
      Promise.all(this.#ports.map((port) => port.close())),
    );
    await new Promise<void>((resolve) => {
      const callOff = this.#options.timers.after(WALLET_LIMITS.readerCloseMs, resolve);
      void ended.finally(callOff).then(() => resolve());
    });
  }

  #changed(port: ReaderPort, kind: CardKind, readers: readonly ReaderState[]): void {
    const here = new Set(readers.map(({ name }) => nameOf(kind, name)));
    for (const [name, slot] of this.#slots) if (slot.port === port && !here.has(name)) this.#slots.delete(name);
    for (const { name, present } of readers) {
      const slot = this.#slotOf(port, kind, name);
      if (!present) slot.seen = undefined;
      else if (slot.seen === undefined) {
        slot.failures = 0;
        slot.seen = { kind, reader: name, status: 'reading', code: undefined };
        void this.#read(slot);
      }
    }
    this.#options.profile.announce();
  }

  #slotOf(port: ReaderPort, kind: CardKind, reader: string): Slot {
    const name = nameOf(kind, reader);
    const known = this.#slots.get(name);
    if (known !== undefined) return known;
    const slot: Slot = { port, kind, reader, seen: undefined, failures: 0, turn: Promise.resolve() };
    this.#slots.set(name, slot);
    return slot;
  }

  async #read(slot: Slot): Promise<void> {
    const { kind, reader } = slot;
    const seen = await inTurn(slot, () => this.#look(slot)).catch((fault: unknown): SeenCard => {
      this.#options.log.warn({ reader, fault: String(fault) }, 'card: could not be read');
      const code = fault instanceof ProtocolError ? fault.code : 'CARD_STATE';
      const isNoPurse = fault instanceof CardTerminalError && code === 'CARD_ABSENT' && fault.statusWord !== undefined;
      return { kind, reader, status: isNoPurse ? 'foreign' : 'fault', code };
    });
    // Pulled out while it was read: the watch says so, and a card that is put in again is read again.
    if (slot.seen === undefined || this.#isClosed) return;
    slot.seen = seen;
    this.#options.profile.announce();
    if (seen.status === 'fault') return this.#readLater(slot);
    slot.failures = 0;
    if (isReady(seen)) this.#options.onReady(seen);
  }

  /** Another program may have reset the card, or the wire been loose; what lasts longer waits for the next insertion. */
  #readLater(slot: Slot): void {
    slot.failures += 1;
    if (slot.failures > READINGS_MAX) return;
    this.#options.timers.after(READ_AGAIN_MS * 2 ** slot.failures, () => {
      if (slot.seen?.status === 'fault' && !this.#isClosed) void this.#read(slot);
    });
  }

  async #look({ kind, port, reader }: Slot): Promise<SeenCard> {
    const look = async (terminal: CardTerminal): Promise<SeenCard> => {
      const file = await terminal.select();
      const isUnissued = file.lifeCycle === 'blank' || file.lifeCycle === 'keyed';
      if (isUnissued) return { kind, reader, status: 'blank', code: undefined, file };
      return this.#judge({ kind, reader, file, info: await terminal.info() });
    };
    return withCard(port, reader, look, { remembered: this.#remembered });
  }

  /** Whether the card is the player's own and whether its certificate holds now. */
  #judge(read: { kind: CardKind; reader: string; file: CardFile; info: CardInfo }): SeenCard {
    const { profile, trust } = this.#options;
    const own = profile.state.card(hex(read.info.card.cardId));
    if (own === undefined) return { ...read, status: 'foreign', code: 'CARD_STATE' };
    try {
      const { roots, verify, crls } = trust;
      const atMs = profile.clock();
      const leaf = verifyChain({ chain: read.info.card.chain, roots, role: 'card', atMs, verify, crls });
      requireEnvironment(leaf, trust.environment);
      return { ...read, status: 'ready', code: standingCode(read.info), leaf };
    } catch (fault) {
      if (!(fault instanceof ProtocolError)) throw fault;
      return { ...read, status: 'fault', code: fault.code === 'CHAIN_REVOKED' ? 'CARD_BLOCKED' : fault.code };
    }
  }
}

/** What keeps a sound card from paying: blocked, or no room for records. A locked PIN only matters where the PIN is needed. */
function standingCode({ standing }: CardInfo): CodeName | undefined {
  if (standing.blocked) return 'CARD_BLOCKED';
  return standing.records >= standing.recordsMax ? 'RECORD_FULL' : undefined;
}

function isReady(card: SeenCard): card is ReadyCard {
  return card.status === 'ready' && card.info !== undefined && card.leaf !== undefined;
}

const nameOf = (kind: CardKind, reader: string): string => `${kind} ${reader}`;

function inTurn<T>(slot: Slot, work: () => Promise<T>): Promise<T> {
  const turn = slot.turn.then(work);
  slot.turn = turn.catch(() => undefined);
  return turn;
}
