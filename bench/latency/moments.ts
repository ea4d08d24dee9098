/**
 * Moments of one purchase, in ms of the machine's monotonic clock, which is the same for all its processes. What happens
 * inside wallet and server is seen from outside them: by Node's own diagnostics channels of HTTP, and by taking the time of
 * `fsyncSync`, which only the wallet calls (SQLite syncs by itself).
 */
import { subscribe } from 'node:diagnostics_channel';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** Before it is timed. */
const { fsyncSync } = fs;

export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const PAYMENTS = '/v1/payments';

export class Moments {
  /** The wallet's request to the payment server. */
  asked = 0;
  /** The server has read it, and has written its answer. */
  served: Span = { fromMs: 0, toMs: 0 };
  /** The wallet hears the answer. */
  heard = 0;
  syncs: Span[] = [];
  #clockReadings: number[] = [];
  #underWay = 0;

  constructor() {
    const on = (name: string, hear: (path: string) => void): void =>
      subscribe(name, (message) => hear(pathOf(message)));
    on('http.client.request.start', (path) => {
      this.#underWay += 1;
      if (path === PAYMENTS) this.asked = nowMs();
    });
    on('http.client.response.finish', (path) => {
      this.#underWay -= 1;
      if (path === PAYMENTS) this.heard = nowMs();
    });
    on('http.server.request.start', (path) => {
      if (path === PAYMENTS) this.served = { fromMs: nowMs(), toMs: 0 };
    });
    on('http.server.response.finish', (path) => {
      if (path === PAYMENTS) this.served = { ...this.served, toMs: nowMs() };
    });
    this.#timeSyncs();
  }

  /** The parties' clock was read: the first thing a wallet does with a frame is to count it in its bucket. */
  clockRead(): void {
    this.#clockReadings.push(nowMs());
  }

  /** When somebody first read the clock after `fromMs`, while nothing else was going on. */
  firstClockReading(fromMs: number): number {
    return this.#clockReadings.find((at) => at >= fromMs) ?? NaN;
  }

  clear(): void {
    this.syncs = [];
    this.#clockReadings = [];
  }

  /** No request to the payment server is under way, the wallet's look at its balance after a purchase included. */
  get quiet(): boolean {
    return this.#underWay === 0;
  }

  #timeSyncs(): void {
    fs.fsyncSync = (file) => {
      const fromMs = nowMs();
      fsyncSync(file);
      this.syncs.push({ fromMs, toMs: nowMs() });
    };
    syncBuiltinESMExports();
  }
}

/** What the disk itself takes for one durable append, ms: the yardstick for everything here that is made durable. */
export function timeBareSync(file: number, bytes: Uint8Array): number {
  fs.writeSync(file, bytes);
  const fromMs = nowMs();
  fsyncSync(file);
  return nowMs() - fromMs;
}

function pathOf(message: unknown): string {
  const { request } = message as { request: { path?: string; url?: string } };
  return request.path ?? request.url ?? '';
}
