/**
 * The few things a dispersed store does to a disk, as a port, so that a test can make each of them fail or lose power
 * between any two of them. All are synchronous: a payment waits for them in any case, and a kill sweep can count them.
 */
import {
  chmodSync,
  closeSync,
  constants,
  fdatasyncSync,
  fsyncSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { lockFolder } from './lock.ts';

/** What is at a path, no link followed. `isPrivate`: nobody but the owner may read, write or enter it. */
export interface Found {
  readonly kind: 'file' | 'folder' | 'other';
  readonly isPrivate: boolean;
}

/** A file opened for writing. */
export interface DiskFile {
  /** Makes these bytes the whole content; not durable before `sync`. */
  write(bytes: Uint8Array): void;
  sync(): void;
  close(): void;
}

/** Each call throws what Node's own would: an Error with a `code` such as ENOSPC. */
export interface Disk {
  look(path: string): Found | undefined;
  /** A file's bytes, the first `bytesMax` of them. */
  read(path: string, bytesMax: number): Uint8Array;
  /** Makes a private folder and those above it that are missing; their names are durable when it returns. */
  makeFolder(path: string): void;
  /** Makes a private file, which must not be there; its name is not durable before `syncFolder`. */
  make(path: string): DiskFile;
  /** Opens a file that is there. */
  open(path: string): DiskFile;
  /** Takes others' rights away. */
  narrow(path: string): void;
  /** Removes a file or a link; not durable before `syncFolder`. */
  remove(path: string): void;
  syncFolder(path: string): void;
  /**
   * Keeps other programs out of a folder until the returned function is called or this program ends; it may do so several times.
   * `undefined` while another program does.
   */
  lock(path: string): (() => void) | undefined;
}

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** Windows has access lists instead of modes, refuses to open folders, and makes names durable by itself. */
const hasModes = process.platform !== 'win32';
/** Absent on Windows, where making a link needs a right that players do not have. */
const NO_FOLLOW = hasModes ? constants.O_NOFOLLOW : 0;

/** The machine's own disk. */
export const realDisk: Disk = {
  look,
  read,
  makeFolder(path) {
    const whole = resolve(path);
    const first = mkdirSync(whole, { recursive: true, mode: FOLDER_MODE });
    if (first === undefined) return;
    for (let made = whole; ; made = dirname(made)) {
      syncFolder(dirname(made));
      if (made === first) return;
    }
  },
  make: (path) => openFile(path, constants.O_CREAT | constants.O_EXCL),
  open: (path) => openFile(path, 0),
  narrow(path) {
    const isFolder = look(path)?.kind === 'folder';
    chmodSync(path, isFolder ? FOLDER_MODE : FILE_MODE);
  },
  remove: (path) => rmSync(path),
  syncFolder,
  lock: lockFolder,
};

function look(path: string): Found | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other';
  return { kind, isPrivate: !hasModes || (stat.mode & 0o077) === 0 };
}

function read(path: string, bytesMax: number): Uint8Array {
  const file = openSync(path, constants.O_RDONLY | NO_FOLLOW);
  try {
    const bytes = new Uint8Array(Math.min(fstatSync(file).size, bytesMax));
    let at = 0;
    while (at < bytes.length) {
      const length = readSync(file, bytes, at, bytes.length - at, at);
      if (length === 0) break;
      at += length;
    }
    return bytes.subarray(0, at);
  } finally {
    closeSync(file);
  }
}

function openFile(path: string, flags: number): DiskFile {
  const file = openSync(path, constants.O_WRONLY | NO_FOLLOW | flags, FILE_MODE);
  return {
    write(bytes) {
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, bytes.length - at, at);
      if (fstatSync(file).size !== bytes.length) ftruncateSync(file, bytes.length);
    },
    // Bytes and length are all that counts here; the time of the last change need not wait for the disk.
    sync: () => fdatasyncSync(file),
    close: () => closeSync(file),
  };
}

function syncFolder(path: string): void {
  if (!hasModes) return;
  const folder = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Writes a private file whole and waits for the disk: in place when it is there, made anew when it is not. */
export function writeDurably(disk: Disk, path: string, bytes: Uint8Array): void {
  const found = disk.look(path);
  const isUsable = found?.kind === 'file' && found.isPrivate;
  // A link, or a file that others may have open, is not written into: it goes, and a new one takes its name.
  if (found !== undefined && !isUsable) disk.remove(path);
  const file = isUsable ? disk.open(path) : disk.make(path);
  try {
    file.write(bytes);
    file.sync();
  } finally {
    file.close();
  }
  if (!isUsable) disk.syncFolder(dirname(path));
}
