/**
 * Asks for reference rates now and every few hours, and puts what is new into force. What cannot be had or used changes
 * nothing: the last good table stays until its own end, and after that conversions are RATE_STALE.
 */
import { ProtocolError, type CodeName, type RateTable } from '@coinslot/protocol';
import type { Clock, Log } from '../log.ts';
import { readEcbRates } from './ecb.ts';
import type { ReadRates } from './ecb-source.ts';
import type { FeedFinding } from './feed-finding.ts';
import type { Exchange } from './service.ts';

/** What is no fault of the source's. */
const OF_THE_STORE: readonly CodeName[] = ['BUSY', 'STORAGE'];

export interface RateFeedOptions {
  readonly read: ReadRates;
  readonly exchange: Pick<Exchange, 'putReferenceRates'>;
  readonly finding: Pick<FeedFinding, 'failed' | 'worked'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds between two askings. */
  readonly everyMs: number;
  /** Told of each asking; the table in force, or that it came to nothing. */
  readonly onAsked?: (table: RateTable | undefined) => void;
}

export class RateFeed {
  readonly #options: RateFeedOptions;
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #asking: Promise<RateTable | undefined> | undefined;

  constructor(options: RateFeedOptions) {
    this.#options = options;
  }

  /** The first asking is at once. The timer keeps no process alive. */
  start(): void {
    void this.ask();
    this.#timer = setInterval(() => void this.ask(), this.#options.everyMs).unref();
  }

  /** Asks once for all who wait; the table in force, `undefined` when it came to nothing, which is logged. */
  ask(): Promise<RateTable | undefined> {
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  /** Ends an asking under way and waits for it. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopped.abort();
    await this.#asking;
  }

  async #ask(): Promise<RateTable | undefined> {
    const { read, exchange, finding, clock, log, onAsked } = this.#options;
    let table: RateTable | undefined;
    try {
      const reference = readEcbRates(await read(this.#stopped.signal), clock());
      table = await exchange.putReferenceRates(reference);
      const { date, leftOut } = reference;
      log.info({ tableId: table.id, date, currencies: table.rates.length, leftOut }, 'reference rates are in force');
      await finding.worked();
    } catch (error) {
      if (!(error instanceof ProtocolError)) log.error({ err: error }, 'unexpected');
      else if (!this.#stopped.signal.aborted) {
        log.warn({ code: error.code, fault: error.message }, 'no new reference rates: the last ones stand');
        if (!OF_THE_STORE.includes(error.code)) await finding.failed(error.message);
      }
    }
    onAsked?.(table);
    return table;
  }
}
