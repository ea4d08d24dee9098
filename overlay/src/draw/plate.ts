/** Pictures painted once by plain canvas calls and shown by pixi as sprites: gradients and soft shadows without filters. */
import { CanvasSource, Sprite, Texture } from 'pixi.js';
import type { Rect } from '../layout/geometry.ts';
import { readablePen } from './readable-canvas.ts';

export type Pen = CanvasRenderingContext2D;

export interface Plate {
  readonly sprite: Sprite;
  /** Paints anew in the plate's own coordinates, for pictures that move. */
  repaint(paint: (pen: Pen) => void): void;
  destroy(): void;
}

/**
 * A picture as large as `area`, in backing-store pixels; `paint` draws in the coordinates of the whole canvas. Throws when
 * the browser gives no 2D context.
 */
export function createPlate(page: Document, area: Rect, paint: (pen: Pen) => void): Plate {
  const canvas = page.createElement('canvas');
  canvas.width = Math.max(1, area.width);
  canvas.height = Math.max(1, area.height);
  const pen = readablePen(canvas);
  if (pen === null) throw new Error('overlay: no 2D context');
  pen.save();
  pen.translate(-area.x, -area.y);
  paint(pen);
  pen.restore();
  const source = new CanvasSource({ resource: canvas });
  const texture = new Texture({ source });
  const sprite = new Sprite(texture);
  sprite.roundPixels = true;
  sprite.position.set(area.x, area.y);
  return {
    sprite,
    repaint(again) {
      again(pen);
      source.update();
    },
    destroy() {
      sprite.destroy();
      texture.destroy(true);
    },
  };
}
