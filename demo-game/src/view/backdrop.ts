import type * as Phaser from 'phaser';
import { LAYERS, LAYER_H, LAYER_W, paintBackdrop } from '../art/backdrop.ts';
import { paint } from '../art/canvas.ts';
import type { Biome } from '../sim/types.ts';
import { SCREEN_H, SCREEN_W } from './stage.ts';

/** Depths of what is drawn, from the back. */
export const DEPTH = {
  sky: 0,
  layers: 1,
  night: 5,
  wind: 8,
  cords: 9,
  terrain: 10,
  lanterns: 12,
  embers: 14,
  hazards: 16,
  spark: 20,
  water: 24,
  motes: 26,
  darkness: 28,
  lights: 30,
  weather: 32,
  vignette: 34,
  hud: 40,
} as const;

/** Sky and parallax layers of a biome, fixed to the screen and scrolled by `follow`. */
export class Backdrop {
  private readonly layers: { tile: Phaser.GameObjects.TileSprite; follow: number }[];

  /** Paints what isn't painted yet and puts it up. */
  constructor(scene: Phaser.Scene, biome: Biome) {
    paintBackdrop(scene.textures, biome);
    scene.add.image(0, 0, `sky-${biome}`).setOrigin(0, 0).setScrollFactor(0).setDepth(DEPTH.sky);
    this.layers = LAYERS.map(({ name, follow }, i) => {
      const tile = scene.add.tileSprite(0, SCREEN_H - LAYER_H, SCREEN_W, LAYER_H, `${name}-${biome}`);
      tile
        .setOrigin(0, 0)
        .setScrollFactor(0)
        .setDepth(DEPTH.layers + i);
      return { tile, follow };
    });
  }

  /** Moves the layers to where a camera at (x, y below the world's top) sees them; `rise` lifts the view above the ground. */
  follow(x: number, rise = 0): void {
    for (const { tile, follow } of this.layers) {
      tile.tilePositionX = (x * follow) % LAYER_W;
      tile.y = SCREEN_H - LAYER_H + Math.min(LAYER_H, rise * follow * 0.45);
    }
  }
}

/** A veil of falling rain, `slant` pixels sideways per pixel down. */
export function paintRain(textures: Phaser.Textures.TextureManager): void {
  paint(
    textures,
    'rain',
    256,
    256,
    (ctx) => {
      for (let i = 0; i < 44; i += 1) {
        const x = (i * 83) % 256;
        const y = (i * 151) % 256;
        const tall = 12 + ((i * 37) % 18);
        ctx.strokeStyle = `rgba(200,225,255,${0.12 + ((i * 29) % 20) / 100})`;
        ctx.lineWidth = 1;
        for (const shift of [0, -256]) {
          ctx.beginPath();
          ctx.moveTo(x, y + shift);
          ctx.lineTo(x - tall * 0.16, y + shift + tall);
          ctx.stroke();
        }
      }
    },
    1,
  );
}

/** A strip of water whose upper edge is waves. */
export function paintWater(
  textures: Phaser.Textures.TextureManager,
  key: string,
  colours: readonly [string, string, string],
): void {
  paint(
    textures,
    key,
    256,
    200,
    (ctx) => {
      ctx.beginPath();
      ctx.moveTo(0, 200);
      for (let x = 0; x <= 256; x += 4) {
        ctx.lineTo(x, 9 + Math.sin((x / 256) * Math.PI * 4) * 4 + Math.sin((x / 256) * Math.PI * 10) * 2);
      }
      ctx.lineTo(256, 200);
      ctx.closePath();
      const gradient = ctx.createLinearGradient(0, 0, 0, 200);
      gradient.addColorStop(0, colours[0]);
      gradient.addColorStop(0.12, colours[1]);
      gradient.addColorStop(1, colours[2]);
      ctx.fillStyle = gradient;
      ctx.fill();
      ctx.strokeStyle = 'rgba(255,240,220,0.55)';
      ctx.lineWidth = 1.6;
      ctx.stroke();
    },
    1,
  );
}
