/**
 * The journal's bytes of a transfer: the same canonical MessagePack as `packWire` of the protocol makes of
 * `[id, kind, reference, atMs, period, [debit kind, debit owner, credit kind, credit owner, currency, amount]...]`, with
 * `[corrects, reason]` behind the postings of a correction. Every commit packs what it posted and every audit packs everything
 * again, so the form is written out here into one buffer, at a tenth of the time; a test holds the two against each other.
 */
import { packWire } from '@coinslot/protocol';
import type { AccountName, Correction, Posting, RecordedTransfer } from './types.ts';

/** More than a transfer of 16 lines takes: 16 x (4 texts of at most 4 x 64 bytes, ...) and a reason of 140 characters. */
const TRANSFER_BYTES_MAX = 24_576;
const TWO_32 = 0x1_0000_0000;
const utf8 = new TextEncoder();

/** What stands before the postings of a transfer. */
export interface TransferHead {
  readonly id: number;
  readonly kind: string;
  readonly atMs: number;
  readonly period: number;
  /** Postings, and one more for a correction. */
  readonly parts: number;
}

/** Kind and owner, as they stand in each posting of an account. */
export const packAccount = ({ kind, owner }: Pick<AccountName, 'kind' | 'owner'>): Uint8Array =>
  Buffer.concat([packWire(kind), packWire(owner)]);

/** Transfers in the journal's bytes, one behind the other, without a gap in their numbers. */
export interface PackedTransfers {
  readonly bytes: Uint8Array;
  /** Where each of them ends in the bytes; the first begins at 0. */
  readonly ends: readonly number[];
}

/** Packs a page of transfers by `pack`, which is told to say where each one ends. */
export function packPage(pack: (packer: TransferPacker, ended: () => void) => void): PackedTransfers {
  const pieces: Uint8Array[] = [];
  const ends: number[] = [];
  const packer = new TransferPacker((piece) => void pieces.push(Uint8Array.from(piece)));
  pack(packer, () => void ends.push(packer.written));
  packer.flush();
  return { bytes: Buffer.concat(pieces), ends };
}

/** Transfers behind one, up to the first gap in their numbers. */
export function packUnbroken(transfers: readonly RecordedTransfer[], after: bigint): PackedTransfers {
  return packPage((packer, ended) => {
    for (const [i, transfer] of transfers.entries()) {
      if (transfer.id !== after + BigInt(i) + 1n) return;
      packer.add(transfer);
      ended();
    }
  });
}

/** Packs transfers one behind the other and hands them on in pieces; `take` copies or hashes a piece before it returns. */
export class TransferPacker {
  readonly #bytes = Buffer.allocUnsafe(4 * TRANSFER_BYTES_MAX);
  readonly #take: (bytes: Uint8Array) => void;
  #at = 0;
  #taken = 0;

  constructor(take: (bytes: Uint8Array) => void) {
    this.#take = take;
  }

  /** Bytes packed so far. */
  get written(): number {
    return this.#taken + this.#at;
  }

  add({ id, kind, reference, atMs, period, postings, correction }: RecordedTransfer): void {
    const parts = postings.length + (correction === undefined ? 0 : 1);
    this.head({ id: Number(id), kind, atMs, period, parts }, reference, 0, reference.length);
    for (const posting of postings) this.#posting(posting);
    if (correction !== undefined) this.#correction(correction);
  }

  /** Begins a transfer; its reference stands in `references` from one place up to another. */
  head({ id, kind, atMs, period, parts }: TransferHead, references: Uint8Array, from: number, to: number): void {
    if (this.#at + TRANSFER_BYTES_MAX > this.#bytes.length) this.flush();
    this.#array(5 + parts);
    this.#int64(id);
    this.#text(kind);
    this.#byte(0xc4);
    this.#byte(to - from);
    const [bytes, at] = [this.#bytes, this.#at];
    for (let i = from; i < to; i++) bytes[at + i - from] = references[i] as number;
    this.#at = at + to - from;
    this.#int64(atMs);
    this.#period(period);
  }

  /** A posting between accounts in the bytes of `packAccount`. */
  posting(debit: Uint8Array, credit: Uint8Array, currency: string, amountMinor: number): void {
    this.#array(6);
    this.#packed(debit);
    this.#packed(credit);
    this.#text(currency);
    this.#int64(amountMinor);
  }

  /** Hands on what is left. */
  flush(): void {
    if (this.#at > 0) this.#take(this.#bytes.subarray(0, this.#at));
    this.#taken += this.#at;
    this.#at = 0;
  }

  #packed(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #posting({ debit, credit, amountMinor }: Posting): void {
    this.#array(6);
    this.#text(debit.kind);
    this.#text(debit.owner);
    this.#text(credit.kind);
    this.#text(credit.owner);
    this.#text(debit.currency);
    this.#int64(Number(amountMinor));
  }

  #correction({ corrects, reason }: Correction): void {
    this.#array(2);
    this.#int64(Number(corrects));
    this.#text(reason);
  }

  #byte(value: number): void {
    this.#bytes[this.#at++] = value;
  }

  #array(length: number): void {
    if (length < 16) return this.#byte(0x90 | length);
    this.#byte(0xdc);
    this.#byte(0);
    this.#byte(length);
  }

  /** A number below 2^53, as the int64 that a bigint has on the wire. */
  #int64(value: number): void {
    this.#byte(0xd3);
    this.#uint32(Math.floor(value / TWO_32));
    this.#uint32(value >>> 0);
  }

  /** 197001 ... 999912: always four bytes. */
  #period(period: number): void {
    this.#byte(0xce);
    this.#uint32(period);
  }

  #uint32(value: number): void {
    const at = this.#at;
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
    this.#at = at + 4;
  }

  /** Nearly all of it is short ASCII, which goes byte by byte; anything else by TextEncoder. */
  #text(text: string): void {
    const start = this.#at + (text.length < 32 ? 1 : 2);
    if (text.length < 0x100)
      for (let i = 0; ; i++) {
        if (i === text.length) return this.#endText(text.length, start);
        const code = text.charCodeAt(i);
        if (code >= 0x80) break;
        this.#bytes[start + i] = code;
      }
    this.#encoded(utf8.encode(text));
  }

  #endText(length: number, start: number): void {
    if (length < 32) this.#byte(0xa0 | length);
    else {
      this.#byte(0xd9);
      this.#byte(length);
    }
    this.#at = start + length;
  }

  #encoded(encoded: Uint8Array): void {
    if (encoded.length < 0x100) {
      const start = this.#at + (encoded.length < 32 ? 1 : 2);
      this.#bytes.set(encoded, start);
      return this.#endText(encoded.length, start);
    }
    this.#byte(0xda);
    this.#byte(encoded.length >>> 8);
    this.#byte(encoded.length);
    this.#bytes.set(encoded, this.#at);
    this.#at += encoded.length;
  }
}
