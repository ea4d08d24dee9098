/**
 * Keeps a press that was meant for the game from answering an offer: after opening, uncovering and every change of choices
 * nothing counts for 500 ms, and not until every key, button and finger that was down by then is up.
 */
export const GUARD_MS = 500;

/** They are held for other reasons, and not every system repeats them. */
const MODIFIERS = new Set(['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'NumLock', 'Fn', 'OS']);

export interface InputGuard {
  /** Starts the wait. */
  arm(): void;
  /** Whether a fresh press counts now. */
  isOpen(): boolean;
  /** Something goes down, named so that no two kinds of input meet. True when this press is fresh and counts. */
  down(name: string): boolean;
  up(name: string): void;
  /** True when this key press is fresh and counts. */
  keyDown(event: Pick<KeyboardEvent, 'code' | 'key' | 'repeat'>): boolean;
  keyUp(event: Pick<KeyboardEvent, 'code' | 'key'>): void;
  /** The window lost focus: releases are no longer seen. */
  forget(): void;
}

export function createInputGuard(now: () => number): InputGuard {
  let closedUntilMs = 0;
  const down = new Set<string>();
  /** What was down while the guard was closed; any of it keeps it closed. */
  const held = new Set<string>();
  const isOpen = (): boolean => now() >= closedUntilMs && held.size === 0;
  const forget = (): void => {
    down.clear();
    held.clear();
  };
  const guard: InputGuard = {
    arm() {
      closedUntilMs = now() + GUARD_MS;
      for (const name of down) held.add(name);
    },
    isOpen,
    down(name) {
      const counts = isOpen();
      down.add(name);
      if (!counts) held.add(name);
      return counts;
    },
    up(name) {
      down.delete(name);
      held.delete(name);
    },
    keyDown(event) {
      if (MODIFIERS.has(event.key)) return false;
      const name = `key ${event.code}`;
      // A repeat whose first press was not seen began before the dialog opened.
      if (event.repeat && !down.has(name)) held.add(name);
      return guard.down(name) && !event.repeat;
    },
    keyUp(event) {
      // Where Meta is Command, keys that come up while it is down are not told.
      if (event.key === 'Meta') forget();
      else guard.up(`key ${event.code}`);
    },
    forget,
  };
  return guard;
}
