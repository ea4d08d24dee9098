/** What listeners of a driver see: a list of readers, told once at the start and then only when something in it has changed. */
import type { ReaderState } from '../ports.ts';

export type ReaderListener = (readers: readonly ReaderState[]) => void;

/** Calls the listener when the list differs from the last one told. */
export function onlyChanges(listener: ReaderListener): ReaderListener {
  let told: string | undefined;
  return (readers) => {
    const key = JSON.stringify(readers.map(({ name, present, atr }) => [name, present, atr && [...atr]]));
    if (key === told) return;
    told = key;
    listener(readers);
  };
}

/** Waits that grow while something stays away: doubled from the first to the last. */
export class BackOff {
  readonly #firstMs: number;
  readonly #lastMs: number;
  #nextMs: number;

  constructor(firstMs: number, lastMs: number) {
    this.#firstMs = firstMs;
    this.#lastMs = lastMs;
    this.#nextMs = firstMs;
  }

  nextMs(): number {
    const now = this.#nextMs;
    this.#nextMs = Math.min(now * 2, this.#lastMs);
    return now;
  }

  reset(): void {
    this.#nextMs = this.#firstMs;
  }
}
