/** Paint of everything that stays still: scrim, panel, inset, badge, buttons, focus ring. */
import { BADGE_HATCH } from '../layout/header.ts';
import { grown, type Rect } from '../layout/geometry.ts';
import type { ControlBox, Layout } from '../layout/types.ts';
import { luminanceOf, type ThemeTokens } from '../theme.ts';
import { paintSlotMark } from './coin.ts';
import { darker, faded, lighter, mixed } from './colour.ts';
import { keyLip, panelLip, shadowOf } from './light.ts';
import { isDrawable } from './logo.ts';
import type { Pen } from './plate.ts';

/** How far the panel's shadow reaches, units. */
export const SHADOW_REACH = 54;

const hairline = (layout: Layout): number => Math.max(1, Math.round(layout.unit));
const isFlat = (theme: ThemeTokens): boolean => theme.depth === 'flat';

function rounded(pen: Pen, box: Rect, radius: number): void {
  pen.beginPath();
  pen.roundRect(box.x, box.y, box.width, box.height, Math.min(radius, box.width / 2, box.height / 2));
}

function upright(pen: Pen, box: Rect, from: string, to: string): CanvasGradient {
  const gradient = pen.createLinearGradient(0, box.y, 0, box.y + box.height);
  gradient.addColorStop(0, from);
  gradient.addColorStop(1, to);
  return gradient;
}

const cornerOf = (layout: Layout, theme: ThemeTokens): number =>
  Math.min(theme.radius, layout.form === 'compact' ? 12 : theme.radius) * layout.unit;

/** Calm dark over the game, a little darker towards the edges. */
export function paintScrim(pen: Pen, area: Rect, theme: ThemeTokens): void {
  pen.fillStyle = faded(theme.scrim, theme.scrimAlpha);
  pen.fillRect(area.x, area.y, area.width, area.height);
  const reach = Math.hypot(area.width, area.height) / 2;
  const shade = pen.createRadialGradient(
    area.width / 2,
    area.height / 2,
    reach * 0.35,
    area.width / 2,
    area.height / 2,
    reach,
  );
  shade.addColorStop(0, faded(theme.scrim, 0));
  shade.addColorStop(1, faded(theme.scrim, 0.45));
  pen.fillStyle = shade;
  pen.fillRect(area.x, area.y, area.width, area.height);
}

/** The panel with all that stands on it except texts, picture and controls. */
export function paintPanel(pen: Pen, layout: Layout, theme: ThemeTokens): void {
  const { panel, unit } = layout;
  const corner = cornerOf(layout, theme);
  const lip = panelLip(layout, theme);
  for (const [blur, drop, alpha] of [
    [34, 14, 0.55],
    [7, 3, 0.42],
  ] as const) {
    pen.save();
    pen.shadowColor = `rgba(0,0,0,${alpha})`;
    pen.shadowBlur = blur * unit;
    pen.shadowOffsetY = drop * unit + lip;
    pen.fillStyle = theme.panelBottom;
    rounded(pen, panel, corner);
    pen.fill();
    pen.restore();
  }
  if (lip > 0) {
    pen.fillStyle = upright(pen, panel, theme.line, darker(theme.line, 0.55));
    rounded(pen, { ...panel, y: panel.y + lip }, corner);
    pen.fill();
  }
  pen.fillStyle = upright(pen, panel, theme.panelTop, theme.panelBottom);
  rounded(pen, panel, corner);
  pen.fill();
  if (!isFlat(theme)) paintSheen(pen, panel, corner, theme);
  paintEdge(pen, layout, corner, theme);
  paintHeader(pen, layout, theme);
  if (layout.well !== null) paintWell(pen, layout, layout.well, theme);
  if (layout.badge !== null) paintBadge(pen, layout.badge.box, theme);
  pen.fillStyle = theme.warning;
  for (const bar of layout.bars) pen.fillRect(bar.x, bar.y, bar.width, bar.height);
}

/** Light from above, falling off. */
function paintSheen(pen: Pen, panel: Rect, corner: number, theme: ThemeTokens): void {
  pen.save();
  rounded(pen, panel, corner);
  pen.clip();
  const glow = pen.createRadialGradient(
    panel.x + panel.width * 0.5,
    panel.y - panel.height * 0.25,
    0,
    panel.x + panel.width * 0.5,
    panel.y - panel.height * 0.25,
    panel.width * 0.75,
  );
  glow.addColorStop(0, faded(lighter(theme.panelTop, 0.3), 0.5));
  glow.addColorStop(1, faded(theme.panelTop, 0));
  pen.fillStyle = glow;
  pen.fillRect(panel.x, panel.y, panel.width, panel.height);
  pen.restore();
}

