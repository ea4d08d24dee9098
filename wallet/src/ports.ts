/** What the wallet is given from outside, so that every run can be repeated: time, chance, timers, and a place to log to. */

/** Now, ms since 1970. */
export type Clock = () => number;

/** That many random bytes, fit for keys. */
export type Random = (length: number) => Uint8Array;

/** Timers of the machine. Nothing that waits in them keeps the program alive. */
export interface Timers {
  /** Runs `task` once after `delayMs`; the returned function calls it off. */
  after(delayMs: number, task: () => void): () => void;
}

/** Structured log, one line an entry. Never given a PIN, a key, a secret or a publisher's text. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const systemTimers: Timers = {
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

const nothing = (): void => undefined;

/** Logs nowhere. */
export const silentLog: Log = { info: nothing, warn: nothing, error: nothing };
