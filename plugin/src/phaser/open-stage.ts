/**
 * The stage while a dialog is on it: the overlay's canvas as a texture, the player's hands, the page's events. Loaded with the
 * overlay, since no game needs it before its first offer.
 */
import type { Game, GameObjects, Input, Scene, Textures } from 'phaser';
import type { OverlayPort } from '@coinslot/overlay';
import type { ConsentDialog, PlayerIntent } from '../core/ports.ts';
import { GamepadReader, pageGamepads } from './gamepads.ts';
import { HeldKeys } from './held-keys.ts';

type Undo = () => void;

export class OpenStage implements ConsentDialog {
  readonly #game: Game;
  readonly #scene: Scene;
  readonly #port: OverlayPort;
  readonly #closed: () => void;
  readonly #image: GameObjects.Image;
  readonly #gamepads: GamepadReader;
  readonly #keys = new HeldKeys();
  readonly #undo: Undo[] = [];
  #texture: Textures.Texture;
  #listener: ((intent: PlayerIntent) => void) | undefined;
  #dirty = true;
  #isShown = false;
  #isClosed = false;

  constructor(game: Game, scene: Scene, port: OverlayPort, closed: () => void) {
    this.#game = game;
    this.#scene = scene;
    this.#port = port;
    this.#closed = closed;
    this.#gamepads = new GamepadReader(pageGamepads, (type, button) => port.pad(type, button));
    this.#fit();
    this.#texture = this.#createTexture(0);
    this.#image = scene.add.image(0, 0, this.#texture).setOrigin(0);
    port.onIntent((intent) => this.intend(intent));
    this.#listenToPlayer();
    this.#listenToPage();
  }

  show(state: Parameters<OverlayPort['show']>[0]): void {
    // The flow behind it may still have something to say when the game has ended.
    if (this.#isClosed) return;
    this.#port.show(state);
    this.#dirty = true;
    if (this.#isShown) return;
    this.#isShown = true;
    // What is down already was meant for the game.
    this.#gamepads.read();
    for (const pointer of this.#game.input.pointers)
      if (pointer.isDown) this.#port.pointer('down', pointer.x, pointer.y, pointer.id);
  }

  onIntent(listener: (intent: PlayerIntent) => void): void {
    this.#listener = listener;
  }

  intend(intent: PlayerIntent): void {
    this.#listener?.(intent);
  }

  requestRender(): void {
    this.#dirty = true;
  }

  /** Once a frame, while open: reads gamepads; draws only when something changed or moves. */
  frame(): void {
    if (this.#isShown) this.#gamepads.read();
    // A button may have closed the dialog.
    if (this.#isClosed) return;
    const { scenes } = this.#game.scene;
    // Scenes that were added since lie above.
    if (scenes[scenes.length - 1] !== this.#scene) this.#scene.scene.bringToTop();
    if (!this.#dirty && !this.#port.animating()) return;
    this.#dirty = false;
    if (this.#port.render(performance.now())) this.#upload();
  }

  close(gameIsGone = false): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const undo of this.#undo.splice(0)) undo();
    this.#listener = undefined;
    this.#port.hide();
    this.#keys.end();
    if (!gameIsGone) this.#removeScene();
    this.#closed();
  }

  #removeScene(): void {
    // Out of the display list first: the scene itself may be drawn once more before Phaser removes it.
    this.#image.destroy();
    this.#texture.destroy();
    this.#game.scene.remove(this.#scene.sys.settings.key);
  }

  // ---------------------------------------------------------------- texture

  #createTexture(generation: number): Textures.Texture {
    const { canvas } = this.#port;
    const key = `${this.#scene.sys.settings.key}-${generation}`;
    const texture = this.#game.textures.create(key, canvas, canvas.width, canvas.height)!;
    texture.add('__BASE', 0, 0, 0, canvas.width, canvas.height);
    return texture;
  }

  #upload(): void {
    for (const source of this.#texture.source) source.update();
  }

  #fit(): void {
    const { canvas } = this.#game;
    this.#port.resize(canvas.width, canvas.height, cssScaleOf(canvas));
  }

  #resized(generation: number): void {
    this.#fit();
    const old = this.#texture;
    this.#texture = this.#createTexture(generation);
    this.#image.setTexture(this.#texture.key);
    old.destroy();
    this.#dirty = true;
  }

  // ---------------------------------------------------------------- input

  #listenToPlayer(): void {
    const { input } = this.#scene;
    const feed =
      (type: 'down' | 'move' | 'up' | 'cancel') =>
      (pointer: Input.Pointer): void =>
        this.#port.pointer(type, pointer.x, pointer.y, pointer.id);
    input.on('pointerdown', feed('down')).on('pointermove', feed('move'));
    input.on('pointerup', (pointer: Input.Pointer) => feed(pointer.wasCanceled ? 'cancel' : 'up')(pointer));
    input.on('pointerupoutside', feed('cancel'));
    const press = (event: KeyboardEvent): void => this.#port.key(event);
    if (input.keyboard !== null) {
      input.keyboard.on('keydown', press).on('keyup', press);
      return;
    }
    // A game may have switched Phaser's keyboard off; the dialog must still be operable by keys.
    this.#listen(window, 'keydown', press as EventListener);
    this.#listen(window, 'keyup', press as EventListener);
  }

  #listenToPage(): void {
    let generation = 0;
    const { scale, renderer } = this.#game;
    const resized = (): void => this.#resized(++generation);
    scale.on('resize', resized);
    this.#undo.push(() => void scale.off('resize', resized));
    this.#listen(document, 'visibilitychange', () => {
      if (document.hidden) this.intend('hidden');
      else this.#uncovered();
    });
    this.#listen(window, 'pagehide', () => this.intend('hidden'));
    const lost = (): void => this.intend('ended');
    const restored = (): void => this.#uncovered();
    renderer.on('losewebgl', lost);
    renderer.on('restorewebgl', restored);
    this.#undo.push(
      () => void renderer.off('losewebgl', lost),
      () => void renderer.off('restorewebgl', restored),
    );
  }

  #uncovered(): void {
    this.#port.uncovered();
    this.#dirty = true;
    this.#upload();
  }

  #listen(target: EventTarget, name: string, listener: EventListener): void {
    target.addEventListener(name, listener);
    this.#undo.push(() => target.removeEventListener(name, listener));
  }
}

/** CSS pixels per backing-store pixel, as the player sees the canvas. */
export function cssScaleOf(canvas: HTMLCanvasElement): number {
  const width = canvas.getBoundingClientRect().width;
  return width > 0 && canvas.width > 0 ? width / canvas.width : 1;
}
