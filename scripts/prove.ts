/**
 * `npm run prove`: the whole loop without a browser, on the real parties in a throwaway folder: sandbox payment server, wallet
 * process code, and the plugin's core over a real WebSocket. Every message is decoded and its checks are named; every forgery
 * must be refused with its code and must not move the books. Ends with the ledger, and non-zero if anything failed.
 *
 * `npm run prove -- --means card --offline` (or `softcard`): the same without any server, and then the accounts compared.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startSandbox, type RunningSandbox } from '@coinslot/server-mock';
import { NO_FAIRNESS } from '@coinslot/wallet';
import { pino } from 'pino';

import { proveForgeries } from './prove/forgeries.ts';
import { proveLoop } from './prove/loop.ts';
import { proveOffline, type OfflineMeans } from './prove/offline.ts';
import { proveSealed } from './prove/sealed.ts';
import { proveCeiling } from './prove/postpaid.ts';
import { printBooks } from './prove/books.ts';
import { Report } from './prove/print.ts';
import { openParties, type Parties } from './town.ts';

/** Only names the game's origin; nothing listens there. */
const GAME_PORT = 8375;

const PIN = '2468';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const home = mkdtempSync(join(tmpdir(), 'coinslot-prove-'));
const report = new Report();
const means = offlineMeans();
const surroundings = {
  clock: Date.now,
  random: (length: number) => new Uint8Array(randomBytes(length)),
  log: pino({ level: process.env['COINSLOT_LOG'] ?? 'silent' }),
};
const origin = `http://127.0.0.1:${GAME_PORT}`;
let parties: Parties | undefined;
let reopened: RunningSandbox | undefined;
try {
  const ports = { wallet: 0, sandbox: 0, game: GAME_PORT };
  // Every proof offers something at once; how soon a game may ask again is proved by the wallet's own tests.
  const rules = { fairness: NO_FAIRNESS };
  parties = await openParties({ root, home, ports, player: 'sample', pin: PIN, rules, ...surroundings });
  if (means === undefined) await proveOnline(parties);
  else {
    const { port } = parties.sandbox;
    const reopen = async (): Promise<RunningSandbox> =>
      (reopened = await startSandbox({ home, port, ...surroundings }));
    await printBooks(report, await proveOffline(report, parties, { means, origin, pin: PIN, reopen }));
  }
} finally {
  await reopened?.close();
  await parties?.close();
  rmSync(home, { recursive: true, force: true });
}
console.log(`\n${report.passed} checks held, ${report.failed} failed.`);
process.exitCode = report.failed === 0 ? 0 : 1;

async function proveOnline(all: Parties): Promise<void> {
  const bought = await proveLoop(report, all, origin);
  // First, since who has just turned offers down is not asked again so soon.
  await proveSealed(report, all, origin);
  await proveForgeries(report, all, origin, bought);
  await proveCeiling(report, all);
  await printBooks(report, all.sandbox);
}

/** `undefined` for the loop on line. Says what is wrong with other words, and ends. */
function offlineMeans(): OfflineMeans | undefined {
  const { values } = parseArgs({
    options: { means: { type: 'string' }, offline: { type: 'boolean', default: false } },
  });
  if (values.means === undefined && !values.offline) return undefined;
  if (values.offline && (values.means === 'card' || values.means === 'softcard')) return values.means;
  console.error('error: expected nothing, or --means card --offline, or --means softcard --offline');
  process.exit(1);
}
