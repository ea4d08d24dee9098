import * as Phaser from 'phaser';
import { paintActors } from '../art/actors.ts';
import { paintLogo } from '../art/logo.ts';
import type { Services } from '../services.ts';
import { openLevel } from './open-level.ts';

const PATIENCE_MS = 4_000;

/** Draws the art, waits for the font, then goes to the menu or where the address points. */
export class BootScene extends Phaser.Scene {
  /** The services are handed on to nobody: every scene has them already. */
  constructor(private readonly services: Services) {
    super('Boot');
  }

  /** Runs once. */
  create(): void {
    paintActors(this.textures);
    paintLogo(this.textures);
    const fonts = ['400', '600', '800'].map((weight) => document.fonts.load(`${weight} 20px Inter`));
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    // A font that doesn't come, or a store that doesn't open, is no reason not to play.
    const all = Promise.allSettled([...fonts, this.services.shop.ready()]);
    void Promise.race([all, patience]).then(() => {
      const { level } = this.services.params;
      const menu = this.scene.get('Menu');
      if (level) menu.events.once('create', () => openLevel(menu, this.services, level));
      this.scene.start('Menu');
    });
  }
}
