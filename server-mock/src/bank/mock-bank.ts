/**
 * A bank that takes the server's real files and answers with real notices, without any HTTP. It has no money but keeps books as if:
 * what one account gets, another one has less. Nothing settles by itself: `settle()` is the bank's day.
 */
import { ProtocolError } from '@coinslot/protocol';
import {
  NOTICES_AT_ONCE_MAX,
  readBankNotice,
  type BankFileKind,
  type Clock,
  type Random,
  type ReceivedNotice,
} from '@coinslot/server';
import { BankBooks } from './books.ts';
import { hearFile } from './hearing.ts';
import { writeNotice, type Told, type TransactionCode } from './notices.ts';
import { outcomeByAmount } from './outcomes.ts';
import type {
  BankBalance,
  BankOutcome,
  HandedFile,
  HeardFile,
  HeardOrder,
  IncomingTransfer,
  MockBank,
  SettledOrder,
} from './types.ts';

/** Where the bank keeps what it got and told, so that it goes on after a restart. */
export interface BankShelf {
  readonly files: readonly HandedFile[];
  readonly notices: readonly ReceivedNotice[];
  keepFile(file: HandedFile): void;
  keepNotice(notice: ReceivedNotice): void;
}

export interface MockBankOptions {
  readonly clock: Clock;
  /** Draws the name that the bank's references begin with; the same bytes and times give the same notices. */
  readonly random: Random;
  /** What becomes of an order. Default: paid, unless it is one of the magic amounts. */
  readonly decide?: (order: HeardOrder) => BankOutcome;
  /** Books what was paid of one file as one sum, as many banks do although they are told not to. Default: no. */
  readonly isBatching?: boolean;
  readonly shelf?: BankShelf;
}

const ENTRIES_PER_NOTICE_MAX = 1_000;
const TAG_BYTES = 4;
const TIME_DIGITS = 14;
const TRANSFER_IN: TransactionCode = ['RCDT', 'ESCT'];
const CODES: Readonly<Record<BankFileKind, { readonly paid: TransactionCode; readonly returned: TransactionCode }>> = {
  'pain.001': { paid: ['ICDT', 'ESCT'], returned: ['ICDT', 'RRTN'] },
  'pain.008': { paid: ['IDDT', 'ESDD'], returned: ['IDDT', 'UPDD'] },
  'acquirer-csv': { paid: ['MCRD', 'POSC'], returned: ['MCRD', 'UPCT'] },
};

export const createMockBank = (options: MockBankOptions): MockBank => new Bank(options);

class Bank implements MockBank {
  readonly #clock: Clock;
  readonly #decide: (order: HeardOrder) => BankOutcome;
  readonly #isBatching: boolean;
  readonly #shelf: BankShelf | undefined;
  /** What this run's references begin with, so that they differ from those of runs before. */
  readonly #tag: string;
  readonly #books = new BankBooks();
  readonly #taken = new Map<string, HandedFile>();
  readonly #notices: ReceivedNotice[] = [];
  /** Message ids of the notices. */
  readonly #told = new Set<string>();
  #references = 0;
  #lastTimeMs = 0;

