import type * as Phaser from 'phaser';
import type { Services } from '../services.ts';
import { Buttons } from './buttons.ts';
import { SCREEN_H, SCREEN_W, label } from './stage.ts';

/** The panel over a paused level. */
export class PausePanel {
  private readonly buttons: Buttons;
  private readonly parts: Phaser.GameObjects.GameObject[];

  /** Puts it up. */
  constructor(
    scene: Phaser.Scene,
    services: Services,
    on: { resume: () => void; retry: () => void; menu: () => void },
  ) {
    const { text } = services;
    const veil = scene.add
      .image(0, 0, 'white')
      .setOrigin(0, 0)
      .setDisplaySize(SCREEN_W, SCREEN_H)
      .setTint(0x04040f)
      .setAlpha(0.72);
    veil.setScrollFactor(0).setDepth(50);
    const title = label(scene, services, SCREEN_W / 2, 150, text.paused, { size: 46, weight: 800, align: 'center' });
    title.setScrollFactor(0).setDepth(60);
    this.parts = [veil, title];
    this.buttons = new Buttons(scene, services, [
      { text: text.resume, x: SCREEN_W / 2, y: 240, w: 260, main: true, press: on.resume },
      { text: text.retry, x: SCREEN_W / 2, y: 310, w: 260, press: on.retry },
      { text: text.menu, x: SCREEN_W / 2, y: 380, w: 260, press: on.menu },
    ]);
    services.announce(text.paused);
  }

  /** Takes it down. */
  destroy(): void {
    this.buttons.destroy();
    for (const part of this.parts) part.destroy();
  }
}
