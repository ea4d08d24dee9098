import { CanvasTextPipe, CanvasTextSystem, WebGLRenderer, extensions } from 'pixi.js';
import type { PixiRenderer } from './surface.ts';

extensions.add(CanvasTextSystem, CanvasTextPipe);

export const createRenderer = (): PixiRenderer => new WebGLRenderer();
