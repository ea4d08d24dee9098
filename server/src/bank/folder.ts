/**
 * A bank at the end of a folder, as banks' own connectors (EBICS and the like) have it: they fetch what is in `outbox/` and put into
 * `inbox/` what came. What stands there under its name is whole: it was written under another one and synced before. What was taken
 * goes to `inbox/taken/`, so that names need not rise.
 */
import { ProtocolError } from '@coinslot/protocol';
import { lstat, mkdir, open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { NOTICES_AT_ONCE_MAX, type BankFile, type BankPort, type ReceivedNotice } from './types.ts';
import { BANK_XML_LIMITS } from './xml.ts';

const TAKEN = 'taken';
const MESSAGE_ID = /^[A-Za-z0-9][A-Za-z0-9.+-]{0,34}$/;
/** A little more than can be read, so that what is too large is seen to be so, and no more of it is loaded. */
const NOTICE_BYTES_MAX = BANK_XML_LIMITS.bytesMax + 1;

/**
 * The bank behind `path`, whose two folders are made when absent. One program at a time may hand over. Throws ProtocolError STORAGE
 * for what the disk refuses, ID_CONFLICT for another file under an id that is there.
 */
export function folderBank(path: string): BankPort {
  const outbox = join(path, 'outbox');
  const inbox = join(path, 'inbox');
  return {
    hand: (file) => onDisk(`handing over ${file.messageId}`, () => hand(outbox, file)),
    listNotices: () => onDisk('reading what the bank sent', () => listNotices(inbox)),
    setTaken: (name) => onDisk(`putting ${name} away`, () => putAway(inbox, name)),
  };
}

async function hand(
  outbox: string,
  { messageId, kind, bytes }: Pick<BankFile, 'messageId' | 'kind' | 'bytes'>,
): Promise<void> {
  if (!MESSAGE_ID.test(messageId)) throw new RangeError(`messageId: ${JSON.stringify(messageId)} is no file's name`);
  await mkdir(outbox, { recursive: true });
  const name = `${messageId}.${kind === 'acquirer-csv' ? 'csv' : 'xml'}`;
  const there = await readUpTo(join(outbox, name), bytes.length + 1);
  if (there !== undefined && Buffer.compare(there, bytes) !== 0)
    throw new ProtocolError('ID_CONFLICT', `bank file ${messageId}: another one was handed over under this id`);
  if (there === undefined) {
    const part = join(outbox, `.${name}.part`);
    await writeSynced(part, bytes);
    await rename(part, join(outbox, name));
  }
  // Also for the file that was there: whoever wrote it may have been killed before this.
  await syncFolder(outbox);
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function listNotices(inbox: string): Promise<ReceivedNotice[]> {
  await mkdir(inbox, { recursive: true });
  const names = (await readdir(inbox)).filter((name) => /^[^.].*\.xml$/i.test(name)).sort(byCodeUnit);
  const notices: ReceivedNotice[] = [];
  for (const name of names) {
    if (notices.length === NOTICES_AT_ONCE_MAX) break;
    const path = join(inbox, name);
    if (!(await lstat(path)).isFile()) continue;
    const xml = await readUpTo(path, NOTICE_BYTES_MAX);
    if (xml !== undefined) notices.push({ name, xml });
  }
  return notices;
}

/** Into `inbox/taken/`, never over what is there: banks may give a name again. */
async function putAway(inbox: string, name: string): Promise<void> {
  const taken = join(inbox, TAKEN);
  await mkdir(taken, { recursive: true });
  for (let count = 0; ; count++) {
    const to = join(taken, count === 0 ? name : `${name}.${count}`);
    if (await isThere(to)) continue;
    if (await isThere(join(inbox, name))) await rename(join(inbox, name), to);
    break;
  }
  await syncFolder(taken);
  await syncFolder(inbox);
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );

const byCodeUnit = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** The first bytes of a file; `undefined` when there is none. */
async function readUpTo(path: string, bytesMax: number): Promise<Uint8Array | undefined> {
  let file;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const bytes = Buffer.alloc(Math.min((await file.stat()).size, bytesMax));
    let read = 0;
    while (read < bytes.length) {
      const { bytesRead } = await file.read(bytes, read, bytes.length - read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return new Uint8Array(bytes.subarray(0, read));
  } finally {
    await file.close();
  }
}

async function onDisk<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof ProtocolError || cause instanceof RangeError) throw cause;
    throw new ProtocolError('STORAGE', `bank's folder: ${what}: ${(cause as Error).message}`, { cause });
  }
}
