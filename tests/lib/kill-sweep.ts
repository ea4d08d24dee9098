/**
 * Kills a program at every call that changes the disk, and judges what is left. Linux only: strace delivers the SIGKILL as
 * the call begins, so the call itself does not happen; one run per call, each in its own copy of the same folder.
 *
 * What this shows is what a killed process leaves. What a lost power leaves (bytes that were written and not synced) needs a
 * disk that forgets; see tests/card/volatile-disk.ts.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProgram } from './program.ts';

/** Calls that change what a disk holds or make it durable; `openat` only where it may make a file. */
const DURABLE_CALLS = [
  ['openat'],
  ['write', 'pwrite64', 'writev', 'pwritev', 'ftruncate', 'truncate', 'fallocate'],
  ['fsync', 'fdatasync', 'sync_file_range', 'msync'],
  ['rename', 'renameat', 'renameat2', 'link', 'linkat', 'symlink', 'symlinkat'],
  ['unlink', 'unlinkat', 'mkdir', 'mkdirat', 'rmdir', 'chmod', 'fchmod', 'fchmodat'],
].flat();

/** Runs whose kill came at another call than meant (threads take turns) are made again this often. */
const ATTEMPTS_MAX = 24;
/** After so many the call's number is looked up in a new trace. */
const ATTEMPTS_PER_AIM = 3;

export interface KillPoint {
  readonly call: string;
  /** Which of its kind on its thread, from 1; what strace counts. */
  readonly nth: number;
  /** The call as strace wrote it, from its name to its first file; for messages. */
  readonly where: string;
}

export interface KillSweep {
  /** A TypeScript file that does the step in the folder named by its first argument, and says on its standard output what it promises. */
  readonly program: string;
  /** Further arguments of the program. */
  readonly args?: readonly string[];
  /** One of so many points is killed at; all when left out, and with COINSLOT_EVERY_KILL=1. COINSLOT_KILL_SEED says which ones: 0 the first of each so many. */
  readonly oneIn?: number;
  /** Makes the folder as it is before the step; every run works in a copy. */
  prepare(folder: string): Promise<void>;
  /** Judges a folder after a run; throws when it is neither the state before nor the one after, or not what was `said`. `point`: undefined for the run that was let through. */
  judge(left: { readonly folder: string; readonly said: string; readonly point: KillPoint | undefined }): Promise<void>;
}

export interface SweepReport {
  /** Calls at which it can be killed. */
  readonly points: number;
  /** Those that were killed at, one run each. */
  readonly byCall: ReadonlyMap<string, number>;
}

/** Whether this machine can sweep at all: strace is there and may trace. */
export function canSweep(): boolean {
  const tried = spawnSync('strace', ['-f', '-qq', '-e', 'trace=none', 'true'], { stdio: 'ignore' });
  return tried.status === 0;
}

/** Runs the whole sweep. Throws what `judge` throws, with the point's name before it. */
export async function sweepKills(sweep: KillSweep): Promise<SweepReport> {
  const ground = realpathSync(mkdtempSync(join(tmpdir(), 'coinslot-sweep-')));
  try {
    const program = bundleProgram(sweep.program, ground);
    const before = join(ground, 'before');
    mkdirSync(before);
    await sweep.prepare(before);
    const run = new Runner(ground, before, program, sweep.args ?? []);
    const whole = run.once(undefined);
    await judged(sweep, whole);
    const byCall = new Map<string, number>();
    for (const point of sampleOf(whole.points, sweep.oneIn ?? 1)) {
      await judged(sweep, run.killedAt(point));
      byCall.set(point.call, (byCall.get(point.call) ?? 0) + 1);
    }
    return { points: whole.points.length, byCall };
  } finally {
    rmSync(ground, { recursive: true, force: true });
  }
}

function sampleOf(points: readonly KillPoint[], oneIn: number): readonly KillPoint[] {
  if (process.env['COINSLOT_EVERY_KILL'] !== undefined) return points;
  const seed = Number(process.env['COINSLOT_KILL_SEED'] ?? 0) % oneIn;
  return points.filter((_, i) => i % oneIn === seed);
}

