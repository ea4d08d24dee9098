/** Locks the vault when it has not been used for as long as the player set. */
import type { Timers } from '../ports.ts';
import type { Vault } from './vault.ts';

export class AutoLock {
  readonly #vault: Vault;
  readonly #timers: Timers;
  readonly #afterMs: () => number;
  readonly #stop: () => void;
  #callOff = (): void => undefined;

  constructor(vault: Vault, timers: Timers, afterMs: () => number) {
    this.#vault = vault;
    this.#timers = timers;
    this.#afterMs = afterMs;
    this.#stop = vault.onChange(() => this.used());
    this.used();
  }

  /** The player did something: the time starts again. */
  used(): void {
    this.#callOff();
    if (this.#vault.day !== undefined) this.#callOff = this.#timers.after(this.#afterMs(), () => this.#vault.lock());
  }

  close(): void {
    this.#stop();
    this.#callOff();
  }
}
