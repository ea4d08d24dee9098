/**
 * Notices that files of a folder have changed. The folder is watched, not the files: editors that save by renaming a draft over
 * the file leave a watched file behind. Where the system cannot watch (a network share), the files are looked at twice a second.
 */
import { statSync, watch, type FSWatcher } from 'node:fs';
import { basename } from 'node:path';

/** Several notices of one save come within this. */
const SETTLE_MS = 30;
const LOOK_MS = 500;

/** Calls `onChange` soon after one of the files was written, replaced or removed. Files are full paths in `folder`. */
export function watchFiles(folder: string, files: readonly string[], onChange: () => void): { close(): void } {
  const names = new Set(files.map((file) => basename(file)));
  let settling: NodeJS.Timeout | undefined;
  const noticed = (): void => {
    clearTimeout(settling);
    settling = setTimeout(onChange, SETTLE_MS);
  };
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(folder, (_, name) => {
      if (name === null || names.has(name)) noticed();
    });
    // The look below goes on: a folder that can no longer be watched is no reason to stop.
    watcher.on('error', () => watcher?.close());
  } catch {
    watcher = undefined;
  }
  let last = stampOf(files);
  const looking = setInterval(() => {
    const stamp = stampOf(files);
    if (stamp !== last) noticed();
    last = stamp;
  }, LOOK_MS);
  return {
    close() {
      watcher?.close();
      clearInterval(looking);
      clearTimeout(settling);
    },
  };
}

function stampOf(files: readonly string[]): string {
  return files
    .map((file) => {
      const found = statSync(file, { throwIfNoEntry: false });
      return found === undefined ? '-' : `${found.mtimeMs} ${found.size} ${found.ino}`;
    })
    .join('\n');
}
