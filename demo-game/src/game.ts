import * as Phaser from 'phaser';
import { LEVELS } from './levels/index.ts';
import { BootScene } from './scenes/boot.ts';
import { CompleteScene } from './scenes/complete.ts';
import { GameOverScene } from './scenes/game-over.ts';
import { LevelScene } from './scenes/level.ts';
import { MenuScene } from './scenes/menu.ts';
import type { Services } from './services.ts';
import { SCREEN_H, SCREEN_W } from './view/stage.ts';

/** Builds the game into a parent element; `plugins` is where the payment plugin comes in. */
export function createGame(
  parent: HTMLElement,
  services: Services,
  plugins: Phaser.Types.Core.PluginObject = {},
): Phaser.Game {
  return new Phaser.Game({
    type: services.params.canvas ? Phaser.CANVAS : Phaser.AUTO,
    parent,
    width: SCREEN_W * services.zoom,
    height: SCREEN_H * services.zoom,
    backgroundColor: '#05051a',
    banner: false,
    // Sound is howler's; a second audio context would only be one more to unlock.
    audio: { noAudio: true },
    scale: { mode: Phaser.Scale.FIT, autoCenter: Phaser.Scale.CENTER_BOTH },
    input: { gamepad: false, activePointers: 3 },
    fps: { limit: services.params.fps ?? 0 },
    render: { antialias: true, roundPixels: false, maxTextures: 1 },
    plugins,
    scene: [
      new BootScene(services),
      new MenuScene(services),
      ...LEVELS.map((level) => new LevelScene(level.key, services)),
      new CompleteScene(services),
      new GameOverScene(services),
    ],
  });
}
