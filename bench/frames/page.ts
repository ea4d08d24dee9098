/**
 * The page of the frame measurement: the same game of 800x450 three times, stepped by hand. `shown` has an offer over it;
 * `held` stands as still without one; `plain` never had the plugin and runs.
 */
import { CoinslotPlugin, type CoinslotOptions, type PlacementsFile } from '@coinslot/plugin';
import * as Phaser from 'phaser';

export type Game = 'shown' | 'held' | 'plain';

/** Of each frame, ms: the script alone, and until the picture was finished. */
export interface Taken {
  readonly script: number[];
  readonly whole: number[];
}

export interface FrameBench {
  /** So many frames of each game, in turn. */
  frames(games: readonly Game[], count: number): Promise<Record<Game, Taken>>;
  /** From the wallet's answer to the end of the first frame that shows it, ms. Everything was prefetched. */
  openOffer(target: string): Promise<number>;
  /** The player says no; resolves when the game runs again. */
  decline(): Promise<void>;
}

declare global {
  interface Window {
    frameBench: FrameBench;
  }
}

const WIDTH = 800;
const HEIGHT = 450;
const SPRITES = 200;
const LAYERS = 2;
const FRAME_MS = 1_000 / 60;
/** Longer than every movement of the overlay when it opens. */
const OPENING_MS = 3_000;

/** Two layers over the whole picture and two hundred sprites: a small arcade game. */
class Meadow extends Phaser.Scene {
  readonly #sprites: Phaser.GameObjects.Image[] = [];
  readonly #layers: Phaser.GameObjects.TileSprite[] = [];
  #frame = 0;

  create(): void {
    const brush = this.make.graphics({}, false).fillStyle(0xffcc66).fillCircle(8, 8, 8);
    brush.generateTexture('firefly', 16, 16);
    brush.clear().fillStyle(0x224466, 0.4).fillRect(0, 0, 64, 64).fillStyle(0x336644, 0.6).fillRect(0, 32, 64, 20);
    brush.generateTexture('grass', 64, 64);
    for (let i = 0; i < LAYERS; i++) this.#layers.push(this.add.tileSprite(0, 0, WIDTH, HEIGHT, 'grass').setOrigin(0));
    for (let i = 0; i < SPRITES; i++)
      this.#sprites.push(this.add.image((i * 97) % WIDTH, (i * 53) % HEIGHT, 'firefly'));
  }

  override update(): void {
    this.#frame += 1;
    for (const [i, layer] of this.#layers.entries()) layer.tilePositionX += 1 + i;
    for (const [i, sprite] of this.#sprites.entries()) {
      sprite.x = (sprite.x + 1 + (i % 3)) % WIDTH;
      sprite.y += Math.sin((this.#frame + i * 7) / 20);
    }
  }
}

function startGame(data?: CoinslotOptions): Promise<Phaser.Game> {
  return new Promise((resolve) => {
    const game = new Phaser.Game({
      type: Phaser.WEBGL,
      width: WIDTH,
      height: HEIGHT,
      audio: { noAudio: true },
      banner: false,
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
/** The overlay as it is, and when it has been made. */
let made: Promise<unknown> | undefined;
const overlay: CoinslotOptions['overlay'] = async () => {
  const { createOverlay } = await import('@coinslot/overlay');
  return { createOverlay: (options) => (made = createOverlay(options)) };
};
const games: Record<Game, Phaser.Game> = {
  shown: await startGame({ ...data, overlay }),
  held: await startGame(),
  plain: await startGame(),
};
games.held.scene.scenes[0]!.sys.pause();
const coinslot = games.shown.plugins.get('Coinslot') as CoinslotPlugin;
await coinslot.ready;

const times: Record<Game, number> = { shown: 0, held: 0, plain: 0 };
const pixel = new Uint8Array(4);

function step(name: Game): void {
  times[name] += FRAME_MS;
  games[name].step(times[name], FRAME_MS);
}

/** Waits until the picture is finished: in software, reading a pixel back does. */
function finish(name: Game): void {
  const { gl } = games[name].renderer as Phaser.Renderer.WebGL.WebGLRenderer;
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
}

const nextTask = (): Promise<void> => new Promise((resolve) => void requestAnimationFrame(() => resolve()));

window.frameBench = {
  async frames(names, count) {
    const taken: Record<Game, Taken> = {
      shown: { script: [], whole: [] },
      held: { script: [], whole: [] },
      plain: { script: [], whole: [] },
    };
    for (let frame = 0; frame < count; frame++) {
      // Beginning with another one each time, so that no place in the order is favoured.
      for (let i = 0; i < names.length; i++) {
        const name = names[(frame + i) % names.length]!;
        finish(name);
        const from = performance.now();
        step(name);
        taken[name].script.push(performance.now() - from);
        finish(name);
        taken[name].whole.push(performance.now() - from);
      }
      if (frame % 20 !== 19) continue;
      await nextTask();
      // Somebody is there: the offer does not close by itself.
      const dialog = document.querySelector('[role=dialog]');
      dialog?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Shift', code: 'ShiftLeft' }));
    }
    return taken;
  },
  async openOffer(target) {
    coinslot.prepare();
    while (made === undefined) await nextTask();
    await made;
    let answeredAt: number | undefined;
    let ended: Error | undefined;
    const stop = coinslot.events.on(
      'message',
      ({ name }) => void (name === 'show' && (answeredAt = performance.now())),
    );
    void coinslot.require(target).then(({ status, reason }) => (ended = new Error(`${status}: ${reason}`)));
    let firstMs: number | undefined;
    const until = performance.now() + 30_000;
    for (let end = until; performance.now() < end;) {
      if (ended !== undefined) throw ended;
      step('shown');
      // The dialog's element names the offer in the same task in which it is to be drawn: this frame drew it.
      if (
        firstMs === undefined &&
        answeredAt !== undefined &&
        document.querySelectorAll('[role=dialog] button').length > 1
      ) {
        finish('shown');
        firstMs = performance.now() - answeredAt;
        end = performance.now() + OPENING_MS;
      }
      await nextTask();
    }
    stop();
    if (firstMs === undefined) throw new Error('no offer was shown');
    return firstMs;
  },
  async decline() {
    const dialog = document.querySelector('[role=dialog]');
    if (dialog === null) throw new Error('the offer closed while frames were counted');
    dialog.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', code: 'Escape', bubbles: true }));
    dialog.dispatchEvent(new KeyboardEvent('keyup', { key: 'Escape', code: 'Escape', bubbles: true }));
    while (games.shown.scene.getScenes(true).length !== 1 || document.querySelector('[role=dialog]') !== null) {
      step('shown');
      await nextTask();
    }
  },
};
