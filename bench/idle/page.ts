/** The page of the idle measurement: the same small game three times, stepped by hand; one of them has the plugin. */
import { CoinslotPlugin, type CoinslotOptions, type PlacementsFile } from '@coinslot/plugin';
import * as Phaser from 'phaser';

/** `twin` is `plain` again: what differs between these two is noise. */
export type Variant = 'plain' | 'twin' | 'installed';

export interface Bench {
  /** Script time of so many frames, ms. */
  frames(variant: Variant, count: number): number;
  /** Lets the picture that was drawn be finished, outside any measurement. */
  settle(): Promise<void>;
  /** Opens an offer over the game with the plugin and steps until nothing of it moves. */
  openOffer(target: string): Promise<void>;
}

declare global {
  interface Window {
    bench: Bench;
  }
}

const WIDTH = 320;
const HEIGHT = 180;
const SPRITES = 60;
const FRAME_MS = 1_000 / 60;
/** Longer than every movement of the overlay when it opens. */
const OPENING_MS = 3_000;

class Meadow extends Phaser.Scene {
  readonly #sprites: Phaser.GameObjects.Image[] = [];
  #score: Phaser.GameObjects.Text | undefined;
  #frame = 0;

  create(): void {
    const brush = this.make.graphics({}, false).fillStyle(0xffcc66).fillCircle(8, 8, 8);
    brush.generateTexture('firefly', 16, 16);
    for (let i = 0; i < SPRITES; i++)
      this.#sprites.push(this.add.image((i * 97) % WIDTH, (i * 53) % HEIGHT, 'firefly'));
    this.tweens.add({ targets: this.#sprites[0]!, scale: 2, yoyo: true, repeat: -1, duration: 700 });
    this.#score = this.add.text(8, 8, 'fireflies', { fontSize: '14px' });
    this.input.keyboard?.on('keydown-SPACE', () => this.#score?.setText('jump'));
  }

  override update(): void {
    this.#frame += 1;
    for (const [i, sprite] of this.#sprites.entries()) {
      sprite.x = (sprite.x + 1 + (i % 3)) % WIDTH;
      sprite.y += Math.sin((this.#frame + i * 7) / 20);
    }
  }
}

function startGame(data: CoinslotOptions | undefined): Promise<Phaser.Game> {
  return new Promise((resolve) => {
    const game = new Phaser.Game({
      type: Phaser.WEBGL,
      width: WIDTH,
      height: HEIGHT,
      audio: { noAudio: true },
      banner: false,
      // The picture is of no interest, and in software dear.
      antialias: false,
      scene: [Meadow],
      ...(data && { plugins: { global: [{ key: 'Coinslot', plugin: CoinslotPlugin, start: true, data }] } }),
    });
    // After its first frame none comes by itself any more.
    game.events.once(Phaser.Core.Events.POST_RENDER, () => {
      game.loop.stop();
      resolve(game);
    });
  });
}

async function fetchBytes(name: string): Promise<Uint8Array> {
  const answer = await fetch(`/coinslot/${name}`);
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

const data: CoinslotOptions = {
  priceList: await fetchBytes('price-list.coinslot'),
  roots: await fetchBytes('roots.coinslot'),
  placements: JSON.parse(new TextDecoder().decode(await fetchBytes('placements.json'))) as PlacementsFile,
  sandbox: true,
  wallet: { port: Number(new URLSearchParams(location.search).get('wallet')) },
};
const games: Record<Variant, Phaser.Game> = {
  plain: await startGame(undefined),
  twin: await startGame(undefined),
  installed: await startGame(data),
};
const coinslot = games.installed.plugins.get('Coinslot') as CoinslotPlugin;
await coinslot.ready;

const times: Record<Variant, number> = { plain: 0, twin: 0, installed: 0 };

function step(variant: Variant): void {
  times[variant] += FRAME_MS;
  games[variant].step(times[variant], FRAME_MS);
}

const nextTask = (): Promise<void> => new Promise((resolve) => void requestAnimationFrame(() => resolve()));

window.bench = {
  frames(variant, count) {
    const startedAt = performance.now();
    for (let i = 0; i < count; i++) step(variant);
    return performance.now() - startedAt;
  },
  async settle() {
    for (const { renderer } of Object.values(games)) (renderer as Phaser.Renderer.WebGL.WebGLRenderer).gl.finish();
    await nextTask();
  },
  async openOffer(target) {
    const shown = new Promise<void>((resolve, reject) => {
      coinslot.events.on('message', ({ name }) => void (name === 'show' && resolve()));
      void coinslot.require(target).then(({ status, reason }) => reject(new Error(`${status}: ${reason}`)));
    });
    let until = Infinity;
    void shown.then(() => (until = performance.now() + OPENING_MS));
    while (performance.now() < until) {
      step('installed');
      await nextTask();
    }
    return shown;
  },
};
