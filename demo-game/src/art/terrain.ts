/** What is solid: one texture per block, in the material of the biome, lit along the edge that faces the sky. */
import type * as Phaser from 'phaser';
import { createRandom } from '../random.ts';
import type { Random } from '../random.ts';
import type { Biome, Rect } from '../sim/types.ts';
import { mix } from './backdrop.ts';
import { fillDown, paint, polygon, rounded } from './canvas.ts';
import type { Ctx } from './canvas.ts';
import { PALETTES, fade } from './palette.ts';
import type { Palette } from './palette.ts';

/** How far a block's picture reaches beyond the block, for eaves and moss. */
export const OVERHANG = 16;

/** Draws one block and returns its texture key; the picture's top left is OVERHANG up and left of the block. */
export function paintBlock(
  textures: Phaser.Textures.TextureManager,
  biome: Biome,
  block: Rect,
  worldH: number,
): string {
  const hanging = block.y <= 0;
  const grounded = block.y + block.h >= worldH - 1 || block.h > 110;
  const key = `block-${biome}-${block.x}-${block.y}-${block.w}-${block.h}`;
  const density = block.w > 1000 ? 1.5 : 2;
  paint(
    textures,
    key,
    block.w + OVERHANG * 2,
    block.h + OVERHANG * 2,
    (ctx) => {
      ctx.translate(OVERHANG, OVERHANG);
      const rng = createRandom(block.x * 13 + block.y);
      MATERIALS[biome]({ ctx, w: block.w, h: block.h, p: PALETTES[biome], rng, hanging, grounded });
    },
    density,
  );
  return key;
}

interface Block {
  ctx: Ctx;
  w: number;
  h: number;
  p: Palette;
  rng: Random;
  hanging: boolean;
  grounded: boolean;
}

const MATERIALS: Readonly<Record<Biome, (block: Block) => void>> = {
  harbour: wood,
  rooftops: house,
  garden: mossStone,
  foundry: iron,
  storm: masonry,
  comet: masonry,
};

function body({ ctx, w, h, p, hanging }: Block, radius: number): void {
  rounded(ctx, 0, 0, w, h, radius);
  fillDown(
    ctx,
    0,
    h,
    hanging
      ? [
          [0, p.solidDeep],
          [1, p.solid],
        ]
      : [
          [0, p.solid],
          [1, p.solidDeep],
        ],
  );
}

function rim({ ctx, w, h, p, hanging }: Block, inset = 0): void {
  const y = hanging ? h - 2.5 : 0;
  ctx.fillStyle = p.edge;
  ctx.fillRect(inset, y, w - inset * 2, 2.5);
  const glow = ctx.createLinearGradient(0, hanging ? h - 26 : 0, 0, hanging ? h : 26);
  glow.addColorStop(hanging ? 1 : 0, fade(p.edge, 0.26));
  glow.addColorStop(hanging ? 0 : 1, fade(p.edge, 0));
  ctx.fillStyle = glow;
  ctx.fillRect(inset, hanging ? h - 26 : 0, w - inset * 2, Math.min(26, h));
}

function wood(block: Block): void {
  const { ctx, w, h, p, rng } = block;
  body(block, 3);
  if (w > 230) {
    // A quay: deck boards on piles, with the dark between them.
    for (let x = 0; x < w; x += 46) {
      ctx.fillStyle = fade('#000000', 0.3);
      ctx.fillRect(x + 30, 16, 14, h);
      ctx.fillStyle = fade(p.edge, 0.07);
      ctx.fillRect(x + 2, 16, 3, h);
    }
    ctx.fillStyle = mix(p.solid, p.edge, 0.16);
    ctx.fillRect(-6, 0, w + 12, 14);
    for (let x = -6; x < w; x += rng.between(26, 44)) {
      ctx.fillStyle = fade('#000000', 0.35);
      ctx.fillRect(x, 2, 1.5, 12);
    }
    rim({ ...block, w: w + 12, ctx: shifted(ctx, -6) });
    ctx.restore();
    return;
  }
  if (h < 120 && w < 150) return crates(block);
  for (let y = 10; y < h; y += 22) {
    ctx.fillStyle = fade('#000000', 0.25);
    ctx.fillRect(0, y, w, 2);
    for (let x = rng.between(0, 40); x < w; x += rng.between(36, 70)) ctx.fillRect(x, y, 1.5, 22);
  }
  if (w > 90 && h > 120) windows(block, 36, 44, 0.5);
  rim(block);
}

