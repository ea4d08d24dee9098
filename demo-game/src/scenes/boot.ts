import * as Phaser from 'phaser';
import { paintActors } from '../art/actors.ts';
import { paintLogo } from '../art/logo.ts';
import type { Services } from '../services.ts';

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
    // A font that doesn't come is no reason not to play: the system's stands in.
    void Promise.allSettled(fonts).then(() => {
      const { level } = this.services.params;
      this.scene.start('Menu');
      if (level) this.scene.get('Menu').events.once('create', () => this.scene.get('Menu').scene.start(level));
    });
  }
}
