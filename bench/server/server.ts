/** Durable decisions for each second of CPU, against what its parts cost alone in the same run; how long one takes; two processes. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StorePlace } from '../../server/src/store/place.ts';
import { startPostgres } from '../../tests/lib/postgres.ts';
import { percentile, type Figure, type Part } from '../report.ts';
import { Child } from './child.ts';
import { ask, driven, IN_FLIGHT, PLAYERS } from './measure.ts';
import type { Parts, PartsQuestion } from './parts.ts';
import type { ServeQuestion } from './serve.ts';

const SINGLES = 300;
const STEADY_SECONDS = 6;

export interface Backend {
  readonly name: string;
  /** Arguments of `serve.ts`. */
  readonly args: readonly string[];
}

export async function measureServer(): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-bench-server-'));
  const load = new Child('./load.ts', [String(PLAYERS)]);
  const database = await startPostgres();
  try {
    const parts = await measureParts({ storePath: join(folder, 'parts.sqlite') });
    const httpUs = await measureHttp(load);
    const aloneUs = httpUs + parts.decodeUs + parts.verifyUs + parts.signUs;
    const ceiling = 1_000_000 / (aloneUs + parts.ledgerUs);
    const figures: Figure[] = [
      { name: 'HTTP alone, CPU', value: httpUs, unit: 'us' },
      { name: 'reading message 2 alone', value: parts.decodeUs, unit: 'us' },
      { name: "the player's signature alone", value: parts.verifyUs, unit: 'us' },
      { name: 'message 3 written and signed alone', value: parts.signUs, unit: 'us' },
      { name: 'ledger alone, SQLite, 128 in a commit', value: parts.ledgerUs, unit: 'us' },
      { name: 'SQLite: ceiling, decisions a CPU second if nothing else cost', value: ceiling, unit: '/s' },
      ...(await measureBackend(load, { name: 'SQLite', args: ['sqlite', join(folder, 'one.sqlite')] }, ceiling)),
    ];
    const onPostgres = await measureParts({ database: { url: database.url, schema: 'parts' } });
    const ceilingThere = 1_000_000 / (aloneUs + onPostgres.ledgerUs);
    figures.push(
      { name: "ledger alone, PostgreSQL, the server's side", value: onPostgres.ledgerUs, unit: 'us' },
      { name: 'PostgreSQL: ceiling, decisions a CPU second of the server', value: ceilingThere, unit: '/s' },
      ...(await measureBackend(load, { name: 'PostgreSQL', args: ['postgres', database.url] }, ceilingThere)),
      ...measurePgbench(database.url),
    );
    return { name: 'server', title: 'Server: durable decisions over HTTP', figures, notes: NOTES };
  } finally {
    await load.end();
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const NOTES = [
  'CPU is user and system time of the server process, all its threads; the load comes from another process, PostgreSQL is another one again, all on the same cores.',
  'Every decision is signed by the player, judged, recorded with fsync, signed by the server, sent over kept-alive connections.',
  'At half the peak rate each answer is timed from when its request was due, not from when it was sent.',
];

/** TPC-B as Debian's pgbench has it, on the same PostgreSQL: what the database does in a second when somebody else asks. Left out where it is not installed. */
function measurePgbench(url: string): Figure[] {
  if (spawnSync('pgbench', ['--version']).status !== 0) return [];
  const made = spawnSync('pgbench', ['-i', '-q', '-s', '10', url], { encoding: 'utf8' });
  const run = spawnSync('pgbench', ['-n', '-c', '16', '-j', '2', '-T', '8', url], { encoding: 'utf8' });
  const perSecond = Number(/tps = ([\d.]+)/.exec(run.stdout)?.[1]);
  if (made.status !== 0 || !Number.isFinite(perSecond)) throw new Error(`pgbench: ${made.stderr}${run.stderr}`);
  return [{ name: "pgbench's TPC-B on the same PostgreSQL, 16 clients", value: perSecond, unit: '/s' }];
}

async function measureParts(place: StorePlace): Promise<Parts> {
  const child = new Child('./parts.ts', []);
  try {
    const question: PartsQuestion = { place, players: PLAYERS, rounds: 60 };
    return await child.ask<Parts>(question);
  } finally {
    await child.end();
  }
}

async function measureHttp(load: Child): Promise<number> {
  const bare = new Child('./serve.ts', ['http']);
  try {
    const port = await bare.ask<number>({ ask: 'start', players: 0 } satisfies ServeQuestion);
    const { cpuUs } = await driven(load, [bare], { ports: [port], isDecided: false, inFlight: IN_FLIGHT });
    return cpuUs;
  } finally {
    await bare.end();
  }
}

async function measureBackend(load: Child, { name, args }: Backend, ceiling: number): Promise<Figure[]> {
  const server = new Child('./serve.ts', args);
  try {
    const ports = [await server.ask<number>({ ask: 'start', players: PLAYERS } satisfies ServeQuestion)];
    const { cpuUs, perSecond, batch } = await driven(load, [server], { ports, isDecided: true, inFlight: IN_FLIGHT });
    const single = await ask(load, { ports, isDecided: true, count: SINGLES, inFlight: 1 });
    const half = Math.floor(perSecond / 2);
    const steady = await ask(load, { ports, isDecided: true, count: half * STEADY_SECONDS, perSecond: half });
    const second = new Child('./serve.ts', args);
    try {
      const both = [...ports, await second.ask<number>({ ask: 'start', players: 0 } satisfies ServeQuestion)];
      const two = await driven(load, [server, second], { ports: both, isDecided: true, inFlight: IN_FLIGHT });
      return [
        { name: `${name}: decisions a CPU second`, value: 1_000_000 / cpuUs, unit: '/s' },
        { name: `${name}: of the ceiling`, value: 100_000_000 / cpuUs / ceiling, unit: '%', atLeast: 70 },
        { name: `${name}: decisions a second, one process`, value: perSecond, unit: '/s' },
        { name: `${name}: decisions in a commit`, value: batch, unit: 'x' },
        { name: `${name}: one alone, p50`, value: percentile(single.timesMs, 0.5), unit: 'ms', goal: 3 },
        { name: `${name}: at half the peak rate, p50`, value: percentile(steady.timesMs, 0.5), unit: 'ms' },
        { name: `${name}: at half the peak rate, p99`, value: percentile(steady.timesMs, 0.99), unit: 'ms', goal: 25 },
        { name: `${name}: decisions a second, two processes`, value: two.perSecond, unit: '/s' },
        { name: `${name}: decisions a CPU second, two processes`, value: 1_000_000 / two.cpuUs, unit: '/s' },
      ];
    } finally {
      await second.end();
    }
  } finally {
    await server.end();
  }
}
