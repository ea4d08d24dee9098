/**
 * One row each that many ask for at the same time, such as the players of the payments that came in together, read by one statement for
 * all of them. It is the reading side of group commit: who comes while statements are under way shares the next, who comes alone does
 * not wait.
 */
import { hex } from '../../players/types.ts';

/** Statements under way at once: one that hangs in the network does not hold up the others. */
const UNDER_WAY_MAX = 2;
/** Keys in one statement. */
const KEYS_MAX = 128;

interface Asked<Row> {
  readonly key: Uint8Array;
  readonly resolve: (row: Row | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export class SharedReads<Row> {
  readonly #read: (keys: readonly Uint8Array[]) => Promise<readonly Row[]>;
  readonly #keyOf: (row: Row) => Uint8Array;
  #waiting: Asked<Row>[] = [];
  #underWay = 0;

  /** `read` finds what is there of these keys, in any order; its failure is that of all who share it. */
  constructor(read: (keys: readonly Uint8Array[]) => Promise<readonly Row[]>, keyOf: (row: Row) => Uint8Array) {
    this.#read = read;
    this.#keyOf = keyOf;
  }

  /** Its statement begins after this call, so whatever was committed before is seen. */
  find(key: Uint8Array): Promise<Row | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      if (this.#underWay < UNDER_WAY_MAX) void this.#readOn();
    });
  }

  async #readOn(): Promise<void> {
    this.#underWay += 1;
    while (this.#waiting.length > 0) await this.#answer(this.#waiting.splice(0, KEYS_MAX));
    this.#underWay -= 1;
  }

  async #answer(asked: readonly Asked<Row>[]): Promise<void> {
    try {
      const rows = await this.#read(asked.map(({ key }) => key));
      const byKey = new Map(rows.map((row) => [hex(this.#keyOf(row)), row]));
      asked.forEach(({ key, resolve }) => resolve(byKey.get(hex(key))));
    } catch (error) {
      asked.forEach(({ reject }) => reject(error));
    }
  }
}