function paintEdge(pen: Pen, layout: Layout, corner: number, theme: ThemeTokens): void {
  const line = hairline(layout);
  const { panel, unit } = layout;
  const { depth } = theme;
  pen.save();
  pen.lineWidth = depth === 'soft' ? line : 2 * line;
  pen.strokeStyle =
    depth === 'soft'
      ? upright(pen, panel, lighter(theme.line, 0.35), mixed(theme.line, theme.panelBottom, 0.35))
      : theme.line;
  if (depth === 'raised') {
    // The line itself is a light.
    pen.shadowColor = faded(theme.line, 0.7);
    pen.shadowBlur = 9 * unit;
  }
  rounded(pen, grown(panel, -pen.lineWidth / 2), corner - pen.lineWidth / 2);
  pen.stroke();
  pen.restore();
  if (depth === 'soft') paintBevel(pen, grown(panel, -line), corner - line, line, theme);
}

/** Light caught by the upper edge, just inside of the line. */
function paintBevel(pen: Pen, box: Rect, corner: number, line: number, theme: ThemeTokens): void {
  pen.strokeStyle = upright(
    pen,
    { ...box, height: Math.min(box.height, corner * 2.2) },
    faded(lighter(theme.panelTop, 0.75), 0.42),
    faded(theme.panelTop, 0),
  );
  pen.lineWidth = line;
  rounded(pen, grown(box, -line / 2), corner - line / 2);
  pen.stroke();
}

function paintHeader(pen: Pen, layout: Layout, theme: ThemeTokens): void {
  const { brand, unit } = layout;
  if (brand === null) return;
  const corner = brand.width * 0.27;
  pen.save();
  if (theme.logo !== null && isDrawable(pen.canvas.ownerDocument, theme.logo)) {
    rounded(pen, brand, corner);
    pen.clip();
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(theme.logo, brand.x, brand.y, brand.width, brand.height);
    pen.restore();
    return;
  }
  pen.shadowColor = shadowOf(theme, 0.45);
  pen.shadowBlur = 5 * unit;
  pen.shadowOffsetY = 1.5 * unit;
  pen.fillStyle = upright(pen, brand, lighter(theme.coin, 0.3), darker(theme.coin, 0.16));
  rounded(pen, brand, corner);
  pen.fill();
  pen.restore();
  const middle = { x: brand.x + brand.width / 2, y: brand.y + brand.height / 2 };
  paintSlotMark(pen, middle.x, middle.y, brand.width * 0.72, darker(theme.coin, 0.74), lighter(theme.coin, 0.5));
}

/** Sunk into the panel: dark above from its edge's shadow, a line of light below. */
function paintWell(pen: Pen, layout: Layout, well: Rect, theme: ThemeTokens): void {
  const line = hairline(layout);
  const corner = Math.min(cornerOf(layout, theme) * 0.72, 14 * layout.unit);
  if (isFlat(theme)) {
    pen.strokeStyle = theme.line;
    pen.lineWidth = line;
    rounded(pen, grown(well, -line / 2), corner);
    pen.stroke();
    return;
  }
  pen.fillStyle = faded(lighter(theme.panelTop, 0.5), 0.35);
  rounded(pen, { ...well, y: well.y + line }, corner);
  pen.fill();
  pen.fillStyle = upright(pen, well, darker(theme.well, 0.12), lighter(theme.well, 0.035));
  rounded(pen, well, corner);
  pen.fill();
  pen.save();
  rounded(pen, well, corner);
  pen.clip();
  // The shadow of a frame drawn outside falls inward.
  pen.shadowColor = shadowOf(theme, 0.75);
  pen.shadowBlur = 9 * layout.unit;
  pen.shadowOffsetY = 3 * layout.unit;
  pen.strokeStyle = '#000000';
  pen.lineWidth = 2 * line;
  rounded(pen, grown(well, 2 * line), corner + 2 * line);
  pen.stroke();
  pen.restore();
}

/** A ticket with hatched ends: a test is told by its shape and its word, not by colour alone. */
function paintBadge(pen: Pen, box: Rect, theme: ThemeTokens): void {
  pen.fillStyle = theme.warning;
  rounded(pen, box, box.height * 0.3);
  pen.fill();
  pen.save();
  rounded(pen, box, box.height * 0.3);
  pen.clip();
  pen.strokeStyle = faded(theme.badgeInk, 0.75);
  pen.lineWidth = Math.max(1, box.height * 0.1);
  const end = box.height * BADGE_HATCH;
  for (const x of [box.x, box.x + box.width - end]) {
    pen.save();
    pen.beginPath();
    pen.rect(x, box.y, end, box.height);
    pen.clip();
    pen.beginPath();
    for (let at = -box.height; at < end + box.height; at += box.height * 0.26) {
      pen.moveTo(x + at, box.y + box.height);
      pen.lineTo(x + at + box.height, box.y);
    }
    pen.stroke();
    pen.restore();
  }
  pen.restore();
}

