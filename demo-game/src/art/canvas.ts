import type * as Phaser from 'phaser';

/** Pixels of a drawn texture per world pixel; sprites are shown at 1 / ART, so that a denser screen still finds detail. */
export const ART = 2;

/** A canvas context whose units are world pixels. */
export type Ctx = CanvasRenderingContext2D;

/** Draws a texture once under a key; `density` is texture pixels per world pixel. */
export function paint(
  textures: Phaser.Textures.TextureManager,
  key: string,
  w: number,
  h: number,
  draw: (ctx: Ctx) => void,
  density = ART,
): void {
  if (textures.exists(key)) return;
  const texture = textures.createCanvas(key, Math.ceil(w * density), Math.ceil(h * density));
  if (!texture) throw new Error(`texture ${key} could not be made`);
  // Sprites read this to stand at their size in the world; see `unitOf` in view/stage.ts.
  texture.customData = { density };
  const ctx = texture.getContext();
  ctx.scale(density, density);
  draw(ctx);
  texture.refresh();
}

/** Fills the present path with a vertical gradient. */
export function fillDown(ctx: Ctx, y0: number, y1: number, stops: readonly (readonly [number, string])[]): void {
  const gradient = ctx.createLinearGradient(0, y0, 0, y1);
  for (const [at, colour] of stops) gradient.addColorStop(at, colour);
  ctx.fillStyle = gradient;
  ctx.fill();
}

/** A soft round light. */
export function orb(ctx: Ctx, x: number, y: number, r: number, stops: readonly (readonly [number, string])[]): void {
  const gradient = ctx.createRadialGradient(x, y, 0, x, y, r);
  for (const [at, colour] of stops) gradient.addColorStop(at, colour);
  ctx.fillStyle = gradient;
  ctx.beginPath();
  ctx.arc(x, y, r, 0, Math.PI * 2);
  ctx.fill();
}

/** A rounded rectangle path. */
export function rounded(ctx: Ctx, x: number, y: number, w: number, h: number, r: number): void {
  ctx.beginPath();
  ctx.roundRect(x, y, w, h, r);
}

/** A closed path through points. */
export function polygon(ctx: Ctx, points: readonly (readonly [number, number])[]): void {
  ctx.beginPath();
  points.forEach(([x, y], i) => (i === 0 ? ctx.moveTo(x, y) : ctx.lineTo(x, y)));
  ctx.closePath();
}

/** Draws something at x and, where it crosses the seam, once more a tile further, so that a layer repeats without an edge. */
export function wrapped(ctx: Ctx, tile: number, x: number, reach: number, draw: () => void): void {
  for (const shift of [0, -tile, tile]) {
    if (x + shift + reach < 0 || x + shift - reach > tile) continue;
    ctx.save();
    ctx.translate(x + shift, 0);
    draw();
    ctx.restore();
  }
}