  constructor({ clock, random, decide = outcomeByAmount, isBatching = false, shelf }: MockBankOptions) {
    this.#clock = clock;
    this.#decide = decide;
    this.#isBatching = isBatching;
    this.#shelf = shelf;
    this.#tag = Buffer.from(random(TAG_BYTES)).toString('hex');
    shelf?.files.forEach((file) => this.#take(file));
    shelf?.notices.forEach((notice) => this.#apply(notice));
  }

  hand(file: HandedFile): Promise<void> {
    return Promise.resolve().then(() => {
      const there = this.#taken.get(file.messageId);
      if (there !== undefined && Buffer.compare(there.bytes, file.bytes) !== 0)
        throw new ProtocolError('ID_CONFLICT', `bank file ${file.messageId}: this bank has another one of that id`);
      if (there !== undefined) return;
      this.#take(file);
      this.#shelf?.keepFile(file);
    });
  }

  listNotices(after: string): Promise<readonly ReceivedNotice[]> {
    return Promise.resolve(this.#notices.filter(({ name }) => name > after).slice(0, NOTICES_AT_ONCE_MAX));
  }

  listFiles(): readonly HeardFile[] {
    return this.#books.files;
  }

  listOrders(): readonly SettledOrder[] {
    return this.#books.orders;
  }

  listBalances(): readonly BankBalance[] {
    return this.#books.balances;
  }

  settle(): readonly ReceivedNotice[] {
    const waiting = this.#books.orders.filter(({ state }) => state === 'waiting');
    const decided = waiting.map((order) => ({ order, outcome: this.#decide(order) }));
    const first = decided.filter(({ outcome: { kind } }) => kind !== 'waits' && kind !== 'told-twice');
    const repeated = decided.filter(({ outcome: { kind } }) => kind === 'told-twice');
    const once = this.#answer(first);
    const twice = this.#answer(repeated);
    return [...once, ...twice, ...twice.map(({ xml }) => this.#tell(xml)), ...this.#takeBack(first)];
  }

  returnOrder(endToEndId: string, reason: string): ReceivedNotice | undefined {
    const order = this.#books.find(endToEndId);
    if (order?.state === 'waiting') return this.#notify([this.#rejectionOf(order, reason)], order.ownIban);
    if (order === undefined || order.movedMinor === 0n) return undefined;
    return this.#notify([this.#backOf(order, reason)], order.ownIban);
  }

  receive(transfer: IncomingTransfer): ReceivedNotice {
    return this.#notify([incoming(transfer, this.#nextReference())], this.#books.ownIban(transfer.currency));
  }

  tellAgain(name: string): ReceivedNotice | undefined {
    const notice = this.#notices.find((one) => one.name === name);
    return notice && this.#tell(notice.xml);
  }

  repeatNewest(): ReceivedNotice | undefined {
    const newest = this.#notices.at(-1);
    return newest && this.#tell(newest.xml);
  }

  get hasTold(): boolean {
    return this.#notices.length > 0;
  }

  #take(file: HandedFile): void {
    const heard = hearFile(file);
    const known = heard.orders.find(({ endToEndId }) => this.#books.find(endToEndId) !== undefined);
    if (known !== undefined)
      throw new ProtocolError('ID_CONFLICT', `bank file ${file.messageId}: ${known.endToEndId} was ordered before`);
    this.#books.addFile(heard);
    this.#taken.set(file.messageId, { ...file, bytes: file.bytes.slice() });
  }

  /** The books follow what was told, once. */
  #apply(notice: ReceivedNotice): void {
    const { messageId, entries } = readBankNotice(notice.xml);
    if (!this.#told.has(messageId)) entries.forEach((entry) => this.#books.book(entry));
    this.#told.add(messageId);
    this.#notices.push(notice);
    this.#lastTimeMs = Math.max(this.#lastTimeMs, Number(notice.name.slice(0, TIME_DIGITS)));
  }

  #tell(xml: Uint8Array): ReceivedNotice {
    const notice = { name: this.#nextName(), xml };
    this.#apply(notice);
    this.#shelf?.keepNotice(notice);
    return notice;
  }

  /** Rising for ever, also when the clock is put back. */
  #nextName(): string {
    const time = Math.max(this.#lastTimeMs, this.#clock()).toString().padStart(TIME_DIGITS, '0');
    return `${time}-${String(this.#notices.length + 1).padStart(6, '0')}-${this.#tag}.xml`;
  }

  #nextReference(): string {
    this.#references += 1;
    return `MB${this.#tag}-${this.#references}`;
  }

  #notify(told: readonly Told[], ownIban: string, isBatch = false): ReceivedNotice {
    const { currency } = told[0] as Told;
    const messageId = this.#nextReference();
    return this.#tell(writeNotice({ messageId, createdAtMs: this.#clock(), ownIban, currency, told, isBatch }));
  }

  /** The first answers, by account. */
  #answer(decided: readonly Decided[]): ReceivedNotice[] {
    return parted(decided, accountOf).flatMap((ofAccount) => {
      const told = ofAccount.map((one) => this.#answerTo(one));
      const ownIban = ofAccount[0]?.order.ownIban ?? '';
      const together = this.#isBatching ? told.filter(({ isBooked }) => isBooked) : [];
      const alone = this.#isBatching ? told.filter(({ isBooked }) => !isBooked) : told;
      return [
        ...parted(together, ({ messageId }) => messageId ?? '')
          .flatMap(pages)
          .map((page) => this.#notify(page, ownIban, true)),
        ...pages(alone).map((page) => this.#notify(page, ownIban)),
      ];
    });
  }

  #answerTo({ order, outcome }: Decided): Told {
    if (outcome.kind === 'rejected') return this.#rejectionOf(order, outcome.reason);
    return this.#toldOf(order, outcome.kind === 'part-paid' ? { amountMinor: outcome.amountMinor } : {});
  }

  /** What was booked a moment ago and does not stay. */
  #takeBack(decided: readonly Decided[]): ReceivedNotice[] {
    return parted(decided, accountOf).flatMap((ofAccount) => {
      const told = ofAccount.flatMap(({ order: { endToEndId }, outcome }) => {
        const order = this.#books.find(endToEndId);
        return outcome.kind === 'returned' && order !== undefined ? [this.#backOf(order, outcome.reason)] : [];
      });
      return pages(told).map((page) => this.#notify(page, ofAccount[0]?.order.ownIban ?? ''));
    });
  }

  #toldOf(order: HeardOrder, change: Partial<Told> = {}): Told {
    const bankReference = this.#nextReference();
    return { ...order, bankReference, isBooked: true, reason: undefined, code: CODES[order.kind].paid, ...change };
  }

  #rejectionOf(order: HeardOrder, reason: string): Told {
    return this.#toldOf(order, { isBooked: false, reason });
  }

  #backOf(order: SettledOrder, reason: string): Told {
    const direction = order.direction === 'in' ? 'out' : 'in';
    return this.#toldOf(order, { direction, amountMinor: order.movedMinor, reason, code: CODES[order.kind].returned });
  }
}

interface Decided {
  readonly order: HeardOrder;
  readonly outcome: BankOutcome;
}

const accountOf = ({ order }: Decided): string => `${order.currency} ${order.ownIban}`;

const incoming = (transfer: IncomingTransfer, bankReference: string): Told => ({
  bankReference,
  direction: 'in',
  isBooked: true,
  amountMinor: transfer.amountMinor,
  currency: transfer.currency,
  endToEndId: transfer.endToEndId,
  messageId: undefined,
  mandateId: undefined,
  otherHolder: transfer.holder,
  otherAccount: transfer.iban,
  remittance: transfer.remittance,
  reason: undefined,
  code: TRANSFER_IN,
});

function parted<T>(all: readonly T[], nameOf: (one: T) => string): T[][] {
  const parts = new Map<string, T[]>();
  for (const one of all) {
    const part = parts.get(nameOf(one));
    if (part === undefined) parts.set(nameOf(one), [one]);
    else part.push(one);
  }
  return [...parts.values()];
}

function pages<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / ENTRIES_PER_NOTICE_MAX);
  return Array.from({ length: count }, (_, i) =>
    all.slice(i * ENTRIES_PER_NOTICE_MAX, (i + 1) * ENTRIES_PER_NOTICE_MAX),
  );
}
