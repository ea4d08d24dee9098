/** Folders that are there whole or not at all. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

const OWNER_ONLY = 0o700;

/** Makes a folder, and what leads to it, for its owner alone. */
export function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: OWNER_ONLY });
}

/**
 * Fills a folder that is not there yet. It gets its name only when `fill` is done, so that a first start which was cut short
 * leaves no key without its certificate behind.
 */
export function makeFolderOnce(path: string, fill: (folder: string) => void): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  const unfinished = `${path}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: OWNER_ONLY });
  fill(unfinished);
  renameSync(unfinished, path);
  syncFolder(dirname(path));
}

/** A rename is durable when its folder is. Windows has no such call, and does not need it. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
