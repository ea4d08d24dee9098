/** What a key means in the dialog. Keys with Ctrl, Alt or Meta belong to the browser. */
export type KeyAction = 'next' | 'previous' | 'press' | 'dismiss' | 'page-next' | 'page-previous';

const ACTIONS: Readonly<Record<string, KeyAction>> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  Enter: 'press',
  ' ': 'press',
  Escape: 'dismiss',
  PageDown: 'page-next',
  PageUp: 'page-previous',
};

export function keyAction(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey'>,
  direction: 'ltr' | 'rtl',
): KeyAction | undefined {
  if (event.ctrlKey || event.altKey || event.metaKey) return undefined;
  if (event.key === 'Tab') return event.shiftKey ? 'previous' : 'next';
  if (event.key === 'ArrowRight') return direction === 'ltr' ? 'next' : 'previous';
  if (event.key === 'ArrowLeft') return direction === 'ltr' ? 'previous' : 'next';
  return ACTIONS[event.key];
}
