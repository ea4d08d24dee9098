import * as Phaser from 'phaser';
import type { EffectName } from '../audio/effects.ts';
import { levelOf, planLevel } from '../levels/index.ts';
import { createRandom } from '../random.ts';
import type { Services } from '../services.ts';
import { createPilot } from '../sim/pilot.ts';
import type { Pilot } from '../sim/pilot.ts';
import { STEP_S, step } from '../sim/step.ts';
import type { Controls, GameEvent, HurtCause, LevelKey, LevelPlan, World } from '../sim/types.ts';
import { createWorld, starsOf } from '../sim/world.ts';
import type { Stars } from '../sim/world.ts';
import { Hud } from '../view/hud.ts';
import { LevelView } from '../view/level-view.ts';
import { PausePanel } from '../view/pause-panel.ts';
import { frameScene, onKeyDown } from '../view/stage.ts';
import { Steering } from '../view/steering.ts';

/** What a finished level hands to the scene after it. */
export interface LevelResult {
  key: LevelKey;
  stars: Stars;
  score: number;
  timeS: number;
  embers: readonly [number, number];
  lanterns: readonly [number, number];
  hits: number;
  parS: number;
}

/** What a lost level hands to the scene after it. */
export interface LevelLoss {
  key: LevelKey;
  cause: HurtCause;
  score: number;
}

/** Longest stretch of play in one frame: below ten frames a second the game slows down rather than jumps. */
const FRAME_MAX_S = 0.1;
/** After the end, so long at so much of the speed. */
const AFTERGLOW_S = 1.25;
const AFTERGLOW_SPEED = 0.35;

const SOUNDS: Readonly<Partial<Record<GameEvent['type'], EffectName>>> = {
  dash: 'dash',
  burn: 'burn',
  hurt: 'hurt',
  life: 'life',
  chill: 'chill',
  'beacon-open': 'beacon',
  strike: 'strike',
  splash: 'splash',
  'low-fuel': 'low',
  finished: 'finish',
  lost: 'lost',
};
/** Steps of the major pentatonic, which a chain of lanterns climbs. */
const CLIMB = [0, 2, 4, 7, 9, 12, 14, 16];

/** A level in play: the same class under six scene keys, so that each can have its own gate. */
export class LevelScene extends Phaser.Scene {
  /** False until the level is there: what is sealed of it opens after the scene has begun. */
  isLaidOut = false;
  private world!: World;
  private view!: LevelView;
  private hud!: Hud;
  private steering!: Steering;
  private pilot: Pilot | null = null;
  private pause: PausePanel | null = null;
  private owedS = 0;
  private steps = 0;
  private controls: Controls = { x: 0, y: 0, dash: false };
  private afterglowS = 0;
  private lastCause: HurtCause = 'cold';

  constructor(
    private readonly level: LevelKey,
    private readonly services: Services,
  ) {
    super(level);
  }

  /** Starts the level afresh, also after a retry. */
  create(): void {
    const { params, shop } = this.services;
    const { sealed } = levelOf(this.level);
    this.isLaidOut = false;
    this.pause = null;
    if (sealed === undefined) return this.begin(planLevel(this.level, params.seed));
    let isHere = true;
    this.events.once('shutdown', () => (isHere = false));
    void shop.openContent(this.level, sealed).then((content) => {
      if (!isHere) return;
      if (content === null) this.leaveFor('Menu');
      else this.begin(planLevel(this.level, params.seed, content));
    });
  }

  private begin(plan: LevelPlan): void {
    const { params, sound, shop, text, announce } = this.services;
    this.world = createWorld(plan, params.goal === null ? {} : { goal: params.goal });
    frameScene(this, this.services.zoom);
    this.view = new LevelView(this, this.services, this.world, createRandom(params.seed + 77));
    this.hud = new Hud(this, this.services, this.world);
    this.steering = new Steering(this, this.services.zoom);
    this.pilot = params.auto ? createPilot() : null;
    this.owedS = 0;
    this.steps = 0;
    this.afterglowS = 0;
    sound.music(plan.biome);
    announce(`${text.levels[plan.biome].name}. ${text.levels[plan.biome].hint}`);
    shop.playStarted(this.level);
    this.events.once('shutdown', () => shop.playStopped());
    const stopWatching = shop.onChange(() => {
      if (shop.isRefunded(this.level)) this.leaveFor('Menu');
    });
    this.events.once('shutdown', stopWatching);
    this.input.setDefaultCursor('default');
    onKeyDown(this, (event) => this.onKey(event));
    const onBlur = (): void => this.setPaused(this.pilot === null || this.pause !== null);
    this.game.events.on('blur', onBlur);
    this.events.once('shutdown', () => this.game.events.off('blur', onBlur));
    this.isLaidOut = true;
  }

