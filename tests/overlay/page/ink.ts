/** Whether the ink of each text, as the browser's font engine draws it, stays where the layout gave it room. */
import { fontOf } from '../../../overlay/src/font/load.ts';
import type { Layout, TextBox } from '../../../overlay/src/layout/types.ts';

/** Where the scene puts the baseline: capitals are centred in the line. */
const CAP_HEIGHT = 0.72;
/** Shares of the type size: overhang of a letter at a line's end; a mark above or a tail below its line. */
const SIDE = 0.12;
const UPRIGHT = 0.22;

const pen = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D;

export function inkProblems(layout: Layout, families: readonly string[]): string[] {
  const boxes = [
    ...layout.texts,
    ...layout.amount,
    ...layout.controls.flatMap(({ label }) => label),
    ...(layout.badge === null ? [] : [layout.badge.label]),
  ];
  return boxes.flatMap((box) => overrun(box, families).map((side) => `ink of ${box.text.slice(0, 24)} goes ${side}`));
}

function overrun(box: TextBox, families: readonly string[]): string[] {
  pen.font = fontOf(families, box.size, box.weight);
  const ink = pen.measureText(box.direction === 'rtl' ? `\u2067${box.text}\u2069` : box.text);
  const baseline = (box.height + CAP_HEIGHT * box.size) / 2;
  const past: string[] = [];
  if (-ink.actualBoundingBoxLeft < -SIDE * box.size) past.push('left');
  if (ink.actualBoundingBoxRight > box.width + SIDE * box.size) past.push('right');
  if (baseline - ink.actualBoundingBoxAscent < -UPRIGHT * box.size) past.push('up');
  if (baseline + ink.actualBoundingBoxDescent > box.height + UPRIGHT * box.size) past.push('down');
  return past;
}
