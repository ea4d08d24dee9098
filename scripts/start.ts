/** `npm start`: wallet + sandbox + demo game on this machine. Ctrl-C stops them; a second start goes on where this one stopped. */
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { DESK_CARD_PIN } from './card-desk.ts';
import { openTown } from './town.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const home = process.env['COINSLOT_HOME'] ?? join(root, '.coinslot');
const ports = { wallet: 8373, sandbox: 8374, game: 8375 };
/** Of the sample wallet. It guards throwaway money and is printed below. */
const PIN = '2468';

try {
  await main();
} catch (cause) {
  console.error(`\n${plain(cause)}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const player = process.argv.includes('--new-player') ? 'new' : 'sample';
  const town = await openTown({
    root,
    // A new player has a folder of their own, so that the sample wallet stays as it is.
    home: player === 'new' ? `${home}-new-player` : home,
    ports,
    clock: Date.now,
    random: (length) => new Uint8Array(randomBytes(length)),
    log: pino({ level: process.env['COINSLOT_LOG'] ?? 'warn', base: null }, pino.destination(2)),
    player,
    pin: PIN,
    onStep: (step) => console.log(step),
    announce: (line) => console.log(line),
  });
  console.log(banner(player, town.game.url, town.wallet.pageUrl(), town.sandbox.url));
  // The wallet's address works once; whoever needs it in another browser gets a new one.
  process.stdin.on('data', () => console.log(`  Wallet:   ${town.wallet.pageUrl()}`));
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  console.log('\nStopping ...');
  process.stdin.destroy();
  await town.close();
}

function banner(player: 'sample' | 'new', game: string, wallet: string, sandbox: string): string {
  const first =
    player === 'sample'
      ? [
          'The wallet knows this game and began with EUR 10.00 of test money.',
          `Its PIN, asked for larger payments: ${PIN}`,
          `Its card, which pays when the server cannot be reached, holds EUR 2.00; the card's PIN: ${DESK_CARD_PIN}`,
        ]
      : ['The wallet is empty: open its page first, set a PIN, open an account and top it up.'];
  return [
    '',
    `  Play:     ${game}`,
    `  Wallet:   ${wallet}`,
    `  Sandbox:  ${sandbox}`,
    '',
    '  Levels 1 and 2 are free. Choose level 3 with the arrow keys and press Enter:',
    '  the offer appears inside the game. Continue, then Pay. F2 shows the signed messages.',
    ...first.map((line) => `  ${line}`),
    '  Nothing real is paid: every key here is a throwaway. Ctrl-C stops everything;',
    '  Enter prints a new address of the wallet’s page, for another browser.',
    '',
  ].join('\n');
}

/** One or two sentences for a person; the stack only when asked for. */
function plain(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (process.env['COINSLOT_LOG'] === 'debug') return cause.stack ?? cause.message;
  const hint = 'hint' in cause && typeof cause.hint === 'string' ? `\n${cause.hint}` : '';
  return `${takenPort(cause) ?? cause.message}${hint}`;
}

/** What to say when a port is in use: by what the system said, or by vite's own words for the game's. */
function takenPort(cause: Error): string | undefined {
  const isTaken = ('code' in cause && cause.code === 'EADDRINUSE') || /^Port \d+ is already in use/.test(cause.message);
  if (!isTaken) return undefined;
  const port = 'port' in cause ? String(cause.port) : String(ports.game);
  return `Port ${port} is taken: by another \`npm start\`, or by another program. Stop it, then try again.`;
}
