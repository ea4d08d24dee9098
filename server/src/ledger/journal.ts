/**
 * The journal: what each transaction posted as one block, whose hash goes on from that of the block before. An edited, missing
 * or added row breaks it. It has no key: whoever can write the store can make it anew from the row that they changed, but not
 * past a seal, which the server has signed (`periods/`).
 */
import { context, equalBytes } from '@coinslot/protocol';
import { createHash, type Hash } from 'node:crypto';
import type { SealReader } from '../periods/store.ts';
import type { JournalBlock } from '../periods/types.ts';
import type { StoreReader } from '../store/port.ts';
import { TransferPacker } from './packing.ts';
import type { RecordedTransfer } from './types.ts';

/** Before block 1. */
export const NO_HASH = new Uint8Array(32);
const CONTEXT = context('journal');
/** Transfers read at once: some milliseconds. */
const PAGE = 500;

/** SHA-256 over context, hash of the block before, and the packed transfers in their order. */
export class BlockHash {
  readonly #hash: Hash;
  readonly #packer: TransferPacker;

  constructor(previous: Uint8Array) {
    this.#hash = createHash('sha256').update(CONTEXT).update(previous);
    this.#packer = new TransferPacker((bytes) => void this.#hash.update(bytes));
  }

  add(transfer: RecordedTransfer): void {
    this.#packer.add(transfer);
  }

  digest(): Uint8Array {
    this.#packer.flush();
    return Uint8Array.from(this.#hash.digest());
  }
}

export interface JournalReport {
  /** The first thing that is wrong, in words; `undefined` when everything holds. */
  readonly finding: string | undefined;
  readonly blocks: bigint;
  readonly transfers: bigint;
}

interface JournalReader extends Pick<StoreReader, 'listTransfers'> {
  readonly periods: Pick<SealReader, 'findBlock' | 'findNewestBlock' | 'listBlocks'>;
}

/**
 * Makes every hash again from the rows, from one block to another (all of them), and stops at the first that differs. A row
 * behind the last block is a finding too, where all are asked for. Other work of the thread goes on between its pages.
 */
export async function verifyJournal(reader: JournalReader, fromBlock = 1n, toBlock?: bigint): Promise<JournalReport> {
  const counted = { blocks: 0n, transfers: 0n };
  const found = (finding: string | undefined): JournalReport => ({ ...counted, finding });
  let previous = await reader.periods.findBlock(fromBlock - 1n);
  if (previous === undefined) return found(`block ${fromBlock - 1n}: not there`);
  // Block 0 says how far the ledger went before there was a journal; block 1 is then of all that.
  const walk = new TransferWalk(reader, fromBlock === 1n ? 0n : previous.lastTransfer);
  const last = toBlock ?? (await reader.periods.findNewestBlock()).number;
  while (previous.number < last) {
    for (const block of await reader.periods.listBlocks(previous.number, PAGE)) {
      if (block.number > last) break;
      if (block.number !== previous.number + 1n) return found(`block ${previous.number + 1n}: not there`);
      const finding = await faultOf(block, previous, walk);
      if (finding !== undefined) return found(finding);
      counted.blocks += 1n;
      counted.transfers = walk.count;
      previous = block;
    }
    if (counted.blocks === 0n) return found(`block ${previous.number + 1n}: not there`);
  }
  return found(toBlock === undefined ? await faultBehind(reader, previous.lastTransfer) : undefined);
}

/** Number of the block that a transfer stands in; of the newest one for a transfer that is in none. */
export async function findBlockOf({ periods }: Pick<JournalReader, 'periods'>, transfer: bigint): Promise<bigint> {
  let [low, high] = [1n, (await periods.findNewestBlock()).number];
  while (low < high) {
    const middle = (low + high) / 2n;
    const block = await periods.findBlock(middle);
    if (block !== undefined && block.lastTransfer < transfer) low = middle + 1n;
    else high = middle;
  }
  return high;
}

async function faultOf(block: JournalBlock, previous: JournalBlock, walk: TransferWalk): Promise<string | undefined> {
  const hash = new BlockHash(previous.hash);
  while (walk.lastId < block.lastTransfer) {
    const expected = walk.lastId + 1n;
    const transfer = await walk.next();
    if (transfer?.id !== expected) return `block ${block.number}: transfer ${expected} is not there`;
    hash.add(transfer);
  }
  return equalBytes(hash.digest(), block.hash) ? undefined : `block ${block.number}: its hash does not hold`;
}

/** Transfers and their block become visible together, so the transfer is read first. */
async function faultBehind(reader: JournalReader, lastTransfer: bigint): Promise<string | undefined> {
  const [transfer] = await reader.listTransfers(lastTransfer, 1);
  if (transfer === undefined || transfer.id <= (await reader.periods.findNewestBlock()).lastTransfer) return undefined;
  return `transfer ${transfer.id}: in no block`;
}

/** Transfers one after the other, read in pages. */
class TransferWalk {
  readonly #reader: Pick<StoreReader, 'listTransfers'>;
  #page: readonly RecordedTransfer[] = [];
  #at = 0;
  lastId: bigint;
  count = 0n;

  constructor(reader: Pick<StoreReader, 'listTransfers'>, after: bigint) {
    this.#reader = reader;
    this.lastId = after;
  }

  async next(): Promise<RecordedTransfer | undefined> {
    if (this.#at === this.#page.length) {
      await new Promise<void>((resolve) => void setImmediate(resolve));
      this.#page = await this.#reader.listTransfers(this.lastId, PAGE);
      this.#at = 0;
    }
    const transfer = this.#page[this.#at++];
    if (transfer === undefined) return undefined;
    this.lastId = transfer.id;
    this.count += 1n;
    return transfer;
  }
}