/** Saves the context and moves it sideways; the caller restores. */
function shifted(ctx: Ctx, dx: number): Ctx {
  ctx.save();
  ctx.translate(dx, 0);
  return ctx;
}

function crates(block: Block): void {
  const { ctx, w, h, p } = block;
  ctx.strokeStyle = fade(p.edge, 0.35);
  ctx.lineWidth = 2;
  const half = w / 2;
  for (const [x, cw] of w > 80
    ? ([
        [2, half - 3],
        [half + 1, half - 3],
      ] as const)
    : ([[2, w - 4]] as const)) {
    ctx.strokeRect(x + 3, 6, cw - 6, h - 10);
    ctx.beginPath();
    ctx.moveTo(x + 3, 6);
    ctx.lineTo(x + cw - 3, h - 4);
    ctx.moveTo(x + cw - 3, 6);
    ctx.lineTo(x + 3, h - 4);
    ctx.stroke();
  }
  rim(block);
}

function windows({ ctx, w, h, p, rng }: Block, stepX: number, stepY: number, lit: number): void {
  for (let y = 34; y < h - 30; y += stepY) {
    for (let x = 16; x < w - 26; x += stepX) {
      const on = rng.next() < lit;
      rounded(ctx, x, y, 14, 20, 2);
      ctx.fillStyle = on ? p.window : fade('#000000', 0.35);
      ctx.fill();
      if (!on) continue;
      ctx.fillStyle = fade(p.window, 0.14);
      ctx.fillRect(x - 7, y - 6, 28, 36);
      ctx.fillStyle = fade('#000000', 0.4);
      ctx.fillRect(x + 6.3, y, 1.4, 20);
      ctx.fillRect(x, y + 9, 14, 1.4);
    }
  }
}

function house(block: Block): void {
  const { ctx, w, h, p, rng, hanging } = block;
  body(block, 2);
  if (hanging) {
    for (let y = 0; y < h; y += 18) {
      ctx.fillStyle = fade('#000000', 0.22);
      ctx.fillRect(0, y, w, 1.5);
    }
    rim(block);
    return;
  }
  windows({ ...block, h: h - 10 }, 44, 52, 0.4);
  // The roof: three rows of tiles under a ridge, eaves over both walls.
  polygon(ctx, [
    [-14, 30],
    [-4, 0],
    [w + 4, 0],
    [w + 14, 30],
  ]);
  fillDown(ctx, 0, 30, [
    [0, mix(p.solid, p.edge, 0.42)],
    [1, mix(p.solid, p.edge, 0.12)],
  ]);
  ctx.strokeStyle = fade('#000000', 0.3);
  ctx.lineWidth = 1.3;
  for (let row = 0; row < 3; row += 1) {
    const y = 4 + row * 9;
    for (let x = -8 + (row % 2) * 7; x < w + 6; x += 14) {
      ctx.beginPath();
      ctx.arc(x, y, 7, 0.1, Math.PI - 0.1);
      ctx.stroke();
    }
  }
  ctx.fillStyle = fade('#000000', 0.35);
  ctx.fillRect(0, 30, w, 6);
  rim({ ...block, ctx: shifted(ctx, -4), w: w + 8 });
  ctx.restore();
  if (w > 200 && rng.next() < 0.8) {
    ctx.fillStyle = mix(p.solid, p.edge, 0.22);
    ctx.fillRect(w - 60, -OVERHANG, 24, OVERHANG + 4);
    ctx.fillStyle = p.edge;
    ctx.fillRect(w - 63, -OVERHANG, 30, 2.5);
  }
}

