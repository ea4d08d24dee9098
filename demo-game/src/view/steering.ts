import type * as Phaser from 'phaser';
import type { Controls, Point } from '../sim/types.ts';
import { isForPage, onScreen } from './stage.ts';

const TAP_MS = 190;
const NEAR = 10;
const FULL = 70;

/**
 * Reads the player: arrows, WASD or (by place of the key) ZQSD, and space; a mouse that the flame follows, click to dash; a
 * finger that it follows while down, a quick tap to dash; a gamepad's left stick and any face button. The last one used steers.
 */
export class Steering {
  private readonly held = new Set<string>();
  private source: 'keys' | 'mouse' | 'touch' = 'keys';
  private dashUntilMs = 0;
  private downAtMs = 0;

  /** Listens as long as the scene runs; Phaser drops scene listeners at shutdown. */
  constructor(
    private readonly scene: Phaser.Scene,
    private readonly zoom: number,
  ) {
    scene.input.keyboard?.on('keydown', (event: KeyboardEvent) => {
      if ((!(event.code in MOVES) && event.code !== 'Space') || isForPage(event)) return;
      event.preventDefault();
      this.held.add(event.code);
      this.source = 'keys';
    });
    scene.input.keyboard?.on('keyup', (event: KeyboardEvent) => this.held.delete(event.code));
    scene.input.on('pointerdown', (pointer: Phaser.Input.Pointer) => {
      this.source = pointer.wasTouch ? 'touch' : 'mouse';
      this.downAtMs = scene.time.now;
      if (!pointer.wasTouch || this.touches() > 1) this.dashUntilMs = scene.time.now + 60;
    });
    scene.input.on('pointerup', (pointer: Phaser.Input.Pointer) => {
      if (pointer.wasTouch && scene.time.now - this.downAtMs < TAP_MS) this.dashUntilMs = scene.time.now + 60;
    });
    scene.input.on('pointermove', (pointer: Phaser.Input.Pointer) => {
      if (!pointer.wasTouch && this.held.size === 0) this.source = 'mouse';
    });
  }

  private touches(): number {
    return this.scene.input.manager.pointers.filter((pointer) => pointer.isDown && pointer.wasTouch).length;
  }

  /** Forgets held keys: after a pause their keyup may have gone elsewhere. */
  release(): void {
    this.held.clear();
  }

  /** What is asked for now, given where the flame is on the screen. */
  read(spark: Point): Controls {
    const dash = this.held.has('Space') || this.scene.time.now < this.dashUntilMs;
    const pad = this.pad();
    if (pad) return { ...pad, dash: dash || pad.dash };
    if (this.source === 'keys') {
      let x = 0;
      let y = 0;
      for (const code of this.held) {
        x += MOVES[code]?.[0] ?? 0;
        y += MOVES[code]?.[1] ?? 0;
      }
      return { x: Math.sign(x), y: Math.sign(y), dash };
    }
    const pointer = this.scene.input.activePointer;
    if (this.source === 'touch' && !pointer.isDown) return { x: 0, y: 0, dash };
    const at = onScreen(pointer, this.zoom);
    const dx = at.x - spark.x;
    const dy = at.y - spark.y;
    const away = Math.hypot(dx, dy);
    const pull = away < NEAR ? 0 : Math.min(1, away / FULL);
    return { x: away ? (dx / away) * pull : 0, y: away ? (dy / away) * pull : 0, dash };
  }

  private pad(): Controls | null {
    const pad = navigator.getGamepads?.().find((found) => found?.connected && found.mapping === 'standard');
    if (!pad) return null;
    const [x = 0, y = 0] = pad.axes;
    const dash = pad.buttons.slice(0, 4).some((button) => button.pressed);
    return Math.hypot(x, y) > 0.25 || dash ? { x, y, dash } : null;
  }
}

const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  KeyA: [-1, 0],
  ArrowRight: [1, 0],
  KeyD: [1, 0],
  ArrowUp: [0, -1],
  KeyW: [0, -1],
  ArrowDown: [0, 1],
  KeyS: [0, 1],
};
