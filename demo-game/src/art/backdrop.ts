/** Skies and the three far layers of every biome. Layers are LAYER_W wide, repeat seamlessly, and stand on their lower edge. */
import type * as Phaser from 'phaser';
import { createRandom } from '../random.ts';
import type { Random } from '../random.ts';
import type { Biome } from '../sim/types.ts';
import { fillDown, orb, paint, polygon, wrapped } from './canvas.ts';
import type { Ctx } from './canvas.ts';
import { PALETTES, fade } from './palette.ts';
import type { Palette } from './palette.ts';

/** Width of a layer's tile, world pixels. */
export const LAYER_W = 1024;
/** Height of a layer, world pixels. */
export const LAYER_H = 400;

/** Layer names from the back, with the share of the camera's movement that each follows. */
export const LAYERS = [
  { name: 'far', follow: 0.12 },
  { name: 'mid', follow: 0.3 },
  { name: 'near', follow: 0.55 },
] as const;

type LayerName = (typeof LAYERS)[number]['name'];

/** Draws sky and layers of a biome; keys are `sky-<biome>` and `<layer>-<biome>`. */
export function paintBackdrop(textures: Phaser.Textures.TextureManager, biome: Biome): void {
  const palette = PALETTES[biome];
  paint(
    textures,
    `sky-${biome}`,
    960,
    540,
    (ctx) => {
      sky(ctx, biome, palette, createRandom(biome.length * 31));
      darkenEdges(ctx);
    },
    1,
  );
  for (const { name } of LAYERS) {
    const rng = createRandom(biome.length * 101 + name.charCodeAt(0));
    const key = `${name}-${biome}`;
    if (textures.exists(key)) continue;
    paint(textures, key, LAYER_W, LAYER_H, (ctx) => SCENERY[biome](ctx, name, palette, rng), 1);
    const texture = textures.get(key);
    texture.customData = { ...texture.customData, emptyRows: emptyRows(texture.getSourceImage() as HTMLCanvasElement) };
  }
}

function darkenEdges(ctx: Ctx): void {
  const gradient = ctx.createRadialGradient(480, 270, 260, 480, 270, 620);
  gradient.addColorStop(0, 'rgba(2,3,12,0)');
  gradient.addColorStop(1, 'rgba(2,3,12,0.55)');
  ctx.fillStyle = gradient;
  ctx.fillRect(0, 0, 960, 540);
}

/** Rows at the top in which nothing was drawn: layers are shown without them, which saves a software renderer its fill. */
function emptyRows(canvas: HTMLCanvasElement): number {
  const pixels = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data;
  for (let at = 3; at < pixels.length; at += 4) if (pixels[at]! > 0) return Math.floor(at / 4 / canvas.width);
  return canvas.height;
}

function sky(ctx: Ctx, biome: Biome, p: Palette, rng: Random): void {
  ctx.beginPath();
  ctx.rect(0, 0, 960, 540);
  const low = biome === 'storm' || biome === 'garden' ? 0.55 : 1;
  fillDown(ctx, 0, 540, [
    [0, p.skyTop],
    [0.55, p.skyMid],
    [1, biome === 'foundry' ? p.skyMid : mix(p.skyMid, p.skyLow, low)],
  ]);
  if (biome === 'foundry') {
    orb(ctx, 480, 620, 620, [
      [0, fade(p.skyLow, 0.75)],
      [0.5, fade(p.skyLow, 0.22)],
      [1, fade(p.skyLow, 0)],
    ]);
    return;
  }
  const stars = biome === 'storm' ? 0 : biome === 'comet' ? 260 : 130;
  for (let i = 0; i < stars; i += 1) {
    const y = rng.next() ** 1.6 * 400;
    const r = rng.next() < 0.08 ? 1.5 : rng.between(0.4, 0.95);
    ctx.fillStyle = fade('#fff6e5', rng.between(0.25, 0.95) * (1 - y / 520));
    ctx.beginPath();
    ctx.arc(rng.between(0, 960), y, r, 0, Math.PI * 2);
    ctx.fill();
  }
  if (biome === 'comet') return aurora(ctx, p, rng);
  if (biome === 'storm') return stormClouds(ctx, p, rng);
  moon(ctx, biome, p);
}

