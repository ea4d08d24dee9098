import * as Phaser from 'phaser';
import { PALETTES, hex } from '../art/palette.ts';
import { levelAfter, levelOf } from '../levels/index.ts';
import { createRandom } from '../random.ts';
import type { Services } from '../services.ts';
import { Backdrop, DEPTH } from '../view/backdrop.ts';
import { Buttons } from '../view/buttons.ts';
import { Motes } from '../view/particles.ts';
import { SCREEN_W, frameScene, label, light, sheet, sprite, unitOf } from '../view/stage.ts';
import type { LevelKey } from '../sim/types.ts';
import type { LevelResult } from './level.ts';
import { openLevel } from './open-level.ts';

/** After a finished level: stars, the night's account, and on. */
export class CompleteScene extends Phaser.Scene {
  private motes!: Motes;
  private backdrop!: Backdrop;
  private drift = 0;

  constructor(private readonly services: Services) {
    super('Complete');
  }

  /** Shows a result. */
  create(result: LevelResult): void {
    const { text, progress, sound, announce } = this.services;
    const { biome } = levelOf(result.key);
    frameScene(this, this.services.zoom);
    this.backdrop = new Backdrop(this, biome);
    this.motes = new Motes(this, createRandom(5), 20);
    const glow = light(this, SCREEN_W / 2, 190, 900, hex(PALETTES[biome].glow), 0.5);
    glow.setDepth(DEPTH.night);
    sheet(this, 0x05051a, 0.5, DEPTH.night);
    const count = result.stars.filter(Boolean).length;
    const best = progress.record(result.key, count, result.score);
    label(this, this.services, SCREEN_W / 2, 58, text.levels[biome].name.toUpperCase(), {
      size: 16,
      weight: 800,
      align: 'center',
      spacing: 4,
      colour: '#ffe0a3',
    }).setDepth(DEPTH.hud);
    label(this, this.services, SCREEN_W / 2, 94, text.complete, { size: 38, weight: 800, align: 'center' }).setDepth(
      DEPTH.hud,
    );
    this.putStars(result);
    this.putAccount(result, best);
    const buttons = this.putButtons(result);
    sound.music('menu');
    announce(`${text.complete}. ${text.score} ${result.score}. ${count} / 3.`);
    // The moment at which something may be offered, once the stars have been seen.
    // Going on waits for it, so that nothing is ever offered in the middle of play.
    buttons.setEnabled(false);
    void this.services.shop.levelEnded(result.key).finally(() => buttons.setEnabled(true));
  }

  private putStars(result: LevelResult): void {
    const { text, sound, reducedMotion } = this.services;
    const conditions = [text.starFinish, text.starEmbers, text.starSwift(result.parS)];
    conditions.forEach((condition, i) => {
      const x = SCREEN_W / 2 + (i - 1) * 170;
      const y = i === 1 ? 176 : 188;
      const empty = sprite(this, x, y, 'star').setDepth(DEPTH.hud);
      const size = (i === 1 ? 1.5 : 1.25) * unitOf(empty);
      empty.setScale(size);
      const earned = result.stars[i] === true;
      label(this, this.services, x, 242, condition, {
        size: 13,
        align: 'center',
        colour: earned ? '#ffe0a3' : '#a7a3cf',
      }).setDepth(DEPTH.hud);
      if (!earned) return;
      const star = sprite(this, x, y, 'star-full').setDepth(DEPTH.hud).setAlpha(0);
      this.tweens.add({
        targets: star,
        alpha: 1,
        scale: { from: size * (reducedMotion ? 1 : 2.4), to: size },
        delay: 350 + i * 380,
        duration: 380,
        ease: 'Back.easeOut',
        onStart: () => {
          sound.effect('lantern', [0, 4, 7][i]);
          this.motes.burst(x, y, {
            count: 26,
            speed: [60, 300],
            lifeS: [0.4, 1.1],
            size: [5, 14],
            tints: [0xfff3c4, 0xffd166, 0xff9a3c],
          });
        },
      });
    });
  }

  private putAccount(result: LevelResult, best: boolean): void {
    const { text } = this.services;
    const seconds = `${result.timeS.toFixed(1).replace('.', text.lang === 'fr' ? ',' : '.')} s`;
    const rows: readonly (readonly [string, string])[] = [
      [text.time, seconds],
      [text.lanterns, `${result.lanterns[0]} / ${result.lanterns[1]}`],
      [text.embers, `${result.embers[0]} / ${result.embers[1]}`],
      [text.hits, String(result.hits)],
    ];
    const panel = this.add.graphics().setDepth(DEPTH.hud - 1);
    panel.fillStyle(0x0b0b24, 0.66).fillRoundedRect(SCREEN_W / 2 - 300, 276, 600, 132, 20);
    panel.lineStyle(1.5, 0xffe0a3, 0.25).strokeRoundedRect(SCREEN_W / 2 - 300, 276, 600, 132, 20);
    rows.forEach(([name, value], i) => {
      const x = SCREEN_W / 2 - 210 + i * 140;
      label(this, this.services, x, 306, name, { size: 14, align: 'center', colour: '#b9b4de' }).setDepth(DEPTH.hud);
      label(this, this.services, x, 332, value, { size: 21, weight: 800, align: 'center' }).setDepth(DEPTH.hud);
    });
    const total = label(this, this.services, SCREEN_W / 2, 378, '', {
      size: 25,
      weight: 800,
      align: 'center',
      colour: '#ffd166',
    }).setDepth(DEPTH.hud);
    const count = { value: 0 };
    const say = (): unknown =>
      total.setText(
        `${text.score} ${Math.round(count.value)}${best && count.value >= result.score ? `   ★ ${text.newBest}` : ''}`,
      );
    this.tweens.add({
      targets: count,
      value: result.score,
      duration: 1100,
      delay: 300,
      ease: 'Cubic.easeOut',
      onUpdate: say,
      onComplete: say,
    });
  }

  private putButtons(result: LevelResult): Buttons {
    const { text } = this.services;
    const next = levelAfter(result.key);
    const start = (key: LevelKey): void => {
      if (!openLevel(this, this.services, key)) this.scene.start('Menu');
    };
    const specs = [
      ...(next ? [{ text: text.next, main: true, press: () => start(next.key) }] : []),
      { text: text.playAgain, main: !next, press: () => start(result.key) },
      { text: text.menu, press: () => this.scene.start('Menu') },
    ];
    const gap = 230;
    const left = SCREEN_W / 2 - ((specs.length - 1) * gap) / 2;
    return new Buttons(
      this,
      this.services,
      specs.map((spec, i) => ({ ...spec, x: left + i * gap, y: 466, w: 206 })),
    );
  }

  /** Lets the scenery drift. */
  override update(_timeMs: number, deltaMs: number): void {
    this.drift += this.services.reducedMotion ? 0 : deltaMs * 0.02;
    this.backdrop.follow(this.drift);
    this.motes.update(deltaMs / 1000);
  }
}
