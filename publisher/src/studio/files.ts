/** The disk: reads that say what is missing, writes that are whole or not there. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FILE_START, FaultsError } from '../text/faults.ts';

/** Reads bytes; a file that is not there is a fault with the hint given. */
export function readBytes(file: string, hint?: string): Uint8Array {
  try {
    return Uint8Array.from(readFileSync(file));
  } catch (cause) {
    const isAbsent = codeOf(cause) === 'ENOENT';
    const message = isAbsent ? 'there is no such file' : `cannot be read (${codeOf(cause)})`;
    throw new FaultsError([{ file, ...FILE_START, message, hint }]);
  }
}

/** Reads UTF-8 text; bytes that are not UTF-8 are a fault. */
export function readText(file: string, hint?: string): string {
  const bytes = readBytes(file, hint);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FaultsError([{ file, ...FILE_START, message: 'not UTF-8 text' }]);
  }
}

/** Reads bytes, or undefined where there is no such file. */
export function readBytesIfThere(file: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(readFileSync(file));
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw new FaultsError([{ file, ...FILE_START, message: `cannot be read (${codeOf(cause)})` }]);
  }
}

/** Puts a file in place whole: whoever reads it meanwhile has the old bytes or the new ones. */
export function replaceFile(file: string, content: string | Uint8Array): void {
  const draft = join(dirname(file), `.${process.pid}.${Date.now().toString(36)}.draft`);
  try {
    writeNew(draft, content, 0o644);
    renameSync(draft, file);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw cause instanceof FaultsError ? cause : cannotWrite(file, cause);
  }
}

/** Writes a file that is not there yet and puts its bytes on the disk; false, and nothing done, when it is there. */
export function writeIfAbsent(file: string, content: string | Uint8Array, mode: number): boolean {
  try {
    writeNew(file, content, mode);
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    throw cannotWrite(file, cause);
  }
}

function writeNew(file: string, content: string | Uint8Array, mode: number): void {
  const handle = openSync(file, 'wx', mode);
  try {
    writeFileSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function cannotWrite(file: string, cause: unknown): FaultsError {
  return new FaultsError([{ file, ...FILE_START, message: `cannot be written (${codeOf(cause)})` }]);
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
}
