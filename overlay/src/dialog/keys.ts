/** What keys, switches and gamepad buttons mean in the dialog. Keys with Ctrl, Alt or Meta belong to the browser. */
export type KeyAction = 'next' | 'previous' | 'press' | 'dismiss' | 'page-next' | 'page-previous';

/** Buttons of a gamepad, by place rather than by the letter printed on them: `confirm` is the lower one, `back` the right. */
export type PadButton = 'up' | 'down' | 'left' | 'right' | 'confirm' | 'back';

/**
 * Two switches, as the keys they send (`KeyboardEvent.code`, `Space` and `Enter` from most switch interfaces): one goes to the
 * next control, in reading order and round again, the other presses it. Every control is reached so, that of pages too.
 */
export interface Switches {
  readonly next: string;
  readonly select: string;
}

const ACTIONS: Readonly<Record<string, KeyAction>> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  Enter: 'press',
  ' ': 'press',
  Escape: 'dismiss',
  PageDown: 'page-next',
  PageUp: 'page-previous',
};

type Direction = 'ltr' | 'rtl';
type Key = Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey'>;

export function keyAction(event: Key, direction: Direction, switches?: Switches): KeyAction | undefined {
  if (event.ctrlKey || event.altKey || event.metaKey) return undefined;
  if (event.code === switches?.next) return 'next';
  if (event.code === switches?.select) return 'press';
  if (event.key === 'Tab') return event.shiftKey ? 'previous' : 'next';
  if (event.key === 'ArrowRight') return sideways('right', direction);
  if (event.key === 'ArrowLeft') return sideways('left', direction);
  return ACTIONS[event.key];
}

export function padAction(button: PadButton, direction: Direction): KeyAction {
  if (button === 'confirm') return 'press';
  if (button === 'back') return 'dismiss';
  if (button === 'up' || button === 'down') return button === 'down' ? 'next' : 'previous';
  return sideways(button, direction);
}

const sideways = (side: 'left' | 'right', direction: Direction): KeyAction =>
  (side === 'right') === (direction === 'ltr') ? 'next' : 'previous';
