/**
 * The dialog's logic without any pixel: which state and step it is in, where focus is, what a press does. Time, drawing and
 * sound come in as ports.
 */
import type { OverlayIntent, OverlayState } from '../port.ts';
import { createInputGuard, type InputGuard } from './input-guard.ts';
import { keyAction, padAction, type KeyAction, type PadButton, type Switches } from './keys.ts';
import { viewOf, type ChoiceId, type Step, type View } from './view.ts';

/** A control of the dialog: a choice, or the one that turns the page of a long text. */
export type ControlId = ChoiceId | 'more';
export type Moment = 'open' | 'move' | 'press' | 'coin' | 'refuse';

export interface DialogPorts {
  now(): number;
  locale: string;
  walletOpens: boolean;
  idleTimeoutMs: number;
  switches?: Switches;
  /** View, focus, hover, press or page changed. */
  changed(): void;
  intent(intent: OverlayIntent): void;
  openWallet(): void;
  moment(moment: Moment): void;
}

/** Shortest time an offer stays open without input, and how long before the end that is announced. */
export const IDLE_TIMEOUT_MS_MIN = 20_000;
const IDLE_WARNING_MS = 20_000;

/** The pointer id of a press that a gamepad makes. */
const PAD_POINTER = -1;

/** Answers that end a state: they count once, until the plugin shows something again. */
const INTENTS: Readonly<Partial<Record<ChoiceId, OverlayIntent>>> = {
  decline: 'decline',
  leave: 'leave',
  close: 'close',
  retry: 'retry',
};

export class Dialog {
  view: View | null = null;
  focus: ControlId | null = null;
  hover: ControlId | null = null;
  pressed: { id: ControlId; pointerId: number } | null = null;
  page = 0;

  readonly #ports: DialogPorts;
  readonly #guard: InputGuard;
  readonly #idleTimeoutMs: number;
  #state: OverlayState | null = null;
  /** The game's language, until the wallet has shown something in the player's. */
  #locale: string;
  #step: Step = 'review';
  #answered = false;
  /** The gamepad's `back` is down, and went down when it counted. */
  #backDown = false;
  #lastInputMs = 0;
  #closesInSeconds: number | null = null;
  #order: readonly ControlId[] = [];
  #pages = 1;
  readonly #seenEvents = new WeakSet<KeyboardEvent>();

  constructor(ports: DialogPorts) {
    this.#ports = ports;
    this.#locale = ports.locale;
    this.#guard = createInputGuard(() => ports.now());
    this.#idleTimeoutMs = Math.max(IDLE_TIMEOUT_MS_MIN, ports.idleTimeoutMs);
  }

  show(state: OverlayState): void {
    const wasOpen = this.#state !== null;
    this.#state = state;
    if ('shown' in state && state.shown !== undefined) this.#locale = state.shown.locale;
    this.#step = 'review';
    this.#answered = false;
    this.#touch();
    this.#renew();
    if (!wasOpen) this.#ports.moment('open');
    if (state.kind === 'granted') this.#ports.moment('coin');
    if (state.kind === 'refused' || state.kind === 'unreachable') this.#ports.moment('refuse');
  }

  hide(): void {
    this.#state = null;
    this.view = null;
    this.focus = this.hover = this.pressed = null;
    this.#backDown = false;
    this.#guard.forget();
    this.#ports.changed();
  }

  /** The canvas is seen again: as if just opened, as far as input goes. */
  uncovered(): void {
    this.#guard.arm();
    this.#dropPress();
    this.#touch();
  }

  /** The window lost focus: releases go elsewhere. */
  forgetPresses(): void {
    this.#guard.forget();
    this.#dropPress();
    this.#ports.changed();
  }

  /** What the layout made of the view: controls in order of focus, and pages of text. */
  arrange(order: readonly ControlId[], pages: number): void {
    this.#order = order;
    this.#pages = pages;
    if (this.page >= pages) this.page = 0;
    if (this.focus !== null && !order.includes(this.focus)) this.focus = null;
  }

