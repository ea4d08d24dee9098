/** The amount in its inset: as large as it fits, never cut, its code always beside it. */
import type { Amount, Passage, View } from '../dialog/view.ts';
import { breakable } from '../text/wrap.ts';
import { directionOf, type Direction } from '../text/direction.ts';
import type { Setter, Face } from './type.ts';
import type { TextBox } from './types.ts';

export interface AmountBlock {
  readonly width: number;
  readonly height: number;
  place(x: number, y: number): TextBox[];
}

export interface AmountShape {
  readonly centred: boolean;
  /** Of the price, relative to its largest. */
  readonly times: number;
  /** Whether the small lines below are set too. */
  readonly withLines: boolean;
  /** Of words in the amount's place, whatever the player's text size. Default 1. */
  readonly wordsTimes?: number;
}

export function amountBlock(amount: Amount, setter: Setter, width: number, shape: AmountShape): AmountBlock {
  const rows: { text: string; face: Face; direction?: Direction }[] = [];
  const { direction } = setter;
  const quiet = setter.face('quiet');
  if (amount.label !== '') {
    const label = setter.face('label');
    rows.push({ text: setter.oneLine(amount.label, label, width), face: label });
  }
  if (amount.kind === 'price') {
    const button = setter.face('button');
    const face = setter.fit(amount.text, setter.face('price', shape.times), button.size, width);
    const fits = setter.widthOf(amount.text, face) <= width;
    // Twenty digits on the smallest screens: between code and groups rather than inside of them.
    for (const text of fits ? [amount.text] : setter.lines(breakable(amount.text), face, width))
      rows.push({ text, face, direction });
  } else {
    const face = setter.shrunk(setter.face('words', shape.times), shape.wordsTimes ?? 1);
    for (const text of setter.lines(amount.text, face, width)) rows.push({ text, face, direction });
  }
  if (shape.withLines)
    for (const line of amount.lines)
      for (const text of setter.lines(line, quiet, width))
        rows.push({ text, face: quiet, direction: directionOf(line, direction) });
  return {
    width: Math.max(0, ...rows.map(({ text, face }) => setter.widthOf(text, face))),
    height: rows.reduce((sum, { face }) => sum + face.leading, 0),
    place(x, y) {
      let top = y;
      return rows.map(({ text, face, direction: reads }) => {
        const box = shape.centred
          ? setter.boxAround(text, face, x + width / 2, top, reads)
          : setter.box(text, face, x, top, reads);
        top += face.leading;
        return box;
      });
    },
  };
}

/** The amount as it fits: small lines, then the label, move to the facts before the amount itself would shrink. */
export function amountWithin(
  { amount }: View,
  setter: Setter,
  width: number,
  heightMax: number,
  look: Pick<AmountShape, 'centred' | 'times'>,
): { amount: AmountBlock | null; moved: Passage[] } {
  if (amount === null) return { amount: null, moved: [] };
  const whole = amountBlock(amount, setter, width, { ...look, withLines: true });
  if (whole.height <= heightMax) return { amount: whole, moved: [] };
  const moved = amount.lines.map((text): Passage => ({ kind: 'fact', text }));
  const bare = amountBlock(amount, setter, width, { ...look, withLines: false });
  if (bare.height <= heightMax) return { amount: bare, moved };
  // Words in the amount's place are said in the facts' size where they would otherwise run over.
  const tries = [1, 0.85, 0.72, 0.62].map((wordsTimes) =>
    amountBlock({ ...amount, label: '' }, setter, width, { ...look, withLines: false, wordsTimes }),
  );
  return { amount: tries.find(({ height }) => height <= heightMax) ?? tries.at(-1) ?? bare, moved };
}
