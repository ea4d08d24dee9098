/**
 * The dialog as real elements beside the canvas, for keyboards, screen readers and switches: invisible, complete, and
 * operating the same dialog. Pixi's own accessibility layer needs its canvas in the document, which ours is not.
 */
import type { ControlId } from './dialog/dialog.ts';
import { announcementOf, type View } from './dialog/view.ts';
import { directionOf } from './text/direction.ts';

export interface MirrorPorts {
  keyDown(event: KeyboardEvent): boolean;
  keyUp(event: KeyboardEvent): void;
  press(id: ControlId): void;
  focused(id: ControlId | null): void;
}

export interface MirrorState {
  readonly view: View;
  /** In order of focus. */
  readonly controls: readonly ControlId[];
  readonly focus: ControlId | null;
  readonly page: number;
  readonly pages: number;
}

/** Not drawn, yet there for focus and for assistive technology. */
const HIDDEN: Readonly<Record<string, string>> = {
  position: 'absolute',
  left: '0',
  top: '0',
  width: '1px',
  height: '1px',
  margin: '-1px',
  padding: '0',
  border: '0',
  overflow: 'hidden',
  'clip-path': 'inset(50%)',
  'white-space': 'nowrap',
};

let instances = 0;

export class Mirror {
  readonly #parent: HTMLElement;
  readonly #page: Document;
  readonly #ports: MirrorPorts;
  readonly #id = `coinslot-${(instances += 1)}`;
  #dialog: HTMLElement | null = null;
  #body: HTMLElement | null = null;
  #status: HTMLElement | null = null;
  #buttons = new Map<ControlId, HTMLButtonElement>();
  #place = '';
  #said = '';
  #cameFrom: Element | null = null;

  constructor(parent: HTMLElement, ports: MirrorPorts) {
    this.#parent = parent;
    this.#page = parent.ownerDocument;
    this.#ports = ports;
  }

  update(state: MirrorState): void {
    const opening = this.#dialog === null;
    const dialog = this.#dialog ?? this.#open();
    const moved = state.view.place !== this.#place;
    const hadFocus = dialog.contains(this.#page.activeElement) || this.#page.activeElement === this.#page.body;
    dialog.lang = state.view.words.locale;
    dialog.dir = state.view.direction;
    this.#describe(state.view);
    this.#setButtons(state);
    this.#place = state.view.place;
    this.#say(announcementOf(state.view));
    if (opening || hadFocus) this.#moveFocus(state.focus, dialog);
    else if (moved && dialog.contains(this.#page.activeElement)) dialog.focus({ preventScroll: true });
  }

  /** Focus back into the dialog, where it was. */
  reclaim(): void {
    const dialog = this.#dialog;
    if (dialog !== null && !dialog.contains(this.#page.activeElement)) dialog.focus({ preventScroll: true });
  }

  /** Takes everything out of the document and gives focus back. */
  close(): void {
    const dialog = this.#dialog;
    if (dialog === null) return;
    const hadFocus = dialog.contains(this.#page.activeElement);
    this.#dialog = this.#body = this.#status = null;
    this.#buttons.clear();
    this.#place = this.#said = '';
    dialog.remove();
    const back = this.#cameFrom?.isConnected === true ? this.#cameFrom : this.#parent.querySelector('canvas');
    if (hadFocus && back instanceof HTMLElement) back.focus({ preventScroll: true });
    this.#cameFrom = null;
  }

  #open(): HTMLElement {
    const active = this.#page.activeElement;
    this.#cameFrom = active === this.#page.body ? null : active;
    const dialog = this.#page.createElement('div');
    for (const [name, value] of Object.entries(HIDDEN)) dialog.style.setProperty(name, value);
    dialog.setAttribute('role', 'dialog');
    dialog.setAttribute('aria-modal', 'true');
    dialog.setAttribute('aria-labelledby', `${this.#id}-title`);
    dialog.setAttribute('aria-describedby', `${this.#id}-amount`);
    dialog.tabIndex = -1;
    this.#body = this.#page.createElement('div');
    this.#status = this.#page.createElement('div');
    this.#status.setAttribute('role', 'status');
    this.#status.setAttribute('aria-live', 'polite');
    dialog.append(this.#body, this.#status);
    // Phaser's key captures sit on the window and would swallow Tab, Space and Enter: keys end here.
    dialog.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (this.#ports.keyDown(event)) event.preventDefault();
    });
    dialog.addEventListener('keyup', (event) => {
      event.stopPropagation();
      this.#ports.keyUp(event);
    });
    this.#parent.append(dialog);
    this.#dialog = dialog;
    return dialog;
  }

  #describe(view: View): void {
    const body = this.#body;
    if (body === null) return;
    const parts: HTMLElement[] = [];
    const add = (tag: string, text: string, id?: string): void => {
      const element = this.#page.createElement(tag);
      element.textContent = text;
      const direction = directionOf(text, view.direction);
      if (direction !== view.direction) element.dir = direction;
      if (id !== undefined) element.id = `${this.#id}-${id}`;
      parts.push(element);
    };
    add('h2', view.title, 'title');
    const { amount } = view;
    add('p', amount === null ? '' : [amount.label, amount.text, ...amount.lines].filter(Boolean).join(', '), 'amount');
    if (view.test) add('p', view.words.testLong);
    if (view.step !== null) add('p', view.words.step(view.step.now, view.step.of));
    for (const { kind, label, text } of view.passages) {
      if (kind !== 'title' || text !== view.title) add('p', label === undefined ? text : `${label}: ${text}`);
    }
    body.replaceChildren(...parts);
  }

  /** Keeps the elements while the controls stay the same, so that focus is not lost. */
  #setButtons({ view, controls, page, pages }: MirrorState): void {
    const same = this.#buttons.size === controls.length && controls.every((id) => this.#buttons.has(id));
    if (!same) {
      for (const button of this.#buttons.values()) button.remove();
      this.#buttons = new Map(controls.map((id) => [id, this.#button(id)]));
      this.#status?.before(...this.#buttons.values());
    }
    for (const [id, button] of this.#buttons) {
      const label =
        id === 'more'
          ? view.words.moreSpoken(page + 1, pages)
          : (view.choices.find((choice) => choice.id === id)?.label ?? '');
      if (button.textContent !== label) button.textContent = label;
    }
  }

  #button(id: ControlId): HTMLButtonElement {
    const button = this.#page.createElement('button');
    button.type = 'button';
    button.addEventListener('click', () => this.#ports.press(id));
    button.addEventListener('focus', () => this.#ports.focused(id));
    return button;
  }

  #say(text: string): void {
    if (this.#status === null || text === this.#said) return;
    this.#said = text;
    this.#status.textContent = text;
  }

  #moveFocus(id: ControlId | null, dialog: HTMLElement): void {
    const wanted = id === null ? dialog : (this.#buttons.get(id) ?? dialog);
    if (this.#page.activeElement !== wanted) wanted.focus({ preventScroll: true });
  }
}