function moon(ctx: Ctx, biome: Biome, p: Palette): void {
  const [x, y, r] = biome === 'harbour' ? [720, 330, 74] : biome === 'rooftops' ? [250, 150, 54] : [660, 130, 46];
  const face = biome === 'harbour' ? '#ffd9a8' : '#f4fff4';
  orb(ctx, x, y, r * 4.2, [
    [0, fade(face, 0.42)],
    [0.3, fade(p.skyLow, 0.2)],
    [1, fade(p.skyLow, 0)],
  ]);
  ctx.beginPath();
  ctx.arc(x, y, r, 0, Math.PI * 2);
  fillDown(ctx, y - r, y + r, [
    [0, face],
    [1, mix(face, p.skyLow, 0.6)],
  ]);
  ctx.fillStyle = fade(p.skyMid, 0.12);
  for (const [dx, dy, s] of [
    [-0.3, -0.2, 0.24],
    [0.25, 0.3, 0.17],
    [0.34, -0.34, 0.12],
    [-0.1, 0.45, 0.1],
  ] as const) {
    ctx.beginPath();
    ctx.arc(x + dx * r, y + dy * r, s * r, 0, Math.PI * 2);
    ctx.fill();
  }
}

function aurora(ctx: Ctx, p: Palette, rng: Random): void {
  for (let band = 0; band < 3; band += 1) {
    const colour = [p.accent, p.skyLow, '#b9ff9e'][band]!;
    for (let x = 0; x < 960; x += 2) {
      const y = 90 + band * 60 + Math.sin(x / 130 + band * 2) * 44 + Math.sin(x / 47 + band) * 12;
      const tall = 120 + Math.sin(x / 71 + band) * 46 + rng.between(0, 6);
      const gradient = ctx.createLinearGradient(0, y, 0, y + tall);
      gradient.addColorStop(0, fade(colour, 0));
      gradient.addColorStop(0.25, fade(colour, 0.2));
      gradient.addColorStop(1, fade(colour, 0));
      ctx.fillStyle = gradient;
      ctx.fillRect(x, y, 2, tall);
    }
  }
}

function stormClouds(ctx: Ctx, p: Palette, rng: Random): void {
  for (let i = 0; i < 46; i += 1) {
    const y = rng.between(-30, 330);
    const r = rng.between(60, 170);
    orb(ctx, rng.between(-80, 1040), y, r, [
      [0, fade(i % 3 === 0 ? p.skyLow : p.skyTop, 0.2)],
      [1, fade(p.skyTop, 0)],
    ]);
  }
}

