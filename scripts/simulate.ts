/**
 * `npm run simulate`: 10,000 players through the demo game's placements; figures on the terminal, the report as a page in
 * `test-output/simulation.html`, exit code 1 when a guard-rail is broken. Further words go to the command:
 * `npm run simulate -- --players 2000 --seed other`.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

mkdirSync('test-output', { recursive: true });
const report = join('test-output', 'simulation.html');
const asked = process.argv.slice(2);
const words = ['placements', 'simulate', join('demo-game', 'coinslot'), '--html', report, ...asked];
process.argv.splice(2, asked.length, ...words);
await import('../publisher/src/cli.ts');
