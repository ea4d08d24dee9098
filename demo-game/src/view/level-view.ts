/** Draws a world: makes everything once, then each frame only moves it. What happened arrives as events and becomes light. */
import type * as Phaser from 'phaser';
import { mix } from '../art/backdrop.ts';
import type { LanternLook } from '../art/actors.ts';
import { PALETTES, hex } from '../art/palette.ts';
import type { Palette } from '../art/palette.ts';
import { OVERHANG, paintBlock } from '../art/terrain.ts';
import type { Random } from '../random.ts';
import type { Services } from '../services.ts';
import { blows } from '../sim/step.ts';
import type { Biome, GameEvent, Lantern, Point, Wind, World } from '../sim/types.ts';
import { Backdrop, DEPTH, paintWater } from './backdrop.ts';
import { Effects, WARM } from './effects.ts';
import { HazardView } from './hazard-view.ts';
import { SparkView } from './spark-view.ts';
import { SCREEN_H, SCREEN_W, dye, light, sprite, unitOf } from './stage.ts';

const LOOKS: Readonly<Record<Biome, LanternLook>> = {
  harbour: 'paper',
  rooftops: 'paper',
  garden: 'paper',
  foundry: 'cage',
  storm: 'cage',
  comet: 'sky',
};

interface LanternSprite {
  lantern: Lantern;
  look: LanternLook;
  image: Phaser.GameObjects.Image;
  glow: Phaser.GameObjects.Image;
  phase: number;
}

interface WindStreak {
  wind: Wind;
  image: Phaser.GameObjects.Image;
  speed: number;
}

interface RainDrop {
  image: Phaser.GameObjects.Image;
  x: number;
  y: number;
  speed: number;
}

/** The picture of one level. */
export class LevelView {
  /** Top left of what the camera shows, world pixels. */
  readonly camera: Point = { x: 0, y: 0 };
  private readonly palette: Palette;
  private readonly backdrop: Backdrop;
  private readonly lanterns: LanternSprite[];
  private readonly embers: Phaser.GameObjects.Image[];
  private readonly hazards: HazardView[];
  private readonly streaks: WindStreak[];
  private readonly waters: Phaser.GameObjects.TileSprite[];
  private readonly rain: readonly RainDrop[];
  private readonly darkness: Phaser.GameObjects.Image | null;
  private readonly effects: Effects;
  private readonly spark: SparkView;
  private beacon: { image: Phaser.GameObjects.Image; glow: Phaser.GameObjects.Image } | null = null;
  private moteRestS = 0;
  private first = true;

  /** Puts up a world as it is. */
  constructor(
    private readonly scene: Phaser.Scene,
    private readonly services: Services,
    private readonly world: World,
    private readonly rng: Random,
  ) {
    const { plan } = world;
    this.palette = PALETTES[plan.biome];
    this.backdrop = new Backdrop(scene, plan.biome);
    for (const block of plan.solids) this.putBlock(block);
    this.putCords();
    this.lanterns = plan.lanterns.map((lantern) => this.putLantern(lantern));
    this.embers = plan.embers.map((ember) => sprite(scene, ember.x, ember.y, 'ember').setDepth(DEPTH.embers));
    this.hazards = plan.hazards.map((hazard) => new HazardView(scene, hazard));
    this.streaks = plan.winds.flatMap((wind) => this.putWind(wind));
    this.waters = this.putWater();
    this.rain = this.putRain();
    this.effects = new Effects(scene, services, rng.fork(), hex(this.palette.glow), () => world.spark);
    this.spark = new SparkView(scene, services);
    this.darkness = plan.biome === 'storm' ? sprite(scene, 0, 0, 'darkness').setDepth(DEPTH.darkness) : null;
    this.darkness?.setDisplaySize(SCREEN_W * 3, SCREEN_H * 3);
    if (plan.beacon) this.putBeacon(plan.beacon);
  }

  private putBlock(block: { x: number; y: number; w: number; h: number }): void {
    const { plan } = this.world;
    const key = paintBlock(this.scene.textures, plan.biome, block, plan.height);
    sprite(this.scene, block.x - OVERHANG, block.y - OVERHANG, key)
      .setOrigin(0, 0)
      .setDepth(DEPTH.terrain);
  }

  /** Cords from what is overhead; in the open, lanterns hang in the air by themselves. */
  private putCords(): void {
    const { plan } = this.world;
    const graphics = this.scene.add.graphics().setDepth(DEPTH.cords);
    graphics.lineStyle(1.4, hex(this.palette.edge), 0.35);
    for (const lantern of plan.lanterns) {
      if (lantern.drift) continue;
      const roof = plan.solids.find(
        (s) => s.y + s.h < lantern.y && lantern.y - s.y - s.h < 260 && s.x < lantern.x && s.x + s.w > lantern.x,
      );
      if (roof) graphics.lineBetween(lantern.x, roof.y + roof.h, lantern.x, lantern.y - 38);
    }
  }

