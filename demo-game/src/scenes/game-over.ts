import * as Phaser from 'phaser';
import { levelOf } from '../levels/index.ts';
import { createRandom } from '../random.ts';
import type { Services } from '../services.ts';
import { Backdrop, DEPTH } from '../view/backdrop.ts';
import { Buttons } from '../view/buttons.ts';
import { Motes } from '../view/particles.ts';
import { SCREEN_W, frameScene, label, light, sheet } from '../view/stage.ts';
import type { LevelLoss } from './level.ts';
import { openLevel } from './open-level.ts';

/** The flame is out: why, what it came to, and again. */
export class GameOverScene extends Phaser.Scene {
  private motes!: Motes;
  private smokeS = 0;

  constructor(private readonly services: Services) {
    super('GameOver');
  }

  /** Shows a loss. */
  create(loss: LevelLoss): void {
    const { text, sound, announce } = this.services;
    frameScene(this, this.services.zoom);
    new Backdrop(this, levelOf(loss.key).biome);
    sheet(this, 0x03030f, 0.78, DEPTH.night);
    this.motes = new Motes(this, createRandom(9), DEPTH.motes, 60);
    light(this, SCREEN_W / 2, 196, 130, 0xff6a33, 0.4).setDepth(DEPTH.lights);
    const wick = this.add.graphics().setDepth(DEPTH.lights);
    wick.fillStyle(0xe8d3b4, 1).fillRoundedRect(SCREEN_W / 2 - 13, 206, 26, 58, 6);
    wick.lineStyle(3, 0x3a241b, 1).lineBetween(SCREEN_W / 2, 208, SCREEN_W / 2 + 2, 194);
    wick.fillStyle(0xff7a4a, 1).fillCircle(SCREEN_W / 2 + 2, 193, 2.6);
    label(this, this.services, SCREEN_W / 2, 96, text.gameOver, { size: 42, weight: 800, align: 'center' }).setDepth(
      DEPTH.hud,
    );
    label(this, this.services, SCREEN_W / 2, 308, text.causes[loss.cause], {
      size: 19,
      align: 'center',
      colour: '#d8d2f5',
    }).setDepth(DEPTH.hud);
    label(this, this.services, SCREEN_W / 2, 346, `${text.score} ${loss.score}`, {
      size: 22,
      weight: 800,
      align: 'center',
      colour: '#ffd166',
    }).setDepth(DEPTH.hud);
    new Buttons(this, this.services, [
      {
        text: text.retry,
        x: SCREEN_W / 2 - 120,
        y: 434,
        w: 210,
        main: true,
        press: () => void openLevel(this, this.services, loss.key),
      },
      { text: text.menu, x: SCREEN_W / 2 + 120, y: 434, w: 210, press: () => this.scene.start('Menu') },
    ]);
    sound.music('menu');
    announce(`${text.gameOver}. ${text.causes[loss.cause]}`);
  }

  /** Lets the smoke rise. */
  override update(_timeMs: number, deltaMs: number): void {
    this.smokeS -= deltaMs / 1000;
    if (this.smokeS <= 0) {
      this.smokeS = 0.14;
      this.motes.burst(SCREEN_W / 2 + 2, 190, {
        count: 1,
        speed: [14, 34],
        lifeS: [1.4, 2.6],
        size: [12, 26],
        tints: [0x3a385a, 0x2c2b46],
        aim: [-Math.PI / 2, 0.25],
        drag: 0.2,
      });
    }
    this.motes.update(deltaMs / 1000);
  }
}