const SCENERY: Readonly<Record<Biome, (ctx: Ctx, layer: LayerName, p: Palette, rng: Random) => void>> = {
  harbour: (ctx, layer, p, rng) => {
    if (layer === 'far') {
      ridge(ctx, 250, 40, p.far, mix(p.far, p.skyLow, 0.35), rng);
      for (let i = 0; i < 5; i += 1)
        ship(ctx, 90 + i * 205 + rng.between(-30, 30), 322, rng.between(0.55, 0.9), mix(p.far, p.skyTop, 0.3));
      water(ctx, 322, mix(p.far, p.skyLow, 0.25), p.skyLow, rng);
    } else if (layer === 'mid') {
      skyline(ctx, 250, [70, 120], [60, 150], p.mid, p, rng, 0.5);
      for (let i = 0; i < 2; i += 1) crane(ctx, 260 + i * 520, 150, p.mid);
    } else {
      piers(ctx, p, rng);
    }
  },
  rooftops: (ctx, layer, p, rng) => {
    if (layer === 'far') {
      ridge(ctx, 200, 60, p.far, mix(p.far, p.skyLow, 0.45), rng);
      skyline(ctx, 230, [36, 80], [40, 130], mix(p.far, p.mid, 0.3), p, rng, 0.25);
    } else if (layer === 'mid') {
      skyline(ctx, 235, [64, 120], [70, 190], p.mid, p, rng, 0.5);
    } else {
      skyline(ctx, 320, [120, 200], [40, 150], p.near, p, rng, 0.3);
    }
  },
  garden: (ctx, layer, p, rng) => {
    if (layer === 'far') {
      ridge(ctx, 190, 70, p.far, mix(p.far, p.skyLow, 0.5), rng);
      pagoda(ctx, 300, 330, 1, mix(p.far, p.mid, 0.5), p);
      pagoda(ctx, 830, 340, 0.7, mix(p.far, p.mid, 0.35), p);
    } else if (layer === 'mid') {
      for (let i = 0; i < 12; i += 1)
        tree(ctx, i * 86 + rng.between(-20, 20), rng.between(180, 250), rng.between(50, 84), p.mid, rng);
      ctx.fillStyle = p.mid;
      ctx.fillRect(0, 345, LAYER_W, 60);
    } else {
      for (let i = 0; i < 8; i += 1) reeds(ctx, i * 128 + rng.between(-40, 40), p.near, rng);
      ridge(ctx, 372, 12, p.near, p.near, rng);
    }
  },
  foundry: (ctx, layer, p, rng) => {
    if (layer === 'far') {
      chimneys(ctx, p.far, 60, 190, rng);
      skyline(ctx, 270, [60, 110], [60, 90], p.far, p, rng, 0.4, true);
    } else if (layer === 'mid') {
      for (let i = 0; i < 4; i += 1) gear(ctx, 130 + i * 256, rng.between(190, 330), rng.between(60, 110), p.mid);
      chimneys(ctx, p.mid, 30, 90, rng);
      pipes(ctx, p.mid, rng);
    } else {
      pipes(ctx, p.near, rng);
      for (let i = 0; i < 3; i += 1) gear(ctx, 230 + i * 340, 400, rng.between(90, 130), p.near);
    }
  },
  storm: (ctx, layer, p, rng) => {
    if (layer === 'far') {
      ridge(ctx, 250, 60, p.far, mix(p.far, p.skyLow, 0.3), rng);
      cliffs(ctx, 250, p.far, rng);
    } else if (layer === 'mid') {
      cliffs(ctx, 170, p.mid, rng);
    } else {
      for (let i = 0; i < 16; i += 1) {
        const x = rng.between(0, LAYER_W);
        const r = rng.between(60, 120);
        wrapped(ctx, LAYER_W, x, r, () =>
          orb(ctx, 0, 350, r, [
            [0, fade(p.near, 0.85)],
            [1, fade(p.near, 0)],
          ]),
        );
      }
    }
  },
  comet: (ctx, layer, p, rng) => {
    const tone = layer === 'far' ? p.far : layer === 'mid' ? p.mid : p.near;
    const top = layer === 'far' ? 250 : layer === 'mid' ? 300 : 345;
    cloudBank(ctx, top, tone, mix(tone, p.skyLow, layer === 'near' ? 0.15 : 0.5), rng);
  },
};

function ridge(ctx: Ctx, base: number, swell: number, low: string, high: string, rng: Random): void {
  const turns = Math.PI * 2;
  const [a, b, c] = [rng.next() * turns, rng.next() * turns, rng.next() * turns];
  ctx.beginPath();
  ctx.moveTo(0, LAYER_H);
  for (let x = 0; x <= LAYER_W; x += 4) {
    const t = (x / LAYER_W) * turns;
    ctx.lineTo(x, base + swell * (0.55 * Math.sin(t + a) + 0.3 * Math.sin(3 * t + b) + 0.15 * Math.sin(7 * t + c)));
  }
  ctx.lineTo(LAYER_W, LAYER_H);
  ctx.closePath();
  fillDown(ctx, base - swell, LAYER_H, [
    [0, high],
    [0.7, low],
  ]);
}

function skyline(
  ctx: Ctx,
  base: number,
  widths: readonly [number, number],
  rises: readonly [number, number],
  colour: string,
  p: Palette,
  rng: Random,
  lit: number,
  flat = false,
): void {
  ctx.fillStyle = colour;
  ctx.fillRect(0, base + 60, LAYER_W, LAYER_H);
  for (let x = 0; x < LAYER_W;) {
    const w = rng.between(...widths);
    const top = base + 60 - rng.between(...rises);
    const pitch = flat || rng.next() < 0.2 ? 0 : rng.between(18, 40);
    const chimney = rng.next() < 0.5;
    const roofTone = mix(colour, '#000000', 0.14);
    const windows = Array.from({ length: 24 }, () => rng.next());
    wrapped(ctx, LAYER_W, x, w + 30, () => {
      ctx.fillStyle = colour;
      ctx.fillRect(0, top, w - 2, LAYER_H - top);
      if (chimney) ctx.fillRect(w * 0.7, top - pitch - 8, 10, pitch + 14);
      ctx.fillStyle = roofTone;
      if (pitch > 0) {
        polygon(ctx, [
          [-7, top + 2],
          [w * 0.5 - 6, top - pitch],
          [w * 0.5 + 6, top - pitch],
          [w + 5, top + 2],
        ]);
        ctx.fill();
      } else {
        ctx.fillRect(-4, top - 5, w + 6, 7);
      }
      windows.forEach((chance, i) => {
        const column = i % 3;
        const row = Math.floor(i / 3);
        const wx = w * (0.18 + column * 0.27);
        const wy = top + 16 + row * 27;
        if (wy > LAYER_H - 20) return;
        ctx.fillStyle = chance < lit * 0.45 ? fade(p.window, 0.45 + chance) : fade('#000000', 0.14);
        ctx.fillRect(wx, wy, Math.max(4, w * 0.1), 11);
      });
    });
    x += w;
  }
}