export type ControlLook = 'rest' | 'hover' | 'pressed';

/** Every choice the same: nothing here asks which one it is. */
export function paintControl(
  pen: Pen,
  control: ControlBox,
  look: ControlLook,
  layout: Layout,
  theme: ThemeTokens,
): void {
  const quiet = control.id === 'more';
  const base = quiet ? mixed(theme.button, theme.panelBottom, isFlat(theme) ? 0 : 0.55) : theme.button;
  const lift = look === 'hover' ? 0.1 : look === 'pressed' ? -0.14 : 0;
  const face = lift < 0 ? darker(base, -lift) : lighter(base, lift);
  const lip = keyLip(layout, theme);
  if (lip > 0) paintKey(pen, control, look, face, lip, layout, theme);
  else paintButton(pen, control, look, face, layout, theme);
}

const controlCorner = (layout: Layout, theme: ThemeTokens): number => Math.min(theme.radius * 0.62, 13) * layout.unit;

function paintButton(
  pen: Pen,
  control: ControlBox,
  look: ControlLook,
  face: string,
  layout: Layout,
  theme: ThemeTokens,
): void {
  const line = hairline(layout);
  const corner = controlCorner(layout, theme);
  const soft = !isFlat(theme);
  if (soft && control.id !== 'more' && look !== 'pressed') {
    pen.save();
    pen.shadowColor = shadowOf(theme, 0.42);
    pen.shadowBlur = (look === 'hover' ? 9 : 6) * layout.unit;
    pen.shadowOffsetY = (look === 'hover' ? 3 : 2) * layout.unit;
    pen.fillStyle = face;
    rounded(pen, control, corner);
    pen.fill();
    pen.restore();
  }
  pen.fillStyle = soft ? upright(pen, control, lighter(face, look === 'pressed' ? 0 : 0.07), darker(face, 0.07)) : face;
  rounded(pen, control, corner);
  pen.fill();
  if (soft && look !== 'pressed') {
    const inner = grown(control, -line);
    pen.strokeStyle = upright(pen, inner, faded('#ffffff', 0.22), faded('#ffffff', 0));
    pen.lineWidth = line;
    rounded(pen, grown(inner, -line / 2), corner - 1.5 * line);
    pen.stroke();
  }
  pen.strokeStyle = edgeOf(look, theme);
  pen.lineWidth = soft ? line : 2 * line;
  rounded(pen, grown(control, -pen.lineWidth / 2), corner - pen.lineWidth / 2);
  pen.stroke();
}

/** A key of a machine: its face stands on a solid edge, and goes down on it when pressed. */
function paintKey(
  pen: Pen,
  control: ControlBox,
  look: ControlLook,
  face: string,
  lip: number,
  layout: Layout,
  theme: ThemeTokens,
): void {
  const line = hairline(layout);
  const corner = controlCorner(layout, theme);
  const down = look === 'pressed' ? lip - 1 : 0;
  const cap = { ...control, y: control.y + down, height: control.height - lip };
  pen.fillStyle = darker(theme.button, 0.5);
  rounded(pen, control, corner);
  pen.fill();
  pen.fillStyle = upright(pen, cap, lighter(face, 0.14), darker(face, 0.05));
  rounded(pen, cap, corner);
  pen.fill();
  pen.strokeStyle = edgeOf(look, theme);
  pen.lineWidth = line;
  rounded(pen, grown(control, -line / 2), corner - line / 2);
  pen.stroke();
  rounded(pen, grown(cap, -line / 2), corner - line / 2);
  pen.stroke();
}

const edgeOf = (look: ControlLook, theme: ThemeTokens): string =>
  look === 'hover' ? mixed(theme.buttonLine, theme.buttonInk, 0.35) : theme.buttonLine;

/** Room the ring needs round a control, backing-store pixels. */
export const ringReach = (layout: Layout): number => Math.ceil(6 * Math.max(layout.unit, layout.cssPx));

/** At least 2 CSS px thick, with a line of the opposite brightness inside so that it stands out on any button. */
export function paintRing(pen: Pen, control: Rect, layout: Layout, theme: ThemeTokens): void {
  const thick = Math.max(2.5 * layout.cssPx, 2.5 * layout.unit, 1);
  const corner = controlCorner(layout, theme);
  pen.strokeStyle = luminanceOf(theme.focus) > 0.3 ? darker(theme.panelBottom, 0.5) : lighter(theme.panelTop, 0.6);
  pen.lineWidth = thick;
  rounded(pen, grown(control, thick * 0.2), corner);
  pen.stroke();
  pen.strokeStyle = theme.focus;
  rounded(pen, grown(control, thick), corner + thick);
  pen.stroke();
}
