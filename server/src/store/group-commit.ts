/**
 * Group commit: work that arrives while a commit is under way shares the next one, 128 pieces at most. There is one writer.
 *
 * A piece is refused by throwing ProtocolError before it writes; its neighbours are not touched. A piece that breaks a rule
 * of the schema, or has a bug, takes the whole transaction with it: then each piece is run again in a transaction of its
 * own, so that only the one at fault fails. When the medium fails nobody knows what is stored, and the server stops; as it does
 * when the books do not hold.
 */
import { ProtocolError } from '@coinslot/protocol';
import type { Log } from '../log.ts';
import { StoreError, type Store, type StoreTransaction } from './port.ts';

/** A result, or the refusal of that one piece. */
export type Settled<Result> = { readonly value: Result } | { readonly error: ProtocolError };

/** Work on many pieces at once, inside one transaction: one settled result per item, in their order. */
export type GroupWork<Item, Result> = (
  tx: StoreTransaction,
  items: readonly Item[],
) => Promise<readonly Settled<Result>[]>;

interface Piece {
  /** Shares its transaction with nobody. */
  readonly alone: boolean;
  readonly work: GroupWork<unknown, unknown>;
  readonly item: unknown;
  settle(outcome: Settled<unknown>): void;
}

type SingleWork = (tx: StoreTransaction) => Promise<unknown>;

/** Pieces that have nothing in common, one after the other. */
const single: GroupWork<SingleWork, unknown> = async (tx, works) => {
  const outcomes: Settled<unknown>[] = [];
  for (const work of works) outcomes.push(await settled(() => work(tx)));
  return outcomes;
};

async function settled(work: () => Promise<unknown>): Promise<Settled<unknown>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof ProtocolError) return { error };
    throw error;
  }
}

export interface GroupCommitOptions {
  readonly store: Store;
  readonly batchMax: number;
  readonly queueMax: number;
  readonly log: Log;
  /** Called once, when a commit failed, or the books do not hold, and the store can no longer be trusted. */
  onFatal(error: StoreError): void;
  /** Told of each transaction that became durable: how many pieces shared it, and how long it took. */
  onCommit?(pieces: number, durationMs: number): void;
}

export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #queue: Piece[] = [];
  #running: Promise<void> | undefined;
  #failed = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Runs alone in its part of a transaction; resolves when durable. Throws BUSY, STORAGE or the work's own refusal. */
  submit<Result>(work: (tx: StoreTransaction) => Promise<Result>): Promise<Result> {
    return this.submitTo<SingleWork, unknown>(single, work) as Promise<Result>;
  }

  /** As `submit`, in a transaction of its own: for work that depends on what else is in it. */
  submitAlone<Result>(work: (tx: StoreTransaction) => Promise<Result>): Promise<Result> {
    return this.#submit<SingleWork, unknown>(single, work, true) as Promise<Result>;
  }

  /** Runs together with the other items of the same work; resolves when durable. */
  submitTo<Item, Result>(work: GroupWork<Item, Result>, item: Item): Promise<Result> {
    return this.#submit(work, item, false);
  }

  #submit<Item, Result>(work: GroupWork<Item, Result>, item: Item, alone: boolean): Promise<Result> {
    if (this.#failed) return Promise.reject(failure('the store has failed; nothing is taken any more', 'no'));
    if (this.#queue.length >= this.#options.queueMax)
      return Promise.reject(new ProtocolError('BUSY', 'too much work is waiting', { hint: 'ask again in a second' }));
    return new Promise<Result>((resolve, reject) => {
      const settle = (outcome: Settled<unknown>): void =>
        'error' in outcome ? reject(outcome.error) : resolve(outcome.value as Result);
      this.#queue.push({ work: work as GroupWork<unknown, unknown>, item, alone, settle });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when everything submitted so far is settled. */
  async drain(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      // One turn of the event loop, in which sockets are read: what arrived together is committed together.
      await new Promise<void>((resolve) => void setImmediate(resolve));
      await this.#commit(this.#nextBatch());
    }
    this.#running = undefined;
  }

  #nextBatch(): readonly Piece[] {
    const first = this.#queue.findIndex(({ alone }) => alone);
    if (first === 0) return this.#queue.splice(0, 1);
    return this.#queue.splice(0, first < 0 ? this.#options.batchMax : Math.min(first, this.#options.batchMax));
  }

  async #commit(pieces: readonly Piece[]): Promise<void> {
    const startedAt = performance.now();
    try {
      const outcomes = await this.#options.store.transaction((tx) => runPieces(tx, pieces));
      this.#options.onCommit?.(pieces.length, performance.now() - startedAt);
      pieces.forEach((piece) => piece.settle(outcomes.get(piece) as Settled<unknown>));
    } catch (error) {
      await this.#afterFailure(pieces, error);
    }
  }

  async #afterFailure(pieces: readonly Piece[], error: unknown): Promise<void> {
    const kind = error instanceof StoreError ? error.kind : 'refused';
    if (kind === 'failed' || kind === 'broken') return this.#fail(pieces, error as StoreError);
    if (kind === 'refused' && pieces.length > 1) {
      for (const piece of pieces) await this.#commit([piece]);
      return;
    }
    this.#options.log.error({ err: error, pieces: pieces.length }, 'transaction undone');
    const outcome =
      kind === 'busy'
        ? new ProtocolError('BUSY', 'the store is in use', { cause: error })
        : failure('nothing was recorded', 'no', error);
    pieces.forEach((piece) => piece.settle({ error: outcome }));
  }

  #fail(pieces: readonly Piece[], error: StoreError): void {
    this.#failed = true;
    const waiting = this.#queue.splice(0);
    const outcome =
      error.kind === 'broken'
        ? failure('nothing was recorded', 'no', error)
        : failure('whether this was recorded is unknown', 'unknown', error);
    pieces.forEach((piece) => piece.settle({ error: outcome }));
    waiting.forEach((piece) => piece.settle({ error: failure('nothing was recorded', 'no', error) }));
    this.#options.onFatal(error);
  }
}

function failure(message: string, charged: 'no' | 'unknown', cause?: unknown): ProtocolError {
  return new ProtocolError('STORAGE', message, { charged, ...(cause === undefined ? {} : { cause }) });
}

/** Items of the same work are handed to it together, in the order in which they came. */
async function runPieces(
  tx: StoreTransaction,
  pieces: readonly Piece[],
): Promise<ReadonlyMap<Piece, Settled<unknown>>> {
  const groups = new Map<Piece['work'], Piece[]>();
  for (const piece of pieces) {
    const group = groups.get(piece.work);
    if (group === undefined) groups.set(piece.work, [piece]);
    else group.push(piece);
  }
  const outcomes = new Map<Piece, Settled<unknown>>();
  for (const [work, group] of groups) {
    const results = await work(
      tx,
      group.map((piece) => piece.item),
    );
    group.forEach((piece, i) => outcomes.set(piece, results[i] as Settled<unknown>));
  }
  return outcomes;
}
