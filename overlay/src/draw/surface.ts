/** Where pixi draws: a detached canvas, by its canvas renderer or its WebGL renderer, chosen here and nowhere else. */
import { Ticker, type Container, type Renderer } from 'pixi.js';
import { readableCanvas, withReadableCanvases } from './readable-canvas.ts';

export type SurfaceKind = 'canvas' | 'webgl';

export interface Surface {
  readonly kind: SurfaceKind;
  readonly canvas: HTMLCanvasElement;
  resize(width: number, height: number): void;
  draw(root: Container): void;
  destroy(): void;
}

const BATCH_TEXTURES_MAX = 16;

/** The parts of a pixi renderer that a surface needs. */
export type PixiRenderer = Pick<Renderer, 'init' | 'resize' | 'render' | 'destroy'> & {
  readonly canvas: HTMLCanvasElement;
  readonly limits: { maxBatchableTextures: number };
};

/**
 * The wished kind, else the other one. Rejects with the first one's reason when neither can be made.
 */
export async function createSurface(wished: SurfaceKind, width: number, height: number): Promise<Surface> {
  try {
    return await surfaceOf(wished, width, height);
  } catch (reason) {
    return surfaceOf(wished === 'canvas' ? 'webgl' : 'canvas', width, height).catch(() => {
      throw reason;
    });
  }
}

async function surfaceOf(kind: SurfaceKind, width: number, height: number): Promise<Surface> {
  const { createRenderer } = await (kind === 'canvas' ? import('./surface-canvas.ts') : import('./surface-webgl.ts'));
  const renderer = await constructed(createRenderer);
  const systemRan = Ticker.system.started;
  Ticker.system.autoStart = false;
  const size = { width: Math.max(1, width), height: Math.max(1, height) };
  await renderer.init({
    ...size,
    ...(kind === 'canvas' && { canvas: readableCanvas(size.width, size.height) }),
    resolution: 1,
    autoDensity: false,
    antialias: true,
    backgroundAlpha: 0,
    roundPixels: true,
    skipExtensionImports: true,
    // Phaser reads the pixels in the same task; only WebGL would otherwise be free to drop them after it.
    preserveDrawingBuffer: true,
  });
  // Pixi 8.22 makes one batch shader for all renderers of a page, with as many samplers as the first one asked for (16 by the
  // canvas renderer); a later renderer with more textures a batch would draw the sixteenth in place of all others.
  renderer.limits.maxBatchableTextures = Math.min(renderer.limits.maxBatchableTextures, BATCH_TEXTURES_MAX);
  // Pixi would keep a 60 Hz loop for its own garbage collection. All here is freed by hand.
  if (!systemRan) Ticker.system.stop();
  return {
    kind,
    canvas: renderer.canvas,
    resize: (newWidth, newHeight) => renderer.resize(Math.max(1, newWidth), Math.max(1, newHeight)),
    draw: (root) => {
      if (kind === 'webgl') renderer.render({ container: root });
      else withReadableCanvases(() => renderer.render({ container: root }));
    },
    destroy: () => renderer.destroy(),
  };
}

/**
 * Loads what pixi has for pages whose Content-Security-Policy forbids `eval`. Without, that is found out by trying once, which the
 * browser reports on its console: for pages that know it of themselves.
 */
export const forgoEval = async (): Promise<void> => void (await import('pixi.js/unsafe-eval'));

async function constructed(createRenderer: () => PixiRenderer): Promise<PixiRenderer> {
  try {
    return createRenderer();
  } catch {
    await forgoEval();
    return createRenderer();
  }
}
