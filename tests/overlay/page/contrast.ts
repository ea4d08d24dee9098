/** Contrast of drawn texts, read from the pixels of a picture. */
import type { Layout, TextBox } from '../../../overlay/src/layout/types.ts';

/** WCAG 2.2 relative luminance of an 8-bit pixel. */
function luminance(red: number, green: number, blue: number): number {
  const [r, g, b] = [red, green, blue].map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * Ratio of a text to what is behind it: the luminance that most of its box has against the one farthest from it, which is
 * that of its thickest stroke.
 */
function ratioOf(box: TextBox, { data, width }: ImageData): number {
  const all: number[] = [];
  for (let y = box.y; y < box.y + box.height; y += 1)
    for (let x = box.x; x < box.x + box.width; x += 1) {
      const at = (y * width + x) * 4;
      all.push(luminance(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0));
    }
  all.sort((a, b) => a - b);
  const behind = all[Math.floor(all.length / 2)] ?? 0;
  const ratios = [all[0] ?? 0, all.at(-1) ?? 0].map((ink) => {
    const [dark, light] = [ink, behind].sort((a, b) => a - b) as [number, number];
    return (light + 0.05) / (dark + 0.05);
  });
  return Math.max(...ratios);
}

const copy = document
  .createElement('canvas')
  .getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;

/** The least ratio of all texts of a layout in a picture, and which text has it. */
export function leastContrast(layout: Layout, picture: HTMLCanvasElement): { ratio: number; text: string } {
  copy.canvas.width = picture.width;
  copy.canvas.height = picture.height;
  copy.drawImage(picture, 0, 0);
  const pixels = copy.getImageData(0, 0, picture.width, picture.height);
  const boxes = [...layout.texts, ...layout.amount, ...layout.controls.flatMap(({ label }) => label)];
  const measured = boxes.map((box) => ({ ratio: ratioOf(box, pixels), text: box.text }));
  return measured.reduce((least, one) => (one.ratio < least.ratio ? one : least));
}
