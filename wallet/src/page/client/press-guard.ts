/**
 * Keeps a press, or an Enter, that was meant for something else from consenting: nothing counts for 500 ms after what waits for an
 * answer has changed, and after the page is seen or focused again; nor in a window without the focus. Only what says yes is
 * guarded. Buttons say so too (`aria-disabled`), and keep the focus.
 */
export const GUARD_MS = 500;

const GUARDED = 'data-guarded';
let waiting = '';
let openAtMs = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Whether a yes counts now. */
export const isOpen = (): boolean => performance.now() >= openAtMs && document.hasFocus();

/** Attributes of the button that says yes. */
export const guarded = (): Record<string, unknown> => ({
  [GUARDED]: true,
  'aria-disabled': performance.now() < openAtMs && 'true',
});

/** What waits for an answer and where it stands, by their ids: another one than before closes the guard. */
export function waitsFor(ids: readonly unknown[]): void {
  const now = JSON.stringify(ids);
  if (now === waiting) return;
  waiting = now;
  close();
}

/** From the page's first moment on. */
export function watchWindow(): void {
  addEventListener('focus', close);
  document.addEventListener('visibilitychange', close);
}

function close(): void {
  openAtMs = performance.now() + GUARD_MS;
  for (const button of document.querySelectorAll(`[${GUARDED}]`)) button.setAttribute('aria-disabled', 'true');
  clearTimeout(timer);
  timer = setTimeout(() => {
    for (const button of document.querySelectorAll(`[${GUARDED}]`)) button.removeAttribute('aria-disabled');
  }, GUARD_MS);
}
