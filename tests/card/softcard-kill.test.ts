/** C9, C16: a process killed (SIGKILL) at every durable call of a dispersed store, on the real disk. */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { canSweep, sweepKills } from '../lib/kill-sweep.ts';
import { outcomeOf, PLACES, stateOf, storeIn, usedStore } from './softcard-parts.ts';

const program = fileURLToPath(new URL('./softcard-step.ts', import.meta.url));
const isAble = canSweep();
if (!isAble) console.warn('skipped: this machine has no strace that may trace, so nothing can be killed at a call');

interface Step {
  readonly step: string;
  readonly prepare: (folder: string) => Promise<unknown>;
  /** What may be there after a kill, by the last word that was said. */
  readonly allowed: Record<string, readonly (number | string)[]>;
  readonly pointsMin: number;
}

const steps: readonly Step[] = [
  {
    step: 'commit',
    prepare: (folder) => usedStore(folder, 2),
    allowed: { '': [2, 3], 'loaded 2': [2, 3], 'committed 3': [3] },
    pointsMin: 10,
  },
  {
    step: 'load',
    prepare: async (folder) => {
      await usedStore(folder, 2);
      rmSync(join(folder, PLACES[0] ?? ''), { recursive: true });
    },
    allowed: { '': [2], 'loaded 2': [2] },
    pointsMin: 10,
  },
  {
    step: 'create',
    prepare: () => Promise.resolve(),
    allowed: { '': ['CARD_STATE', 'CARD_FORK', 0], created: [0] },
    pointsMin: 20,
  },
  {
    step: 'destroy',
    prepare: (folder) => usedStore(folder, 2),
    allowed: { '': [2, 'CARD_STATE', 'CARD_FORK'], destroyed: ['CARD_STATE'] },
    pointsMin: 10,
  },
];

describe.skipIf(!isAble)('a process killed at every durable call', () => {
  test.each(steps)('of $step leaves the state before or after', async ({ step, prepare, allowed, pointsMin }) => {
    const report = await sweepKills({
      program,
      args: [step],
      oneIn: 3,
      prepare: async (folder) => void (await prepare(folder)),
      async judge({ folder, said }) {
        const word = said.trim().split('\n').at(-1) ?? '';
        const after = await outcomeOf(() => storeIn(folder).load());
        expect(allowed[word]).toContain(after);
        // The same again at the second look, and a place may go now.
        expect(await outcomeOf(() => storeIn(folder).load())).toBe(after);
        if (typeof after === 'string') return;
        rmSync(join(folder, PLACES[2] ?? ''), { recursive: true });
        const store = storeIn(folder);
        expect(await outcomeOf(() => store.load())).toBe(after);
        await store.commit(stateOf(9));
        expect(await outcomeOf(() => storeIn(folder).load())).toBe(9);
      },
    });
    console.info(
      `${step}: ${report.points} kill points (${[...report.byCall].map((pair) => pair.join(' ')).join(', ')})`,
    );
    expect(report.points).toBeGreaterThanOrEqual(pointsMin);
  });
});
