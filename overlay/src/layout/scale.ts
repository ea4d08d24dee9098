/** How large everything is: from the canvas, what the player sees of it, and the player's text size. */

/** Smallest touch target, CSS pixels (WCAG 2.5.5). */
export const TARGET_CSS_PX = 44;
/** Smallest type in layout units, and the fewest backing-store pixels it may have to stay legible. */
export const SMALLEST_TYPE = 13;
const GLYPH_PX_MIN = 8;

/**
 * wide: facts beside the price. tall: one column. compact: below 640 x 360, one fact a page.
 */
export type Form = 'wide' | 'tall' | 'compact';

export interface Scale {
  readonly form: Form;
  /** Backing-store pixels per layout unit. A unit is a CSS pixel on small screens and grows with the screen from 720p. */
  readonly unit: number;
  /** Backing-store pixels per CSS pixel. */
  readonly cssPx: number;
  /** Text size in effect, 1 ... 2: what was asked for, as far as the screen has room. */
  readonly text: number;
  /** The canvas in layout units. */
  readonly width: number;
  readonly height: number;
}

export interface ScreenSize {
  /** Backing-store pixels. */
  readonly width: number;
  readonly height: number;
  /** CSS pixels per backing-store pixel. */
  readonly cssScale: number;
  /** 1 ... 2. */
  readonly textScale: number;
  /** Looked at from across the room. */
  readonly tv?: boolean;
}

/** 26 px in place of 18 at 1080p, and everything round the text with it. */
const TV_TIMES = 4 / 3;

export function scaleOf({ width, height, cssScale, textScale, tv = false }: ScreenSize): Scale {
  const cssPx = 1 / cssScale;
  const growth = Math.max(1, Math.min((width * cssScale) / 1280, (height * cssScale) / 720));
  const legible = GLYPH_PX_MIN / SMALLEST_TYPE;
  // A canvas below 320 x 180 units gets smaller type rather than less of it.
  const wished = Math.max(cssPx * growth, legible) * (tv ? TV_TIMES : 1);
  const unit = Math.min(wished, Math.min(width, height * (16 / 9)) / 320);
  const w = width / unit;
  const h = height / unit;
  const form: Form = w >= 600 && h >= 340 ? 'wide' : h >= 1.15 * w && h >= 440 ? 'tall' : 'compact';
  const room = form === 'tall' ? Math.min(w / 300, h / 420) : form === 'wide' ? h / 170 : Math.min(w / 320, h / 180);
  const asked = Math.min(2, Math.max(1, textScale));
  return { form, unit, cssPx, text: Math.max(1, Math.min(asked, room)), width: w, height: h };
}
