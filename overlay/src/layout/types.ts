import type { ControlId } from '../dialog/dialog.ts';
import type { Rect } from './geometry.ts';
import type { Direction } from '../text/direction.ts';
import type { Form } from './scale.ts';

export type Weight = 400 | 600;
/** Which token a text is drawn in. */
export type Ink = 'ink' | 'inkSoft' | 'accent' | 'warning' | 'buttonInk' | 'badgeInk';

/** Width in backing-store pixels of one line at a size in backing-store pixels. */
export type Measure = (text: string, size: number, weight: Weight) => number;

/** One line of text. The rectangle is as wide as the text and as high as its line. */
export interface TextBox extends Rect {
  readonly text: string;
  readonly size: number;
  readonly weight: Weight;
  readonly ink: Ink;
  readonly direction: Direction;
}

export interface ControlBox extends Rect {
  readonly id: ControlId;
  readonly label: readonly TextBox[];
}

export interface Layout {
  readonly form: Form;
  readonly unit: number;
  readonly cssPx: number;
  readonly screen: Rect;
  readonly panel: Rect;
  readonly header: Rect;
  /** The slot mark or the studio's logo. */
  readonly brand: Rect | null;
  readonly badge: { readonly box: Rect; readonly label: TextBox } | null;
  /** The inset with coin and amount. */
  readonly well: Rect | null;
  readonly art: Rect | null;
  /** Bars beside notices. */
  readonly bars: readonly Rect[];
  readonly amount: readonly TextBox[];
  readonly texts: readonly TextBox[];
  /** In order of focus. */
  readonly controls: readonly ControlBox[];
  readonly page: number;
  readonly pages: number;
}
