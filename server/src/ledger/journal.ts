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
import { turn } from '../turns.ts';
import { TransferPacker, type PackedTransfers } from './packing.ts';
import type { RecordedTransfer } from './types.ts';

/** Before block 1. */
export const NO_HASH = new Uint8Array(32);
const CONTEXT = context('journal');
/** Blocks read at once. */
const PAGE = 500;

const blockHash = (previous: Uint8Array): Hash => createHash('sha256').update(CONTEXT).update(previous);

/** SHA-256 over context, hash of the block before, and the packed transfers in their order. */
export class BlockHash {
  readonly #hash: Hash;
  readonly #packer: TransferPacker;

  constructor(previous: Uint8Array) {
    this.#hash = blockHash(previous);
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

interface JournalReader extends Pick<StoreReader, 'listTransfers' | 'listPacked'> {
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
  const newest = await reader.periods.findNewestBlock();
  const last = toBlock ?? newest.number;
  const { lastTransfer } = (await reader.periods.findBlock(last)) ?? newest;
  const walk = new PackedWalk(reader, fromBlock === 1n ? 0n : previous.lastTransfer, lastTransfer);
  while (previous.number < last) {
    const reached: bigint = previous.number;
    for (const block of await reader.periods.listBlocks(previous.number, PAGE)) {
      if (block.number > last) break;
      if (block.number !== previous.number + 1n) return found(`block ${previous.number + 1n}: not there`);
      const finding = await faultOf(block, previous, walk);
      if (finding !== undefined) return found(finding);
      counted.blocks += 1n;
      counted.transfers = walk.count;
      previous = block;
    }
    if (previous.number === reached) return found(`block ${previous.number + 1n}: not there`);
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

async function faultOf(block: JournalBlock, previous: JournalBlock, walk: PackedWalk): Promise<string | undefined> {
  const hash = blockHash(previous.hash);
  if (!(await walk.feed(hash, block.lastTransfer)))
    return `block ${block.number}: transfer ${walk.lastId + 1n} is not there`;
  return equalBytes(hash.digest(), block.hash) ? undefined : `block ${block.number}: its hash does not hold`;
}

/** Transfers and their block become visible together, so the transfer is read first. */
async function faultBehind(reader: JournalReader, lastTransfer: bigint): Promise<string | undefined> {
  const [transfer] = await reader.listTransfers(lastTransfer, 1);
  if (transfer === undefined || transfer.id <= (await reader.periods.findNewestBlock()).lastTransfer) return undefined;
  return `transfer ${transfer.id}: in no block`;
}

/** The packed transfers one after the other. */
class PackedWalk {
  readonly #pages: AsyncIterator<PackedTransfers>;
  #page: PackedTransfers = { bytes: new Uint8Array(), ends: [] };
  /** Of the page. */
  #at = 0;
  lastId: bigint;
  count = 0n;

  constructor(reader: Pick<StoreReader, 'listPacked'>, after: bigint, through: bigint) {
    this.#pages = reader.listPacked(after, through)[Symbol.asyncIterator]();
    this.lastId = after;
  }

  /** Hashes up to this transfer, itself with them; false when one is not there, which is the one behind `lastId`. */
  async feed(hash: Hash, through: bigint): Promise<boolean> {
    while (this.lastId < through) {
      if (this.#at === this.#page.ends.length && !(await this.#turnPage())) return false;
      const { bytes, ends } = this.#page;
      const missing = through - this.lastId;
      const left = ends.length - this.#at;
      const taken = missing < BigInt(left) ? Number(missing) : left;
      hash.update(bytes.subarray(ends[this.#at - 1] ?? 0, ends[this.#at + taken - 1]));
      this.#at += taken;
      this.lastId += BigInt(taken);
      this.count += BigInt(taken);
    }
    return true;
  }

  async #turnPage(): Promise<boolean> {
    await turn();
    const next = await this.#pages.next();
    if (next.done === true) return false;
    this.#page = next.value;
    this.#at = 0;
    return true;
  }
}
