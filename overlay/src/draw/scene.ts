/**
 * The layers pixi draws, from back to front: scrim, panel, texts, picture, controls, focus ring. What changes is built
 * anew, never edited: a text that is drawn once cannot show a stale amount.
 */
import { CanvasTextMetrics, Container, Text, TextStyle } from 'pixi.js';
import type { Art } from '../dialog/view.ts';
import type { ControlId } from '../dialog/dialog.ts';
import { familiesOf, fontOf } from '../font/load.ts';
import { grown, rect, type Rect } from '../layout/geometry.ts';
import type { Layout, Measure, TextBox } from '../layout/types.ts';
import type { ThemeTokens } from '../theme.ts';
import type { Pose } from '../motion.ts';
import { paintArt } from './art.ts';
import { labelShift } from './light.ts';
import { paintControl, paintPanel, paintRing, paintScrim, ringReach, SHADOW_REACH, type ControlLook } from './panel.ts';
import { createPlate, type Plate } from './plate.ts';
import { readablePen } from './readable-canvas.ts';

/** Share of the type size that capitals stand high; they are what is centred in a line. */
const CAP_HEIGHT = 0.72;
const SCRIM_WIDTH = 256;
/** How far things come from, units; and how small the panel begins. */
const RISE = 18;
const SLIDE = 12;
const SMALL = 0.965;
/** Choices that do not count yet. */
const ASLEEP_ALPHA = 0.55;

export interface Touch {
  readonly focus: ControlId | null;
  readonly hover: ControlId | null;
  readonly pressed: ControlId | null;
}

export class Scene {
  readonly root = new Container();
  readonly #page: Document;
  readonly #theme: ThemeTokens;
  readonly #families: () => readonly string[];
  readonly #panel = new Container();
  readonly #content = new Container();
  readonly #controls = new Container();
  #scrim: Plate | null = null;
  #still: Plate[] = [];
  /** Lines that come in one after the other, with where they end. */
  #lines: { readonly sprite: Container; readonly x: number; readonly line: number }[] = [];
  #direction: 'ltr' | 'rtl' = 'ltr';
  /** What head and inset say: it comes in only when it is something else than before. */
  #standing = new Set<string>();
  #touched: Plate[] = [];
  #art: Plate | null = null;
  #layout: Layout | null = null;

