import { CanvasRenderer, CanvasRendererTextSystem, CanvasTextPipe, extensions } from 'pixi.js';
import type { PixiRenderer } from './surface.ts';

// The dialog is made of sprites and texts; sprites come with the renderer.
extensions.add(CanvasRendererTextSystem, CanvasTextPipe);

export const createRenderer = (): PixiRenderer => new CanvasRenderer();
