/** `npm run bench [part ...]`: measures, prints, and keeps the figures in `bench/results/`. */
import { join } from 'node:path';
import { measureBundles } from './bundles/bundles.ts';
import { measureCards } from './cards/cards.ts';
import { measureFrames } from './frames/frames.ts';
import { ROOT } from './grounds.ts';
import { measureIdle } from './idle/idle.ts';
import { measureLatency } from './latency/latency.ts';
import { measureMessages } from './messages.ts';
import { measureBulk } from './server/bulk.ts';
import { measureServer } from './server/server.ts';
import { measureTiming } from './timing/timing.ts';
import { keepPart, meets, printPart, summarise, type Part } from './report.ts';

const PARTS: Readonly<Record<string, () => Promise<Part>>> = {
  latency: measureLatency,
  cards: measureCards,
  server: measureServer,
  idle: measureIdle,
  frames: measureFrames,
  timing: measureTiming,
  messages: measureMessages,
  bundles: measureBundles,
};
/** Half an hour each: only when named. */
const BY_HAND: Readonly<Record<string, () => Promise<Part>>> = { bulk: measureBulk };
/** Words that stand for several parts. */
const GROUPS: Readonly<Record<string, readonly string[]>> = { sizes: ['messages', 'bundles'] };

const words = process.argv.slice(2);
const names = words.length === 0 ? Object.keys(PARTS) : words.flatMap((word) => GROUPS[word] ?? [word]);
const unknown = names.find((name) => !(name in PARTS) && !(name in BY_HAND));
if (unknown !== undefined) {
  console.error(`error: ${unknown} is no part`);
  console.error(
    `hint: there are ${[...Object.keys(PARTS), ...Object.keys(BY_HAND), ...Object.keys(GROUPS)].join(', ')}`,
  );
  process.exit(1);
}

const results = join(ROOT, 'bench', 'results');
const missed: string[] = [];
for (const name of names) {
  const part = await (PARTS[name] ?? BY_HAND[name])!();
  printPart(part);
  keepPart(results, part, Date.now());
  missed.push(...part.figures.filter((figure) => !meets(figure)).map((figure) => figure.name));
}
summarise(results, [...Object.keys(PARTS), ...Object.keys(BY_HAND)]);
console.log(
  `\n${missed.length === 0 ? 'Every goal is met.' : `Missed: ${missed.join('; ')}.`} Kept in bench/results/.`,
);
