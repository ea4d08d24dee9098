import type * as Phaser from 'phaser';
import type { Services } from '../services.ts';
import type { World } from '../sim/types.ts';
import { DEPTH } from './backdrop.ts';
import { light, sprite, unitOf } from './stage.ts';

/** The flame: three flickering frames, eyes that look where it flies, and a glow that shrinks with the fuel. */
export class SparkView {
  private readonly body: Phaser.GameObjects.Image;
  private readonly eyes: Phaser.GameObjects.Image;
  private readonly glow: Phaser.GameObjects.Image;
  private readonly halo: Phaser.GameObjects.Image;
  private stretch = 0;
  private frameS = 0;
  private frame = 0;
  private blinkS = 2.4;
  private out = false;

  /** Puts the flame up. */
  constructor(
    scene: Phaser.Scene,
    private readonly services: Services,
  ) {
    this.halo = light(scene, 0, 0, 330, 0xff9a3c, 0.3).setDepth(DEPTH.lights);
    this.glow = light(scene, 0, 0, 120, 0xffc46b, 0.75).setDepth(DEPTH.spark - 1);
    this.body = sprite(scene, 0, 0, 'flame-1').setOrigin(0.5, 0.66).setDepth(DEPTH.spark);
    this.eyes = sprite(scene, 0, 0, 'eyes').setDepth(DEPTH.spark + 1);
  }

  /** Stretches for a dash. */
  dash(): void {
    this.stretch = 1;
  }

  /** The flame is out: smoke only. */
  goOut(): void {
    this.out = true;
  }

  /** Follows the world's flame. */
  update(world: World, dtS: number): void {
    const { spark } = world;
    const gone = this.out || world.outcome === 'finished';
    for (const part of [this.body, this.eyes, this.glow]) part.setVisible(!gone);
    this.halo.setVisible(!this.out);
    this.frameS += dtS;
    if (this.frameS > 0.09) {
      this.frameS = 0;
      this.frame = (this.frame + 1) % 4;
      this.body.setTexture(`flame-${[0, 1, 2, 1][this.frame]!}`);
    }
    const speed = Math.hypot(spark.vx - world.plan.scrollSpeed, spark.vy);
    this.stretch = Math.max(0, this.stretch - dtS * 4);
    const lean = Math.max(-0.95, Math.min(0.95, (spark.vx - world.plan.scrollSpeed) / 420));
    const size = 0.86 + 0.26 * Math.max(0, world.fuel);
    const unit = unitOf(this.body) * size;
    const bob = this.services.reducedMotion ? 0 : Math.sin(world.timeS * 6) * 0.04;
    this.body.setPosition(spark.x, spark.y + 4).setRotation(-lean * 0.75);
    this.body.setScale(
      unit * (1 - this.stretch * 0.3 - Math.min(0.12, speed / 3000) - bob),
      unit * (1 + this.stretch * 0.55 + Math.min(0.2, speed / 1800) + bob),
    );
    this.blinkS -= dtS;
    if (this.blinkS < -0.12) this.blinkS = 2.2 + (world.timeS % 1.7);
    const eyeUnit = unitOf(this.eyes);
    this.eyes
      .setPosition(spark.x + spark.faceX * 3.5, spark.y + 3 + spark.faceY * 2.5)
      .setScale(eyeUnit, this.blinkS < 0 ? eyeUnit * 0.15 : eyeUnit);
    // Just hurt: half seen, slowly breathing (never a fast blink).
    const shown = spark.safeS > 0 && world.hits > 0 ? 0.55 + 0.25 * Math.sin(world.timeS * 9) : 1;
    this.body.setAlpha(shown);
    this.eyes.setAlpha(shown);
    const flicker = this.services.reducedMotion
      ? 1
      : 1 + 0.05 * Math.sin(world.timeS * 17) + 0.03 * Math.sin(world.timeS * 31);
    const warmth = 0.45 + 0.55 * Math.max(0, world.fuel);
    this.glow
      .setPosition(spark.x, spark.y)
      .setDisplaySize(130 * flicker * size, 130 * flicker * size)
      .setAlpha(0.75 * warmth);
    this.halo
      .setPosition(spark.x, spark.y)
      .setDisplaySize(340 * warmth * flicker, 340 * warmth * flicker)
      .setAlpha(0.34 * warmth);
  }
}
