/**
 * Counts tries of a PIN or a password on disk, **before** anything is compared: cutting the power while a PIN is tried saves nothing. The
 * first three wrong ones cost nothing, then the wait grows to an hour.
 *
 * What it does not hold back: whoever can set this machine's clock forward shortens the wait, and whoever can write its files can
 * copy them and try elsewhere. There only the cost of one derivation and the machine's secret stand in the way.
 */
import { join } from 'node:path';
import { WalletError } from '../errors.ts';
import { readPrivate, replaceDurably } from '../profile/files.ts';
import type { Profile } from '../profile/profile.ts';
import type { Clock } from '../ports.ts';

/** Wait before the next try, by the number of failed ones; the last entry holds for all above. */
export const DELAYS_MS: readonly number[] = [0, 0, 0, 30_000, 60_000, 5 * 60_000, 15 * 60_000, 60 * 60_000];

interface Tally {
  readonly failed: number;
  readonly lastMs: number;
}

export class PinTries {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #of: 'PIN' | 'PASSWORD';
  #tally: Tally;

  /** `isExpected`: the file must be there, and counts as tampered with when it is not. */
  constructor(path: string, clock: Clock, isExpected: boolean, of: 'PIN' | 'PASSWORD' = 'PIN') {
    this.#path = path;
    this.#clock = clock;
    this.#of = of;
    this.#tally = readTally(path, clock(), isExpected);
  }

  /** When the next try is taken, ms; 0 for at once. */
  get retryAtMs(): number {
    const nowMs = this.#clock();
    const { failed, lastMs } = this.#tally;
    const delay = DELAYS_MS[Math.min(failed, DELAYS_MS.length - 1)] ?? 0;
    // A clock that was set back neither ends the wait nor lengthens it: it begins again from now.
    if (nowMs < lastMs) this.#tally = { failed, lastMs: nowMs };
    const retryAtMs = this.#tally.lastMs + delay;
    return delay > 0 && nowMs < retryAtMs ? retryAtMs : 0;
  }

  /** Counts a try as failed, durably. Throws PIN_DELAYED or PASSWORD_DELAYED, counting nothing, while the wait lasts. */
  begin(): void {
    const retryAtMs = this.retryAtMs;
    if (retryAtMs > 0) {
      const what = this.#of === 'PIN' ? 'PINs' : 'passwords';
      throw new WalletError(`${this.#of}_DELAYED`, `too many wrong ${what}`, {
        retryAtMs,
        hint: 'Wait, then try once more.',
      });
    }
    this.#write({ failed: this.#tally.failed + 1, lastMs: this.#clock() });
  }

  /** The try was right, or there is a new PIN: the count starts again, durably. */
  clear(): void {
    this.#write({ failed: 0, lastMs: this.#clock() });
  }

  #write(tally: Tally): void {
    replaceDurably(this.#path, new TextEncoder().encode(JSON.stringify(tally)));
    this.#tally = tally;
  }
}

/** A count that cannot be read, or is gone, is held to be the highest: an edit must not be a way out. */
function readTally(path: string, nowMs: number, isExpected: boolean): Tally {
  const bytes = readPrivate(path);
  if (bytes === undefined && !isExpected) return { failed: 0, lastMs: 0 };
  try {
    const { failed, lastMs } = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Tally>;
    if (isCount(failed) && isCount(lastMs)) return { failed, lastMs };
  } catch {
    // Falls through to the highest count.
  }
  return { failed: DELAYS_MS.length, lastMs: nowMs };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Those of the player's password: expected to be there once one was journalled. */
export function passwordTries({ path, clock, state }: Pick<Profile, 'path' | 'clock' | 'state'>): PinTries {
  return new PinTries(join(path, 'password-tries.json'), clock, state.passwords.all.length > 0, 'PASSWORD');
}