function mossStone(block: Block): void {
  const { ctx, w, h, p, rng, hanging } = block;
  body(block, 9);
  ctx.save();
  ctx.clip();
  for (let y = 14; y < h - 6; y += 24) {
    for (let x = rng.between(-20, 10); x < w; x += rng.between(34, 62)) {
      rounded(ctx, Math.max(3, x), y, rng.between(26, 44), 19, 6);
      ctx.fillStyle = fade(rng.next() < 0.5 ? '#ffffff' : '#000000', 0.06);
      ctx.fill();
    }
  }
  ctx.restore();
  const y0 = hanging ? h : 0;
  const way = hanging ? 1 : -1;
  for (let x = 0; x < w; x += 7) {
    const tall = rng.between(3, 12);
    ctx.fillStyle = mix(p.solid, p.edge, rng.between(0.35, 0.95));
    polygon(ctx, [
      [x, y0],
      [x + rng.between(-3, 6), y0 + way * tall],
      [x + 7, y0],
    ]);
    ctx.fill();
  }
  if (hanging || h < 60) {
    // Vines hang from whatever is overhead.
    ctx.strokeStyle = mix(p.solid, p.edge, 0.5);
    ctx.lineWidth = 1.6;
    for (let x = 14; x < w; x += rng.between(24, 50)) {
      ctx.beginPath();
      ctx.moveTo(x, h - 3);
      ctx.quadraticCurveTo(x + 5, h + 6, x + rng.between(-4, 4), h + rng.between(8, OVERHANG - 1));
      ctx.stroke();
    }
  }
  rim(block, 4);
}

function iron(block: Block): void {
  const { ctx, w, h, p, hanging } = block;
  body(block, 4);
  ctx.strokeStyle = fade('#000000', 0.4);
  ctx.lineWidth = 2;
  for (let x = 64; x < w; x += 64) {
    ctx.beginPath();
    ctx.moveTo(x, 0);
    ctx.lineTo(x, h);
    ctx.stroke();
  }
  ctx.fillStyle = fade(p.edge, 0.5);
  for (let x = 10; x < w; x += 16) {
    for (const y of h > 70 ? [12, h - 12] : [12]) {
      ctx.beginPath();
      ctx.arc(x, y, 1.8, 0, Math.PI * 2);
      ctx.fill();
    }
  }
  if (w < 80 && h > 120) {
    // A column: furnace light behind a grille.
    for (let y = 30; y < h - 24; y += 14) {
      ctx.fillStyle = fade(p.window, 0.55);
      ctx.fillRect(w * 0.3, y, w * 0.4, 5);
    }
  }
  const stripeY = hanging ? h - 9 : 3;
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, stripeY, w, 6);
  ctx.clip();
  ctx.fillStyle = fade(p.accent, 0.32);
  for (let x = -10; x < w + 10; x += 20) {
    polygon(ctx, [
      [x, stripeY + 6],
      [x + 6, stripeY],
      [x + 14, stripeY],
      [x + 8, stripeY + 6],
    ]);
    ctx.fill();
  }
  ctx.restore();
  rim(block);
}

function masonry(block: Block): void {
  const { ctx, w, h, p, rng } = block;
  body(block, 3);
  for (let y = 0; y < h; y += 15) {
    ctx.fillStyle = fade('#000000', 0.28);
    ctx.fillRect(0, y, w, 1.5);
    for (let x = (y / 15) % 2 === 0 ? 0 : 17; x < w; x += 34) {
      ctx.fillRect(x, y, 1.5, 15);
      if (rng.next() < 0.2) {
        ctx.fillStyle = fade(p.edge, 0.08);
        ctx.fillRect(x + 2, y + 2, 31, 12);
        ctx.fillStyle = fade('#000000', 0.28);
      }
    }
  }
  if (h < 60) {
    // A balcony: corbels below, so that it reads as a ledge of the tower.
    ctx.fillStyle = p.solidDeep;
    for (let x = 18; x < w - 10; x += 56) {
      polygon(ctx, [
        [x, h - 1],
        [x + 16, h - 1],
        [x + 11, h + OVERHANG - 2],
        [x + 5, h + OVERHANG - 2],
      ]);
      ctx.fill();
    }
  }
  rim(block);
}