  private putLantern(lantern: Lantern): LanternSprite {
    const look = lantern.drift ? 'boat' : LOOKS[this.world.plan.biome];
    const image = sprite(this.scene, lantern.x, lantern.y, `lantern-${look}`).setDepth(DEPTH.lanterns);
    const glow = light(this.scene, lantern.x, lantern.y, 60, hex(this.palette.glow), 0.16).setDepth(DEPTH.lights);
    return { lantern, look, image, glow, phase: this.rng.next() * 6 };
  }

  private putWind(wind: Wind): WindStreak[] {
    const angle = Math.atan2(wind.pushY, wind.pushX);
    return Array.from({ length: Math.round((wind.w * wind.h) / 6500) + 3 }, () => {
      const x = wind.x + this.rng.next() * wind.w;
      const y = wind.y + this.rng.next() * wind.h;
      const image = sprite(this.scene, x, y, 'streak').setRotation(angle).setDepth(DEPTH.wind);
      dye(image, hex(this.palette.edge));
      return { wind, image, speed: this.rng.between(0.8, 1.7) };
    });
  }

  private putWater(): Phaser.GameObjects.TileSprite[] {
    const { plan } = this.world;
    if (plan.waterY === null && !plan.tide) return [];
    const p = this.palette;
    const back = `water-back-${plan.biome}`;
    const front = `water-front-${plan.biome}`;
    paintWater(this.scene.textures, back, [mix(p.edge, p.mid, 0.55), mix(p.mid, p.near, 0.3), p.solidDeep]);
    paintWater(this.scene.textures, front, [mix(p.edge, p.near, 0.45), p.near, p.solidDeep]);
    return [back, front].map((key, i) => {
      const tile = this.scene.add.tileSprite(0, 0, SCREEN_W, 200, key).setOrigin(0, 0).setScrollFactor(0);
      return tile.setDepth(i === 0 ? DEPTH.terrain - 1 : DEPTH.water).setAlpha(i === 0 ? 1 : 0.82);
    });
  }

  private putRain(): RainDrop[] {
    const { biome } = this.world.plan;
    if (biome !== 'garden' && biome !== 'storm') return [];
    return Array.from({ length: biome === 'storm' ? 80 : 55 }, () => {
      const image = sprite(this.scene, 0, 0, 'streak').setRotation(1.75).setScrollFactor(0).setDepth(DEPTH.weather);
      dye(image, 0xc8e1ff);
      const speed = this.rng.between(0.75, 1.3);
      image.setAlpha(0.14 + 0.2 * (speed - 0.75)).setScale(unitOf(image) * speed * 0.8);
      return { image, x: this.rng.between(0, SCREEN_W), y: this.rng.between(0, SCREEN_H), speed };
    });
  }

  private putBeacon(at: Point): void {
    const image = sprite(this.scene, at.x, at.y + 8, 'beacon').setDepth(DEPTH.terrain);
    const glow = light(this.scene, at.x, at.y - 40, 160, hex(this.palette.glow), 0.1).setDepth(DEPTH.lights);
    this.beacon = { image, glow };
  }

  /** Turns what happened into light. */
  react(event: GameEvent): void {
    if (event.type === 'lantern') this.lightUp(event.at);
    else if (event.type === 'beacon-open') this.openBeacon();
    else if (event.type === 'dash') this.spark.dash();
    else if (event.type === 'lost') this.spark.goOut();
    this.effects.react(event);
  }

  private lightUp(at: Point): void {
    const found = this.lanterns.find(({ lantern }) => lantern.x === at.x && lantern.y === at.y);
    if (!found) return;
    found.image.setTexture(`lantern-${found.look}-lit`);
    // A lit lantern shines through the storm's darkness.
    if (this.darkness) found.image.setDepth(DEPTH.darkness + 1);
    const unit = unitOf(found.image);
    this.scene.tweens.add({
      targets: found.image,
      scale: { from: unit * 1.45, to: unit },
      duration: 480,
      ease: 'Back.easeOut',
    });
  }

  private openBeacon(): void {
    if (!this.beacon) return;
    this.beacon.image.setTexture('beacon-lit');
    this.scene.tweens.add({
      targets: this.beacon.glow,
      alpha: 0.95,
      displayWidth: 460,
      displayHeight: 460,
      duration: 900,
      ease: 'Cubic.easeOut',
    });
  }

  /** Moves the picture on by dtS seconds. */
  update(dtS: number): void {
    const { world } = this;
    this.moveCamera(dtS);
    this.moveScenery(dtS);
    this.moveLanterns();
    world.plan.embers.forEach((ember, i) => {
      const image = this.embers[i]!;
      if (ember.taken) image.setVisible(false);
      else
        image
          .setRotation(Math.sin(world.timeS * 2 + i) * 0.4)
          .setScale(unitOf(image) * (1 + 0.14 * Math.sin(world.timeS * 5 + i)));
    });
    for (const hazard of this.hazards) hazard.update(world.timeS);
    this.spark.update(world, dtS);
    this.trail(dtS);
    this.effects.update(dtS);
    this.darkness?.setPosition(world.spark.x, world.spark.y);
  }

