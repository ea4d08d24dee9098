/** Asking and counting: what every part of the server's measurement needs. */
import type { Child } from './child.ts';
import type { Load, LoadQuestion } from './load.ts';
import type { ServeQuestion, Usage } from './serve.ts';

export const PLAYERS = 2_000;
/** More than one commit takes, so that each has its 128. */
export const IN_FLIGHT = 288;
const WARM_UP = 2_000;
const MEASURED = 12_000;

export interface Driven {
  /** CPU microseconds of the servers for one answer. */
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly batch: number;
}

export async function driven(
  load: Child,
  servers: readonly Child[],
  how: Omit<LoadQuestion, 'count'>,
): Promise<Driven> {
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

export async function ask(load: Child, question: LoadQuestion): Promise<Load> {
  const made = await load.ask<Load>(question);
  if (question.isDecided && made.approved !== question.count)
    throw new Error(`${question.count - made.approved} of ${question.count} purchases were refused`);
  return made;
}

async function usage(servers: readonly Child[]): Promise<Usage> {
  const all = await Promise.all(servers.map((server) => server.ask<Usage>({ ask: 'cpu' } satisfies ServeQuestion)));
  return {
    cpuUs: sum(all.map((one) => one.cpuUs)),
    commits: sum(all.map((one) => one.commits)),
    rssMaxMiB: Math.max(...all.map((one) => one.rssMaxMiB)),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
