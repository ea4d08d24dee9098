/**
 * Counts PIN tries on disk, **before** anything is compared: cutting the power while a PIN is tried saves nothing. The
 * first three wrong ones cost nothing, then the wait grows to an hour.
 */
import { WalletError } from '../errors.ts';
import { readPrivate, replaceDurably } from '../profile/files.ts';
import type { Clock } from '../ports.ts';

/** Wait before the next try, by the number of failed ones; the last entry holds for all above. */
export const DELAYS_MS: readonly number[] = [0, 0, 0, 30_000, 60_000, 5 * 60_000, 15 * 60_000, 60 * 60_000];

interface Tally {
  failed: number;
  lastMs: number;
}

export class PinTries {
  readonly #path: string;
  readonly #clock: Clock;
  #tally: Tally;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
    this.#tally = readTally(path);
  }

  /** When the next try is taken, ms; 0 for at once. */
  get retryAtMs(): number {
    const delay = DELAYS_MS[Math.min(this.#tally.failed, DELAYS_MS.length - 1)] ?? 0;
    const retryAtMs = this.#tally.lastMs + delay;
    return delay > 0 && this.#clock() < retryAtMs ? retryAtMs : 0;
  }

  /** Counts a try as failed, durably. Throws PIN_DELAYED, counting nothing, while the wait lasts. */
  begin(): void {
    const retryAtMs = this.retryAtMs;
    if (retryAtMs > 0) {
      throw new WalletError('PIN_DELAYED', 'too many wrong PINs', { retryAtMs, hint: 'Wait, then try once more.' });
    }
    this.#write({ failed: this.#tally.failed + 1, lastMs: this.#clock() });
  }

  /** The try was right: the count starts again. */
  succeed(): void {
    this.#write({ failed: 0, lastMs: this.#clock() });
  }

  #write(tally: Tally): void {
    replaceDurably(this.#path, new TextEncoder().encode(JSON.stringify(tally)));
    this.#tally = tally;
  }
}

/** A count that cannot be read is held to be the highest: an edit must not be a way out. */
function readTally(path: string): Tally {
  const bytes = readPrivate(path);
  if (bytes === undefined) return { failed: 0, lastMs: 0 };
  try {
    const { failed, lastMs } = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Tally>;
    if (Number.isSafeInteger(failed) && Number.isSafeInteger(lastMs)) {
      return { failed: failed as number, lastMs: lastMs as number };
    }
  } catch {
    // Falls through to the highest count.
  }
  return { failed: DELAYS_MS.length, lastMs: 0 };
}
