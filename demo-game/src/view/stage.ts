/** Small helpers by which every scene puts things on the screen in world pixels, whatever the density of textures and canvas. */
import * as Phaser from 'phaser';
import type { Services } from '../services.ts';

/** Width of the screen, world pixels. */
export const SCREEN_W = 960;
/** Height of the screen, world pixels. */
export const SCREEN_H = 540;

/** Makes the scene's camera speak world pixels: zoom about the top left corner. */
export function frameScene(scene: Phaser.Scene, zoom: number): void {
  scene.cameras.main.setOrigin(0, 0).setZoom(zoom);
}

/** World pixels per texture pixel of a texture made by `paint`. */
export function unitOf(sprite: Phaser.GameObjects.Image | Phaser.GameObjects.TileSprite): number {
  const { density } = sprite.texture.customData as { density?: number };
  return 1 / (density ?? 1);
}

/** An image at its size in the world. */
export function sprite(scene: Phaser.Scene, x: number, y: number, key: string): Phaser.GameObjects.Image {
  const image = scene.add.image(x, y, key);
  return image.setScale(unitOf(image));
}

/**
 * Colours a white texture. Phaser's Canvas renderer knows no tints, so there the image gets a texture drawn in the colour.
 */
export function dye(image: Phaser.GameObjects.Image, tint: number): Phaser.GameObjects.Image {
  if (image.scene.sys.renderer.type === Phaser.WEBGL) return image.setTint(tint);
  const white = image.texture.key.split('#')[0]!;
  const key = `${white}#${tint.toString(16)}`;
  const { textures } = image.scene;
  if (!textures.exists(key)) {
    const source = textures.get(white);
    const drawn = source.getSourceImage() as HTMLCanvasElement;
    const dyed = textures.createCanvas(key, drawn.width, drawn.height)!;
    const ctx = dyed.getContext();
    ctx.drawImage(drawn, 0, 0);
    ctx.globalCompositeOperation = 'source-in';
    ctx.fillStyle = `#${tint.toString(16).padStart(6, '0')}`;
    ctx.fillRect(0, 0, drawn.width, drawn.height);
    dyed.customData = source.customData;
  }
  return image.setTexture(key);
}

/** A light: the soft glow, added to what is below it. `size` is its width in world pixels. */
export function light(
  scene: Phaser.Scene,
  x: number,
  y: number,
  size: number,
  tint: number,
  alpha: number,
): Phaser.GameObjects.Image {
  const image = scene.add.image(x, y, 'glow').setDisplaySize(size, size).setAlpha(alpha);
  return dye(image, tint).setBlendMode(Phaser.BlendModes.ADD);
}

/** A sheet of one colour over the whole screen, fixed to it. */
export function sheet(scene: Phaser.Scene, tint: number, alpha: number, depth: number): Phaser.GameObjects.Image {
  const image = scene.add.image(0, 0, 'white').setOrigin(0, 0).setDisplaySize(SCREEN_W, SCREEN_H);
  return dye(image, tint).setScrollFactor(0).setAlpha(alpha).setDepth(depth);
}

/** Choices for a line of text. */
export interface LabelStyle {
  size: number;
  colour?: string;
  weight?: 400 | 600 | 800;
  /** Extra room between letters, pixels. */
  spacing?: number;
  align?: 'left' | 'center' | 'right';
  shadow?: boolean;
  wrap?: number;
}

/** A line of text, crisp at the canvas's density. Anchored at its left, middle or right end by `align`, at its middle line. */
export function label(
  scene: Phaser.Scene,
  services: Services,
  x: number,
  y: number,
  text: string,
  style: LabelStyle,
): Phaser.GameObjects.Text {
  const align = style.align ?? 'left';
  const made = scene.add.text(x, y, text, {
    fontFamily: 'Inter, system-ui, sans-serif',
    fontStyle: String(style.weight ?? 600),
    fontSize: `${style.size}px`,
    color: style.colour ?? '#fff6e5',
    align,
    ...(style.wrap ? { wordWrap: { width: style.wrap } } : {}),
  });
  made.setResolution(services.zoom).setOrigin(align === 'left' ? 0 : align === 'right' ? 1 : 0.5, 0.5);
  if (style.spacing) made.setLetterSpacing(style.spacing);
  if (style.shadow !== false) made.setShadow(0, 2, 'rgba(4,4,20,0.65)', 4, false, true);
  return made;
}

/** A pointer's place in screen pixels of the world (without the camera's scroll). */
export function onScreen(pointer: Phaser.Input.Pointer, zoom: number): { x: number; y: number } {
  return { x: pointer.x / zoom, y: pointer.y / zoom };
}

/**
 * Hears each press of a key once. Phaser emits the earlier key events of a frame again with every later one, so an event object
 * that was seen is let go. Returns the way to stop; a scene's shutdown stops it too.
 */
export function onKeyDown(scene: Phaser.Scene, listener: (event: KeyboardEvent) => void): () => void {
  const seen = new WeakSet<KeyboardEvent>();
  const once = (event: KeyboardEvent): void => {
    if (seen.has(event) || event.repeat || isForPage(event)) return;
    seen.add(event);
    listener(event);
  };
  scene.input.keyboard?.on('keydown', once);
  return () => void scene.input.keyboard?.off('keydown', once);
}

/** Whether a key is meant for a control of the page round the canvas: the game listens on the window and must let those be. */
export function isForPage(event: KeyboardEvent): boolean {
  return event.target instanceof Element && event.target.closest('button, a, summary, input, [role=dialog]') !== null;
}
