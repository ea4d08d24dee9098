/** Files of the profile: private to their owner, and on the disk before anybody relies on them. */
import {
  chmodSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { WalletError } from '../errors.ts';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const hasModes = process.platform !== 'win32';

/** Makes a folder that only its owner can enter; one that is there already is narrowed. */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
  chmodSync(path, FOLDER_MODE);
}

/** Throws PROFILE_DAMAGED when others could read or write the file: a key that others saw is no key. */
export function requirePrivate(path: string): void {
  if (hasModes && (statSync(path).mode & 0o077) !== 0) {
    throw new WalletError('PROFILE_DAMAGED', `${path}: others may read or write it`, {
      hint: `If nobody else can have read it, run: chmod 600 ${path}`,
    });
  }
}

/** The file's bytes, or `undefined` when there is none. Throws PROFILE_DAMAGED when others may read it. */
export function readPrivate(path: string): Uint8Array | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw cause;
  }
  requirePrivate(path);
  return new Uint8Array(bytes);
}

/** Replaces a file whole: written beside it, fsynced, renamed over it, folder fsynced. Old or new, never a mixture. */
export function replaceDurably(path: string, bytes: Uint8Array): void {
  const beside = `${path}.new`;
  const file = openSync(beside, 'w', FILE_MODE);
  try {
    writeAll(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
  syncFolder(dirname(path));
}

/** Writes every byte at the file's position; a short write goes on where it stopped. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}

/** Opens a private file for reading and appending, making it (and its name in the folder durable) when missing. */
export function openAppending(path: string): number {
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, FILE_MODE);
  requirePrivate(path);
  syncFolder(dirname(path));
  return file;
}

/** Makes names in a folder durable. Windows has no such call and needs none. */
export function syncFolder(path: string): void {
  if (!hasModes) return;
  const folder = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

export function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}