function ship(ctx: Ctx, x: number, y: number, s: number, colour: string): void {
  wrapped(ctx, LAYER_W, x, 90 * s, () => {
    ctx.fillStyle = colour;
    polygon(ctx, [
      [-60 * s, y - 14 * s],
      [62 * s, y - 18 * s],
      [44 * s, y + 4],
      [-46 * s, y + 4],
    ]);
    ctx.fill();
    ctx.fillRect(-20 * s, y - 105 * s, 3, 92 * s);
    ctx.fillRect(16 * s, y - 88 * s, 3, 74 * s);
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(-19 * s, y - 104 * s);
    ctx.lineTo(60 * s, y - 18 * s);
    ctx.moveTo(-19 * s, y - 104 * s);
    ctx.lineTo(-58 * s, y - 14 * s);
    ctx.stroke();
    polygon(ctx, [
      [-16 * s, y - 96 * s],
      [14 * s, y - 44 * s],
      [-16 * s, y - 36 * s],
    ]);
    ctx.fill();
    polygon(ctx, [
      [20 * s, y - 80 * s],
      [44 * s, y - 38 * s],
      [20 * s, y - 32 * s],
    ]);
    ctx.fill();
  });
}

function water(ctx: Ctx, y: number, colour: string, shine: string, rng: Random): void {
  ctx.beginPath();
  ctx.rect(0, y, LAYER_W, LAYER_H - y);
  fillDown(ctx, y, LAYER_H, [
    [0, colour],
    [1, mix(colour, '#000020', 0.5)],
  ]);
  for (let i = 0; i < 70; i += 1) {
    const w = rng.between(10, 60);
    const ly = y + rng.next() ** 2 * (LAYER_H - y);
    const x = rng.between(0, LAYER_W);
    ctx.fillStyle = fade(shine, rng.between(0.05, 0.3));
    wrapped(ctx, LAYER_W, x, w, () => ctx.fillRect(0, ly, w, 1.4));
  }
}

function crane(ctx: Ctx, x: number, y: number, colour: string): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 5;
  ctx.beginPath();
  ctx.moveTo(x, LAYER_H);
  ctx.lineTo(x, y);
  ctx.moveTo(x - 46, y + 26);
  ctx.lineTo(x + 130, y + 6);
  ctx.stroke();
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.moveTo(x, y - 30);
  ctx.lineTo(x + 128, y + 6);
  ctx.moveTo(x, y - 30);
  ctx.lineTo(x - 46, y + 26);
  ctx.moveTo(x, y - 30);
  ctx.lineTo(x, y);
  ctx.moveTo(x + 112, y + 8);
  ctx.lineTo(x + 112, y + 70);
  ctx.stroke();
  ctx.fillStyle = colour;
  ctx.fillRect(x - 54, y + 18, 20, 18);
  ctx.fillRect(x + 105, y + 70, 14, 12);
}

function piers(ctx: Ctx, p: Palette, rng: Random): void {
  ctx.fillStyle = p.near;
  for (let x = 20; x < LAYER_W; x += 146) {
    const top = 300 + rng.between(-26, 26);
    ctx.fillRect(x, top, 13, LAYER_H);
    ctx.fillRect(x - 3, top, 19, 7);
  }
  ctx.strokeStyle = p.near;
  ctx.lineWidth = 3;
  for (let x = 26; x < LAYER_W; x += 146) {
    ctx.beginPath();
    ctx.moveTo(x, 322);
    ctx.quadraticCurveTo(x + 73, 372, x + 146, 322);
    ctx.stroke();
  }
  ctx.fillRect(0, 384, LAYER_W, 20);
}

