import * as Phaser from 'phaser';
import type { Random } from '../random.ts';
import { dye } from './stage.ts';

/** How a burst looks; ranges are drawn from per particle. Speeds in pixels a second, sizes in pixels. */
export interface Burst {
  count: number;
  speed: readonly [number, number];
  lifeS: readonly [number, number];
  size: readonly [number, number];
  tints: readonly number[];
  /** Direction in radians and how far either side; left out, all round. */
  aim?: readonly [number, number];
  gravity?: number;
  drag?: number;
}

interface Mote {
  image: Phaser.GameObjects.Image;
  vx: number;
  vy: number;
  ageS: number;
  lifeS: number;
  size: number;
  gravity: number;
  drag: number;
}

/** A fixed pool of glowing motes: one texture, one blend mode, so one draw call however many there are. */
export class Motes {
  private readonly idle: Mote[] = [];
  private readonly live: Mote[] = [];

  /** Fills the pool with `size` invisible motes at a depth. */
  constructor(
    scene: Phaser.Scene,
    private readonly rng: Random,
    depth: number,
    size = 180,
  ) {
    for (let i = 0; i < size; i += 1) {
      const image = scene.add.image(0, 0, 'dot').setBlendMode(Phaser.BlendModes.ADD).setDepth(depth).setVisible(false);
      this.idle.push({ image, vx: 0, vy: 0, ageS: 0, lifeS: 1, size: 4, gravity: 0, drag: 0 });
    }
  }

  /** Throws a burst from a point; what the pool can't give is left out. */
  burst(x: number, y: number, look: Burst): void {
    const { rng } = this;
    for (let i = 0; i < look.count; i += 1) {
      const mote = this.idle.pop();
      if (!mote) return;
      const [aim, spread] = look.aim ?? [0, Math.PI];
      const angle = aim + rng.between(-spread, spread);
      const speed = rng.between(...look.speed);
      mote.vx = Math.cos(angle) * speed;
      mote.vy = Math.sin(angle) * speed;
      mote.ageS = 0;
      mote.lifeS = rng.between(...look.lifeS);
      mote.size = rng.between(...look.size);
      mote.gravity = look.gravity ?? 0;
      mote.drag = look.drag ?? 2;
      dye(mote.image, rng.pick(look.tints)).setPosition(x, y).setVisible(true).setAlpha(1);
      mote.image.setDisplaySize(mote.size, mote.size);
      this.live.push(mote);
    }
  }

  /** Moves them on. */
  update(dtS: number): void {
    for (let i = this.live.length - 1; i >= 0; i -= 1) {
      const mote = this.live[i]!;
      mote.ageS += dtS;
      const left = 1 - mote.ageS / mote.lifeS;
      if (left <= 0) {
        mote.image.setVisible(false);
        this.live.splice(i, 1);
        this.idle.push(mote);
        continue;
      }
      const slow = Math.exp(-mote.drag * dtS);
      mote.vx *= slow;
      mote.vy = mote.vy * slow + mote.gravity * dtS;
      mote.image.setPosition(mote.image.x + mote.vx * dtS, mote.image.y + mote.vy * dtS);
      mote.image.setAlpha(left).setDisplaySize(mote.size * (0.4 + 0.6 * left), mote.size * (0.4 + 0.6 * left));
    }
  }
}