  private moveCamera(dtS: number): void {
    const { world, camera } = this;
    const { plan, spark } = world;
    const lead = Math.max(-110, Math.min(110, spark.vx * 0.38));
    const goalX = plan.scrollSpeed > 0 ? world.scrollX : spark.x + lead - SCREEN_W / 2;
    const goalY = plan.height > SCREEN_H ? spark.y + Math.max(-70, Math.min(70, spark.vy * 0.2)) - SCREEN_H / 2 : 0;
    const ease = this.first || plan.scrollSpeed > 0 ? 1 : 1 - Math.exp(-4.5 * dtS);
    this.first = false;
    camera.x += (Math.max(0, Math.min(plan.width - SCREEN_W, goalX)) - camera.x) * ease;
    camera.y += (Math.max(0, Math.min(plan.height - SCREEN_H, goalY)) - camera.y) * ease;
    const { x, y } = this.effects.shaken();
    this.scene.cameras.main.setScroll(camera.x + x, camera.y + y);
  }

  private moveScenery(dtS: number): void {
    const { world, camera } = this;
    const { plan } = world;
    this.backdrop.follow(camera.x, plan.height - SCREEN_H - camera.y);
    this.backdrop.darken(1 - world.lit / plan.lanterns.length);
    const surface = Math.min(plan.waterY ?? Infinity, world.tideY ?? Infinity);
    this.waters.forEach((tile, i) => {
      const swell = Math.sin(world.timeS * (1.1 + i * 0.4)) * 3;
      tile.y = surface - camera.y - 10 + swell + i * 5;
      tile.tilePositionX = camera.x + world.timeS * (i === 0 ? -22 : 34);
      tile.setVisible(tile.y < SCREEN_H);
    });
    for (const drop of this.rain) {
      const fall = world.timeS * 640 * drop.speed;
      drop.image.setPosition(
        wrap(drop.x - fall * 0.18 - camera.x * 0.8, -30, SCREEN_W + 60),
        wrap(drop.y + fall - camera.y * 0.8, -30, SCREEN_H + 60),
      );
    }
    for (const { wind, image, speed } of this.streaks) {
      const blowing = blows(wind, world.timeS);
      image.x = wrap(image.x + wind.pushX * speed * 1.6 * dtS * (blowing ? 1 : 0.1), wind.x, wind.w);
      image.y = wrap(image.y + wind.pushY * speed * 1.6 * dtS * (blowing ? 1 : 0.1), wind.y, wind.h);
      const goal = blowing ? 0.55 : 0.08;
      image.setAlpha(image.alpha + (goal - image.alpha) * Math.min(1, dtS * 6));
    }
  }

  private moveLanterns(): void {
    const t = this.world.timeS;
    const still = this.services.reducedMotion;
    for (const { lantern, image, glow, phase } of this.lanterns) {
      const sway = still ? 0 : Math.sin(t * 1.6 + phase) * 0.07;
      image.setRotation(sway).setPosition(lantern.x, lantern.y + (lantern.drift ? Math.sin(t * 2 + phase) * 2.5 : 0));
      const flicker = still ? 0 : Math.sin(t * 9 + phase) * 0.03 + Math.sin(t * 23 + phase * 2) * 0.02;
      const size = lantern.lit ? 230 : 76;
      const alpha = lantern.lit ? 0.62 + flicker : 0.12 + 0.07 * Math.sin(t * 2.4 + phase);
      glow.setPosition(lantern.x, lantern.y).setAlpha(glow.alpha + (alpha - glow.alpha) * 0.2);
      glow.setDisplaySize(
        glow.displayWidth + (size - glow.displayWidth) * 0.12,
        glow.displayWidth + (size - glow.displayWidth) * 0.12,
      );
    }
    if (this.beacon && this.world.beaconOpen) this.beacon.glow.setRotation(t * 0.2);
  }

  private trail(dtS: number): void {
    const { spark, outcome, plan } = this.world;
    this.moteRestS -= dtS;
    if (this.moteRestS > 0) return;
    const fast = Math.hypot(spark.vx, spark.vy) > 400;
    this.moteRestS = fast ? 0.012 : 0.045;
    if (outcome !== 'lost') {
      this.effects.motes.burst(spark.x + this.rng.between(-5, 5), spark.y + this.rng.between(-2, 8), {
        count: 1,
        speed: [8, 40],
        lifeS: [0.35, 0.8],
        size: fast ? [9, 18] : [4, 10],
        tints: WARM,
        aim: [-Math.PI / 2, 0.8],
        gravity: -50,
      });
    }
    if (plan.biome === 'foundry' && this.rng.next() < 0.5) {
      this.effects.motes.burst(this.camera.x + this.rng.between(0, SCREEN_W), SCREEN_H - 60, {
        count: 1,
        speed: [50, 130],
        lifeS: [1.2, 2.4],
        size: [2, 5],
        tints: [0xff8b3d, 0xffd166],
        aim: [-Math.PI / 2, 0.5],
        drag: 0.2,
      });
    }
  }
}

function wrap(value: number, from: number, size: number): number {
  return from + ((((value - from) % size) + size) % size);
}
