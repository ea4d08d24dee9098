/**
 * Seeded chance that falls the same on every machine: whole numbers, and doubles by `+ - * /` alone, which IEEE 754 and
 * ECMAScript fix to the last bit. `Math.exp` and `Math.log` are not fixed (engines differ in the last place), so both are
 * worked out here.
 */

const LN2 = 0.6931471805599453;
/** Terms of the series: the last is below 2^-60 for arguments up to 1/2. */
const TERMS = 18;
/** Far outside of anything that is drawn; keeps the doublings few. */
const EXPONENT_MAX = 60;

/** e^x for |x| <= 60, the same on every machine. */
export function exponential(x: number): number {
  const bounded = Math.min(EXPONENT_MAX, Math.max(-EXPONENT_MAX, x));
  const doublings = Math.round(bounded / LN2);
  const rest = bounded - doublings * LN2;
  let sum = 1;
  for (let i = TERMS; i >= 1; i--) sum = 1 + (sum * rest) / i;
  let factor = 1;
  for (let i = 0; i < Math.abs(doublings); i++) factor *= 2;
  return doublings < 0 ? sum / factor : sum * factor;
}

/** The natural logarithm of x > 0, the same on every machine. */
export function logarithm(x: number): number {
  let halvings = 0;
  let rest = x;
  for (; rest > 1.5; halvings++) rest /= 2;
  for (; rest < 0.75; halvings--) rest *= 2;
  const ratio = (rest - 1) / (rest + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let i = 2 * TERMS + 1; i >= 1; i -= 2) sum = 1 / i + sum * square;
  return halvings * LN2 + 2 * ratio * sum;
}

/** The generator is sfc32 by Chris Doty-Humphrey (PractRand), public domain: 128 bits of state, 32 out. */
export class Dice {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;

  /** The same words give the same numbers. */
  constructor(...words: readonly (string | number)[]) {
    const text = words.join('\u001f');
    [this.#a, this.#b, this.#c] = [hashOf(text, 0x811c9dc5), hashOf(text, 0x01234567), hashOf(text, 0x9e3779b9)];
    for (let i = 0; i < 12; i++) this.whole32();
  }

  /** 0 ... 2^32 - 1. */
  whole32(): number {
    const out = (this.#a + this.#b + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + out;
    this.#c |= 0;
    return out >>> 0;
  }

  /** In [0, 1), in steps of 2^-32. */
  unit(): number {
    return this.whole32() / 0x1_0000_0000;
  }

  chance(share: number): boolean {
    return this.unit() < share;
  }

  /** A whole number from 0 to below `count`. */
  below(count: number): number {
    return Math.floor(this.unit() * count);
  }

  /** Mean 0, deviation 1, never beyond 6: the sum of twelve even draws, less 6 (Irwin-Hall). */
  normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.unit();
    return sum;
  }

  /** Log-normal: half are below `median`; `lnSpread` is the logarithm of the factor within which two in three lie. */
  logNormal(median: number, lnSpread: number): number {
    return median * exponential(lnSpread * this.normal());
  }

  /** How often something that comes `mean` times on average comes (Poisson, by Knuth's product; `mean` up to 50). */
  poisson(mean: number): number {
    const least = exponential(-mean);
    let count = 0;
    for (let product = this.unit(); product > least; product *= this.unit()) count++;
    return count;
  }
}

/** FNV-1a over UTF-16 code units, then the finaliser of MurmurHash3. */
function hashOf(text: string, basis: number): number {
  let hash = basis;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
