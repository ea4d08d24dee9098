/**
 * What the server counts and measures, in the Prometheus text format. One registry per server, so that two in one process do
 * not count into each other. Label values are doors, codes and statuses: all bounded, and none of anybody.
 */
import type { DecisionCode } from '@coinslot/protocol';
import { FINDING_KINDS, type FindingKind } from '../findings/types.ts';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What is read at the time of asking. */
export interface MetricSources {
  isReady(): boolean;
  /** Pieces of work that wait for a commit. */
  waiting(): number;
  knownQuotes(): number;
  /** Bytes of the store on disk; `undefined` where that is not this machine's to say. */
  storeBytes(): number | undefined;
  /** Months with transfers that are not sealed, from the oldest up to the current one. */
  periodsOpen(): Promise<number>;
  /** How many findings nobody has looked into yet, and that are not over by themselves. */
  openFindings(): Promise<ReadonlyMap<FindingKind, number>>;
  /** Whole milliseconds until the newest rate table ends, negative after; `undefined` without one. */
  ratesLeftMs(): Promise<number | undefined>;
}

export interface MetricsOptions extends MetricSources {
  /** Memory, descriptors, CPU and event loop of the whole process as well. */
  readonly ofProcess: boolean;
}

/** A decision over loopback takes 3 ms; a waiting store may take seconds. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const PIECES = [1, 2, 4, 8, 16, 32, 64, 128];

export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'door' | 'status'>;
  readonly #requestSeconds: Histogram<'door'>;
  readonly #decisions: Counter<'code' | 'fresh'>;
  readonly #decisionSeconds: Histogram;
  readonly #commits: Counter;
  readonly #commitSeconds: Histogram;
  readonly #batchPieces: Histogram;
  readonly #limited: Counter<'door' | 'by'>;
  readonly #rateAskings: Counter<'outcome'>;
  readonly #evidence: Counter<'outcome'>;
  readonly #findings: Gauge;
  readonly #verified: Gauge;

  constructor({ ofProcess, ...sources }: MetricsOptions) {
    const registers = [this.#registry];
    const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> =>
      new Counter({ name: `coinslot_${name}`, help, labelNames, registers });
    const histogram = <L extends string>(
      name: string,
      help: string,
      buckets: number[],
      labelNames: L[],
    ): Histogram<L> => new Histogram({ name: `coinslot_${name}`, help, buckets, labelNames, registers });
    const gauge = (name: string, help: string, read?: () => number | undefined | Promise<number | undefined>): Gauge =>
      new Gauge({
        name: `coinslot_${name}`,
        help,
        registers,
        ...(read !== undefined && {
          async collect(this: Gauge): Promise<void> {
            const value = await read();
            if (value === undefined) this.remove();
            else this.set(value);
          },
        }),
      });
    this.#requests = counter('requests_total', 'Requests answered, by door and HTTP status.', ['door', 'status']);
    this.#requestSeconds = histogram('request_duration_seconds', 'From the headers to the answer.', SECONDS, ['door']);
    this.#decisions = counter('decisions_total', 'Signed decisions given; fresh ones were made for it.', [
      'code',
      'fresh',
    ]);
    this.#decisionSeconds = histogram(
      'decision_duration_seconds',
      'From message 2 to message 3, commit included.',
      SECONDS,
      [],
    );
    this.#commits = counter('commits_total', 'Durable transactions.', []);
    this.#commitSeconds = histogram('commit_duration_seconds', 'One durable transaction.', SECONDS, []);
    this.#batchPieces = histogram('commit_batch_pieces', 'Pieces of work that shared a commit.', PIECES, []);
    this.#limited = counter('rate_limited_total', 'Requests refused for coming too often.', ['door', 'by']);
    this.#rateAskings = counter('rate_feed_total', 'Askings for reference rates.', ['outcome']);
    this.#evidence = counter('evidence_total', 'Decisions that wallets brought back after a restore.', ['outcome']);
    this.#findings = gauge('findings', 'Findings of the last check of the books; any is an alarm.');
    this.#verified = gauge('verified_timestamp_seconds', 'When the books were last checked; 0 before the first time.');
    gauge('ready', '1 while the server serves.', () => (sources.isReady() ? 1 : 0));
    gauge('queue_length', 'Pieces of work that wait for a commit.', () => sources.waiting());
    gauge('known_quotes', 'Verified quotes remembered.', () => sources.knownQuotes());
    gauge('store_size_bytes', 'The store on disk, with what is not yet written back.', () => sources.storeBytes());
    gauge('periods_open', 'Months with transfers that are not sealed; two in the first days of a month.', () =>
      sources.periodsOpen(),
    );
    new Gauge({
      name: 'coinslot_open_findings',
      help: 'Findings that are open, by kind.',
      labelNames: ['kind'],
      registers,
      async collect(): Promise<void> {
        const open = await sources.openFindings();
        for (const kind of FINDING_KINDS) this.set({ kind }, open.get(kind) ?? 0);
      },
    });
    gauge('rates_left_seconds', 'Until the newest rate table ends; below 0 conversions are refused.', async () => {
      const leftMs = await sources.ratesLeftMs();
      return leftMs === undefined ? undefined : leftMs / 1000;
    });
    if (ofProcess) collectDefaultMetrics({ register: this.#registry });
  }

  answered(door: string, status: number, durationMs: number): void {
    this.#requests.inc({ door, status: String(status) });
    this.#requestSeconds.observe({ door }, durationMs / 1000);
  }

  decided(code: DecisionCode, fresh: boolean, durationMs: number): void {
    this.#decisions.inc({ code, fresh: String(fresh) });
    this.#decisionSeconds.observe(durationMs / 1000);
  }

  committed(pieces: number, durationMs: number): void {
    this.#commits.inc();
    this.#batchPieces.observe(pieces);
    this.#commitSeconds.observe(durationMs / 1000);
  }

  limited(door: string, by: 'address' | 'user'): void {
    this.#limited.inc({ door, by });
  }

  ratesAsked(isTaken: boolean): void {
    this.#rateAskings.inc({ outcome: isTaken ? 'taken' : 'failed' });
  }

  evidenceBrought(outcome: 'booked' | 'known' | 'refused'): void {
    this.#evidence.inc({ outcome });
  }

  verified(findings: number, atMs: number): void {
    this.#findings.set(findings);
    this.#verified.set(Math.floor(atMs / 1000));
  }

  readonly contentType = 'text/plain; version=0.0.4; charset=utf-8';

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
