/**
 * One program at a time in a folder: a file `lock` that names its holder. It comes to be with its content, by a link, so that no
 * other program ever reads half of it; and it names its own inode, so that a copy of the folder is not held by whoever holds
 * the original. A holder that has ended holds nothing; a process id is used again, so its start time stands beside it on Linux.
 *
 * It keeps apart programs that mean well. It cannot see into another machine or another container: the store looks at its
 * places once more before it writes.
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';

interface Program {
  readonly pid: number;
  /** Clock ticks since boot at which it started; empty where the system does not tell. */
  readonly startedAt: string;
  /** Tells what was loaded into one process from what was loaded into it a second time, or into one of its workers. */
  readonly program: string;
}

interface Holder extends Program {
  /** Inode of the very file in which this stands. */
  readonly file: string;
}

const OWN: Program = { pid: process.pid, startedAt: startOf(process.pid), program: randomUUID() };
const ATTEMPTS_MAX = 5;
/** How often this program has each lock. */
const taken = new Map<string, number>();

/**
 * Takes a folder's lock for this program, which may take it several times; what is returned gives it back. `undefined` while
 * another living program has it. Throws what the disk throws; a disk without hard links cannot be locked.
 */
export function lockFolder(folder: string): (() => void) | undefined {
  const path = join(resolve(folder), 'lock');
  if (!take(path)) return undefined;
  taken.set(path, (taken.get(path) ?? 0) + 1);
  let isTaken = true;
  return () => {
    if (isTaken) release(path);
    isTaken = false;
  };
}

function take(path: string): boolean {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const holder = readHolder(path);
    if (holder === 'nobody') {
      if (create(path)) return true;
    } else if (holder !== 'gone' && isOwn(holder)) return true;
    else if (holder !== 'gone' && isAlive(holder)) return false;
    else if (!clear(path)) return false;
  }
  throw new Error(`${path}: changes hands too fast`);
}

function release(path: string): void {
  const left = (taken.get(path) ?? 0) - 1;
  if (left > 0) {
    taken.set(path, left);
    return;
  }
  taken.delete(path);
  try {
    const holder = readHolder(path);
    if (typeof holder === 'object' && isOwn(holder)) rmSync(path, { force: true });
  } catch {
    // What cannot be taken away ends with this program.
  }
}

/** False when another program was quicker. */
function create(path: string): boolean {
  const prepared = `${path}.${process.pid}`;
  rmSync(prepared, { force: true });
  try {
    const file = openSync(prepared, 'wx', 0o600);
    try {
      const holder: Holder = { ...OWN, file: fstatSync(file, { bigint: true }).ino.toString() };
      writeSync(file, JSON.stringify(holder), 0);
    } finally {
      closeSync(file);
    }
    return link(prepared, path);
  } finally {
    rmSync(prepared, { force: true });
  }
}

/** Takes a dead lock away. Two that try at once: one finds that it took a living one, puts it back and gives false. */
function clear(path: string): boolean {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return true;
    throw cause;
  }
  const holder = readHolder(aside);
  const isLiving = typeof holder === 'object' && isAlive(holder);
  if (isLiving) link(aside, path);
  rmSync(aside, { force: true });
  return !isLiving;
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (cause) {
    if (isCode(cause, 'EEXIST')) return false;
    throw cause;
  }
}

/** Who holds the lock: `nobody` without a file, `gone` when it was made for another file or is none of ours. */
function readHolder(path: string): Holder | 'nobody' | 'gone' {
  try {
    const found = lstatSync(path, { bigint: true });
    // A pipe or a link in its place would be waited for or followed.
    if (!found.isFile()) throw new Error(`${path}: not a file`);
    const holder = parse(readFileSync(path, 'utf8'));
    return holder?.file === found.ino.toString() ? holder : 'gone';
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return 'nobody';
    throw cause;
  }
}

function parse(text: string): Holder | undefined {
  try {
    const { pid, startedAt, program, file } = JSON.parse(text) as Partial<Holder>;
    if (pid === undefined || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
    if (startedAt === undefined || program === undefined || file === undefined) return undefined;
    return { pid, startedAt, program, file };
  } catch {
    return undefined;
  }
}

const isOwn = (holder: Holder): boolean => holder.pid === OWN.pid && holder.program === OWN.program;

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (cause) {
    // EPERM: there is such a process, and it is somebody else's.
    if (!isCode(cause, 'EPERM')) return false;
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

function isCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code;
}
