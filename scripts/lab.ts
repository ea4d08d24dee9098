/**
 * `npm run lab`: the timing lab on the demo game's own file and its recorded sessions, and the demo game following it: what is
 * edited in the lab is in force in the running game at once. Saved is the file in `demo-game/coinslot`. Ctrl-C stops both.
 */
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { LAB_PORT, openLab, studioFiles } from '@coinslot/publisher';
import { openTown } from './town.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** A folder of its own, so that a designer's trials leave the sample player of `npm start` as they are. */
const home = join(process.env['COINSLOT_HOME'] ?? join(root, '.coinslot'), 'lab');
const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

try {
  await main();
} catch (cause) {
  console.error(`\n${plain(cause)}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  // From the folder of the repository, where npm runs this: short names in faults and on the page.
  const folder = join('demo-game', 'coinslot');
  const lab = await openLab({ files: studioFiles(folder), clock: Date.now, randomBytes: random });
  try {
    const town = await openTown({
      root,
      home,
      ports: { wallet: 8373, sandbox: 8374, game: 8375 },
      clock: Date.now,
      random,
      log: pino({ level: process.env['COINSLOT_LOG'] ?? 'warn', base: null }, pino.destination(2)),
      player: 'sample',
      pin: '2468',
      labPort: lab.port,
      onStep: (step) => console.log(step),
    });
    console.log(banner(lab.pageUrl(), gameUrl(town.game.url, lab.port)));
    // The lab's address works once; whoever needs it in another browser gets a new one.
    process.stdin.on('data', () => console.log(`  Lab:   ${lab.pageUrl()}`));
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
    console.log('\nStopping ...');
    process.stdin.destroy();
    await town.close();
  } finally {
    await lab.close();
  }
}

/** The demo game follows the lab that its address names. */
function gameUrl(game: string, labPort: number): string {
  return `${game}?lab=${labPort}`;
}

function banner(lab: string, game: string): string {
  return [
    '',
    `  Lab:   ${lab}`,
    `  Game:  ${game}`,
    '',
    '  Drag the edge of a band and see the pins move; the game follows at once and keeps its level.',
    '  Save writes demo-game/coinslot/placements.yaml. Ctrl-C stops both; Enter prints a new address of the lab.',
    '',
  ].join('\n');
}

function plain(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (process.env['COINSLOT_LOG'] === 'debug') return cause.stack ?? cause.message;
  const port = 'port' in cause ? String(cause.port) : (/^Port (\d+) is already in use/.exec(cause.message)?.[1] ?? '');
  const isTaken = 'code' in cause && cause.code === 'EADDRINUSE';
  if (!isTaken && port === '') return cause.message;
  return `Port ${port || LAB_PORT} is taken: by npm start, by another lab, or by another program. Stop it, then try again.`;
}
