/**
 * An anchor: a few bytes kept away from the fragments (the wallet's journal, the system's keychain, a file outside the
 * profile) that say how far the card has come. Whoever puts an older copy of the fragments back has to put it back too.
 */
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { realDisk, writeDurably, type Disk } from './disk.ts';

/** One committed state of a dispersed store. */
export interface Mark {
  /** 0 for the card as it was made; one more with every commit. */
  readonly epoch: number;
  /** 32 bytes; names the state and everything before it. */
  readonly digest: Uint8Array;
}

/** Each call may throw; the store then throws CardStoreError `io` and waits for the next load. */
export interface Anchor {
  /** The newest mark written; `undefined` when there is none, or none that can be read any more. */
  read(): Promise<Mark | undefined>;
  /** Durable when it returns; a crash leaves the mark before or this one. `undefined` forgets the card. */
  write(mark: Mark | undefined): Promise<void>;
}

const DIGEST_BYTES = 32;
const CHECKSUM_BYTES = 8;
const SLOT_BYTES = 8 + DIGEST_BYTES + CHECKSUM_BYTES;
const NAMES = ['even', 'odd'] as const;

/**
 * An anchor in two small files `<path>.even` and `<path>.odd`, written in turn, so that a torn one never takes the other along.
 * Not authenticated: whoever may write it is the player, who is not bound by it in any case (see the guide).
 */
export function fileAnchor(path: string, disk: Disk = realDisk): Anchor {
  const files = NAMES.map((name) => `${path}.${name}`);
  return {
    async read() {
      const marks = files.map((file) => readSlot(disk, file)).filter((mark) => mark !== undefined);
      return Promise.resolve(marks.sort((a, b) => b.epoch - a.epoch)[0]);
    },
    async write(mark) {
      if (mark === undefined) forget(disk, files);
      else {
        if (disk.look(dirname(path)) === undefined) disk.makeFolder(dirname(path));
        writeDurably(disk, `${path}.${NAMES[mark.epoch % 2 === 0 ? 0 : 1]}`, encodeSlot(mark));
      }
      return Promise.resolve();
    },
  };
}

function forget(disk: Disk, files: readonly string[]): void {
  for (const file of files) {
    if (disk.look(file) === undefined) continue;
    disk.remove(file);
    disk.syncFolder(dirname(file));
  }
}

function readSlot(disk: Disk, file: string): Mark | undefined {
  if (disk.look(file)?.kind !== 'file') return undefined;
  const bytes = disk.read(file, SLOT_BYTES + 1);
  if (bytes.length !== SLOT_BYTES) return undefined;
  const body = bytes.subarray(0, SLOT_BYTES - CHECKSUM_BYTES);
  if (!checksum(body).equals(bytes.subarray(body.length))) return undefined;
  const epoch = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
  return { epoch: Number(epoch), digest: body.slice(8) };
}

function encodeSlot(mark: Mark): Uint8Array {
  const bytes = new Uint8Array(SLOT_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(mark.epoch));
  bytes.set(mark.digest, 8);
  bytes.set(checksum(bytes.subarray(0, SLOT_BYTES - CHECKSUM_BYTES)), SLOT_BYTES - CHECKSUM_BYTES);
  return bytes;
}

function checksum(body: Uint8Array): Buffer {
  return createHash('sha256').update('coinslot anchor 1').update(body).digest().subarray(0, CHECKSUM_BYTES);
}
