/** Seeded chance: the same seed is the same month, byte for byte. */
import { createHash } from 'node:crypto';

export class Dice {
  readonly #seed: string;
  #state: number;
  #drawn = 0;

  constructor(seed: string) {
    this.#seed = seed;
    this.#state = createHash('sha256').update(seed).digest().readUInt32LE(0) || 1;
  }

  /** A whole number from 0 below `count` (xorshift32, Marsaglia 2003): for who buys what and when, never for keys. */
  below(count: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % count;
  }

  /** True once in so many times. */
  onceIn(count: number): boolean {
    return this.below(count) === 0;
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)];
    if (picked === undefined) throw new RangeError('pick: nothing to pick from');
    return picked;
  }

  /** Bytes that are different at every call. */
  readonly bytes = (byteCount: number): Uint8Array => {
    const blocks: Buffer[] = [];
    for (let have = 0; have < byteCount; have += 32)
      blocks.push(createHash('sha256').update(`${this.#seed} ${this.#drawn++}`).digest());
    return Uint8Array.from(Buffer.concat(blocks).subarray(0, byteCount));
  };
}