function tree(ctx: Ctx, x: number, y: number, r: number, colour: string, rng: Random): void {
  const puffs = Array.from(
    { length: 11 },
    () => [rng.between(-1, 1), rng.between(-0.55, 0.5), rng.between(0.3, 0.55)] as const,
  );
  wrapped(ctx, LAYER_W, x, r * 1.8, () => {
    ctx.fillStyle = colour;
    ctx.fillRect(-5, y, 10, LAYER_H - y);
    for (const [dx, dy, s] of puffs) {
      ctx.beginPath();
      ctx.arc(dx * r, y + dy * r, s * r, 0, Math.PI * 2);
      ctx.fill();
    }
    ctx.strokeStyle = colour;
    ctx.lineWidth = 2;
    for (const [dx, , s] of puffs) {
      ctx.beginPath();
      ctx.moveTo(dx * r, y);
      ctx.quadraticCurveTo(dx * r * 1.25, y + r * 0.6, dx * r * 1.2, y + r * (0.7 + s));
      ctx.stroke();
    }
  });
}

function pagoda(ctx: Ctx, x: number, base: number, s: number, colour: string, p: Palette): void {
  ctx.save();
  ctx.translate(x, base);
  ctx.scale(s, s);
  for (let floor = 0; floor < 4; floor += 1) {
    const w = 74 - floor * 13;
    const y = -floor * 44;
    ctx.fillStyle = colour;
    ctx.fillRect(-w / 2 + 8, y - 30, w - 16, 34);
    ctx.beginPath();
    ctx.moveTo(-w / 2 - 16, y - 24);
    ctx.quadraticCurveTo(-w / 4, y - 32, -w / 4, y - 46);
    ctx.lineTo(w / 4, y - 46);
    ctx.quadraticCurveTo(w / 4, y - 32, w / 2 + 16, y - 24);
    ctx.closePath();
    ctx.fill();
    // The ground floor stands behind reeds: no light there.
    if (floor === 0) continue;
    ctx.fillStyle = fade(p.window, 0.6);
    ctx.fillRect(-4, y - 18, 8, 12);
  }
  ctx.fillStyle = colour;
  ctx.fillRect(-2, -218, 4, 46);
  ctx.fillRect(-80, 0, 160, 140);
  ctx.restore();
}

function reeds(ctx: Ctx, x: number, colour: string, rng: Random): void {
  const blades = Array.from(
    { length: 9 },
    () => [rng.between(-46, 46), rng.between(60, 150), rng.between(-26, 26)] as const,
  );
  wrapped(ctx, LAYER_W, x, 90, () => {
    ctx.strokeStyle = colour;
    ctx.fillStyle = colour;
    ctx.lineWidth = 3;
    for (const [dx, tall, lean] of blades) {
      ctx.beginPath();
      ctx.moveTo(dx, LAYER_H);
      ctx.quadraticCurveTo(dx, LAYER_H - tall * 0.6, dx + lean, LAYER_H - tall);
      ctx.stroke();
      if (tall > 110) {
        ctx.beginPath();
        ctx.ellipse(dx + lean, LAYER_H - tall, 4, 14, lean / 60, 0, Math.PI * 2);
        ctx.fill();
      }
    }
  });
}

function chimneys(ctx: Ctx, colour: string, least: number, most: number, rng: Random): void {
  for (let i = 0; i < 6; i += 1) {
    const x = 60 + i * 172 + rng.between(-36, 36);
    const top = rng.between(least, most);
    const w = rng.between(22, 40);
    wrapped(ctx, LAYER_W, x, 60, () => {
      ctx.fillStyle = colour;
      polygon(ctx, [
        [-w / 2, top],
        [w / 2, top],
        [w * 0.72, LAYER_H],
        [-w * 0.72, LAYER_H],
      ]);
      ctx.fill();
      ctx.fillRect(-w / 2 - 4, top - 6, w + 8, 9);
      ctx.fillRect(-w / 2 - 3, top + 26, w + 6, 5);
    });
  }
}

