/** Durable decisions for each second of CPU, against what its parts cost alone in the same run; how long one takes; two processes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percentile, type Figure, type Part } from '../report.ts';
import { Child } from './child.ts';
import type { Load, LoadQuestion } from './load.ts';
import type { Parts, PartsQuestion } from './parts.ts';
import type { ServeQuestion, Usage } from './serve.ts';

const PLAYERS = 2_000;
const WARM_UP = 2_000;
const MEASURED = 12_000;
const SINGLES = 300;
/** More than one commit takes, so that each has its 128. */
const IN_FLIGHT = 288;
const STEADY_SECONDS = 6;

export interface Backend {
  readonly name: string;
  /** Arguments of `serve.ts`. */
  readonly args: readonly string[];
}

export async function measureServer(): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-bench-server-'));
  const load = new Child('./load.ts', [String(PLAYERS)]);
  try {
    const parts = await measureParts(folder);
    const httpUs = await measureHttp(load);
    const figures: Figure[] = [
      { name: 'HTTP alone, CPU', value: httpUs, unit: 'us' },
      { name: 'reading message 2 alone', value: parts.decodeUs, unit: 'us' },
      { name: "the player's signature alone", value: parts.verifyUs, unit: 'us' },
      { name: 'message 3 written and signed alone', value: parts.signUs, unit: 'us' },
      { name: 'ledger alone, SQLite, 128 in a commit', value: parts.ledgerUs, unit: 'us' },
    ];
    const ceiling = 1_000_000 / (httpUs + parts.decodeUs + parts.verifyUs + parts.signUs + parts.ledgerUs);
    figures.push({ name: 'ceiling: decisions a CPU second, if nothing else cost', value: ceiling, unit: '/s' });
    figures.push(
      ...(await measureBackend(load, { name: 'SQLite', args: ['sqlite', join(folder, 'one.sqlite')] }, ceiling)),
    );
    return { name: 'server', title: 'Server: durable decisions over HTTP', figures, notes: NOTES };
  } finally {
    await load.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

const NOTES = [
  'CPU is user and system time of the server process, all its threads; the load comes from another process.',
  'Every decision is signed by the player, judged, recorded with fsync, signed by the server, sent over kept-alive connections.',
  'At half the peak rate each answer is timed from when its request was due, not from when it was sent.',
];

async function measureParts(folder: string): Promise<Parts> {
  const child = new Child('./parts.ts', []);
  try {
    const question: PartsQuestion = { storePath: join(folder, 'parts.sqlite'), players: PLAYERS, rounds: 60 };
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

interface Driven {
  /** CPU microseconds of the servers for one answer. */
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly batch: number;
}

async function driven(load: Child, servers: readonly Child[], how: Omit<LoadQuestion, 'count'>): Promise<Driven> {
  await ask(load, { ...how, count: WARM_UP });
  const before = await usage(servers);
  const { seconds } = await ask(load, { ...how, count: MEASURED });
  const after = await usage(servers);
  return {
    cpuUs: (after.cpuUs - before.cpuUs) / MEASURED,
    perSecond: MEASURED / seconds,
    batch: MEASURED / Math.max(after.commits - before.commits, 1),
  };
}

async function ask(load: Child, question: LoadQuestion): Promise<Load> {
  const made = await load.ask<Load>(question);
  if (question.isDecided && made.approved !== question.count)
    throw new Error(`${question.count - made.approved} of ${question.count} purchases were refused`);
  return made;
}

async function usage(servers: readonly Child[]): Promise<Usage> {
  const all = await Promise.all(servers.map((server) => server.ask<Usage>({ ask: 'cpu' } satisfies ServeQuestion)));
  return { cpuUs: sum(all.map((one) => one.cpuUs)), commits: sum(all.map((one) => one.commits)) };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
