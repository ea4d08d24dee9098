/**
 * The journal's bytes of a transfer: the same canonical MessagePack as `packWire` of the protocol makes of
 * `[id, kind, reference, atMs, period, [debit kind, debit owner, credit kind, credit owner, currency, amount]...]`, with
 * `[corrects, reason]` behind the postings of a correction. Every commit packs what it posted and every audit packs everything
 * again, so the form is written out here into one buffer, at a tenth of the time; a test holds the two against each other.
 */
import type { Correction, Posting, RecordedTransfer } from './types.ts';

/** More than a transfer of 16 lines takes: 16 x (4 texts of at most 4 x 64 bytes, ...) and a reason of 140 characters. */
const TRANSFER_BYTES_MAX = 24_576;
const TWO_32 = 0x1_0000_0000;
const utf8 = new TextEncoder();

/** Packs transfers one behind the other and hands them on in pieces; `take` copies or hashes a piece before it returns. */
export class TransferPacker {
  readonly #bytes = Buffer.allocUnsafe(4 * TRANSFER_BYTES_MAX);
  readonly #take: (bytes: Uint8Array) => void;
  #at = 0;

  constructor(take: (bytes: Uint8Array) => void) {
    this.#take = take;
  }

  add({ id, kind, reference, atMs, period, postings, correction }: RecordedTransfer): void {
    if (this.#at + TRANSFER_BYTES_MAX > this.#bytes.length) this.flush();
    this.#array(5 + postings.length + (correction === undefined ? 0 : 1));
    this.#int64(Number(id));
    this.#text(kind);
    this.#byte(0xc4);
    this.#byte(reference.length);
    this.#bytes.set(reference, this.#at);
    this.#at += reference.length;
    this.#int64(atMs);
    this.#period(period);
    for (const posting of postings) this.#posting(posting);
    if (correction !== undefined) this.#correction(correction);
  }

  /** Hands on what is left. */
  flush(): void {
    if (this.#at > 0) this.#take(this.#bytes.subarray(0, this.#at));
    this.#at = 0;
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
