/** The fault switches: what may go wrong on purpose, and how often. Only state; `hooks.ts` and `start.ts` act on it. */

/** What each fault does stands in the README and on the console. */
export const FAULT_NAMES = [
  'decline',
  'pending',
  'lost-answer',
  'failed-answer',
  'slow',
  'clock-behind',
  'clock-ahead',
  'stale-rates',
] as const;

export type FaultName = (typeof FAULT_NAMES)[number];

/** `once`: for the next payment that it applies to. `on`: until it is switched off. */
export const FAULT_MODES = ['off', 'once', 'on'] as const;

export type FaultMode = (typeof FAULT_MODES)[number];

export type FaultModes = Readonly<Record<FaultName, FaultMode>>;

const ALL_OFF = Object.fromEntries(FAULT_NAMES.map((name) => [name, 'off'])) as FaultModes;

/** A clock cannot be wrong both ways. */
const EXCLUDES: Partial<Record<FaultName, FaultName>> = {
  'clock-behind': 'clock-ahead',
  'clock-ahead': 'clock-behind',
};

export class FaultSwitches {
  #modes: FaultModes = ALL_OFF;
  readonly #onChange: () => void;

  /** `onChange` is called after every change, also when a fault set to `once` has been used up. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get modes(): FaultModes {
    return this.#modes;
  }

  set(name: FaultName, mode: FaultMode): void {
    const excluded = mode === 'off' ? undefined : EXCLUDES[name];
    this.#change({ ...this.#modes, [name]: mode, ...(excluded && { [excluded]: 'off' }) });
  }

  reset(): void {
    this.#change(ALL_OFF);
  }

  isOn(name: FaultName): boolean {
    return this.#modes[name] !== 'off';
  }

  /** Whether the fault is to happen now; what was set to `once` is then off. */
  take(name: FaultName): boolean {
    const mode = this.#modes[name];
    if (mode === 'once') this.#change({ ...this.#modes, [name]: 'off' });
    return mode !== 'off';
  }

  #change(modes: FaultModes): void {
    this.#modes = modes;
    this.#onChange();
  }
}
