/**
 * The program that the sweep kills: `folder course at`. Dies by SIGKILL just before its `at`-th call that changes the disk (0:
 * never); says how the payment ended once that is durable, and then how many such calls there were.
 *
 * The calls are counted in the process and not by strace: what Node writes to its own pipes would be counted too, a different
 * number of times in each run.
 */
import fs from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { COURSES, payIn } from './payment-parts.ts';

const [folder = '', name = '', at = '0'] = process.argv.slice(2);
const course = COURSES[name];
if (course === undefined) throw new Error(`no course ${name}`);
let calls = 0;

function count(): void {
  calls += 1;
  if (calls === Number(at)) process.kill(process.pid, 'SIGKILL');
}

type Call = (...values: unknown[]) => unknown;

/** Counts a method's calls; the object is one that everybody shares. */
function watch(owner: object, method: string): void {
  const calling = owner as Record<string, Call>;
  const inner = calling[method];
  if (inner === undefined) throw new Error(`no ${method}`);
  calling[method] = function (this: unknown, ...values: unknown[]): unknown {
    count();
    return inner.apply(this, values);
  };
}

const CHANGES = ['openSync', 'writeSync', 'fsyncSync', 'ftruncateSync', 'renameSync', 'linkSync', 'rmSync'];
for (const method of CHANGES) watch(fs, method);
syncBuiltinESMExports();
const handle = await open(process.execPath);
const shared = Object.getPrototypeOf(handle) as FileHandle;
await handle.close();
for (const method of ['write', 'writeFile', 'sync', 'datasync', 'truncate']) watch(shared, method);

const { payment } = await payIn(folder, course.order, course.server, true);
fs.writeFileSync(1, `${payment?.status ?? 'none'} ${calls}`);
