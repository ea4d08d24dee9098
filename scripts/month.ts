/**
 * `npm run month`: a seeded month of 20,000 purchases in four currencies, on line and by card, through the real server; then the
 * closing (killed and restarted on a copy), bills, payouts, bank files, a mock bank's answers with some returns, and the audit.
 *
 *   npm run month -- [--purchases 20000] [--players 400] [--seed month] [--store sqlite|postgres|both] [--kills 3]
 *   npm run month -- --full          a million purchases by 10,000 players on both stores, 100 kills each
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createMockBank } from '@coinslot/server-mock';
import { audit, reportText, type PaymentServer } from '@coinslot/server';
import { decideByName } from './month/bank-day.ts';
import { digestOf } from './month/closed.ts';
import { Dice } from './month/dice.ts';
import { openGround, type Ground } from './month/ground.ts';
import { closeKilled, timeClosing } from './month/killed.ts';
import { countLines } from './month/lines.ts';
import { openMonthServer } from './month/month-server.ts';
import { openStore } from './month/open-store.ts';
import { enrolStudios, refundSome, signMandates } from './month/papers.ts';
import { printClosing, printTrade } from './month/print.ts';
import { trade } from './month/trade.ts';
import { makeWorld, MONTH } from './month/world.ts';

const { values } = parseArgs({
  options: {
    purchases: { type: 'string' },
    players: { type: 'string' },
    kills: { type: 'string' },
    seed: { type: 'string', default: 'month' },
    store: { type: 'string' },
    full: { type: 'boolean', default: false },
  },
});
const { full, seed } = values;
const purchases = Number(values.purchases ?? (full ? 1_000_000 : 20_000));
const players = Number(values.players ?? (full ? 10_000 : 400));
const killsWanted = Number(values.kills ?? (full ? 100 : 3));
const store = values.store ?? (full ? 'both' : 'sqlite');
const kinds = store === 'both' ? ['sqlite', 'postgres'] : [store];

/** The third of the next month, ten in the morning: when the operator closes. */
const CLOSING_MS = MONTH.endMs + 2 * 86_400_000 + 10 * 3_600_000;
const REFUND_DAY = 27;

const digests: string[] = [];
let faults = 0;
for (const kind of kinds) {
  const ground = await openGround(kind);
  try {
    faults += await runMonth(ground);
  } finally {
    await ground.clear();
  }
}
if (new Set(digests).size > 1) {
  console.error('FAULT the two stores were closed differently');
  faults += 1;
}
process.exitCode = faults === 0 ? 0 : 1;

async function runMonth(ground: Ground): Promise<number> {
  const startedMs = performance.now();
  const since = (): string => `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
  const { kind, place } = ground;
  const dice = new Dice(seed);
  const world = makeWorld(dice, players);
  const time = { nowMs: MONTH.startMs };
  const bank = createMockBank({ clock: () => time.nowMs, random: dice.bytes, decide: decideByName });
  const open = (): Promise<PaymentServer> =>
    openMonthServer({ world, kind, place, clock: () => time.nowMs, random: dice.bytes, bank });
  const found: string[] = [];

  let server = await open();
  await enrolStudios(server, world, MONTH.startMs);
  let refunds = 0;
  const traded = await trade({
    world,
    server,
    dice,
    time,
    purchases,
    afterOpening: () => signMandates(server, world, time.nowMs),
    async onDay(day, sofar) {
      if (day === REFUND_DAY) refunds = await refundSome(server, world, sofar, dice, time.nowMs);
      if (full) process.stderr.write(`${kind}: day ${day + 1}, ${since()}\n`);
    },
  });
  await server.close();
  printTrade(kind, traded, { refunds, took: since(), bytes: await ground.bytes() });

  time.nowMs = CLOSING_MS;
  const timed = { kind, seed, atMs: CLOSING_MS };
  const wholeMs = await timeClosing({ ...timed, place: await ground.copy('timed') });
  let kills = 0;
  const killed = new Set<string>();
  while (kills < killsWanted) {
    const copied = await ground.copy('killed');
    kills += await closeKilled({ ...timed, place: copied, dice, wholeMs, killsMax: killsWanted - kills });
    killed.add(await digestOfStore(kind, copied));
  }

  server = await open();
  const closingFromMs = performance.now();
  const report = await server.service.periods.close(MONTH.period);
  const closingMs = performance.now() - closingFromMs;
  const closed = await digestOf(server.service.records, MONTH.period);
  digests.push(closed.digest);
  if (killed.size > 1 || (killed.size === 1 && !killed.has(closed.digest)))
    found.push('a closing that was killed and restarted left something else');
  console.log(
    `  closed in ${(closingMs / 1000).toFixed(2)} s; killed ${kills} times and restarted: ${killed.size <= 1 ? 'the same, byte for byte' : 'NOT the same'} (${closed.digest.slice(0, 16)})`,
  );
  found.push(...report.findings);

  for (let day = 1; day <= 3; day++) {
    time.nowMs = CLOSING_MS + day * 86_400_000;
    bank.settle();
    await server.service.bank.takeNotices();
  }
  const { records } = server.service;
  await printClosing(records, MONTH.period, closed);
  const lines = await countLines(records, MONTH.period);
  console.log(`  ${lines.billed} sales in one bill each, ${lines.paidOut} in one payout each`);
  found.push(...lines.faults);

  const audited = await audit({ store: records, roots: world.tree.roots, oneIn: full ? 50 : 1 });
  console.log(reportText(audited).replace(/^/gm, '  '));
  if (!audited.ok) found.push(`the audit has ${audited.findingCount} findings`);
  await server.close();
  found.slice(0, 20).forEach((fault) => console.error(`  FAULT ${fault}`));
  console.log(`  ${kind}: ${since()} in all\n`);
  return found.length;
}

async function digestOfStore(kind: string, place: string): Promise<string> {
  const opened = await openStore(kind, place);
  try {
    return (await digestOf(opened, MONTH.period)).digest;
  } finally {
    await opened.close();
  }
}
