/**
 * `npm run sweep -- [step ...]`: a card killed at every call that changes its disk, in every step (or those named), over the
 * plain file and over the software card's dispersed store. Prints the number of kill points, and ends non-zero when a kill
 * left anything but the state before or the one after.
 */
import { canSweep } from '../tests/lib/kill-sweep.ts';
import { sweepCard } from '../tests/card/card-sweep.ts';
import { STEPS, type StepName, type StoreKind } from '../tests/card/sweep-steps.ts';

const STORES: readonly StoreKind[] = ['file', 'disperse'];

function named(words: readonly string[]): readonly StepName[] {
  const unknown = words.find((word) => !STEPS.some((step) => step === word));
  if (unknown !== undefined) throw new Error(`${unknown}: no such step; there are ${STEPS.join(', ')}`);
  return words.length === 0 ? STEPS : STEPS.filter((step) => words.includes(step));
}

const steps = named(process.argv.slice(2));
if (!canSweep()) throw new Error('the sweep needs Linux with strace (apt-get install strace) and leave to trace');
let points = 0;
let faults = 0;
const startedAt = performance.now();
for (const step of steps) {
  for (const store of STORES) {
    const title = `${step.padEnd(16)}${store.padEnd(10)}`;
    try {
      const report = await sweepCard(step, store);
      points += report.points;
      const calls = [...report.byCall].map(([call, times]) => `${times} ${call}`).join(', ');
      console.log(`${title}${String(report.points).padStart(3)} kill points  (${calls})`);
    } catch (fault) {
      faults += 1;
      console.log(`${title}FAULT ${String(fault)}`);
    }
  }
}
const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
console.log(
  `\n${points} kill points in ${seconds} s, ${faults} faults: state before or after, one debit, no value doubled or lost.`,
);
process.exitCode = faults === 0 ? 0 : 1;
