import type * as Phaser from 'phaser';
import type { Services } from '../services.ts';
import { Buttons } from './buttons.ts';
import { SCREEN_W, label, sheet } from './stage.ts';

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
    const veil = sheet(scene, 0x04040f, 0.72, 50);
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
