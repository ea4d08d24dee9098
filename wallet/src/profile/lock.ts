/**
 * One writer per profile: a lock file that names its holder. A process id alone is not enough, since ids are reused, so on
 * Linux the holder's start time stands beside it.
 */
import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { WalletError } from '../errors.ts';
import { isMissing } from './files.ts';

interface Holder {
  pid: number;
  /** Clock ticks since boot at which the process started; empty where the system does not tell. */
  startedAt: string;
}

const ATTEMPTS_MAX = 5;

/** Takes the profile's lock; the returned function gives it back. Throws PROFILE_BUSY while a living process holds it. */
export function takeLock(folder: string): () => void {
  const path = join(folder, 'lock');
  const own: Holder = { pid: process.pid, startedAt: startOf(process.pid) };
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    if (createLock(path, own)) return () => rmSync(path, { force: true });
    const holder = readHolder(path);
    if (holder === 'gone') continue;
    if (holder !== 'unreadable' && isAlive(holder)) throw busy(folder, holder.pid);
    moveAway(path, folder);
  }
  throw new WalletError('PROFILE_BUSY', `${folder}: the lock changes hands too fast`);
}

/** Whether a living process holds the profile; changes nothing. */
export function isProfileHeld(folder: string): boolean {
  const holder = readHolder(join(folder, 'lock'));
  return holder !== 'gone' && holder !== 'unreadable' && isAlive(holder);
}

function createLock(path: string, own: Holder): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false;
    throw cause;
  }
  writeSync(file, JSON.stringify(own));
  closeSync(file);
  return true;
}

function readHolder(path: string): Holder | 'gone' | 'unreadable' {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return 'gone';
    throw cause;
  }
  try {
    const holder: unknown = JSON.parse(text);
    const { pid, startedAt } = holder as Partial<Holder>;
    if (Number.isSafeInteger(pid) && typeof startedAt === 'string') return { pid: pid as number, startedAt };
  } catch {
    // Cut short by a crash between creating and writing: nobody lives behind it.
  }
  return 'unreadable';
}

/** Renames the dead lock away. Two that try at once: one takes it, and whoever took a living lock puts it back. */
function moveAway(path: string, folder: string): void {
  const aside = join(folder, `lock.${process.pid}.stale`);
  try {
    renameSync(path, aside);
  } catch (cause) {
    if (isMissing(cause)) return;
    throw cause;
  }
  const taken = readHolder(aside);
  const isLiving = taken !== 'gone' && taken !== 'unreadable' && isAlive(taken);
  if (isLiving) linkSync(aside, path);
  rmSync(aside, { force: true });
  if (isLiving) throw busy(folder, taken.pid);
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (cause) {
    // EPERM: there is such a process, and it is somebody else's.
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EPERM')) return false;
  }
  return startOf(holder.pid) === holder.startedAt;
}

/** Field 22 of /proc/<pid>/stat (proc(5)); the name in field 2 may hold spaces and brackets, so fields count from its end. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function busy(folder: string, pid: number): WalletError {
  return new WalletError('PROFILE_BUSY', `${folder}: in use by the wallet with process id ${pid}`, {
    hint: 'Close that wallet first, or start this one with another --profile.',
  });
}
