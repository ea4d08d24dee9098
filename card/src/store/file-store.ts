/**
 * A card's state in one file of two slots. A commit writes the older slot whole, has the disk take it, and reads it back; a
 * power cut in the midst tears only that slot, and the other still holds the state before.
 *
 * A second file, `<path>.written`, holds the epoch of the last commit that came to its end. So a card file that is gone is
 * damage, never a new card, and a newest slot that has been edited is damage too, never a torn one that the state before
 * could stand in for; and so is the second file gone while the first is there. It is written after each commit and not waited for: after a power cut it may lag behind, which only
 * means that less is noticed. Who removes both files removes the card with its key; what it held is lost, nothing is won.
 *
 * The state stands there in the clear: the file belongs to whoever may read it (mode 0600). `disperseStore` is the store
 * for cards that hold a player's money.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CardStoreError, type CardStore } from '../ports.ts';
import { decodeSlot, encodeSlot, epochOf, HEADER_BYTES, SLOT_BYTES, STATE_BYTES_MAX, type Slot } from './slot.ts';

/** The one door to the disk; tests give one that fails. */
export type OpenFile = typeof open;

const OWNER_ONLY = 0o600;
const EPOCH_BYTES = 8;
const FIRST_EPOCH = 1n;

/** A whole slot, and where it stands. */
interface Place {
  readonly slot: Slot;
  readonly index: number;
}

/** A file of the owner's alone that survives a crash at any moment. One program at a time may use it. */
export function fileStore(path: string, openFile: OpenFile = open): CardStore {
  let last: Place | undefined;
  let looked = false;

  async function load(): Promise<Uint8Array | undefined> {
    const { newest: found, isBegun } = await readCardFile(path, openFile);
    const finished = await readMarker(path, openFile);
    // Only within the first commit is there no marker yet, and then nothing but the first slot was ever written.
    if (finished === undefined && isBegun)
      throw new CardStoreError('damaged', `${path}: what was written beside the card is gone`);
    const known = last?.slot.epoch ?? finished;
    if (known !== undefined && (found === undefined || found.slot.epoch < known))
      throw new CardStoreError('damaged', `${path}: the card is gone or damaged`);
    last = found;
    looked = true;
    if (found === undefined) return undefined;
    if (finished === undefined) await createMarker(path, found.slot.epoch, openFile);
    return Uint8Array.from(found.slot.state);
  }

  async function commit(state: Uint8Array): Promise<void> {
    if (state.length > STATE_BYTES_MAX)
      throw new CardStoreError('io', `${path}: a state of ${state.length} bytes, at most ${STATE_BYTES_MAX}`);
    if (!looked) await load();
    if (last === undefined) {
      const first = { slot: { epoch: FIRST_EPOCH, state }, index: 0 };
      await createCardFile(path, first.slot, openFile);
      await createMarker(path, first.slot.epoch, openFile);
      last = first;
    } else {
      const next = { slot: { epoch: last.slot.epoch + 1n, state }, index: 1 - last.index };
      await overwrite(path, last, next, openFile);
      await writeMarker(path, next.slot.epoch, openFile);
      last = next;
    }
  }

  return { load: () => io(path, load), commit: (state) => io(path, () => commit(Uint8Array.from(state))) };
}

const markerOf = (path: string): string => `${path}.written`;

