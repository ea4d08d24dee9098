/**
 * Gamepads of the standard mapping (W3C Gamepad, 2.7), read once a frame while a dialog is open and at no other time: the
 * API has no events for buttons. The left stick counts as the cross.
 */
import type { PadButton } from '@coinslot/overlay';

/** Indices of the standard mapping. */
const BUTTONS: Readonly<Record<PadButton, number>> = { confirm: 0, back: 1, up: 12, down: 13, left: 14, right: 15 };
const NAMES = Object.keys(BUTTONS) as PadButton[];

/** A stick counts from here, and until it is back below the second: one that trembles at the edge is one press. */
const STICK_ON = 0.6;
const STICK_OFF = 0.4;

/** `cancel`: the gamepad is gone while the button was down. */
export type Told = (type: 'down' | 'up' | 'cancel', button: PadButton) => void;

/** `navigator.getGamepads`, or what stands in for it where a page may not read gamepads. */
export type GetGamepads = () => readonly (Gamepad | null)[];

export class GamepadReader {
  readonly #getGamepads: GetGamepads;
  readonly #told: Told;
  /** What is down, by the gamepad's index. */
  readonly #down = new Map<number, Set<PadButton>>();
  /** Buttons that were down when their gamepad was first seen in the middle of a dialog: they count from their next press. */
  readonly #ignored = new Map<number, Set<PadButton>>();
  #isFirst = true;

  constructor(getGamepads: GetGamepads, told: Told) {
    this.#getGamepads = getGamepads;
    this.#told = told;
  }

  read(): void {
    const present = new Set<number>();
    for (const pad of this.#getGamepads()) {
      if (pad === null || !pad.connected || pad.mapping !== 'standard') continue;
      present.add(pad.index);
      this.#readOne(pad);
    }
    for (const [index, down] of this.#down) {
      if (present.has(index)) continue;
      this.#down.delete(index);
      for (const button of down) this.#told('cancel', button);
    }
    this.#isFirst = false;
  }

  #readOne(pad: Gamepad): void {
    const known = this.#down.get(pad.index);
    const before = known ?? new Set<PadButton>();
    const now = new Set(NAMES.filter((button) => isDown(pad, button, before.has(button))));
    // A browser shows a gamepad at its first press, which was for waking it.
    if (known === undefined && !this.#isFirst) this.#ignored.set(pad.index, new Set(now));
    const ignored = this.#ignored.get(pad.index);
    for (const button of NAMES) {
      if (before.has(button) === now.has(button)) continue;
      if (ignored?.has(button) !== true) this.#told(now.has(button) ? 'down' : 'up', button);
      else if (!now.has(button)) ignored.delete(button);
    }
    this.#down.set(pad.index, now);
  }
}

function isDown(pad: Gamepad, button: PadButton, wasDown: boolean): boolean {
  if (pad.buttons[BUTTONS[button]]?.pressed === true) return true;
  const least = wasDown ? STICK_OFF : STICK_ON;
  const [x = 0, y = 0] = pad.axes;
  if (button === 'left' || button === 'right') return (button === 'left' ? -x : x) > least;
  return (button === 'up' || button === 'down') && (button === 'up' ? -y : y) > least;
}

/** The page's gamepads; none where its policy forbids to read them. */
export function pageGamepads(): readonly (Gamepad | null)[] {
  try {
    return navigator.getGamepads();
  } catch {
    return [];
  }
}
