/**
 * The chain of blocks, hashed once more from the rows as `docs/internals/money.md` says: each block's hash is that over a context,
 * the hash before and its transfers. An edited, missing or added row breaks it at that block, which is named; the chain is then
 * followed on from what is stored, so that one change is one finding.
 */
import { context, packWire, type Wire } from '@coinslot/protocol';
import { createHash } from 'node:crypto';
import type { RecordedTransfer } from '../ledger/types.ts';
import type { JournalBlock } from '../periods/types.ts';
import type { Facts } from './audit.ts';
import { hex, plain } from './bytes.ts';
import { rowsOf } from './lists.ts';

const HASH_BYTES = 32;

export class Journal {
  readonly #facts: Facts;
  readonly #blocks: AsyncIterator<JournalBlock, undefined>;
  #block: JournalBlock | undefined;
  #hash = start(new Uint8Array(HASH_BYTES));
  #number = 0n;

  private constructor(facts: Facts) {
    this.#facts = facts;
    const { periods } = facts.witness.store;
    this.#blocks = rowsOf(periods.listBlocks.bind(periods), 0n, ({ number }) => number)[Symbol.asyncIterator]();
  }

  static async open(facts: Facts): Promise<Journal> {
    const journal = new Journal(facts);
    await journal.#next();
    return journal;
  }

  async take(transfer: RecordedTransfer): Promise<void> {
    while (this.#block !== undefined && this.#block.lastTransfer < transfer.id) await this.#close();
    if (this.#block === undefined)
      return this.#facts.findings.find('journal', `transfer ${transfer.id}`, 'in a block', 'behind the last one');
    this.#hash.update(encoded(transfer));
    if (this.#block.lastTransfer === transfer.id) await this.#close();
  }

  /** Blocks whose transfers are all gone. */
  async end(): Promise<void> {
    while (this.#block !== undefined) await this.#close();
  }

  async #close(): Promise<void> {
    const { number, hash } = this.#block as JournalBlock;
    const found = Uint8Array.from(this.#hash.digest());
    this.#facts.findings.same('journal', `block ${number}, hash`, hex(found), hex(hash));
    this.#hash = start(hash);
    await this.#next();
  }

  async #next(): Promise<void> {
    const next = await this.#blocks.next();
    this.#block = next.done === true ? undefined : next.value;
    if (this.#block === undefined) return;
    this.#facts.findings.tick('blocks');
    this.#number += 1n;
    this.#facts.findings.same('journal', `block ${this.#number}, number`, this.#number, this.#block.number);
    this.#number = this.#block.number;
  }
}

const start = (previous: Uint8Array) => createHash('sha256').update(context('journal')).update(previous);

/** `[id, kind, reference, atMs, period, [debit kind, debit owner, credit kind, credit owner, currency, amount]..., [corrects, reason]?]`. */
function encoded({ id, kind, reference, atMs, period, postings, correction }: RecordedTransfer): Uint8Array {
  const message: Wire[] = [id, kind, plain(reference), BigInt(atMs), period];
  for (const { debit, credit, amountMinor } of postings)
    message.push([debit.kind, debit.owner, credit.kind, credit.owner, debit.currency, amountMinor]);
  if (correction !== undefined) message.push([correction.corrects, correction.reason]);
  return packWire(message);
}
