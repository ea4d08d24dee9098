import type * as Phaser from 'phaser';
import { LevelScene } from './scenes/level.ts';

/** What tests may read of a running game; nothing in here can change it. */
export interface Probe {
  readonly scenes: readonly string[];
  readonly level: {
    key: string;
    outcome: string;
    paused: boolean;
    score: number;
    lives: number;
    lit: number;
    needed: number;
    fuel: number;
    timeS: number;
    spark: { x: number; y: number };
    camera: { x: number; y: number };
    beaconOpen: boolean;
    lanterns: readonly { x: number; y: number; lit: boolean }[];
  } | null;
  readonly zoom: number;
  readonly fps: number;
  readonly renderer: 'webgl' | 'canvas';
}

declare global {
  interface Window {
    /** Present with `?probe=1` only. */
    readonly __demo?: Probe;
  }
}

/** Hangs the probe on the window: getters only. */
export function exposeProbe(game: Phaser.Game, zoom: number): void {
  const probe: Probe = {
    zoom,
    get scenes() {
      return game.scene.getScenes(true).map((scene) => scene.scene.key);
    },
    get fps() {
      return game.loop.actualFps;
    },
    get renderer() {
      return game.renderer && 'gl' in game.renderer ? 'webgl' : 'canvas';
    },
    get level() {
      const scene = game.scene
        .getScenes(false)
        .find((found) => found instanceof LevelScene && (found.scene.isActive() || found.scene.isPaused()));
      if (!(scene instanceof LevelScene) || !scene.isLaidOut) return null;
      const { plan, spark, ...world } = scene.state;
      const camera = scene.cameras.main;
      return {
        key: plan.key,
        outcome: world.outcome,
        paused: scene.paused,
        score: world.score,
        lives: world.lives,
        lit: world.lit,
        needed: world.needed,
        fuel: world.fuel,
        timeS: world.timeS,
        spark: { x: spark.x, y: spark.y },
        camera: { x: camera.scrollX, y: camera.scrollY },
        beaconOpen: world.beaconOpen,
        lanterns: plan.lanterns.map(({ x, y, lit }) => ({ x, y, lit })),
      };
    },
  };
  Object.defineProperty(window, '__demo', { value: probe, writable: false });
}
