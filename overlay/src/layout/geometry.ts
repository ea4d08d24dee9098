/** Rectangles in backing-store pixels, all whole numbers. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Rounded outward on no side: edges go to the nearest pixel, so neighbours stay neighbours. */
export function rect(x: number, y: number, width: number, height: number): Rect {
  const left = Math.round(x);
  const top = Math.round(y);
  return { x: left, y: top, width: Math.round(x + width) - left, height: Math.round(y + height) - top };
}

export const right = (one: Rect): number => one.x + one.width;
export const bottom = (one: Rect): number => one.y + one.height;

export const contains = (one: Rect, x: number, y: number): boolean =>
  x >= one.x && x < right(one) && y >= one.y && y < bottom(one);

/** Grown by `by` on every side. */
export const grown = (one: Rect, by: number): Rect => ({
  x: one.x - by,
  y: one.y - by,
  width: one.width + 2 * by,
  height: one.height + 2 * by,
});
