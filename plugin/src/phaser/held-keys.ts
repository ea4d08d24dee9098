/**
 * Keys that are down while a dialog is open. The one that closed it may still be held: what it repeats was not meant for the
 * game, and is kept from it until it comes up.
 */
export class HeldKeys {
  readonly #down = new Set<string>();
  #isEnding = false;

  constructor() {
    // Capturing at the window: before Phaser, and before the dialog's elements stop the event.
    window.addEventListener('keydown', this.#onDown, true);
    window.addEventListener('keyup', this.#onUp, true);
    window.addEventListener('blur', this.#onBlur);
  }

  /** The dialog is closed. Listens on only while a key is down. */
  end(): void {
    this.#isEnding = true;
    this.#stopWhenUp();
  }

  #onDown = (event: KeyboardEvent): void => {
    if (!this.#isEnding) this.#down.add(event.code);
    else if (event.repeat && this.#down.has(event.code)) event.stopImmediatePropagation();
    else this.#down.delete(event.code);
    this.#stopWhenUp();
  };

  #onUp = (event: KeyboardEvent): void => {
    // Where Meta is Command, keys that come up while it is down are not told.
    if (event.key === 'Meta') this.#down.clear();
    this.#down.delete(event.code);
    this.#stopWhenUp();
  };

  #onBlur = (): void => {
    this.#down.clear();
    this.#stopWhenUp();
  };

  #stopWhenUp(): void {
    if (!this.#isEnding || this.#down.size > 0) return;
    window.removeEventListener('keydown', this.#onDown, true);
    window.removeEventListener('keyup', this.#onUp, true);
    window.removeEventListener('blur', this.#onBlur);
  }
}
