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
  hud: 40,
} as const;

/** Sky and parallax layers of a biome, fixed to the screen. Each layer is two pictures that follow one another round. */
export class Backdrop {
  private readonly sky: Phaser.GameObjects.Image;
  private readonly layers: { pair: [Phaser.GameObjects.Image, Phaser.GameObjects.Image]; follow: number }[];

  /** Paints what isn't painted yet and puts it up. */
  constructor(scene: Phaser.Scene, biome: Biome) {
    paintBackdrop(scene.textures, biome);
    const put = (key: string, depth: number): Phaser.GameObjects.Image =>
      scene.add.image(0, 0, key).setOrigin(0, 0).setScrollFactor(0).setDepth(depth);
    this.sky = put(`sky-${biome}`, DEPTH.sky);
    this.layers = LAYERS.map(({ name, follow }, i) => {
      const cropped = (): Phaser.GameObjects.Image => {
        const image = put(`${name}-${biome}`, DEPTH.layers + i);
        const { emptyRows = 0 } = image.texture.customData as { emptyRows?: number };
        return image.setCrop(0, emptyRows, LAYER_W, LAYER_H - emptyRows);
      };
      return { pair: [cropped(), cropped()], follow };
    });
    this.follow(0);
  }

  /** Moves the layers to what a camera at x sees; `rise` is how far it is above the world's ground. */
  follow(x: number, rise = 0): void {
    for (const { pair, follow } of this.layers) {
      const left = -((x * follow) % LAYER_W);
      const y = SCREEN_H - LAYER_H + Math.min(LAYER_H, rise * follow * 0.45);
      pair[0].setPosition(left, y);
      pair[1].setPosition(left + LAYER_W, y).setVisible(left + LAYER_W < SCREEN_W);
    }
  }

  /** Darkens everything: 0 as painted, 1 night. A tint costs nothing, a veil over the screen would. */
  darken(share: number): void {
    const tint = (r: number, g: number, b: number): number =>
      (Math.round(255 - (255 - r) * share) << 16) |
      (Math.round(255 - (255 - g) * share) << 8) |
      Math.round(255 - (255 - b) * share);
    const shade = tint(158, 154, 186);
    this.sky.setTint(shade);
    for (const { pair } of this.layers) for (const image of pair) image.setTint(shade);
  }
}

const crest = (x: number): number => 9 + Math.sin((x / 256) * Math.PI * 4) * 4 + Math.sin((x / 256) * Math.PI * 10) * 2;

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
        ctx.lineTo(x, crest(x));
      }
      ctx.lineTo(256, 200);
      ctx.closePath();
      const gradient = ctx.createLinearGradient(0, 0, 0, 200);
      gradient.addColorStop(0, colours[0]);
      gradient.addColorStop(0.12, colours[1]);
      gradient.addColorStop(1, colours[2]);
      ctx.fillStyle = gradient;
      ctx.fill();
      ctx.beginPath();
      for (let x = 0; x <= 256; x += 4) ctx.lineTo(x, crest(x));
      ctx.strokeStyle = 'rgba(255,240,220,0.55)';
      ctx.lineWidth = 1.6;
      ctx.stroke();
    },
    1,
  );
}
