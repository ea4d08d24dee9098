import type * as Phaser from 'phaser';
import type { Services } from '../services.ts';
import { label, onKeyDown, onScreen } from './stage.ts';

/** One button: where its middle is, what it says, what it does. */
export interface ButtonSpec {
  text: string;
  x: number;
  y: number;
  w?: number;
  main?: boolean;
  press: () => void;
}

interface Button extends Required<ButtonSpec> {
  plate: Phaser.GameObjects.Graphics;
  words: Phaser.GameObjects.Text;
}

const H = 50;

/** A set of buttons with one focus: arrows move it, Enter or space presses, the pointer does both. */
export class Buttons {
  private readonly buttons: Button[] = [];
  private focus = 0;
  private enabled = true;
  private readonly stopKeys: () => void;

  /** Puts the buttons up at a depth, fixed to the screen. */
  constructor(
    private readonly scene: Phaser.Scene,
    private readonly services: Services,
    specs: readonly ButtonSpec[],
    depth = 60,
  ) {
    for (const spec of specs) {
      const plate = scene.add.graphics().setScrollFactor(0).setDepth(depth);
      const words = label(scene, services, spec.x, spec.y, spec.text, {
        size: 20,
        weight: 800,
        align: 'center',
        shadow: false,
      });
      words.setScrollFactor(0).setDepth(depth + 1);
      this.buttons.push({ w: Math.max(170, words.width + 52), main: false, ...spec, plate, words });
    }
    this.draw();
    this.stopKeys = onKeyDown(scene, (event) => this.onKey(event));
    scene.input.on('pointermove', this.onMove);
    scene.input.on('pointerup', this.onUp);
  }

  /** Changes what a button says. */
  setText(index: number, text: string): void {
    const button = this.buttons[index];
    if (!button || button.words.text === text) return;
    button.words.setText(text);
    button.w = Math.max(170, button.words.width + 52);
    this.draw();
  }

  /** Takes no more presses while something is under way. */
  setEnabled(enabled: boolean): void {
    this.enabled = enabled;
    for (const { words, plate } of this.buttons) {
      words.setAlpha(enabled ? 1 : 0.5);
      plate.setAlpha(enabled ? 1 : 0.5);
    }
  }

  /** Takes the buttons down. */
  destroy(): void {
    this.stopKeys();
    this.scene.input.off('pointermove', this.onMove);
    this.scene.input.off('pointerup', this.onUp);
    for (const { plate, words } of this.buttons) {
      plate.destroy();
      words.destroy();
    }
    this.buttons.length = 0;
  }

  private onKey(event: KeyboardEvent): void {
    if (!this.enabled) return;
    const back = ['ArrowLeft', 'ArrowUp'].includes(event.code);
    const on = ['ArrowRight', 'ArrowDown'].includes(event.code);
    if (this.buttons.length > 1 && (back || on)) {
      this.setFocus((this.focus + (on ? 1 : this.buttons.length - 1)) % this.buttons.length);
    } else if (event.code === 'Enter' || event.code === 'Space') {
      this.press(this.focus);
    } else {
      return;
    }
    event.preventDefault();
  }

  private readonly onMove = (pointer: Phaser.Input.Pointer): void => {
    const found = this.under(pointer);
    if (found >= 0 && found !== this.focus) this.setFocus(found);
    this.scene.input.setDefaultCursor(found >= 0 ? 'pointer' : 'default');
  };

  private readonly onUp = (pointer: Phaser.Input.Pointer): void => {
    const found = this.under(pointer);
    if (found >= 0 && this.enabled) this.press(found);
  };

  private under(pointer: Phaser.Input.Pointer): number {
    const { x, y } = onScreen(pointer, this.services.zoom);
    return this.buttons.findIndex(
      (button) => Math.abs(x - button.x) <= button.w / 2 && Math.abs(y - button.y) <= H / 2,
    );
  }

  private setFocus(index: number): void {
    this.focus = index;
    this.services.sound.effect('move');
    this.services.announce(this.buttons[index]!.text);
    this.draw();
  }

  private press(index: number): void {
    this.services.sound.effect('press');
    this.buttons[index]!.press();
  }

  private draw(): void {
    this.buttons.forEach((button, i) => {
      const { plate, x, y, w, main } = button;
      const focused = i === this.focus;
      plate.clear();
      if (focused)
        plate.lineStyle(2.5, 0xffe9b8, 1).strokeRoundedRect(x - w / 2 - 5, y - H / 2 - 5, w + 10, H + 10, 19);
      plate.fillStyle(main ? 0xffb45c : 0x1c1b3a, main ? 1 : 0.92).fillRoundedRect(x - w / 2, y - H / 2, w, H, 15);
      plate.fillStyle(0xffffff, main ? 0.28 : 0.06).fillRoundedRect(x - w / 2 + 3, y - H / 2 + 3, w - 6, H * 0.42, 12);
      plate.lineStyle(1.5, main ? 0xffe2b0 : 0x6d66a8, 1).strokeRoundedRect(x - w / 2, y - H / 2, w, H, 15);
      button.words.setColor(main ? '#2b1408' : '#fff6e5');
    });
  }
}
