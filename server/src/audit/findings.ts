/** Collects what is found and counted on the way. */
import type { Finding, FindingKind, OnWord } from './types.ts';

const FINDINGS_MAX = 100;
const PROGRESS_EVERY = 10_000;

export class Findings {
  readonly kept: Finding[] = [];
  count = 0;
  readonly counts: Record<string, number> = {};
  readonly #words = new Map<
    string,
    { whose: OnWord['whose']; what: string; count: number; sums: Record<string, bigint> }
  >();
  readonly #onProgress: ((stage: string, done: number) => void) | undefined;

  constructor(onProgress?: (stage: string, done: number) => void) {
    this.#onProgress = onProgress;
  }

  find(kind: FindingKind, place: string, expected: unknown, found: unknown): void {
    this.count += 1;
    if (this.kept.length < FINDINGS_MAX)
      this.kept.push({ kind, place, expected: String(expected), found: String(found) });
  }

  /** A finding when the two differ; whether they are the same. */
  same(kind: FindingKind, place: string, expected: unknown, found: unknown): boolean {
    if (expected === found) return true;
    this.find(kind, place, expected, found);
    return false;
  }

  tick(stage: string): void {
    const done = (this.counts[stage] ?? 0) + 1;
    this.counts[stage] = done;
    if (done % PROGRESS_EVERY === 0) this.#onProgress?.(stage, done);
  }

  /** Taken on somebody's word: counted, and summed where it is money. */
  takeWord(whose: OnWord['whose'], what: string, amountMinor = 0n, currency = ''): void {
    const name = `${whose} ${what}`;
    const word = this.#words.get(name) ?? { whose, what, count: 0, sums: {} };
    this.#words.set(name, word);
    word.count += 1;
    if (currency !== '') word.sums[currency] = (word.sums[currency] ?? 0n) + amountMinor;
  }

  get words(): readonly OnWord[] {
    return [...this.#words.values()];
  }
}