  constructor(page: Document, theme: ThemeTokens, families: () => readonly string[]) {
    this.#page = page;
    this.#theme = theme;
    this.#families = families;
    this.root.addChild(this.#panel);
  }

  /** Everything that the layout fixes. */
  build(layout: Layout, direction: 'ltr' | 'rtl'): void {
    this.#clearAll();
    this.#layout = layout;
    this.#direction = direction;
    this.#addScrim(layout.screen);
    const shadow = clipped(grown(layout.panel, Math.round(SHADOW_REACH * layout.unit)), layout.screen);
    const panel = createPlate(this.#page, shadow, (pen) => paintPanel(pen, layout, this.#theme));
    this.#still.push(panel);
    this.#panel.addChild(panel.sprite, this.#content, this.#controls);
    const before = this.#standing;
    this.#standing = new Set();
    for (const text of [...layout.texts, ...layout.amount]) {
      const line = lineOf(text, layout);
      if (line === 0 && before.has(text.text)) this.#content.addChild(this.#textOf(text));
      else this.#addLine(text, line);
      if (line === 0) this.#standing.add(text.text);
    }
    if (layout.badge !== null) this.#content.addChild(this.#textOf(layout.badge.label));
    if (layout.art !== null) {
      this.#art = createPlate(this.#page, layout.art, () => undefined);
      this.#content.addChild(this.#art.sprite);
    }
  }

  /** Controls and focus ring as they are touched now. */
  touch({ focus, hover, pressed }: Touch): void {
    const layout = this.#layout;
    if (layout === null) return;
    this.#clearControls();
    for (const control of layout.controls) {
      const look: ControlLook = pressed === control.id ? 'pressed' : hover === control.id ? 'hover' : 'rest';
      const area = clipped(grown(control, Math.round(12 * layout.unit)), layout.screen);
      this.#addTouched(area, (pen) => paintControl(pen, control, look, layout, this.#theme));
      const shift = labelShift(layout, this.#theme, look === 'pressed');
      for (const line of control.label) this.#controls.addChild(this.#textOf({ ...line, y: line.y + shift }));
    }
    const focused = layout.controls.find((control) => control.id === focus);
    if (focused !== undefined)
      this.#addTouched(grown(focused, ringReach(layout)), (pen) => paintRing(pen, focused, layout, this.#theme));
  }

  paintArt(art: Art, elapsedMs: number): void {
    const box = this.#layout?.art;
    if (box) this.#art?.repaint((pen) => paintArt(pen, box.width, box.height, art, elapsedMs, this.#theme));
  }

  /** Where the movements have got to. */
  pose({ opened, arrived, awake }: Pose): void {
    const { unit, panel } = this.#layout ?? { unit: 1, panel: rect(0, 0, 0, 0) };
    const alpha = Math.min(1, opened);
    if (this.#scrim !== null) this.#scrim.sprite.alpha = alpha;
    this.#panel.alpha = alpha;
    const middle = { x: panel.x + panel.width / 2, y: panel.y + panel.height / 2 };
    this.#panel.pivot.copyFrom(middle);
    this.#panel.position.set(middle.x, middle.y + Math.round((1 - opened) * RISE * unit));
    this.#panel.scale.set(SMALL + (1 - SMALL) * opened);
    const from = (this.#direction === 'ltr' ? 1 : -1) * SLIDE * unit;
    for (const { sprite, x, line } of this.#lines) {
      const share = arrived(line);
      sprite.alpha = share;
      sprite.x = x + Math.round((1 - share) * from);
    }
    this.#controls.alpha = ASLEEP_ALPHA + (1 - ASLEEP_ALPHA) * awake;
  }

  /** Nothing at all: what a closed dialog draws. */
  empty(): void {
    this.#clearAll();
    this.#layout = null;
    this.#standing.clear();
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

  #addLine(text: TextBox, line: number): void {
    const sprite = this.#textOf(text);
    this.#lines.push({ sprite, x: sprite.x, line });
    this.#content.addChild(sprite);
  }

  #addTouched(area: Rect, paint: (pen: CanvasRenderingContext2D) => void): void {
    const plate = createPlate(this.#page, area, paint);
    this.#touched.push(plate);
    this.#controls.addChild(plate.sprite);
  }

  #textOf(box: TextBox): Text {
    const style = new TextStyle({
      fontFamily: [...familiesOf(this.#families(), this.#theme.fontFamily, box.text)],
      fontSize: box.size,
      fontWeight: box.weight === 600 ? '600' : '400',
      fill: this.#theme[box.ink],
      padding: Math.ceil(box.size * 0.2),
    });
    // Canvas text is laid out left to right unless the text itself says otherwise: an isolate keeps the punctuation of a
    // right-to-left line at its end. Amounts are lines of their own, so their digits and code stay together.
    const said = box.direction === 'rtl' ? `\u2067${box.text}\u2069` : box.text;
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
    this.#lines = [];
    for (const child of this.#content.removeChildren()) child.destroy();
    for (const plate of this.#still) plate.destroy();
    this.#still = [];
    this.#scrim?.destroy();
    this.#scrim = null;
    this.#panel.removeChildren();
  }
}

/** How the dialog's texts are measured, with the same font as they are drawn. Throws when there is no 2D context. */
export function createMeasure(page: Document, families: (text: string) => readonly string[]): Measure {
  const pen = readablePen(page.createElement('canvas'));
  if (pen === null) throw new Error('overlay: no 2D context');
  return (text, size, weight) => {
    pen.font = fontOf(families(text), size, weight);
    return pen.measureText(text).width;
  };
}

/** The place of a text in the order in which lines come in: head and inset first, then the others from above. */
function lineOf(text: TextBox, { header, amount, texts }: Layout): number {
  const bodyY = header.y + header.height;
  if (text.y < bodyY || amount.includes(text)) return 0;
  return new Set(texts.filter(({ y }) => y >= bodyY && y <= text.y).map(({ y }) => y)).size;
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
