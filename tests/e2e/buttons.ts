/**
 * Finds the dialog's buttons in the pixels of the game, as a player's eye does: wide bands of the button colour of the
 * default theme, side by side. The tests click there, in the canvas, and know nothing of the overlay's layout.
 */
import { PNG } from 'pngjs';

export interface Spot {
  readonly x: number;
  readonly y: number;
}

interface Run {
  readonly from: number;
  readonly to: number;
}

const WIDE_PX = 90;

/** Fill of a button at rest and under the pointer: the slate of the default theme, lighter than the panel around it. */
function isButton(r: number, g: number, b: number): boolean {
  return r >= 44 && r <= 92 && g >= 56 && g <= 108 && b >= 82 && b <= 140 && b - r >= 26 && b - r <= 56;
}

function runsOf({ width, data }: PNG, y: number): Run[] {
  const runs: Run[] = [];
  let from = -1;
  for (let x = 0; x <= width; x++) {
    const i = (y * width + x) * 4;
    const inside = x < width && isButton(data[i]!, data[i + 1]!, data[i + 2]!);
    if (inside && from < 0) from = x;
    if (!inside && from >= 0) {
      if (x - from >= WIDE_PX) runs.push({ from, to: x });
      from = -1;
    }
  }
  return runs;
}

/**
 * Middles of the lowest row of buttons, left to right. Only rows above and below the labels are free of text, so bands are
 * searched from the bottom: the first row with a band is a button's lower edge.
 */
export function findButtons(picture: Buffer): Spot[] {
  const png = PNG.sync.read(picture);
  for (let y = png.height - 1; y >= 0; y--) {
    const runs = runsOf(png, y);
    const isBand = runs.length > 0 && runsOf(png, Math.max(0, y - 5)).length === runs.length;
    if (isBand) return runs.map(({ from, to }) => ({ x: Math.round((from + to) / 2), y: y - 14 }));
  }
  return [];
}
