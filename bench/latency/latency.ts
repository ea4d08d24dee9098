/** From the second press to the verified decision over loopback, and where the time goes. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Parties } from '../../scripts/town.ts';
import { onGrounds } from '../grounds.ts';
import { median, percentile, type Figure, type Part } from '../report.ts';
import { levelName, writeLevels } from './content.ts';
import { Moments, timeBareSync, type Span } from './moments.ts';
import type { Bought, Errand } from './player.ts';

const WARM_UP = 25;
const MEASURED = 150;
const GOAL_P95_MS = 20;
/** The wallet lets one game make an offer every three seconds; the parties' clock is put forward instead of waiting. */
const STEP_MS = 3_100;
/** Only names the game's origin; nothing listens there. */
const GAME_PORT = 8375;
const FRAME_MS = 1_000 / 60;

/** About what the wallet appends for one payment. */
const APPENDED = new Uint8Array(4_096);

/** The way of one payment, in ms. Together they are `total`. */
interface Split {
  readonly total: number;
  readonly send: number;
  readonly link: number;
  readonly makeRequest: number;
  readonly syncIntent: number;
  readonly http: number;
  readonly server: number;
  readonly checkAnswer: number;
  readonly syncDecision: number;
  readonly deliver: number;
  readonly verify: number;
}

export async function measureLatency(): Promise<Part> {
  const moments = new Moments();
  let aheadMs = 0;
  const clock = (): number => {
    moments.clockRead();
    return Date.now() + aheadMs;
  };
  const limits = { pressesPerPinMax: 10_000 };
  const content = (folder: string): void => writeLevels(folder, WARM_UP + MEASURED);
  const splits: Split[] = [];
  const bareSyncs: number[] = [];
  await onGrounds({ gamePort: GAME_PORT, content, limits, clock }, async (parties) => {
    const player = await sitDown(parties);
    const bareFile = openSync(join(parties.gameFolder, 'bare-sync'), 'a');
    try {
      for (let number = 1; number <= WARM_UP + MEASURED; number++) {
        aheadMs += STEP_MS;
        const split = await buy(player, moments, { target: levelName(number), aheadMs });
        const bareSync = timeBareSync(bareFile, APPENDED);
        if (number <= WARM_UP) continue;
        splits.push(split);
        bareSyncs.push(bareSync);
      }
    } finally {
      closeSync(bareFile);
      player.disconnect();
      await once(player, 'exit');
    }
  });
  return partOf(splits, bareSyncs);
}

async function sitDown({ gameFolder, wallet }: Parties): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('./player.ts', import.meta.url));
  const player = fork(program, [gameFolder, String(wallet.port), `http://127.0.0.1:${GAME_PORT}`]);
  await once(player, 'message');
  return player;
}

async function buy(player: ChildProcess, moments: Moments, errand: Errand): Promise<Split> {
  moments.clear();
  player.send(errand);
  const [bought] = (await once(player, 'message')) as [Bought];
  if (bought.status !== 'granted') throw new Error(`${errand.target}: ${bought.status}`);
  const split = splitOf(bought, moments);
  // The wallet looks at its balance after each payment; that belongs to this purchase, not to the next.
  do await pass(10);
  while (!moments.quiet);
  return split;
}

function splitOf({ pressed, sent, arrived, verified }: Bought, moments: Moments): Split {
  const { asked, served, heard } = moments;
  const taken = moments.firstClockReading(sent);
  const syncsWithin = (from: number, to: number): Span[] =>
    moments.syncs.filter(({ fromMs }) => fromMs >= from && fromMs < to);
  const intents = syncsWithin(taken, asked);
  const [decided] = syncsWithin(heard, arrived);
  if (intents.length === 0 || decided === undefined) throw new Error('a payment without its two fsyncs');
  const syncIntent = intents.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const server = served.toMs - served.fromMs;
  return {
    total: verified - pressed,
    send: sent - pressed,
    link: taken - sent,
    syncIntent,
    makeRequest: asked - taken - syncIntent,
    server,
    http: heard - asked - server,
    checkAnswer: decided.fromMs - heard,
    syncDecision: decided.toMs - decided.fromMs,
    deliver: arrived - decided.toMs,
    verify: verified - arrived,
  };
}

const STEPS: readonly (readonly [keyof Split, string])[] = [
  ['send', 'plugin: press to answer frame'],
  ['link', 'link: plugin to wallet'],
  ['makeRequest', 'wallet: limits, message 2 signed'],
  ['syncIntent', 'wallet: fsync of the intent'],
  ['http', 'HTTP both ways'],
  ['server', 'server: decide, record, fsync, sign'],
  ['checkAnswer', 'wallet: message 3 verified'],
  ['syncDecision', 'wallet: fsync of the decision'],
  ['deliver', 'link: wallet to plugin'],
  ['verify', 'plugin: message 3 verified'],
];

function partOf(splits: readonly Split[], bareSyncs: readonly number[]): Part {
  const of = (key: keyof Split): number[] => splits.map((one) => one[key]);
  const totals = of('total');
  const steps = STEPS.flatMap(([key, name]): Figure[] => [
    { name: `${name}, p50`, value: median(of(key)), unit: 'ms' },
    { name: `${name}, p95`, value: percentile(of(key), 0.95), unit: 'ms' },
  ]);
  return {
    name: 'latency',
    title: 'Latency: from the second press to the verified decision, loopback',
    figures: [
      { name: 'press to verdict, p50', value: median(totals), unit: 'ms' },
      { name: 'press to verdict, p95', value: percentile(totals, 0.95), unit: 'ms', goal: GOAL_P95_MS },
      { name: 'press to verdict, p99', value: percentile(totals, 0.99), unit: 'ms' },
      ...steps,
      { name: 'apart: one bare fsync of this disk, p50', value: median(bareSyncs), unit: 'ms' },
      { name: 'apart: one bare fsync of this disk, p95', value: percentile(bareSyncs, 0.95), unit: 'ms' },
      { name: 'apart: wait for the next frame at 60 Hz, mean', value: FRAME_MS / 2, unit: 'ms' },
      { name: 'apart: wait for the next frame at 60 Hz, most', value: FRAME_MS, unit: 'ms' },
    ],
    notes: [
      `${splits.length} purchases after ${WARM_UP} to warm up, each of another level; every one is journalled twice and recorded in the ledger, with fsync.`,
      'The game runs in a process of its own, wallet and sandbox server in another, as with npm start.',
      'Three fsyncs one after the other are part of every purchase; the bare fsync, taken in between, says what this disk needs for one.',
      'The wait for the frame that shows the verdict is computed, not measured, and not part of the figures above it.',
    ],
  };
}
