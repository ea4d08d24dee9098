/**
 * The layers pixi draws, from back to front: scrim, panel, texts, picture, controls, focus ring. What changes is built
 * anew, never edited: a text that is drawn once cannot show a stale amount.
 */
import { CanvasTextMetrics, Container, Text, TextStyle } from 'pixi.js';
import type { Art } from '../dialog/view.ts';
import type { ControlId } from '../dialog/dialog.ts';
import { fontOf } from '../font/load.ts';
import { grown, rect, type Rect } from '../layout/geometry.ts';
import type { Layout, Measure, TextBox } from '../layout/types.ts';
import type { ThemeTokens } from '../theme.ts';
import { paintArt } from './art.ts';
import { paintControl, paintPanel, paintRing, paintScrim, ringReach, SHADOW_REACH, type ControlLook } from './panel.ts';
import { createPlate, type Plate } from './plate.ts';

/** Share of the type size that capitals stand high; they are what is centred in a line. */
const CAP_HEIGHT = 0.72;
const SCRIM_WIDTH = 256;

export interface Touch {
  readonly focus: ControlId | null;
  readonly hover: ControlId | null;
  readonly pressed: ControlId | null;
}

export class Scene {
  readonly root = new Container();
  readonly #page: Document;
  readonly #theme: ThemeTokens;
  readonly #families: readonly string[];
  readonly #panel = new Container();
  readonly #content = new Container();
  readonly #controls = new Container();
  #scrim: Plate | null = null;
  #still: Plate[] = [];
  #touched: Plate[] = [];
  #art: Plate | null = null;
  #layout: Layout | null = null;

  constructor(page: Document, theme: ThemeTokens, families: readonly string[]) {
    this.#page = page;
    this.#theme = theme;
    this.#families = families;
    this.root.addChild(this.#panel);
  }

  /** Everything that the layout fixes. */
  build(layout: Layout, direction: 'ltr' | 'rtl'): void {
    this.#clearAll();
    this.#layout = layout;
    this.#addScrim(layout.screen);
    const shadow = clipped(grown(layout.panel, Math.round(SHADOW_REACH * layout.unit)), layout.screen);
    const panel = createPlate(this.#page, shadow, (pen) => paintPanel(pen, layout, this.#theme));
    this.#still.push(panel);
    this.#panel.addChild(panel.sprite, this.#content, this.#controls);
    const texts = [...layout.texts, ...layout.amount, ...(layout.badge === null ? [] : [layout.badge.label])];
    for (const text of texts) this.#content.addChild(this.#textOf(text, direction));
    if (layout.art !== null) {
      this.#art = createPlate(this.#page, layout.art, () => undefined);
      this.#content.addChild(this.#art.sprite);
    }
  }

  /** Controls and focus ring as they are touched now. */
  touch({ focus, hover, pressed }: Touch, direction: 'ltr' | 'rtl'): void {
    const layout = this.#layout;
    if (layout === null) return;
    this.#clearControls();
    for (const control of layout.controls) {
      const look: ControlLook = pressed === control.id ? 'pressed' : hover === control.id ? 'hover' : 'rest';
      const area = clipped(grown(control, Math.round(12 * layout.unit)), layout.screen);
      this.#addTouched(area, (pen) => paintControl(pen, control, look, layout, this.#theme));
      for (const line of control.label) this.#controls.addChild(this.#textOf(line, direction));
    }
    const focused = layout.controls.find((control) => control.id === focus);
    if (focused !== undefined)
      this.#addTouched(grown(focused, ringReach(layout)), (pen) => paintRing(pen, focused, layout, this.#theme));
  }

  paintArt(art: Art, elapsedMs: number): void {
    const box = this.#layout?.art;
    if (box) this.#art?.repaint((pen) => paintArt(pen, box.width, box.height, art, elapsedMs, this.#theme));
  }

  /** `opened` and `arrived` run from 0 to 1: the panel coming in, its content changing. */
  pose(opened: number, arrived: number): void {
    const rise = (this.#layout?.unit ?? 1) * 14;
    if (this.#scrim !== null) this.#scrim.sprite.alpha = opened;
    this.#panel.alpha = opened;
    this.#panel.y = Math.round((1 - opened) * rise);
    this.#content.alpha = arrived;
  }

  /** Nothing at all: what a closed dialog draws. */
  empty(): void {
    this.#clearAll();
    this.#layout = null;
  }

  destroy(): void {
    this.empty();
    this.root.destroy({ children: true });
  }

  #addScrim(screen: Rect): void {
    // Painted small and stretched: it has no edges to lose.
    const small = rect(0, 0, SCRIM_WIDTH, Math.max(1, Math.round((SCRIM_WIDTH * screen.height) / screen.width)));
    const scrim = createPlate(this.#page, small, (pen) => paintScrim(pen, small, this.#theme));
    scrim.sprite.setSize(screen.width, screen.height);
    this.#scrim = scrim;
    this.root.addChildAt(scrim.sprite, 0);
  }

  #addTouched(area: Rect, paint: (pen: CanvasRenderingContext2D) => void): void {
    const plate = createPlate(this.#page, area, paint);
    this.#touched.push(plate);
    this.#controls.addChild(plate.sprite);
  }

  #textOf(box: TextBox, direction: 'ltr' | 'rtl'): Text {
    const style = new TextStyle({
      fontFamily: [...this.#families],
      fontSize: box.size,
      fontWeight: box.weight === 600 ? '600' : '400',
      fill: this.#theme[box.ink],
      padding: Math.ceil(box.size * 0.2),
    });
    // Canvas text is laid out left to right unless the text itself says otherwise: an isolate keeps the punctuation of a
    // right-to-left line at its end. Amounts are lines of their own, so their digits and code stay together.
    const said = direction === 'rtl' ? `\u2067${box.text}\u2069` : box.text;
    const text = new Text({ text: said, style, resolution: 1, roundPixels: true });
    const { ascent } = CanvasTextMetrics.measureText(said, style).fontProperties;
    const baseline = box.y + (box.height + CAP_HEIGHT * box.size) / 2;
    text.position.set(box.x, Math.round(baseline - ascent));
    return text;
  }

  #clearControls(): void {
    for (const plate of this.#touched) plate.destroy();
    this.#touched = [];
    for (const child of this.#controls.removeChildren()) child.destroy();
  }

  #clearAll(): void {
    this.#clearControls();
    this.#art?.destroy();
    this.#art = null;
    for (const child of this.#content.removeChildren()) child.destroy();
    for (const plate of this.#still) plate.destroy();
    this.#still = [];
    this.#scrim?.destroy();
    this.#scrim = null;
    this.#panel.removeChildren();
  }
}

/** How the dialog's texts are measured, with the same font as they are drawn. Throws when there is no 2D context. */
export function createMeasure(page: Document, families: readonly string[]): Measure {
  const pen = page.createElement('canvas').getContext('2d');
  if (pen === null) throw new Error('overlay: no 2D context');
  return (text, size, weight) => {
    pen.font = fontOf(families, size, weight);
    return pen.measureText(text).width;
  };
}

function clipped(area: Rect, screen: Rect): Rect {
  const x = Math.max(area.x, screen.x);
  const y = Math.max(area.y, screen.y);
  return {
    x,
    y,
    width: Math.min(area.x + area.width, screen.width) - x,
    height: Math.min(area.y + area.height, screen.height) - y,
  };
}
