/** What events look like for a moment: bursts, rings, numbers that rise, a shake, a flash. Nothing in here stays. */
import * as Phaser from 'phaser';
import type { Random } from '../random.ts';
import type { Services } from '../services.ts';
import type { GameEvent, Point } from '../sim/types.ts';
import { DEPTH } from './backdrop.ts';
import { Motes } from './particles.ts';
import { dye, label, sheet } from './stage.ts';

/** Colours of fire, from its heart outwards. */
export const WARM = [0xfff3c4, 0xffd166, 0xff9a3c, 0xff6a33];

/** The passing effects of one level. */
export class Effects {
  /** For whoever else throws sparks: the flame's trail, the foundry. */
  readonly motes: Motes;
  private readonly flash: Phaser.GameObjects.Image;
  private shakeS = 0;
  private shakeReach = 0;
  private flashRestS = 0;

  /** `glow` is the colour of the biome's light; `spark` tells where the flame is. */
  constructor(
    private readonly scene: Phaser.Scene,
    private readonly services: Services,
    private readonly rng: Random,
    private readonly glow: number,
    private readonly spark: () => Point,
  ) {
    this.motes = new Motes(scene, rng.fork(), DEPTH.motes);
    this.flash = sheet(scene, 0x9fc4ff, 0, DEPTH.weather);
  }

  /** Shows one event. */
  react(event: GameEvent): void {
    const { x, y } = event.at;
    switch (event.type) {
      case 'lantern':
        return this.lightUp(event);
      case 'ember':
        this.motes.burst(x, y, { count: 5, speed: [30, 120], lifeS: [0.25, 0.5], size: [4, 9], tints: WARM });
        return;
      case 'dash':
        this.motes.burst(x, y, { count: 12, speed: [40, 200], lifeS: [0.2, 0.5], size: [5, 12], tints: WARM });
        return;
      case 'burn':
        this.motes.burst(x, y, {
          count: 22,
          speed: [60, 280],
          lifeS: [0.3, 0.8],
          size: [5, 13],
          tints: [0xd9ccff, 0xff6fae, 0xffd166],
        });
        this.ring(event.at, 0xff6fae, 110);
        return this.say(event.at, `+${event.points}`, '#ffb3d2');
      case 'hurt':
        this.motes.burst(x, y, {
          count: 26,
          speed: [80, 340],
          lifeS: [0.3, 0.8],
          size: [4, 12],
          tints: [0xffffff, 0xff5d5d, 0xff9a3c],
        });
        this.ring(event.at, 0xff5d5d, 150);
        return this.shake(9, 0.35);
      case 'life':
        return this.say({ x, y: y - 26 }, this.services.text.lifeBack, '#ffd166');
      case 'chill':
        this.motes.burst(x, y, {
          count: 16,
          speed: [40, 180],
          lifeS: [0.4, 0.9],
          size: [4, 10],
          tints: [0xbcd0ff, 0x8f9bff],
        });
        return this.say(event.at, this.services.text.chilled, '#c3d2ff');
      case 'beacon-open':
        this.motes.burst(x, y - 58, {
          count: 40,
          speed: [40, 320],
          lifeS: [0.5, 1.4],
          size: [5, 15],
          tints: WARM,
          aim: [-Math.PI / 2, 0.9],
        });
        return;
      case 'strike':
        return this.strike(event.at);
      case 'splash':
        this.motes.burst(x, y, {
          count: 18,
          speed: [120, 300],
          lifeS: [0.3, 0.7],
          size: [4, 9],
          tints: [0xbfe9ff, 0xffffff],
          aim: [-Math.PI / 2, 0.7],
          gravity: 700,
          drag: 0.5,
        });
        return;
      case 'finished':
        this.motes.burst(x, y, {
          count: 70,
          speed: [60, 460],
          lifeS: [0.5, 1.4],
          size: [5, 16],
          tints: WARM,
          gravity: 120,
        });
        this.ring(event.at, 0xffe0a3, 420);
        return this.shake(5, 0.3);
      case 'lost':
        this.motes.burst(x, y, {
          count: 40,
          speed: [20, 180],
          lifeS: [0.6, 1.6],
          size: [8, 22],
          tints: [0x8a86b5, 0x55517d],
          gravity: -60,
        });
        return;
      case 'low-fuel':
    }
  }

  private lightUp(event: Extract<GameEvent, { type: 'lantern' }>): void {
    const { x, y } = event.at;
    this.motes.burst(x, y, { count: 26, speed: [60, 260], lifeS: [0.4, 1], size: [5, 14], tints: WARM, gravity: -40 });
    this.ring(event.at, this.glow, 190);
    this.say({ x, y: y - 40 }, `+${event.points}`, '#ffe9b8');
    if (event.chain > 1) this.say({ x, y: y - 66 }, this.services.text.chain(event.chain), '#ffb45c', 22);
    this.shake(2 + event.chain * 0.4, 0.12);
  }

  private strike(at: Point): void {
    if (Math.abs(at.y - this.spark().y) > 500) return;
    this.motes.burst(at.x, at.y, {
      count: 14,
      speed: [80, 300],
      lifeS: [0.2, 0.5],
      size: [4, 10],
      tints: [0xffffff, 0x9fe8ff],
      aim: [-Math.PI / 2, 1.1],
    });
    this.shake(4, 0.2);
    // At most two flashes a second, and faint: lightning is told by its column, not by the flash.
    if (this.services.reducedMotion || this.flashRestS > 0) return;
    this.flashRestS = 0.5;
    this.scene.tweens.add({ targets: this.flash, alpha: { from: 0.1, to: 0 }, duration: 320 });
  }

  private ring(at: Point, tint: number, reach: number): void {
    const ring = dye(this.scene.add.image(at.x, at.y, 'ring'), tint)
      .setBlendMode(Phaser.BlendModes.ADD)
      .setDepth(DEPTH.lights);
    ring.setDisplaySize(20, 20);
    this.scene.tweens.add({
      targets: ring,
      displayWidth: reach,
      displayHeight: reach,
      alpha: { from: 0.9, to: 0 },
      duration: 520,
      ease: 'Cubic.easeOut',
      onComplete: () => ring.destroy(),
    });
  }

  private say(at: Point, text: string, colour: string, size = 17): void {
    const made = label(this.scene, this.services, at.x, at.y, text, {
      size,
      colour,
      weight: 800,
      align: 'center',
    }).setDepth(DEPTH.hud - 1);
    this.scene.tweens.add({
      targets: made,
      y: at.y - 34,
      alpha: { from: 1, to: 0 },
      duration: 950,
      ease: 'Cubic.easeIn',
      onComplete: () => made.destroy(),
    });
  }

  private shake(reach: number, seconds: number): void {
    if (this.services.reducedMotion) return;
    this.shakeReach = Math.max(reach, this.shakeS > 0 ? this.shakeReach : 0);
    this.shakeS = Math.max(this.shakeS, seconds);
  }

  /** How far the camera is off its place in this frame. */
  shaken(): Point {
    const reach = this.shakeS > 0 ? this.shakeReach * Math.min(1, this.shakeS * 5) : 0;
    return { x: this.rng.between(-reach, reach), y: this.rng.between(-reach, reach) };
  }

  /** Moves the motes on and lets the shaking die down. */
  update(dtS: number): void {
    this.motes.update(dtS);
    this.shakeS = Math.max(0, this.shakeS - dtS);
    this.flashRestS = Math.max(0, this.flashRestS - dtS);
  }
}
