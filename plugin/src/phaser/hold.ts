/**
 * Holds the game: every running scene paused, its input with it, sound muted; and gives it back exactly as it was. Held by
 * as many as ask; the last to let go gives it back.
 */
import type { Game, Scenes } from 'phaser';

export interface HoldOptions {
  /** Scenes of our own, which run on. */
  isOwn(key: string): boolean;
  /** Sound that is not Phaser's (howler, say): called with `true` on holding and `false` on giving back. */
  mute?: ((muted: boolean) => void) | undefined;
}

export class GameHold {
  readonly #game: Game;
  readonly #options: HoldOptions;
  readonly #paused = new Set<Scenes.Systems>();
  #holders = 0;
  /** What the game last asked for. Read back, `sound.mute` tells the past: a gain that is set changes with the audio clock. */
  #isMutedByGame: boolean;
  #isOurs = false;

  constructor(game: Game, options: HoldOptions) {
    this.#game = game;
    this.#options = options;
    this.#isMutedByGame = game.sound.mute;
    game.sound.on('mute', this.#onMute);
  }

  /** Stops listening; what is held is given back first, unless the game itself is gone. */
  destroy(gameIsGone: boolean): void {
    if (this.held && !gameIsGone) this.#giveBack();
    // Holders that let go later find nothing to give back.
    this.#holders = Infinity;
    this.#game.sound.off('mute', this.#onMute);
  }

  /** The game's own setting, whatever holding has made of it. */
  get isMutedByGame(): boolean {
    return this.#isMutedByGame;
  }

  get held(): boolean {
    return this.#holders > 0;
  }

  /** Holds the game until the returned function is called. */
  acquire(): () => void {
    if (this.#holders++ === 0) this.#hold();
    let released = false;
    return () => {
      if (released) return;
      released = true;
      if (--this.#holders === 0) this.#giveBack();
    };
  }

  /** A scene that began to run while the game is held joins the others. */
  began(sys: Scenes.Systems): void {
    if (this.held) this.#pause(sys);
  }

  #hold(): void {
    for (const scene of this.#game.scene.getScenes(true)) this.#pause(scene.sys);
    this.#mute(true);
    this.#options.mute?.(true);
  }

  #onMute = (_: unknown, muted: boolean): void => {
    if (!this.#isOurs) this.#isMutedByGame = muted;
  };

  #mute(muted: boolean): void {
    this.#isOurs = true;
    this.#game.sound.mute = muted;
    this.#isOurs = false;
  }

  #pause(sys: Scenes.Systems): void {
    if (this.#options.isOwn(sys.settings.key) || !sys.isActive()) return;
    sys.pause();
    this.#paused.add(sys);
  }

  #giveBack(): void {
    for (const sys of this.#paused) {
      // Shut down, slept or destroyed in the meantime: resuming would bring it back from the dead.
      if (sys.isPaused()) sys.resume();
    }
    this.#paused.clear();
    this.#mute(this.#isMutedByGame);
    this.#options.mute?.(false);
  }
}
