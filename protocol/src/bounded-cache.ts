/**
 * A map that holds at most `entriesMax` entries and forgets the one used longest ago.
 *
 * It caches verdicts that never change (a key's admissibility, a chain's signatures), so forgetting costs time and
 * never changes an answer.
 */
export class BoundedCache<Value> {
  readonly #entries = new Map<string, Value>();
  readonly #entriesMax: number;

  constructor(entriesMax: number) {
    if (!Number.isSafeInteger(entriesMax) || entriesMax < 1) throw new TypeError('entriesMax: a positive integer');
    this.#entriesMax = entriesMax;
  }

  /** The number of entries held, never above `entriesMax`. */
  get size(): number {
    return this.#entries.size;
  }

  /** The value under `key`, marked as just used, or `undefined`. */
  get(key: string): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key); // a Map iterates in insertion order: re-inserting makes this the youngest
    this.#entries.set(key, value);
    return value;
  }

  /** Keeps `value` under `key`, forgetting the entry used longest ago when full. */
  set(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#entriesMax) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }
}
