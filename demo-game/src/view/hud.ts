import type * as Phaser from 'phaser';
import type { Services } from '../services.ts';
import { LIVES } from '../sim/world.ts';
import type { GameEvent, Point, World } from '../sim/types.ts';
import { DEPTH } from './backdrop.ts';
import { SCREEN_H, SCREEN_W, dye, label, light, sprite, unitOf } from './stage.ts';

const WICK = { x: 330, y: 26, w: 300 };

/** Lives, the burning wick, lanterns and score along the top; an arrow to the next lantern when it is out of sight. */
export class Hud {
  private readonly lives: Phaser.GameObjects.Image[];
  private readonly wick: Phaser.GameObjects.Graphics;
  private readonly tip: Phaser.GameObjects.Image;
  private readonly tipGlow: Phaser.GameObjects.Image;
  private readonly lanterns: Phaser.GameObjects.Text;
  private readonly score: Phaser.GameObjects.Text;
  private readonly arrow: Phaser.GameObjects.Image;
  private shownScore = 0;
  private shownFuel = 1;

  /** Puts the instruments up. */
  constructor(
    private readonly scene: Phaser.Scene,
    private readonly services: Services,
    private readonly world: World,
  ) {
    const pin = <T extends Phaser.GameObjects.Components.ScrollFactor & Phaser.GameObjects.Components.Depth>(
      item: T,
    ): T => item.setScrollFactor(0).setDepth(DEPTH.hud);
    const shade = pin(scene.add.graphics());
    shade.fillGradientStyle(0x04040f, 0x04040f, 0x04040f, 0x04040f, 0.62, 0.62, 0, 0).fillRect(0, 0, SCREEN_W, 58);
    this.lives = Array.from({ length: LIVES }, (_, i) => pin(sprite(scene, 30 + i * 26, 25, 'heart-flame')));
    this.wick = pin(scene.add.graphics());
    this.tipGlow = pin(light(scene, 0, WICK.y, 60, 0xffb45c, 0.6));
    this.tip = pin(sprite(scene, 0, WICK.y, 'heart-flame'));
    pin(sprite(scene, 742, 25, 'lantern-paper-lit')).setScale(0.19);
    this.lanterns = pin(label(scene, services, 760, 26, '', { size: 17, weight: 800 }));
    this.score = pin(label(scene, services, 930, 26, '0', { size: 22, weight: 800, align: 'right' }));
    this.arrow = pin(sprite(scene, 0, 0, 'pointer')).setVisible(false);
    this.putBanner(pin);
  }

  private putBanner(pin: <T extends Phaser.GameObjects.Text>(item: T) => T): void {
    const { services, scene, world } = this;
    const words = services.text.levels[world.plan.biome];
    const made = [
      pin(
        label(scene, services, SCREEN_W / 2, 196, words.name, { size: 44, weight: 800, align: 'center', spacing: 1 }),
      ),
      pin(label(scene, services, SCREEN_W / 2, 240, words.hint, { size: 19, align: 'center', colour: '#ffe0a3' })),
    ];
    if (world.plan.key === 'Level1') {
      made.push(
        pin(
          label(scene, services, SCREEN_W / 2, SCREEN_H - 34, services.text.flyHint, {
            size: 15,
            align: 'center',
            colour: '#e9e4ff',
          }),
        ),
      );
    }
    made.forEach((line, i) => {
      const hold = i === 2 ? 5200 : 1700;
      line.setAlpha(0);
      scene.tweens.add({
        targets: line,
        alpha: 1,
        duration: 350,
        delay: 120 * i,
        onComplete: () => scene.tweens.add({ targets: line, alpha: 0, duration: 600, delay: hold }),
      });
    });
  }

  /** Marks what happened. */
  react(event: GameEvent): void {
    if (event.type === 'beacon-open') this.cry(this.services.text.beaconOpen);
    if (event.type === 'lantern' || event.type === 'ember') {
      this.scene.tweens.add({ targets: this.score, scale: { from: 1.18, to: 1 }, duration: 200 });
    }
    if (event.type === 'hurt') {
      this.lives.forEach((flame, i) => {
        if (i === this.world.lives)
          this.scene.tweens.add({
            targets: flame,
            scale: { from: unitOf(flame) * 2, to: unitOf(flame) },
            duration: 420,
            ease: 'Back.easeOut',
          });
      });
    }
  }

