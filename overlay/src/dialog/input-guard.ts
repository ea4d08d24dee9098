/**
 * Keeps a press that was meant for the game from answering an offer: after opening, uncovering and every change of choices
 * nothing counts for 500 ms, and not until every key is up.
 */
export const GUARD_MS = 500;

/** They are held for other reasons, and not every system repeats them. */
const MODIFIERS = new Set(['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'NumLock', 'Fn', 'OS']);

export interface InputGuard {
  /** Starts the wait. */
  arm(): void;
  /** Whether a fresh press counts now. */
  isOpen(): boolean;
  /** True when this key press is fresh and counts. */
  keyDown(event: Pick<KeyboardEvent, 'code' | 'key' | 'repeat'>): boolean;
  keyUp(event: Pick<KeyboardEvent, 'code' | 'key'>): void;
  /** The window lost focus: key-ups are no longer seen. */
  forgetKeys(): void;
}

export function createInputGuard(now: () => number): InputGuard {
  let closedUntilMs = 0;
  /** Keys that were down while the guard was closed; any of them keeps it closed. */
  const held = new Set<string>();
  const isOpen = (): boolean => now() >= closedUntilMs && held.size === 0;
  return {
    arm() {
      closedUntilMs = now() + GUARD_MS;
    },
    isOpen,
    keyDown(event) {
      if (MODIFIERS.has(event.key)) return false;
      const counts = isOpen() && !event.repeat;
      // A repeat whose first press was not seen began before the dialog opened.
      if (!isOpen()) held.add(event.code);
      return counts;
    },
    keyUp(event) {
      held.delete(event.code);
    },
    forgetKeys() {
      held.clear();
    },
  };
}
