/** Counts portions of the players in threads of their own. */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Setup } from './setup.ts';
import type { Tally } from './tally.ts';

export interface Portion {
  readonly from: number;
  readonly count: number;
}

/** The tallies, in the order of the portions. Rejects with what a thread failed of; none is left running. */
export async function startThreads(
  setup: Setup,
  portions: readonly Portion[],
  threads: number,
): Promise<readonly Tally[]> {
  const start = await threadProgram();
  const tallies: Tally[] = [];
  let next = 0;
  const workers = Array.from({ length: threads }, () => start(setup));
  const work = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      let at = -1;
      const take = (): void => {
        at = next++;
        if (at < portions.length) worker.postMessage(portions[at]);
        else resolve();
      };
      worker.on('message', (tally: Tally) => {
        tallies[at] = tally;
        take();
      });
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`a thread of the simulator ended with ${code}`)));
      take();
    });
  try {
    await Promise.all(workers.map(work));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return tallies;
}

/** Beside this file: JavaScript in the package; in the project it is bundled now, since node 20 gives a thread no TypeScript. */
async function threadProgram(): Promise<(setup: Setup) => Worker> {
  if (extname(import.meta.url) !== '.ts')
    return (setup) => new Worker(new URL('./simulate-thread.js', import.meta.url), { workerData: setup });
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./simulate-thread.ts', import.meta.url))],
    ...{ bundle: true, write: false, format: 'cjs', platform: 'node', target: 'node20' },
    conditions: ['coinslot-source'],
  });
  const program = outputFiles[0]!.text;
  return (setup) => new Worker(program, { eval: true, workerData: setup });
}
