/** Rate tables: numbered, dated, signed by the server. The number never goes back and no table is ever changed. */
import { encodeRateTable, equalBytes, exponentOf, LIMITS, ProtocolError, type RateTable } from '@coinslot/protocol';
import type { Identity } from '../identity.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { StoreReader, StoreTransaction } from '../store/port.ts';
import type { Clock } from '../log.ts';
import type { EcbRates } from './ecb.ts';
import type { NewRateTable } from './types.ts';

export interface ExchangeOptions {
  readonly identity: Identity;
  readonly store: Pick<StoreReader, 'findNewestRateTable'>;
  readonly commit: Pick<GroupCommit, 'submit'>;
  readonly clock: Clock;
}

export class Exchange {
  readonly #options: ExchangeOptions;
  /** The newest table as sealed last; the body is stored and not the signature, so a new server key signs it anew. */
  #sealed: { readonly tableId: number; readonly envelope: Uint8Array } | undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /**
   * Adds a table under the next number; the newest comes back unchanged when it says the same already. Throws BAD_ENCODING,
   * OFFER_CURRENCY or RATE_STALE for a table that could not be used.
   */
  async putRateTable(newTable: NewRateTable): Promise<RateTable> {
    requireRates(newTable);
    return this.#options.commit.submit((tx) => addRateTable(tx, newTable));
  }

  /** `postReferenceRates` in a transaction of its own, at this server's time. */
  putReferenceRates(reference: EcbRates): Promise<RateTable> {
    const { commit, clock } = this.#options;
    return commit.submit((tx) => postReferenceRates(tx, reference, clock()));
  }

  /** Envelope `rate-table` of the newest table, current or not: wallets look at its dates. Throws RATE_STALE before the first. */
  async currentEnvelope(): Promise<Uint8Array> {
    const newest = await this.#options.store.findNewestRateTable();
    if (newest === undefined)
      throw new ProtocolError('RATE_STALE', 'no rate table has been posted yet', { hint: 'ask again later' });
    if (this.#sealed?.tableId === newest.table.id) return this.#sealed.envelope;
    const { envelope } = this.#options.identity.seal('rate-table', encodeRateTable(newest.table));
    this.#sealed = { tableId: newest.table.id, envelope };
    return envelope;
  }
}

type RateWriter = Pick<StoreTransaction, 'findNewestRateTable' | 'addRateTable' | 'findings'>;

async function addRateTable(tx: RateWriter, newTable: NewRateTable): Promise<RateTable> {
  const newest = (await tx.findNewestRateTable())?.table;
  if (newest !== undefined && isSame(newTable, newest)) return newest;
  // A successor that starts before its predecessor would end the predecessor's life in the past.
  if (newest !== undefined && newTable.notBeforeMs < newest.notBeforeMs)
    throw new ProtocolError('RATE_STALE', 'RateTable.notBeforeMs: before that of the newest table');
  const table = { ...newTable, id: (newest?.id ?? 0) + 1 };
  await tx.addRateTable(table.id, encodeRateTable(table), table.notBeforeMs);
  if (newest !== undefined && newest.notAfterMs < table.notBeforeMs) await keepGap(tx, newest, table);
  return table;
}

/** Between the two nothing in another currency could be paid. */
async function keepGap(
  { findings }: Pick<StoreTransaction, 'findings'>,
  last: RateTable,
  next: RateTable,
): Promise<void> {
  const about = `table ${next.id}`;
  const words = `no rates from the end of table ${last.id} to the beginning of table ${next.id}`;
  await findings.noteFinding({ kind: 'rates', about, party: '', words, atMs: last.notAfterMs });
  await findings.settleFindings('rates', about, next.notBeforeMs);
}

/**
 * Puts a day's reference rates into force from now on, so that what was shown by the table before has its ten minutes. The
 * same day again changes nothing. Throws RATE_STALE for a day whose end is before that of the newest table: that one is of a
 * later day, or was posted by hand and stands until its end.
 */
export async function postReferenceRates(
  tx: RateWriter,
  { rates, notAfterMs, date }: EcbRates,
  nowMs: number,
): Promise<RateTable> {
  const newest = (await tx.findNewestRateTable())?.table;
  const next = { base: 'EUR', notBeforeMs: nowMs, notAfterMs, rates };
  if (newest !== undefined && isSame({ ...next, notBeforeMs: newest.notBeforeMs }, newest)) return newest;
  if (newest !== undefined && notAfterMs < newest.notAfterMs)
    throw new ProtocolError('RATE_STALE', `the rates of ${date} end before those in force do`);
  requireRates(next);
  return addRateTable(tx, next);
}

const isSame = (newTable: NewRateTable, { id, ...known }: RateTable): boolean =>
  equalBytes(encodeRateTable({ ...newTable, id }), encodeRateTable({ ...known, id }));

function requireRates({ base, rates, notBeforeMs, notAfterMs }: NewRateTable): void {
  const currencies = [base, ...rates.map((rate) => rate.currency)];
  currencies.forEach(exponentOf);
  const repeated = currencies.find((currency, i) => currencies.indexOf(currency) !== i);
  if (repeated !== undefined) throw new ProtocolError('BAD_ENCODING', `RateTable.rates: ${repeated} stands twice`);
  const odd = rates.find(({ rateE8 }) => rateE8 <= 0n || rateE8 > LIMITS.amountMinorMax);
  if (odd !== undefined) throw new ProtocolError('BAD_ENCODING', `RateTable.rates: ${odd.currency} has no usable rate`);
  if (notAfterMs <= notBeforeMs) throw new ProtocolError('RATE_STALE', 'RateTable.notAfterMs: not after its beginning');
}

/**
 * The newest table that has begun: a card takes a table's beginning for the time, so one of tomorrow would stop it until then.
 * Throws RATE_STALE when none has.
 */
export async function currentRateTable(
  store: Pick<StoreReader, 'findNewestRateTable' | 'findRateTable'>,
  nowMs: number,
): Promise<RateTable> {
  let posted = await store.findNewestRateTable();
  while (posted !== undefined && posted.table.notBeforeMs > nowMs)
    posted = await store.findRateTable(posted.table.id - 1);
  if (posted !== undefined) return posted.table;
  throw new ProtocolError('RATE_STALE', 'no rate table is in force yet', { hint: 'ask again later' });
}