  /** The world, for the test probe. */
  get state(): World {
    return this.world;
  }

  /** Whether the pause panel is up, for the test probe. */
  get paused(): boolean {
    return this.pause !== null;
  }

  private onKey(event: KeyboardEvent): void {
    if (event.code === 'KeyP' || event.code === 'Escape') this.setPaused(this.pause === null);
  }

  private setPaused(paused: boolean): void {
    if (paused === (this.pause !== null) || this.world.outcome !== 'playing') return;
    const { shop, sound } = this.services;
    if (paused) {
      shop.playStopped();
      sound.duck(true);
      this.pause = new PausePanel(this, this.services, {
        resume: () => this.setPaused(false),
        retry: () => this.leaveFor(this.level),
        menu: () => this.leaveFor('Menu'),
      });
      return;
    }
    this.pause?.destroy();
    this.pause = null;
    this.steering.release();
    shop.playStarted(this.level);
    sound.duck(false);
  }

  private leaveFor(key: string): void {
    this.services.sound.duck(false);
    this.scene.start(key);
  }

  /** One frame: as many fixed steps as it is worth, then the picture. */
  override update(_timeMs: number, deltaMs: number): void {
    if (this.pause || !this.isLaidOut) return;
    const dtS = Math.min(FRAME_MAX_S, deltaMs / 1000);
    const speed = this.afterglowS > 0 ? AFTERGLOW_SPEED : 1;
    this.owedS += dtS * speed;
    while (this.owedS >= STEP_S) {
      this.owedS -= STEP_S;
      this.takeStep();
    }
    this.view.update(dtS * speed);
    this.hud.update(dtS, this.view.camera);
    if (this.world.outcome === 'playing') return;
    this.afterglowS += dtS;
    if (this.afterglowS > AFTERGLOW_S) this.end();
  }

  private takeStep(): void {
    const { spark } = this.world;
    if (!this.pilot) {
      this.controls = this.steering.read({ x: spark.x - this.view.camera.x, y: spark.y - this.view.camera.y });
    } else if (this.steps % 6 === 0) {
      this.controls = this.pilot.decide(this.world);
    }
    this.steps += 1;
    for (const event of step(this.world, this.controls)) {
      this.view.react(event);
      this.hud.react(event);
      this.sing(event);
      if (event.type === 'hurt') {
        this.lastCause = event.cause;
        this.services.shop.lifeLost();
      }
      if ((event.type === 'finished' || event.type === 'lost') && this.afterglowS === 0)
        this.afterglowS = Number.EPSILON;
    }
  }

  private sing(event: GameEvent): void {
    const { sound } = this.services;
    if (event.type === 'lantern') sound.effect('lantern', CLIMB[event.chain - 1] ?? 16);
    else if (event.type === 'ember') sound.effect('ember', CLIMB[Math.min(7, event.streak - 1)] ?? 0);
    else if (event.type === 'strike' && Math.abs(event.at.y - this.world.spark.y) > 500) return;
    else {
      const name = SOUNDS[event.type];
      if (name) sound.effect(name);
    }
  }

  private end(): void {
    const { world } = this;
    if (world.outcome === 'lost') {
      this.scene.start('GameOver', { key: this.level, cause: this.lastCause, score: world.score } satisfies LevelLoss);
      return;
    }
    this.scene.start('Complete', {
      key: this.level,
      stars: starsOf(world),
      score: world.score,
      timeS: world.timeS,
      embers: [world.embersTaken, world.plan.embers.length],
      lanterns: [world.lit, levelOf(this.level).key === 'Bonus' ? world.plan.lanterns.length : world.needed],
      hits: world.hits,
      parS: world.plan.parS,
    } satisfies LevelResult);
  }
}