/** Whatever the disk says becomes a CardStoreError with its cause. */
async function io<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof CardStoreError) throw cause;
    throw new CardStoreError('io', `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

async function openExisting(path: string, openFile: OpenFile): Promise<FileHandle | undefined> {
  try {
    return await openFile(path, 'r+');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** What stands in a card file. */
interface CardFileFound {
  /** The newest whole slot; `undefined` when there is no file or nothing whole in it. */
  readonly newest: Place | undefined;
  /** There was a second commit: its slot is not as the file was made, or the first slot is not of the first commit. */
  readonly isBegun: boolean;
}

async function readCardFile(path: string, openFile: OpenFile): Promise<CardFileFound> {
  const file = await openExisting(path, openFile);
  if (file === undefined) return { newest: undefined, isBegun: false };
  try {
    const newest = await newestSlot(file);
    const isLater = newest !== undefined && newest.slot.epoch !== FIRST_EPOCH;
    return { newest, isBegun: isLater || !(await isUntouched(file, 1)) };
  } finally {
    await file.close();
  }
}

/** Whether a slot is as the file was made: of zeros, or not yet there. */
async function isUntouched(file: FileHandle, index: number): Promise<boolean> {
  const bytes = Buffer.alloc(SLOT_BYTES);
  await file.read(bytes, 0, SLOT_BYTES, index * SLOT_BYTES);
  return bytes.every((byte) => byte === 0);
}

async function newestSlot(file: FileHandle): Promise<Place | undefined> {
  const slots = [await readSlot(file, 0), await readSlot(file, 1)];
  const whole = slots.flatMap((slot, index) => (slot === undefined ? [] : [{ slot, index }]));
  return whole.sort((a, b) => Number(b.slot.epoch - a.slot.epoch))[0];
}

async function readSlot(file: FileHandle, index: number): Promise<Slot | undefined> {
  const bytes = Buffer.alloc(SLOT_BYTES);
  const { bytesRead } = await file.read(bytes, 0, SLOT_BYTES, index * SLOT_BYTES);
  return decodeSlot(bytes.subarray(0, bytesRead));
}

async function overwrite(path: string, last: Place, next: Place, openFile: OpenFile): Promise<void> {
  const file = await openExisting(path, openFile);
  if (file === undefined) throw new CardStoreError('damaged', `${path}: the card file is gone`);
  try {
    // A file put back, or another program at the same card: writing on would make two branches of one card.
    if (!(await isNewest(file, last))) throw new CardStoreError('fork', `${path}: changed by somebody else`);
    await writeSlot(file, next.index, next.slot);
  } finally {
    await file.close();
  }
}

/** By the headers alone where they say it; a torn slot can claim any epoch, and only reading both whole tells. */
async function isNewest(file: FileHandle, last: Place): Promise<boolean> {
  const headers = Buffer.alloc(2 * HEADER_BYTES);
  for (const index of [0, 1]) await file.read(headers, index * HEADER_BYTES, HEADER_BYTES, index * SLOT_BYTES);
  const header = (index: number): Buffer => headers.subarray(index * HEADER_BYTES, (index + 1) * HEADER_BYTES);
  const isSame = header(last.index).equals(encodeSlot(last.slot).subarray(0, HEADER_BYTES));
  if (isSame && epochOf(header(1 - last.index)) < last.slot.epoch) return true;
  const newest = await newestSlot(file);
  return newest?.slot.epoch === last.slot.epoch && Buffer.compare(newest.slot.state, last.slot.state) === 0;
}

/** Written at its place, on disk, and read back: what cannot be read back was not written. */
async function writeSlot(file: FileHandle, index: number, slot: Slot): Promise<void> {
  const bytes = encodeSlot(slot);
  await writeAll(file, bytes, index * SLOT_BYTES);
  await file.datasync();
  const back = Buffer.alloc(bytes.length);
  const { bytesRead } = await file.read(back, 0, back.length, index * SLOT_BYTES);
  if (bytesRead !== bytes.length || !back.equals(bytes)) throw new Error('what was written does not read back');
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

/**
 * The first commit. The whole file is written before the first slot is valid, so that later commits only overwrite: a
 * disk that is full is then full now and not at a payment. A crash in between leaves no whole slot and no marker, which is
 * still no card, and the file may be begun again.
 */
async function createCardFile(path: string, slot: Slot, openFile: OpenFile): Promise<void> {
  const file = await openFile(path, 'w+', OWNER_ONLY);
  try {
    await writeAll(file, Buffer.alloc(2 * SLOT_BYTES), 0);
    await file.sync();
    await syncFolder(path, openFile);
    await writeSlot(file, 0, slot);
  } finally {
    await file.close();
  }
}

/** The epoch of the last finished commit; `undefined` when there was none, 0 when the file is not what it should be. */
async function readMarker(path: string, openFile: OpenFile): Promise<bigint | undefined> {
  const file = await openExisting(markerOf(path), openFile);
  if (file === undefined) return undefined;
  try {
    const bytes = Buffer.alloc(EPOCH_BYTES);
    const { bytesRead } = await file.read(bytes, 0, EPOCH_BYTES, 0);
    return bytesRead === EPOCH_BYTES ? bytes.readBigUInt64BE() : 0n;
  } finally {
    await file.close();
  }
}

async function createMarker(path: string, epoch: bigint, openFile: OpenFile): Promise<void> {
  await writeMarker(path, epoch, openFile, (file) => file.sync());
  await syncFolder(path, openFile);
}

async function writeMarker(
  path: string,
  epoch: bigint,
  openFile: OpenFile,
  settle: (file: FileHandle) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const bytes = Buffer.alloc(EPOCH_BYTES);
  bytes.writeBigUInt64BE(epoch);
  // Not truncated: were it empty for a moment, a crash in that moment would forget that there is a card.
  const file = (await openExisting(markerOf(path), openFile)) ?? (await openFile(markerOf(path), 'w', OWNER_ONLY));
  try {
    await writeAll(file, bytes, 0);
    await settle(file);
  } finally {
    await file.close();
  }
}

/** A new name is durable only when its folder is. Windows opens no folders, and orders such writes by itself. */
async function syncFolder(path: string, openFile: OpenFile): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await openFile(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
