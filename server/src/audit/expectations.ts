/**
 * Holds each fact's transfer against the one that is stored under its name, and marks it. What is not marked in the end moved
 * money that nothing asks for. One bit for each transfer, so that a large store fits into a small memory.
 *
 * Some amounts depend on what accounts held at that moment. They are looked at when the transfers are gone through in their
 * order (`replay.ts`), so a fact may leave a question behind for the moment before or after a transfer.
 */
import type { AccountName, Posting, RecordedTransfer, TransferKind } from '../ledger/types.ts';
import type { StoreReader } from '../store/port.ts';
import { brief } from './bytes.ts';
import type { Findings } from './findings.ts';
import { linesOf } from './model.ts';

/** Balances as the postings so far make them. */
export type BalanceOf = (account: AccountName) => bigint;
type Question = (balanceOf: BalanceOf) => void;

export interface ExpectedTransfer {
  /** Of the fact. */
  readonly place: string;
  readonly kind: TransferKind;
  /** 32 bytes. */
  readonly reference: Uint8Array;
  /** `undefined` where nobody signed for the time of booking. */
  readonly atMs?: number | undefined;
  readonly postings: readonly Posting[];
}

export class Expectations {
  readonly #store: Pick<StoreReader, 'findTransfer'>;
  readonly #findings: Findings;
  #marked = new Uint8Array(1 << 12);
  readonly #before = new Map<bigint, Question>();
  readonly #after = new Map<bigint, Question>();
  readonly #atEnd: Question[] = [];

  constructor(store: Pick<StoreReader, 'findTransfer'>, findings: Findings) {
    this.#store = store;
    this.#findings = findings;
  }

  /** The transfer, when it is there at all. */
  async expect({ place, kind, reference, atMs, postings }: ExpectedTransfer): Promise<RecordedTransfer | undefined> {
    const found = await this.take(place, kind, reference);
    const expected = linesOf(postings);
    if (found === undefined) {
      this.#findings.find('missing-transfer', place, `${kind}: ${expected.join(', ')}`, 'no such transfer');
      return undefined;
    }
    this.#compare(place, expected, found);
    if (atMs !== undefined) this.#findings.same('transfer', `${placeOf(found)} of ${place}, time`, atMs, found.atMs);
    return found;
  }

  /** Marks a transfer whose amounts are looked at elsewhere. */
  async take(place: string, kind: TransferKind, reference: Uint8Array): Promise<RecordedTransfer | undefined> {
    const found = await this.#store.findTransfer(kind, reference);
    if (found !== undefined && !this.#mark(found.id))
      this.#findings.find('claimed-twice', place, 'a transfer of its own', placeOf(found));
    return found;
  }

  /** There must be none: what would stand for it was refused, or cost nothing. */
  async expectNone(place: string, kind: TransferKind, reference: Uint8Array): Promise<void> {
    const found = await this.#store.findTransfer(kind, reference);
    if (found !== undefined)
      this.#findings.find('unfounded-transfer', placeOf(found), `none: ${place}`, linesOf(found.postings).join(', '));
  }

  #compare(place: string, expected: readonly string[], found: RecordedTransfer): void {
    const stored = linesOf(found.postings);
    const length = Math.max(expected.length, stored.length);
    for (let i = 0; i < length; i++) {
      if (expected[i] === stored[i]) continue;
      const at = `${placeOf(found)} of ${place}`;
      return this.#findings.find('transfer', at, expected[i] ?? 'no more postings', stored[i] ?? 'no more postings');
    }
  }

  /** Asked before the postings of a transfer are applied, or after. */
  askBefore(transferId: bigint, question: Question): void {
    this.#before.set(transferId, question);
  }

  askAfter(transferId: bigint, question: Question): void {
    this.#after.set(transferId, question);
  }

  /** Asked when all transfers have been gone through. */
  askAtEnd(question: Question): void {
    this.#atEnd.push(question);
  }

  answerBefore(transferId: bigint, balanceOf: BalanceOf): void {
    this.#before.get(transferId)?.(balanceOf);
    this.#before.delete(transferId);
  }

  answerAfter(transferId: bigint, balanceOf: BalanceOf): void {
    this.#after.get(transferId)?.(balanceOf);
    this.#after.delete(transferId);
  }

  answerAtEnd(balanceOf: BalanceOf): void {
    this.#atEnd.splice(0).forEach((question) => question(balanceOf));
  }

  /** False when it was marked already. */
  #mark(transferId: bigint): boolean {
    const [byte, bit] = [Number(transferId >> 3n), 1 << Number(transferId & 7n)];
    if (byte >= this.#marked.length) {
      const wider = new Uint8Array(Math.max(byte + 1, this.#marked.length * 2));
      wider.set(this.#marked);
      this.#marked = wider;
    }
    const isNew = ((this.#marked[byte] as number) & bit) === 0;
    this.#marked[byte] = (this.#marked[byte] as number) | bit;
    return isNew;
  }

  isMarked(transferId: bigint): boolean {
    return ((this.#marked[Number(transferId >> 3n)] ?? 0) & (1 << Number(transferId & 7n))) !== 0;
  }
}

export const placeOf = ({ id, kind, reference }: Pick<RecordedTransfer, 'id' | 'kind' | 'reference'>): string =>
  `transfer ${id} (${kind} ${brief(reference)})`;
