/**
 * Minutes and uses that games report: each decision's highest figure, journalled together and at most once a second, since each
 * append waits for the disk and a game may report as often as it likes. A clean close writes what is left; a kill loses a second.
 */
import { hex } from '../hex.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { Log, Timers } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';

export interface ConsumptionOptions {
  profile: Pick<Profile, 'clock' | 'record'>;
  timers: Timers;
  log: Log;
}

interface Reported {
  readonly decisionId: Uint8Array;
  /** Ms of play, or uses, in all. */
  readonly consumed: bigint;
}

export class Consumption {
  readonly #options: ConsumptionOptions;
  readonly #waiting = new Map<string, Reported>();
  /** Calls off the end of the rest after the last append. */
  #rest: (() => void) | undefined;

  constructor(options: ConsumptionOptions) {
    this.#options = options;
  }

  /** Only what is above `journalled`: minutes and uses are never refilled, by nobody. */
  take(decisionId: Uint8Array, consumed: bigint, journalled: bigint): void {
    const decisionHex = hex(decisionId);
    if (consumed <= (this.#waiting.get(decisionHex)?.consumed ?? journalled)) return;
    this.#waiting.set(decisionHex, { decisionId, consumed });
    if (this.#rest === undefined) this.#write();
  }

  /** Before anything that looks at what was consumed. What could not be written is tried again with the next report. */
  flush(): void {
    const { profile, log } = this.#options;
    if (this.#waiting.size === 0) return;
    const atMs = profile.clock();
    try {
      profile.record(...[...this.#waiting.values()].map((one) => ({ kind: 'consumed', atMs, ...one }) as const));
      this.#waiting.clear();
    } catch (fault) {
      log.error({ fault: String(fault) }, 'what was consumed could not be journalled');
    }
  }

  /** What is left is on the disk afterwards. */
  close(): void {
    this.#rest?.();
    this.#rest = undefined;
    this.flush();
  }

  #write(): void {
    this.flush();
    this.#rest = this.#options.timers.after(WALLET_LIMITS.consumedEveryMs, () => {
      this.#rest = undefined;
      if (this.#waiting.size > 0) this.#write();
    });
  }
}