  /** When `tick` wants to be called next, on the clock of `now()`; null while nothing runs out. */
  nextTickMs(): number | null {
    if (this.#state?.kind !== 'review' || this.#answered) return null;
    const closesAtMs = this.#lastInputMs + this.#idleTimeoutMs;
    return this.#closesInSeconds === null ? closesAtMs - this.#warningMs() : closesAtMs;
  }

  tick(): void {
    const nextMs = this.nextTickMs();
    if (nextMs === null || this.#ports.now() < nextMs) return;
    if (this.#closesInSeconds !== null) {
      this.#answer('decline');
      return;
    }
    this.#closesInSeconds = Math.round(this.#warningMs() / 1_000);
    this.page = 0;
    this.#refresh();
  }

  /** True when the key means something here, so that the browser should not act on it too. */
  keyDown(event: KeyboardEvent): boolean {
    if (this.view === null) return false;
    const action = keyAction(event, this.view.direction, this.#ports.switches);
    if (this.#seenEvents.has(event)) return action !== undefined;
    this.#seenEvents.add(event);
    this.#touch();
    if (!this.#guard.keyDown(event)) return action !== undefined;
    if (action !== undefined) this.#act(action, this.view);
    return action !== undefined;
  }

  keyUp(event: KeyboardEvent): void {
    this.#guard.keyUp(event);
  }

  /**
   * A gamepad's button. What answers does so on its release: the game, which reads its gamepad anew when it goes on, then
   * finds nothing held.
   */
  pad(type: 'down' | 'up' | 'cancel', button: PadButton): void {
    if (this.view === null) return;
    if (type === 'down') {
      this.#touch();
      if (this.#guard.down(`pad ${button}`)) this.#padDown(button, this.view);
      return;
    }
    this.#guard.up(`pad ${button}`);
    if (type === 'up') this.#padUp(button, this.view);
    else {
      this.#dropPress();
      this.#ports.changed();
    }
  }

  #padDown(button: PadButton, view: View): void {
    if (button === 'back') this.#backDown = true;
    else if (button !== 'confirm') this.#act(padAction(button, view.direction), view);
    else if (this.focus !== null && this.pressed === null) {
      this.pressed = { id: this.focus, pointerId: PAD_POINTER };
      this.#ports.changed();
    }
  }

  #padUp(button: PadButton, view: View): void {
    if (button === 'confirm') this.pointerUp(this.focus, PAD_POINTER);
    if (button !== 'back' || !this.#backDown) return;
    this.#backDown = false;
    if (this.#guard.isOpen()) this.#answer(view.dismiss);
  }

  /** A press that came ready-made: a click on the mirror DOM, from a screen reader or a switch. */
  press(id: ControlId): void {
    this.#touch();
    if (this.#guard.isOpen()) this.#activate(id);
  }

  focusOn(id: ControlId | null): void {
    if (this.focus === id || (id !== null && !this.#order.includes(id))) return;
    this.focus = id;
    this.#ports.changed();
  }

  pointerDown(id: ControlId | null, pointerId: number): void {
    this.#touch();
    const counts = this.#guard.down(`pointer ${pointerId}`);
    if (id === null || this.pressed !== null || !counts) return;
    this.pressed = { id, pointerId };
    this.focus = null;
    this.#ports.changed();
  }

  pointerMove(id: ControlId | null): void {
    this.#touch();
    if (id === this.hover) return;
    this.hover = id;
    this.#ports.changed();
  }

  /** Counts when it ends on the control where it began, and the guard was open at both ends. */
  pointerUp(id: ControlId | null, pointerId: number): void {
    this.#guard.up(`pointer ${pointerId}`);
    const pressed = this.pressed;
    if (pressed?.pointerId !== pointerId) return;
    this.pressed = null;
    this.#ports.changed();
    if (pressed.id === id && this.#guard.isOpen()) this.#activate(id);
  }

  pointerCancel(pointerId: number): void {
    this.#guard.up(`pointer ${pointerId}`);
    this.hover = null;
    if (this.pressed?.pointerId === pointerId) this.pressed = null;
    this.#ports.changed();
  }

  #activate(id: ControlId): void {
    if (this.#answered || !this.#order.includes(id)) return;
    if (id === 'more') {
      this.#turn(1);
      return;
    }
    if (id === 'wallet') {
      this.#ports.moment('press');
      this.#ports.openWallet();
      return;
    }
    if (id === 'continue') {
      this.#ports.moment('press');
      this.#step = 'confirm';
      this.#renew();
      return;
    }
    if (id === 'accept') {
      this.#accept();
      return;
    }
    const intent = INTENTS[id];
    if (intent !== undefined) this.#answer(intent);
  }

  /** Reachable from the second step only; goes on to the next state at once, so that a second press finds no button. */
  #accept(): void {
    if (this.#state?.kind !== 'review' || this.#step !== 'confirm') return;
    const { shown } = this.#state;
    this.#ports.moment('press');
    this.#state = { kind: shown.consent === 'press' ? 'paying' : 'elsewhere', shown };
    this.#renew();
    this.#ports.intent('accept');
  }

  #answer(intent: OverlayIntent): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#ports.moment('press');
    if (intent === 'retry') {
      this.#state = { kind: 'loading' };
      this.#answered = false;
      this.#renew();
    }
    this.#ports.intent(intent);
  }

  #act(action: KeyAction, view: View): void {
    if (action === 'next' || action === 'previous') this.#moveFocus(action === 'next' ? 1 : -1);
    else if (action === 'page-next' || action === 'page-previous') this.#turn(action === 'page-next' ? 1 : -1);
    else if (action === 'dismiss') this.#answer(view.dismiss);
    else if (this.focus !== null) this.#activate(this.focus);
  }

  #dropPress(): void {
    this.pressed = null;
    this.#backDown = false;
  }

  #moveFocus(by: 1 | -1): void {
    if (this.#order.length === 0) return;
    const at = this.focus === null ? (by === 1 ? -1 : 0) : this.#order.indexOf(this.focus);
    this.focus = this.#order[(at + by + this.#order.length) % this.#order.length] ?? null;
    this.#ports.moment('move');
    this.#ports.changed();
  }

  #turn(by: 1 | -1): void {
    if (this.#pages < 2) return;
    this.page = (this.page + by + this.#pages) % this.#pages;
    this.#ports.moment('move');
    this.#ports.changed();
  }

  /** Any sign of the player: the offer stays open, and an announced end is taken back. */
  #touch(): void {
    this.#lastInputMs = this.#ports.now();
    if (this.#closesInSeconds === null) return;
    this.#closesInSeconds = null;
    this.#refresh();
  }

  #warningMs(): number {
    return Math.min(IDLE_WARNING_MS, this.#idleTimeoutMs / 2);
  }

  /**
   * Another place in the dialog: the guard closes, focus and page start anew. In an offer focus starts on no control at all,
   * so that a key meant for the game neither pays nor declines; elsewhere on the one that goes on playing.
   */
  #renew(): void {
    const before = this.view?.place;
    this.view = this.#viewNow();
    if (before !== this.view?.place || before === 'review') {
      this.page = 0;
      this.#dropPress();
      this.focus = this.#state?.kind === 'review' ? null : (this.view?.choices[0]?.id ?? null);
      this.#guard.arm();
    }
    this.#ports.changed();
  }

  #refresh(): void {
    this.view = this.#viewNow();
    this.#ports.changed();
  }

  #viewNow(): View | null {
    if (this.#state === null) return null;
    return viewOf(this.#state, {
      locale: this.#locale,
      walletOpens: this.#ports.walletOpens,
      step: this.#step,
      closesInSeconds: this.#closesInSeconds,
    });
  }
}
