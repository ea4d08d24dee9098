/** The screens on which the overlay is looked at: a pairwise set over everything that could put its pixels in a wrong place. */
import { pairwise, type CaseOf } from './pairwise.ts';

export const PARAMETERS = {
  phaser: [4, 3],
  renderer: ['webgl', 'canvas'],
  /** Pixels of the game's canvas. */
  size: ['320x180', '640x360', '800x450', '1280x720', '1920x1080', '3840x2160', '390x780'],
  ratio: [1, 2, 3],
  /** `zoom`: each pixel of the canvas is two CSS pixels; `dense`: one pixel of the device. */
  scale: ['none', 'fit', 'resize', 'zoom', 'dense'],
  camera: ['plain', 'moved'],
  art: ['smooth', 'pixels'],
  /** What happens while the offer is open. */
  event: ['nothing', 'resized', 'context lost'],
} as const;

export type MatrixCase = CaseOf<typeof PARAMETERS>;

export const sizeOf = ({ size }: MatrixCase): readonly [number, number] => {
  const [width = 0, height = 0] = size.split('x').map(Number);
  return [width, height];
};

/** Larger pictures than a 4K screen has are nobody's, and ratio 3 is that of phones. */
const PIXELS_MAX = 3_840 * 2_160;
const RATIO_3_PIXELS_MAX = 1_280 * 720;

export function isAllowed(one: MatrixCase): boolean {
  const [width, height] = sizeOf(one);
  const pixels = width * height;
  if (one.event === 'context lost' && one.renderer === 'canvas') return false;
  if (one.ratio === 3 && pixels > RATIO_3_PIXELS_MAX) return false;
  // Pixels of the device that the canvas covers: CSS pixels by the ratio, squared.
  const seen = { none: 1, resize: 1, zoom: 4, fit: 0, dense: 0 }[one.scale] * pixels * one.ratio ** 2;
  return seen <= PIXELS_MAX;
}

const SEED = 5;
export const CASES: readonly MatrixCase[] = pairwise(PARAMETERS, isAllowed, SEED);

/** WebGL in software takes a second for a few large frames. */
const QUICK_PIXELS_MAX = { webgl: 800 * 450, canvas: 1_920 * 1_080 };
const isQuick = (one: MatrixCase): boolean => {
  const [width, height] = sizeOf(one);
  return width * height <= QUICK_PIXELS_MAX[one.renderer];
};

/** Every value but the largest size at least once: what there is time for at every run. */
export const FEW: readonly MatrixCase[] = fewOf(CASES, 12);

/** Those that together show the most values, one after the other. */
function fewOf(cases: readonly MatrixCase[], count: number): MatrixCase[] {
  const seen = new Map<string, number>();
  const rest = cases.filter(isQuick);
  const few: MatrixCase[] = [];
  const worth = (one: MatrixCase): number =>
    Object.entries(one).reduce((sum, [name, value]) => sum + 1 / (1 + (seen.get(`${name} ${value}`) ?? 0)) ** 2, 0);
  while (few.length < count && rest.length > 0) {
    const best = rest.reduce((one, other) => (worth(other) > worth(one) ? other : one));
    rest.splice(rest.indexOf(best), 1);
    few.push(best);
    for (const [name, value] of Object.entries(best))
      seen.set(`${name} ${value}`, (seen.get(`${name} ${value}`) ?? 0) + 1);
  }
  return few;
}
