/**
 * The sandbox's rate tables: fixed rates, signed and numbered by the real server. A table is replaced under the next number
 * before it runs out; "stale rates" posts one that has run out already, so that wallet and server meet the real thing.
 */
import type { RateTable } from '@coinslot/protocol';
import type { Clock, NewRateTable } from '@coinslot/server';

/** Major units for one euro, times 10^8; as such rates have stood, and never moving. */
const RATES_E8: Readonly<Record<string, bigint>> = {
  AUD: 165_200_000n,
  CAD: 150_100_000n,
  CHF: 94_120_000n,
  DKK: 746_010_000n,
  GBP: 84_710_000n,
  JPY: 16_321_000_000n,
  KWD: 33_310_000n,
  NOK: 1_162_000_000n,
  PLN: 426_300_000n,
  SEK: 1_102_000_000n,
  USD: 108_370_000n,
};

const HOUR_MS = 3_600_000;
const VALID_MS = 24 * HOUR_MS;
/** A table with less than this left is replaced: no offer under way should outlive it. */
const LEFT_MS_MIN = HOUR_MS;
/**
 * Tables begin in the past, so that a stale one ends its predecessor's life at once: a predecessor may be used for ten
 * minutes after its successor begins.
 */
const BEGUN_MS = HOUR_MS;
const STALE_VALID_MS = 60_000;

export interface RateDeskOptions {
  readonly clock: Clock;
  /** The newest table so far. */
  readonly newest: RateTable | undefined;
  readonly put: (table: NewRateTable) => Promise<RateTable>;
  readonly isStaleWanted: () => boolean;
}

export class RateDesk {
  readonly #options: RateDeskOptions;
  #newest: RateTable | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(options: RateDeskOptions) {
    this.#options = options;
    this.#newest = options.newest;
  }

  /** The newest table; `undefined` before the first `keep`. */
  get newest(): RateTable | undefined {
    return this.#newest;
  }

  /** Posts a table when the newest is not what is wanted now; one call after the other. */
  keep(): Promise<void> {
    const kept = this.#last.then(() => this.#keep());
    this.#last = kept.catch(() => undefined);
    return kept;
  }

  async #keep(): Promise<void> {
    const { clock, put, isStaleWanted } = this.#options;
    const nowMs = clock();
    const newest = this.#newest;
    if (isStaleWanted()) {
      if (newest === undefined || newest.notAfterMs >= nowMs) this.#newest = await put(staleTable(newest, nowMs));
    } else if (newest === undefined || newest.notAfterMs - nowMs < LEFT_MS_MIN) {
      this.#newest = await put(freshTable(newest, nowMs));
    }
  }
}

const rates = Object.entries(RATES_E8).map(([currency, rateE8]) => ({ currency, rateE8 }));

function freshTable(newest: RateTable | undefined, nowMs: number): NewRateTable {
  const notBeforeMs = Math.max(nowMs - BEGUN_MS, newest?.notBeforeMs ?? 0);
  return { base: 'EUR', notBeforeMs, notAfterMs: nowMs + VALID_MS, rates };
}

function staleTable(newest: RateTable | undefined, nowMs: number): NewRateTable {
  const notBeforeMs = newest?.notBeforeMs ?? nowMs - BEGUN_MS;
  return { base: 'EUR', notBeforeMs, notAfterMs: notBeforeMs + STALE_VALID_MS, rates };
}