  private cry(text: string): void {
    const line = label(this.scene, this.services, SCREEN_W / 2, 190, text, {
      size: 34,
      weight: 800,
      align: 'center',
      colour: '#ffe0a3',
    });
    line.setScrollFactor(0).setDepth(DEPTH.hud).setAlpha(0);
    this.scene.tweens.add({
      targets: line,
      alpha: 1,
      y: 180,
      duration: 300,
      yoyo: true,
      hold: 1300,
      onComplete: () => line.destroy(),
    });
  }

  /** Brings the instruments up to date. */
  update(dtS: number, camera: Point): void {
    const { world } = this;
    this.lives.forEach((flame, i) => flame.setAlpha(i < world.lives ? 1 : 0.16));
    const target =
      world.plan.scrollSpeed > 0 ? 1 - world.scrollX / (world.plan.width - SCREEN_W) : Math.max(0, world.fuel);
    this.shownFuel += (target - this.shownFuel) * Math.min(1, dtS * 7);
    this.drawWick();
    this.lanterns.setText(`${world.lit} / ${world.needed}`);
    this.shownScore += Math.ceil((world.score - this.shownScore) * Math.min(1, dtS * 10));
    if (Math.abs(world.score - this.shownScore) < 4) this.shownScore = world.score;
    this.score.setText(String(this.shownScore));
    this.point(camera);
  }

  private drawWick(): void {
    const low = this.shownFuel < 0.25;
    const end = WICK.x + WICK.w * this.shownFuel;
    this.wick.clear();
    this.wick.fillStyle(0x04040f, 0.55).fillRoundedRect(WICK.x - 8, WICK.y - 8, WICK.w + 16, 16, 8);
    this.wick.fillStyle(0x3c3a5e, 1).fillRoundedRect(WICK.x, WICK.y - 1.5, WICK.w, 3, 1.5);
    this.wick
      .fillStyle(low ? 0xff5d4a : 0xffb45c, 1)
      .fillRoundedRect(WICK.x, WICK.y - 3, Math.max(6, end - WICK.x), 6, 3);
    const flicker = this.services.reducedMotion ? 0 : Math.sin(this.world.timeS * 20) * 0.06;
    this.tip.setPosition(end, WICK.y - 6).setScale(unitOf(this.tip) * (0.85 + flicker));
    dye(this.tipGlow, low ? 0xff5d4a : 0xffb45c).setPosition(end, WICK.y - 4);
  }

  private point(camera: Point): void {
    const { world } = this;
    const goal = this.nextGoal();
    const x = goal ? goal.x - camera.x : SCREEN_W / 2;
    const y = goal ? goal.y - camera.y : SCREEN_H / 2;
    const inSight = x > 16 && x < SCREEN_W - 16 && y > 40 && y < SCREEN_H - 10;
    this.arrow.setVisible(goal !== null && !inSight && world.outcome === 'playing' && world.plan.scrollSpeed === 0);
    if (!this.arrow.visible) return;
    const edgeX = Math.max(34, Math.min(SCREEN_W - 34, x));
    const edgeY = Math.max(84, Math.min(SCREEN_H - 34, y));
    const nudge = this.services.reducedMotion ? 0 : Math.sin(world.timeS * 5) * 4;
    const angle = Math.atan2(y - edgeY, x - edgeX);
    this.arrow.setPosition(edgeX + Math.cos(angle) * nudge, edgeY + Math.sin(angle) * nudge).setRotation(angle);
  }

  private nextGoal(): Point | null {
    const { world } = this;
    if (world.beaconOpen) return world.plan.beacon;
    let best: Point | null = null;
    let least = Infinity;
    for (const lantern of world.plan.lanterns) {
      if (lantern.lit) continue;
      const away = Math.hypot(lantern.x - world.spark.x, lantern.y - world.spark.y);
      if (away < least) [best, least] = [lantern, away];
    }
    return best;
  }
}
