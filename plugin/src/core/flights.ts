/**
 * Offers that were sent and not yet decided. Each is written before it is sent, so that a tab killed between paying and
 * the decision finds the decision again at the next start, under the same nonce.
 */
import { hexOf } from './hex.ts';
import type { Store } from './ports.ts';

const TABLE = 'flights';
/** More than this many undecided offers are not kept: the oldest is given up, and `restore` still finds it. */
export const FLIGHTS_MAX = 16;

export interface Flight {
  readonly nonce: Uint8Array;
  /** Message 1 as it was sent. */
  readonly offer: Uint8Array;
  /** X25519 secret of the session that asked; content keys are sealed to it. */
  readonly sessionSecret: Uint8Array;
  readonly offerId: string;
  readonly sentAtMs: number;
}

export class Flights {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Oldest first. What is not of the shape is left out: storage is the player's to edit, and must not stop a purchase. */
  async list(): Promise<readonly Flight[]> {
    const kept = (await this.#store.list(TABLE)).map(([, value]) => value);
    return kept.filter(isFlight).sort((a, b) => a.sentAtMs - b.sentAtMs);
  }

  /** Resolves when it has been written; only then may the offer be sent. */
  async keep(flight: Flight): Promise<void> {
    await this.#store.put(TABLE, hexOf(flight.nonce), flight);
    const all = await this.list();
    for (const old of all.slice(0, Math.max(0, all.length - FLIGHTS_MAX))) await this.land(old.nonce);
  }

  /** Decided, declined or given up. */
  land(nonce: Uint8Array): Promise<void> {
    return this.#store.delete(TABLE, hexOf(nonce));
  }
}

function isFlight(kept: unknown): kept is Flight {
  const flight = kept as Partial<Record<keyof Flight, unknown>> | null | undefined;
  return (
    isBytes(flight?.nonce, 16) &&
    isBytes(flight.sessionSecret, 32) &&
    isBytes(flight.offer) &&
    typeof flight.offerId === 'string' &&
    typeof flight.sentAtMs === 'number'
  );
}

const isBytes = (value: unknown, length?: number): value is Uint8Array =>
  value instanceof Uint8Array && (length === undefined || value.length === length);
