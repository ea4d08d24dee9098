/**
 * `npm run prove`: the whole loop without a browser, on the real parties in a throwaway folder: sandbox payment server, wallet
 * process code, and the plugin's core over a real WebSocket. Every message is decoded and its checks are named; every forgery
 * must be refused with its code and must not move the books. Ends with the ledger, and non-zero if anything failed.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';

import { proveForgeries } from './prove/forgeries.ts';
import { proveLoop } from './prove/loop.ts';
import { proveCeiling } from './prove/postpaid.ts';
import { printBooks } from './prove/books.ts';
import { Report } from './prove/print.ts';
import { openParties, type Parties } from './town.ts';

/** Only names the game's origin; nothing listens there. */
const GAME_PORT = 8375;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const home = mkdtempSync(join(tmpdir(), 'coinslot-prove-'));
const report = new Report();
let parties: Parties | undefined;
try {
  parties = await openParties({
    root,
    home,
    ports: { wallet: 0, sandbox: 0, game: GAME_PORT },
    clock: Date.now,
    random: (length) => new Uint8Array(randomBytes(length)),
    log: pino({ level: process.env['COINSLOT_LOG'] ?? 'silent' }),
    player: 'sample',
    pin: '2468',
  });
  const origin = `http://127.0.0.1:${GAME_PORT}`;
  const bought = await proveLoop(report, parties, origin);
  await proveForgeries(report, parties, origin, bought);
  await proveCeiling(report, parties);
  await printBooks(report, parties.sandbox);
} finally {
  await parties?.close();
  rmSync(home, { recursive: true, force: true });
}
console.log(`\n${report.passed} checks held, ${report.failed} failed.`);
process.exitCode = report.failed === 0 ? 0 : 1;
