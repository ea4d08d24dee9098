/**
 * 2D canvases whose pixels are read again: the game uploads what is drawn here after every change. They are kept in memory from the
 * start. Drawn by the GPU they would have to be fetched back, and where the GPU is made by software, its first use of each kind of
 * drawing takes so long that an offer was seen a second and a half after the wallet's answer.
 */
import { DOMAdapter } from 'pixi.js';

const SETTINGS: CanvasRenderingContext2DSettings = { willReadFrequently: true };

/** `null` where the browser gives no 2D context. */
export const readablePen = (canvas: HTMLCanvasElement): CanvasRenderingContext2D | null =>
  canvas.getContext('2d', SETTINGS);

/** Whoever asks it for a 2D context has the one that is made here. */
export function readableCanvas(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  readablePen(canvas);
  return canvas;
}

/** Those that pixi makes for texts while it draws; it has no setting for them, and a page has one adapter for all of pixi. */
export function withReadableCanvases(draw: () => void): void {
  const adapter = DOMAdapter.get();
  DOMAdapter.set({ ...adapter, createCanvas: (width = 1, height = 1) => readableCanvas(width, height) });
  try {
    draw();
  } finally {
    DOMAdapter.set(adapter);
  }
}
