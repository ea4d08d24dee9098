/** A program under strace: calls that fail or kill as told, or all that it does to a folder written down byte by byte. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Ran {
  readonly status: number | null;
  readonly isKilled: boolean;
  /** Lines of its standard output. */
  readonly said: readonly string[];
  readonly stderr: string;
  /** How many of the injected calls there were. */
  readonly calls: number;
}

/** `pwrite64`, and what becomes of it: `error=ENOSPC:when=3`, `signal=KILL:when=2`, or nothing, to count them. */
export function runInjected(
  program: string,
  args: readonly string[],
  call: string,
  injection: string | undefined,
  log: string,
): Ran {
  const inject = injection === undefined ? [] : ['-e', `inject=${call}:${injection}`];
  const trace = ['-f', '-y', '-qq', '-s', '0', '-o', log, '-e', `trace=${call}`];
  const ran = spawnSync('strace', [...trace, ...inject, process.execPath, program, ...args], {
    encoding: 'utf8',
    // One worker thread: its calls then have one order, and strace counts per thread.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1', NODE_OPTIONS: '' },
  });
  return {
    status: ran.status,
    isKilled: ran.signal === 'SIGKILL' || ran.status === 137,
    said: ran.stdout.split('\n').filter((line) => line !== ''),
    stderr: ran.stderr,
    calls: readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line.includes(`${call}(`)).length,
  };
}

/** One thing that happened, in order. */
export type DiskEvent =
  | { readonly kind: 'create' | 'remove' | 'sync' | 'sync-folder'; readonly path: string }
  | { readonly kind: 'write'; readonly path: string; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly path: string; readonly length: number }
  | { readonly kind: 'said'; readonly line: string };

const TRACED = 'openat,pwrite64,write,ftruncate,fdatasync,fsync,unlink,rename,renameat2,fallocate';

/** Runs to the end, and gives all that it did to files of `folder`, and what it said, in their order. */
export function traceDisk(program: string, folder: string, args: readonly string[], log: string): DiskEvent[] {
  const trace = ['-f', '-y', '-qq', '-x', '-s', '200000', '-o', log, '-e', `trace=${TRACED}`];
  const ran = spawnSync('strace', [...trace, process.execPath, program, folder, ...args], {
    encoding: 'utf8',
    env: { ...process.env, UV_THREADPOOL_SIZE: '1', NODE_OPTIONS: '' },
    maxBuffer: 1 << 26,
  });
  if (ran.status !== 0) throw new Error(`the program failed: ${ran.stdout}${ran.stderr}`);
  return eventsIn(readFileSync(log, 'latin1'), folder);
}

function eventsIn(log: string, folder: string): DiskEvent[] {
  const unfinished = new Map<string, string>();
  const events: DiskEvent[] = [];
  for (const line of log.split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) {
      unfinished.set(thread, rest.slice(0, -'<unfinished ...>'.length));
      continue;
    }
    const [, resumed] = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest) ?? [];
    const event = eventOf(resumed === undefined ? rest : (unfinished.get(thread) ?? '') + resumed, folder);
    if (event !== undefined) events.push(event);
  }
  return events;
}

/** Throws for a call on the folder that this does not know: a model that passes over something shows nothing. */
function eventOf(call: string, folder: string): DiskEvent | undefined {
  const said = /^write\(1<[^>]*>, "(.*)", \d+\) += \d+$/.exec(call)?.[1];
  if (said !== undefined) return { kind: 'said', line: unescape(said).toString('latin1').trimEnd() };
  if (!call.includes(folder) || / = -1 /.test(call)) return undefined;
  const file = String.raw`\d+<([^>]*)>`;
  const opened = /^openat\([^,]+, "([^"]*)", ([A-Z_|]+)/.exec(call);
  if (opened !== null) {
    const [, path = '', flags = ''] = opened;
    return flags.includes('O_CREAT') ? { kind: 'create', path } : undefined;
  }
  const written = new RegExp(`^pwrite64\\(${file}, "(.*)", (\\d+), (\\d+)\\) += (\\d+)`).exec(call);
  if (written !== null) {
    const bytes = unescape(written[2] as string);
    if (bytes.length !== Number(written[5])) throw new Error(`a write of ${written[5]} was traced as ${bytes.length}`);
    return { kind: 'write', path: written[1] as string, at: Number(written[4]), bytes };
  }
  const truncated = new RegExp(`^ftruncate\\(${file}, (\\d+)\\)`).exec(call);
  if (truncated !== null) return { kind: 'truncate', path: truncated[1] as string, length: Number(truncated[2]) };
  const synced = new RegExp(`^(?:fdatasync|fsync)\\(${file}\\)`).exec(call);
  if (synced !== null) return { kind: synced[1] === folder ? 'sync-folder' : 'sync', path: synced[1] as string };
  const removed = /^unlink\("([^"]*)"\)/.exec(call);
  if (removed !== null) return { kind: 'remove', path: removed[1] as string };
  throw new Error(`a call that the model does not know: ${call.slice(0, 200)}`);
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, v: 11, f: 12, '"': 34, '\\': 92 };

/** The bytes of a string as strace writes it. */
function unescape(text: string): Buffer {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '\\') {
      bytes.push(text.charCodeAt(i));
      continue;
    }
    const next = text[++i] as string;
    const octal = /^[0-7]{1,3}/.exec(text.slice(i, i + 3))?.[0];
    if (next === 'x') {
      bytes.push(parseInt(text.slice(i + 1, i + 3), 16));
      i += 2;
    } else if (octal !== undefined) {
      bytes.push(parseInt(octal, 8));
      i += octal.length - 1;
    } else bytes.push(ESCAPES[next] as number);
  }
  return Buffer.from(bytes);
}
