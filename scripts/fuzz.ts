/**
 * `npm run fuzz -- [frames] [seed]`: mutated frames and requests against a real wallet and a real sandbox, 200,000 of them
 * unless told otherwise. Prints what was answered, and ends non-zero when anything crashed, was left unhandled or moved.
 */
import { fuzz } from './fuzz/fuzz.ts';

const FRAMES = 200_000;
const count = (text: string | undefined, otherwise: number): number => {
  const number = text === undefined ? otherwise : Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`${text}: expected a whole number above 0`);
};

const [framesText, seedText] = process.argv.slice(2);
const frames = count(framesText, FRAMES);
const seed = count(seedText, 1 + Math.floor(Math.random() * 1_000_000));
console.log(`${frames} mutants, seed ${seed}`);
const startedAt = performance.now();
const report = await fuzz(frames, seed, (done) => console.log(`  ${done}`));
const seconds = (performance.now() - startedAt) / 1000;
for (const [answer, times] of report.rows) console.log(`${String(times).padStart(8)}  ${answer}`);
for (const fault of report.faults) console.log(`FAULT ${fault}`);
console.log(`\n${report.frames} mutants in ${seconds.toFixed(0)} s, ${report.faults.length} faults.`);
process.exitCode = report.faults.length === 0 ? 0 : 1;
