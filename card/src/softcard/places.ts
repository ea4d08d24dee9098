/**
 * The places of a dispersed store: one folder each, with two fragments, of the last even and the last odd epoch. A commit
 * overwrites the older one, so that until it is whole the state before lies untouched in every place.
 */
import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { writeDurably } from './disk.ts';
import { decodeFragment, FRAGMENT_BYTES_MAX, type Fragment } from './fragment.ts';

/** What was found in one place, in the order in which trouble is told. */
export type Finding =
  /** Its fragment of the newest state is there. */
  | 'whole'
  | 'missing'
  /** A symbolic link, or something else that is no folder and no file; never followed. */
  | 'link'
  /** Others may read or write it; not trusted before it is narrowed. */
  | 'exposed'
  | 'unreadable'
  /** Not authentic under this store's key: damaged, of another player or machine, or no fragment at all. */
  | 'damaged'
  /** Authentic, but not this place's fragment of the newest state: older, misplaced, or another card's. */
  | 'other';

/** One place as it was read. */
export interface PlaceReading {
  readonly folder: string;
  readonly fragments: readonly Fragment[];
  /** Worst first; empty when both files are authentic fragments. */
  readonly troubles: readonly Exclude<Finding, 'whole' | 'other'>[];
}

const FILES = ['even.fragment', 'odd.fragment'] as const;

export function readPlace(disk: Disk, folder: string, key: Uint8Array): PlaceReading {
  const trouble = troubleWith(disk, folder, 'folder');
  if (trouble !== undefined) return { folder, fragments: [], troubles: [trouble] };
  const fragments: Fragment[] = [];
  const troubles: PlaceReading['troubles'][number][] = [];
  for (const file of FILES) {
    const read = readFragment(disk, join(folder, file), key);
    if (typeof read === 'string') troubles.push(read);
    else fragments.push(read);
  }
  return { folder, fragments, troubles: troubles.sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)) };
}

const ORDER: readonly Finding[] = ['damaged', 'unreadable', 'exposed', 'link', 'missing'];

function readFragment(disk: Disk, path: string, key: Uint8Array): Fragment | PlaceReading['troubles'][number] {
  const trouble = troubleWith(disk, path, 'file');
  if (trouble !== undefined) return trouble;
  try {
    return decodeFragment(key, disk.read(path, FRAGMENT_BYTES_MAX)) ?? 'damaged';
  } catch {
    return 'unreadable';
  }
}

function troubleWith(disk: Disk, path: string, kind: 'file' | 'folder') {
  try {
    const found = disk.look(path);
    if (found === undefined) return 'missing';
    if (found.kind !== kind) return 'link';
    return found.isPrivate ? undefined : 'exposed';
  } catch {
    return 'unreadable';
  }
}

/**
 * Keeps other programs out of a place. `undefined` where that cannot be: no private folder is there, or its disk is read-only,
 * full, or has no locks.
 */
export function lockPlace(disk: Disk, folder: string): (() => void) | 'held' | undefined {
  if (troubleWith(disk, folder, 'folder') !== undefined) return undefined;
  try {
    return disk.lock(folder) ?? 'held';
  } catch {
    return undefined;
  }
}

/** Writes a place's fragment and waits for the disk. Throws the disk's own error; a place that is a link is left alone. */
export function writePlace(disk: Disk, folder: string, epoch: number, bytes: Uint8Array): void {
  const found = disk.look(folder);
  if (found === undefined) disk.makeFolder(folder);
  else if (found.kind !== 'folder') throw new Error(`${folder}: not a folder, or a link to one`);
  else if (!found.isPrivate) disk.narrow(folder);
  writeDurably(disk, join(folder, FILES[epoch % 2 === 0 ? 0 : 1]), bytes);
}

/** Whether a place holds anything that a card could have left. */
export function isEmptyPlace(disk: Disk, folder: string): boolean {
  const found = disk.look(folder);
  if (found === undefined) return true;
  return found.kind === 'folder' && FILES.every((file) => disk.look(join(folder, file)) === undefined);
}

/** Removes a place's fragments; the folder stays. */
export function clearPlace(disk: Disk, folder: string): void {
  if (disk.look(folder)?.kind !== 'folder') return;
  for (const file of FILES) if (disk.look(join(folder, file)) !== undefined) disk.remove(join(folder, file));
  disk.syncFolder(folder);
}
