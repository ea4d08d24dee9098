/**
 * `npm run bank-test -- [--seconds 60] [--store sqlite|postgres|both]`: purchases, refunds, top-ups, changes of limits and closings
 * of accounts at once, against two server processes on one store, one of which is killed every half second. In the end every
 * account must hold exactly what the answers add up to, the bank must hold what was paid in, no balance may be below what it may
 * be; and of 200 purchases at once on a balance for 10 exactly 10 must go through.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makePlayer } from '../tests/lib/parties.ts';
import { startPostgres } from '../tests/lib/postgres.ts';
import { verifyBank } from './bank-test/books.ts';
import { Clients } from './bank-test/clients.ts';
import { offers, type Account } from './bank-test/parties.ts';
import { Servers } from './bank-test/servers.ts';

const KILL_EVERY_MS = 500;
const CLIENTS = 12;
const PROCESSES = 2;

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, store: { type: 'string', default: 'both' } },
});
const seconds = Number(values.seconds);
const stores = values.store === 'both' ? ['sqlite', 'postgres'] : [values.store];
let faults = 0;
for (const store of stores) faults += await testBank(store);
process.exitCode = faults === 0 ? 0 : 1;

async function testBank(store: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-bank-'));
  const database = store === 'postgres' ? await startPostgres() : undefined;
  const place = database?.url ?? join(folder, 'ledger.sqlite');
  const servers = await Servers.start({ folder, args: [store, place], count: PROCESSES });
  try {
    const clients = new Clients(servers);
    await clients.enrolAll();
    const endMs = Date.now() + seconds * 1000;
    await Promise.all([...Array.from({ length: CLIENTS }, () => clients.actUntil(endMs)), killUntil(endMs, servers)]);
    await buyTenOfTwoHundred(clients);
    const { kills } = servers;
    await servers.stop();
    const found = await verifyBank(store, place, clients);
    const did = Object.entries(clients.counts).map(([what, count]) => `${count} ${what}`);
    console.log(`${store}: ${seconds} s, ${kills} kills; ${did.join(', ')}`);
    console.log(`  ${found.words.join('\n  ')}`);
    found.faults.forEach((fault) => console.error(`  FAULT ${fault}`));
    return found.faults.length;
  } finally {
    await servers.stop();
    await database?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function killUntil(endMs: number, servers: Servers): Promise<void> {
  while (Date.now() < endMs) {
    await new Promise((resolve) => void setTimeout(resolve, KILL_EVERY_MS));
    await servers.killOne();
  }
}

async function buyTenOfTwoHundred(clients: Clients): Promise<void> {
  const account: Account = { keys: makePlayer('ten of two hundred'), plan: 'prepaid' };
  await clients.enrol(account);
  await clients.topUp(account, 10n * 20n);
  const offer = offers[1]!;
  const made = await Promise.all(Array.from({ length: 200 }, () => clients.buyOnce(account, offer)));
  const approved = made.filter(({ decision }) => decision.outcome === 'approved').length;
  const refused = made.filter(({ decision }) => decision.code === 'INSUFFICIENT').length;
  if (approved !== 10 || refused !== 190)
    throw new Error(`of 200 at once ${approved} were approved, ${refused} refused`);
}
