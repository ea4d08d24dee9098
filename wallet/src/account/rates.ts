/**
 * The server's rate table and, with it, the server's key: fetched, verified, kept on disk, and never replaced by an older
 * one.
 */
import { join } from 'node:path';
import { decodeRateTable, LIMITS, ProtocolError, type RateTable } from '@coinslot/protocol';
import { WALLET_LIMITS } from '../limits.ts';
import { MESSAGE_CONTENT_TYPE, type HttpDoor } from '../means/http-door.ts';
import type { Clock, Log } from '../ports.ts';
import { readPrivate, replaceDurably } from '../profile/files.ts';
import { openFromServer, type Trust } from './server-envelope.ts';

const RATES_PATH = '/v1/rates';
/** A table that was looked at so recently is not asked for again. */
const FRESH_MS = 10 * 60_000;

export interface KnownRates {
  readonly table: RateTable;
  readonly audience: Uint8Array;
  readonly envelope: Uint8Array;
}

export interface RatesOptions {
  folder: string;
  door: HttpDoor;
  trust: Trust;
  clock: Clock;
  log: Log;
}

export class Rates {
  readonly #options: RatesOptions;
  #known: KnownRates | undefined;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(options: RatesOptions) {
    this.#options = options;
    const kept = readPrivate(this.#path);
    if (kept !== undefined) this.#take(kept);
  }

  /** Key hash of the one server that may decide, once it has been heard from. */
  get audience(): Uint8Array | undefined {
    return this.#known?.audience;
  }

  /** The newest table heard of, valid or not. */
  get table(): RateTable | undefined {
    return this.#known?.table;
  }

  /** Envelope `rate-table` of that one, as the server signed it. */
  get envelope(): Uint8Array | undefined {
    return this.#known?.envelope;
  }

  /** A table that is valid now, asked for when the one in hand is not fresh. Throws RATE_STALE when there is none. */
  async current(): Promise<KnownRates> {
    const { clock } = this.#options;
    if (this.#known === undefined || clock() - this.#lookedMs > FRESH_MS || !isValid(this.#known.table, clock())) {
      await this.refresh();
    }
    if (this.#known === undefined || !isValid(this.#known.table, clock())) {
      throw new ProtocolError('RATE_STALE', 'rates: no table that is valid now');
    }
    return this.#known;
  }

  /** The server would not charge by the table in hand: the next offer is not shown by it before the server has been asked. */
  doubt(): void {
    this.#lookedMs = Number.NEGATIVE_INFINITY;
  }

  /** Asks the server, once for all who wait. Leaves what is known when no good answer comes. */
  refresh(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  async #ask(): Promise<void> {
    const { door, clock, log } = this.#options;
    try {
      const answer = await door.get(RATES_PATH, WALLET_LIMITS.attemptMs);
      if (answer.status !== 200 || answer.contentType !== MESSAGE_CONTENT_TYPE) {
        return log.warn({ status: answer.status }, 'rates: no table');
      }
      if (!this.#take(answer.body)) return;
      this.#lookedMs = clock();
      replaceDurably(this.#path, answer.body);
    } catch (fault) {
      log.warn({ fault: String(fault) }, 'rates: no answer');
    }
  }

  /** Numbers never go back: an older table than the one in hand is left alone. */
  #take(envelope: Uint8Array): boolean {
    const { clock, trust, log } = this.#options;
    try {
      const { body, audience } = openFromServer(envelope, 'rate-table', clock(), trust);
      const table = decodeRateTable(body);
      if (this.#known !== undefined && table.id < this.#known.table.id) return false;
      this.#known = { table, audience, envelope };
      return true;
    } catch (fault) {
      log.warn({ fault: String(fault) }, 'rates: a table that does not verify');
      return false;
    }
  }

  get #path(): string {
    return join(this.#options.folder, 'rates');
  }
}

function isValid(table: RateTable, nowMs: number): boolean {
  return table.notBeforeMs <= nowMs + LIMITS.clockSkewMsMax && nowMs <= table.notAfterMs;
}
