/**
 * `npm run bench -- bulk`, by hand: the same server with 10 million records behind it as with none, and the closing of those 10 million
 * while purchases go on. COINSLOT_BULK_RECORDS is another number of them. Takes half an hour and 15 GB in TMPDIR.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, percentile, type Figure, type Part } from '../report.ts';
import { Child } from './child.ts';
import type { Filled, FillQuestion } from './fill.ts';
import type { Load, LoadQuestion } from './load.ts';
import { ask, driven, IN_FLIGHT, PLAYERS } from './measure.ts';
import type { ServeQuestion, Usage } from './serve.ts';

const RECORDS = Number(process.env['COINSLOT_BULK_RECORDS'] ?? 10_000_000);
const BULK_PLAYERS = 100_000;
const BULK_PUBLISHERS = 200;
const ROUNDS = 3;
const SINGLES = 300;
/** Purchases a second while the closing runs. */
const MEANWHILE = 200;
const MEANWHILE_SECONDS = 40;

export async function measureBulk(): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-bench-bulk-'));
  const load = new Child('./load.ts', [String(PLAYERS)]);
  try {
    const full = join(folder, 'full.sqlite');
    const filler = new Child('./fill.ts', []);
    const question: FillQuestion = {
      storePath: full,
      records: RECORDS,
      players: BULK_PLAYERS,
      publishers: BULK_PUBLISHERS,
    };
    const filled = await filler.ask<Filled>(question);
    await filler.end();
    const bytes = statSync(full).size;
    const figures = await measureBoth(load, join(folder, 'empty.sqlite'), full, filled.period);
    const notes = [
      `${RECORDS.toLocaleString('en')} decisions by ${BULK_PLAYERS.toLocaleString('en')} players at ${BULK_PUBLISHERS} publishers, filled in ${filled.seconds.toFixed(0)} s: ${(bytes / 1e9).toFixed(1)} GB.`,
      'Filled through the store with the ledger, the journal and the month; without signatures, with messages of 64 bytes.',
      `Rates are medians of ${ROUNDS} rounds in turn with the empty store's.`,
    ];
    return { name: 'bulk', title: 'Server: with ten million records', figures, notes };
  } finally {
    await load.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureBoth(load: Child, emptyPath: string, fullPath: string, period: number): Promise<Figure[]> {
  const [empty, full] = [new Child('./serve.ts', ['sqlite', emptyPath]), new Child('./serve.ts', ['sqlite', fullPath])];
  try {
    const start: ServeQuestion = { ask: 'start', players: PLAYERS };
    const ports = { empty: await empty.ask<number>(start), full: await full.ask<number>(start) };
    const perCpu = { empty: [] as number[], full: [] as number[] };
    const single = { empty: [] as number[], full: [] as number[] };
    for (let round = 0; round < ROUNDS; round++)
      for (const which of ['empty', 'full'] as const) {
        const server = which === 'empty' ? empty : full;
        const how: Omit<LoadQuestion, 'count'> = { ports: [ports[which]], isDecided: true, inFlight: IN_FLIGHT };
        perCpu[which].push(1_000_000 / (await driven(load, [server], how)).cpuUs);
        single[which].push(...(await ask(load, { ...how, count: SINGLES, inFlight: 1 })).timesMs);
      }
    const closing = full.ask<number>({ ask: 'close', period } satisfies ServeQuestion);
    const meanwhile = await ask(load, {
      ports: [ports.full],
      isDecided: true,
      count: MEANWHILE * MEANWHILE_SECONDS,
      perSecond: MEANWHILE,
    });
    const seconds = await closing;
    const { rssMaxMiB } = await full.ask<Usage>({ ask: 'cpu' } satisfies ServeQuestion);
    return [
      { name: 'empty: decisions a CPU second', value: median(perCpu.empty), unit: '/s' },
      { name: 'full: decisions a CPU second', value: median(perCpu.full), unit: '/s' },
      {
        name: 'full against empty, rate',
        value: (100 * median(perCpu.full)) / median(perCpu.empty),
        unit: '%',
        atLeast: 90,
      },
      { name: 'empty: one alone, p50', value: percentile(single.empty, 0.5), unit: 'ms' },
      { name: 'full: one alone, p50', value: percentile(single.full, 0.5), unit: 'ms' },
      { name: 'closing the month', value: seconds, unit: 's', goal: 60 },
      { name: 'memory of the server at its highest', value: rssMaxMiB, unit: 'MiB', goal: 1_024 },
      ...meanwhileFigures(meanwhile),
    ];
  } finally {
    await empty.end();
    await full.end();
  }
}

const meanwhileFigures = ({ timesMs }: Load): Figure[] => [
  { name: `purchases meanwhile, ${MEANWHILE} a second, p50`, value: percentile(timesMs, 0.5), unit: 'ms' },
  { name: `purchases meanwhile, ${MEANWHILE} a second, p99`, value: percentile(timesMs, 0.99), unit: 'ms', goal: 100 },
];
