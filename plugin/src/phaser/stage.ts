/**
 * The stage: where the overlay appears in the game. The overlay draws into a canvas of its own, which is a texture on an
 * image in a scene of ours, on top of all others. One path for WebGL and Canvas, no shared GL state; between two offers
 * there is no scene, no texture and no listener of ours in the game.
 */
import type { Game, Scene } from 'phaser';
import type { OverlayModule, OverlayOptions, OverlayPort } from '@coinslot/overlay';
import type { ConsentDialog, ConsentStage } from '../core/ports.ts';
import type { GameHold } from './hold.ts';
import type * as OpenStageModule from './open-stage.ts';

const KEY = 'coinslot-stage-';

/** Whether a scene is one of ours. */
export const isStage = (key: string): boolean => key.startsWith(KEY);

type Passed = 'locale' | 'textScale' | 'theme' | 'contrast' | 'tv' | 'switches' | 'sound' | 'openWallet';

export interface StageOptions {
  readonly load: () => Promise<OverlayModule>;
  /** What the game says about the overlay. */
  readonly overlay: Pick<OverlayOptions, Passed>;
}

/** What an offer needs of code, and what is made of it once. */
interface Ready {
  readonly port: OverlayPort;
  readonly code: typeof OpenStageModule;
}

export class OverlayStage implements ConsentStage {
  readonly #game: Game;
  readonly #hold: GameHold;
  readonly #options: StageOptions;
  #made: Promise<Ready> | undefined;
  #open: OpenStageModule.OpenStage | undefined;
  #opened = 0;

  constructor(game: Game, hold: GameHold, options: StageOptions) {
    this.#game = game;
    this.#hold = hold;
    this.#options = options;
  }

  prefetch(): void {
    // What failed is tried again by `open`, and told there.
    this.#ready().catch(() => undefined);
  }

  async open(): Promise<ConsentDialog> {
    const release = this.#hold.acquire();
    try {
      const { port, code } = await this.#ready();
      const scene = await this.#addScene();
      this.#open = new code.OpenStage(this.#game, scene, port, () => {
        this.#open = undefined;
        release();
      });
      return this.#open;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** The plugin stops: an open dialog ends as interrupted, and the overlay is freed. */
  destroy(gameIsGone: boolean): void {
    this.#open?.intend('ended');
    this.#open?.close(gameIsGone);
    this.#made?.then(
      ({ port }) => port.destroy(),
      () => undefined,
    );
    this.#made = undefined;
  }

  /** Downloaded, with its fonts and its canvas: nothing of it has to be waited for when the wallet answers. */
  #ready(): Promise<Ready> {
    this.#made ??= this.#make().catch((error: unknown) => {
      this.#made = undefined;
      throw error;
    });
    return this.#made;
  }

  async #make(): Promise<Ready> {
    const [module, code] = await Promise.all([this.#options.load(), import('./open-stage.ts')]);
    const { canvas } = this.#game;
    const port = await module.createOverlay({
      ...this.#options.overlay,
      muted: () => this.#hold.isMutedByGame,
      width: canvas.width,
      height: canvas.height,
      cssScale: code.cssScaleOf(canvas),
      reducedMotion: matchMedia('(prefers-reduced-motion: reduce)').matches,
      mirrorParent: canvas.parentElement ?? document.body,
      now: () => performance.now(),
      requestRender: () => this.#open?.requestRender(),
    });
    return { port, code };
  }

  /** Adds the scene and waits until it runs: Phaser may be in the middle of a frame. */
  #addScene(): Promise<Scene> {
    // A new key each time: a scene of the same key may still be waiting for its removal.
    const key = `${KEY}${++this.#opened}`;
    return new Promise((resolve) => {
      const create = function (this: Scene): void {
        resolve(this);
      };
      this.#game.scene.add(key, { key, create, update: () => this.#open?.frame() }, true);
    });
  }
}
