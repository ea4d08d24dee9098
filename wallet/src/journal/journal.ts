/**
 * The journal: append-only, each append on the disk before it returns. Opening cuts a torn end (kept aside in a file of its
 * own) and replays what is whole.
 */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, readSync } from 'node:fs';
import { ProtocolError, type Charged } from '@coinslot/protocol';
import { WalletError } from '../errors.ts';
import { openAppending, replaceDurably, writeAll } from '../profile/files.ts';
import { FIRST_LINE, frameRecord, scanJournal } from './framing.ts';
import { decodeRecord, encodeRecord, type JournalRecord } from './records.ts';

/** The few things a journal does to a disk, so that a test can make each of them fail. */
export interface JournalDisk {
  read(): Uint8Array;
  append(bytes: Uint8Array): void;
  truncate(length: number): void;
  sync(): void;
  /** Keeps bytes that are cut off, for whoever wants to look. */
  keepAside(bytes: Uint8Array): void;
  close(): void;
}

/** A journal in a file of its own. */
export function fileDisk(path: string): JournalDisk {
  const file = openAppending(path);
  return {
    read() {
      const bytes = new Uint8Array(fstatSync(file).size);
      for (let at = 0; at < bytes.length;) {
        const length = readSync(file, bytes, at, bytes.length - at, at);
        if (length === 0) return bytes.subarray(0, at);
        at += length;
      }
      return bytes;
    },
    append: (bytes) => writeAll(file, bytes),
    truncate: (length) => ftruncateSync(file, length),
    sync: () => fsyncSync(file),
    keepAside: (bytes) => replaceDurably(`${path}.torn`, bytes),
    close: () => closeSync(file),
  };
}

export class Journal {
  readonly #disk: JournalDisk;
  #length: number;
  #checksum: Uint8Array;
  #isBroken = false;
  #isClosed = false;

  /** Opens a journal and hands every record in it to `replay`, oldest first. Throws PROFILE_DAMAGED. */
  constructor(disk: JournalDisk, path: string, replay: (record: JournalRecord) => void) {
    this.#disk = disk;
    const file = disk.read();
    const scan = scanJournal(file, path);
    scan.payloads.map((payload, i) => decodeOwn(payload, path, i)).forEach(replay);
    this.#length = scan.wholeBytes;
    this.#checksum = scan.checksum;
    if (file.length > scan.wholeBytes) {
      disk.keepAside(file.slice(scan.wholeBytes));
      disk.truncate(scan.wholeBytes);
      disk.sync();
    }
    if (this.#length === 0) this.#write(FIRST_LINE);
  }

  /**
   * Writes records as one, and returns when they are on the disk. Throws ProtocolError STORAGE: with `charged: no` nothing of
   * them is kept; with `unknown` (a failed fsync) nobody knows what the disk holds, and nothing is written until a new start.
   */
  append(...records: readonly JournalRecord[]): void {
    let checksum = this.#checksum;
    const framed = records.map((record) => {
      const one = frameRecord(checksum, encodeRecord(record));
      checksum = one.checksum;
      return one.bytes;
    });
    this.#write(Buffer.concat(framed));
    this.#checksum = checksum;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#disk.close();
  }

  #write(bytes: Uint8Array): void {
    if (this.#isBroken || this.#isClosed) throw storageFault('the journal is closed', 'no', undefined);
    try {
      this.#disk.append(bytes);
    } catch (cause) {
      this.#takeBack();
      throw storageFault('the journal could not be written', this.#isBroken ? 'unknown' : 'no', cause);
    }
    try {
      this.#disk.sync();
    } catch (cause) {
      this.#isBroken = true;
      throw storageFault('the journal could not be made durable', 'unknown', cause);
    }
    this.#length += bytes.length;
  }

  /** A full disk took half a record: back to the last whole one, so that writing works again when there is room. */
  #takeBack(): void {
    try {
      this.#disk.truncate(this.#length);
    } catch {
      this.#isBroken = true;
    }
  }
}

function decodeOwn(payload: Uint8Array, path: string, index: number): JournalRecord {
  try {
    return decodeRecord(payload);
  } catch (cause) {
    throw new WalletError('PROFILE_DAMAGED', `${path}: record ${index} is not one that this wallet knows`, { cause });
  }
}

function storageFault(message: string, charged: Charged, cause: unknown): ProtocolError {
  return new ProtocolError('STORAGE', message, { cause, charged, hint: 'Is the disk full or read-only?' });
}
