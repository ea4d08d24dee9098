import { statSync } from 'node:fs';

/** Bytes of an SQLite store on disk, with the WAL beside it; 0 for what is not there. */
export function storeBytes(path: string): number {
  return [path, `${path}-wal`].reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}