function gear(ctx: Ctx, x: number, y: number, r: number, colour: string): void {
  wrapped(ctx, LAYER_W, x, r * 1.3, () => {
    ctx.fillStyle = colour;
    ctx.beginPath();
    const teeth = 12;
    for (let i = 0; i < teeth; i += 1) {
      const a = (i / teeth) * Math.PI * 2;
      const step = (Math.PI * 2) / teeth;
      for (const [share, reach] of [
        [0, 1],
        [0.35, 1],
        [0.45, 1.16],
        [0.9, 1.16],
      ] as const) {
        ctx.lineTo(Math.cos(a + step * share) * r * reach, y + Math.sin(a + step * share) * r * reach);
      }
    }
    ctx.closePath();
    ctx.arc(0, y, r * 0.74, 0, Math.PI * 2, true);
    ctx.fill();
    ctx.beginPath();
    ctx.arc(0, y, r * 0.22, 0, Math.PI * 2);
    ctx.fill();
    ctx.strokeStyle = colour;
    ctx.lineWidth = r * 0.12;
    for (let i = 0; i < 3; i += 1) {
      const a = (i / 3) * Math.PI;
      ctx.beginPath();
      ctx.moveTo(Math.cos(a) * r * 0.8, y + Math.sin(a) * r * 0.8);
      ctx.lineTo(-Math.cos(a) * r * 0.8, y - Math.sin(a) * r * 0.8);
      ctx.stroke();
    }
  });
}

function pipes(ctx: Ctx, colour: string, rng: Random): void {
  for (const y of [250 + rng.between(-20, 20), 330 + rng.between(-20, 20)]) {
    ctx.fillStyle = colour;
    ctx.fillRect(0, y, LAYER_W, 14);
    for (let x = 40; x < LAYER_W; x += 128) ctx.fillRect(x, y - 4, 12, 22);
    ctx.fillStyle = fade('#ffffff', 0.05);
    ctx.fillRect(0, y + 2, LAYER_W, 3);
  }
  ctx.fillStyle = colour;
  for (let i = 0; i < 4; i += 1) ctx.fillRect(90 + i * 256 + rng.between(-40, 40), 250, 12, LAYER_H);
  ctx.fillRect(0, 376, LAYER_W, 30);
}

function cliffs(ctx: Ctx, top: number, colour: string, rng: Random): void {
  for (let i = 0; i < 5; i += 1) {
    const x = i * 205 + rng.between(-50, 50);
    const w = rng.between(80, 150);
    const y = top + rng.between(-40, 70);
    wrapped(ctx, LAYER_W, x, w * 1.5, () => {
      ctx.fillStyle = colour;
      polygon(ctx, [
        [-w, LAYER_H],
        [-w * 0.62, y + 70],
        [-w * 0.4, y + 26],
        [-w * 0.1, y],
        [w * 0.3, y + 12],
        [w * 0.5, y + 66],
        [w * 0.94, LAYER_H],
      ]);
      ctx.fill();
    });
  }
}

function cloudBank(ctx: Ctx, top: number, low: string, high: string, rng: Random): void {
  const puffs = Array.from({ length: 34 }, (_, i) => ({
    x: (i / 34) * LAYER_W + rng.between(-16, 16),
    y: top + 40 + (i % 3) * 24 + rng.between(-10, 10),
    r: rng.between(40, 62) + (i % 3) * 10,
  }));
  // From the back of the bank forwards: the lowest last, so that each stands before the one above it.
  for (const { x, y, r } of puffs.sort((a, b) => a.y - b.y)) {
    wrapped(ctx, LAYER_W, x, r, () => {
      ctx.beginPath();
      ctx.arc(0, y, r, 0, Math.PI * 2);
      fillDown(ctx, y - r, y + r * 0.5, [
        [0, high],
        [1, low],
      ]);
    });
  }
  ctx.fillStyle = low;
  ctx.fillRect(0, top + 104, LAYER_W, LAYER_H);
}

/** A CSS colour between two, 0 the first. */
export function mix(a: string, b: string, share: number): string {
  const parse = (css: string): number[] => [1, 3, 5].map((at) => Number.parseInt(css.slice(at, at + 2), 16));
  const from = parse(a);
  const to = parse(b);
  return `#${from
    .map((v, i) =>
      Math.round(v + (to[i]! - v) * share)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}
