/**
 * The hand on an edge: dragged with the mouse or moved by arrow keys, it tries other rules in the page at once; let go, they are
 * written into the document.
 */
import { durationText } from '@coinslot/plugin/timing';
import { change } from './api.ts';
import { bandsOf, withPacing, YAML_KEYS, type BandEdge, type PacedField } from './model.ts';
import type { Store } from './store.ts';
import { takeView, tell } from './told.ts';
import { snap, stepFor } from './times.ts';

/** Arrow keys that follow each other are written as one edit. */
const COMMIT_MS = 600;

interface Held {
  readonly campaign: string;
  readonly field: PacedField;
  valueMs: number;
}

export class EdgeHand {
  readonly #store: Store;
  readonly #axis: () => DOMRect;
  #held: Held | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `axis`: where the seen part of the session lies on the screen. */
  constructor(store: Store, axis: () => DOMRect) {
    this.#store = store;
    this.#axis = axis;
  }

  /** Begins a drag. */
  grab(handle: HTMLElement, event: PointerEvent): void {
    const found = this.#edgeOf(handle);
    if (found === undefined || event.button !== 0) return;
    event.preventDefault();
    handle.focus({ preventScroll: true });
    const { left, width } = this.#axis();
    const { fromMs, toMs } = this.#store.window;
    const { edge, campaign } = found;
    const startX = event.clientX;
    const startT = fromMs + ((startX - left) / width) * (toMs - fromMs);
    // The edge stays under the pointer where it was taken hold of.
    const offMs = edge.valueMs - edge.valueAt(startT);
    const move = (to: PointerEvent): void => {
      const t = startT + ((to.clientX - startX) / width) * (toMs - fromMs);
      this.#try(campaign, edge.field, snap(edge.valueAt(t) + offMs));
    };
    const up = (): void => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', up);
      removeEventListener('pointercancel', up);
      void this.#commit();
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', up);
    addEventListener('pointercancel', up);
  }

  key(event: KeyboardEvent): void {
    const handle = (event.target as HTMLElement).closest<HTMLElement>('.edge');
    const sign = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (handle === null || sign === undefined) return;
    const found = this.#edgeOf(handle);
    if (found === undefined) return;
    event.preventDefault();
    const valueMs = this.#held?.valueMs ?? found.edge.valueMs;
    const step = stepFor(valueMs + sign) * (event.shiftKey ? 5 : 1) * sign;
    this.#try(found.campaign, found.edge.field, snap(valueMs + step));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#commit(), COMMIT_MS);
  }

  /** The focus has left: what was tried is written. Called also when the lanes are drawn anew, which takes the focus away. */
  commitSoon(): void {
    if (this.#held === undefined || this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#commit(), COMMIT_MS);
  }

  #edgeOf(handle: HTMLElement): { readonly campaign: string; readonly edge: BandEdge } | undefined {
    const { session, edited } = this.#store;
    const campaign = edited?.campaigns.find((one) => one.id === handle.dataset['campaign']);
    if (session === undefined || edited === undefined || campaign === undefined) return undefined;
    const { field, from } = handle.dataset;
    const band = bandsOf(session.recording, this.#store.replayOf(session, edited), edited, campaign).find(
      (one) => one.edge?.field === field && Math.round(one.fromMs) === Number(from),
    );
    const edge = band?.edge ?? null;
    return edge === null ? undefined : { campaign: campaign.id, edge };
  }

  #try(campaign: string, field: PacedField, valueMs: number): void {
    const base = this.#store.edited;
    if (base === undefined) return;
    this.#held = { campaign, field, valueMs };
    this.#store.draft = withPacing(base, campaign, field, valueMs);
    this.#store.changed('rules');
  }

  async #commit(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    const { campaign, field, valueMs } = held;
    const set = { [YAML_KEYS[field]]: durationText(valueMs) };
    const draft = this.#store.draft;
    try {
      takeView(this.#store, await change('edit', { campaign, set }));
    } catch (fault) {
      tell(this.#store, fault);
    }
    // Another edge may have been taken up meanwhile.
    if (this.#store.draft === draft) this.#store.draft = undefined;
    this.#store.changed('rules');
  }
}