interface Run {
  readonly folder: string;
  readonly said: string;
  readonly point: KillPoint | undefined;
  /** Durable calls on the folder, in order. */
  readonly points: readonly KillPoint[];
}

async function judged(sweep: KillSweep, run: Run): Promise<void> {
  try {
    await sweep.judge(run);
  } catch (cause) {
    const where =
      run.point === undefined ? 'let through' : `killed at ${run.point.call} ${run.point.nth}: ${run.point.where}`;
    throw new Error(`${where}; it had said ${JSON.stringify(run.said)}: ${String(cause)}`, { cause });
  }
}

class Runner {
  readonly #ground: string;
  readonly #before: string;
  readonly #command: readonly string[];
  readonly #args: readonly string[];

  constructor(ground: string, before: string, program: string, args: readonly string[]) {
    this.#ground = ground;
    this.#before = before;
    this.#command = [process.execPath, program];
    this.#args = args;
  }

  /** A run that is killed at this point and at no other. */
  killedAt(point: KillPoint): Run {
    let aim = point;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      if (attempt % ATTEMPTS_PER_AIM === ATTEMPTS_PER_AIM - 1) aim = this.#aimAgain(point);
      const run = this.once(aim);
      // The call that was killed is the last one on the folder, and the one that was meant.
      if (run.points.at(-1)?.where === point.where) return { ...run, point };
    }
    throw new Error(`${point.call} ${point.nth} could not be hit: ${point.where}`);
  }

  /** The number that the call has today: calls outside the folder, which another thread may have done instead, are counted as well. */
  #aimAgain(point: KillPoint): KillPoint {
    const found = this.once(undefined).points.filter(({ where }) => where === point.where);
    return found.find(({ nth }) => nth === point.nth) ?? found[0] ?? point;
  }

  once(point: KillPoint | undefined): Run {
    const folder = join(this.#ground, 'run');
    rmSync(folder, { recursive: true, force: true });
    cpSync(this.#before, folder, { recursive: true });
    const log = join(this.#ground, 'strace.log');
    const inject = point === undefined ? [] : ['-e', `inject=${point.call}:signal=KILL:when=${point.nth}`];
    const trace = ['-f', '-y', '-qq', '-s', '0', '-o', log, '-e', `trace=${DURABLE_CALLS.join(',')}`];
    const ended = spawnSync('strace', [...trace, ...inject, ...this.#command, folder, ...this.#args], {
      encoding: 'utf8',
      // One worker thread: its calls then have one order, and strace counts per thread.
      env: { ...process.env, UV_THREADPOOL_SIZE: '1', NODE_OPTIONS: '' },
    });
    const isKilled = ended.signal === 'SIGKILL' || ended.status === 137;
    if (point === undefined && ended.status !== 0) throw new Error(`the program failed: ${ended.stderr}`);
    if (point !== undefined && !isKilled) return { folder, said: ended.stdout, point, points: [] };
    return { folder, said: ended.stdout, point, points: pointsIn(readFileSync(log, 'utf8'), folder) };
  }
}

/** The durable calls on a folder in a trace, each with its number on its thread. */
function pointsIn(log: string, folder: string): KillPoint[] {
  const counts = new Map<string, number>();
  const points: KillPoint[] = [];
  for (const line of log.split('\n')) {
    const [, thread, call, rest] = /^(\d+) +(\w+)\((.*)$/.exec(line) ?? [];
    if (thread === undefined || call === undefined || rest === undefined) continue;
    const nth = (counts.get(`${thread} ${call}`) ?? 0) + 1;
    counts.set(`${thread} ${call}`, nth);
    if (!rest.includes(folder) || (call === 'openat' && !rest.includes('O_CREAT'))) continue;
    // Without what differs between two runs of the same: descriptors, lengths, results, process ids in names.
    const where = rest
      .replaceAll(folder, '')
      .replace(/\)? += .*$/, '')
      .replace(/ <unfinished.*$/, '')
      .replaceAll(/\b\d+</g, '<')
      .replace(/""\.\.\., \d+/, '""...')
      .replaceAll(/\/lock\.\d+/g, '/lock.<pid>');
    points.push({ call, nth, where });
  }
  return points;
}
