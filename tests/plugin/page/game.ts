/**
 * The page of the plugin's browser tests: a real Phaser game with a few plain scenes, the plugin under test, and an overlay
 * module whose player does what the test says. Bundled once with Phaser 4 and once with Phaser 3.
 */
import { AUTO, CANVAS, Game, Scene, WEBGL, type Types } from 'phaser';
import { CoinslotPlugin, type BreakpointResult, type CoinslotOptions, type OverlayModule } from '@coinslot/plugin';
import type { OverlayIntent, OverlayOptions, OverlayState } from '@coinslot/overlay';
import type { PlacementsFile } from '@coinslot/plugin/timing';

/** What the test hands over before the page loads. */
export interface LabContent {
  readonly priceList: string;
  readonly roots: string;
  readonly placements: PlacementsFile;
  readonly walletPort: number;
  readonly renderer: 'webgl' | 'canvas';
  readonly scenes?: CoinslotOptions['scenes'];
  /** Default: the plugin is installed. */
  readonly plain?: boolean;
  /** `createOverlay` rejects. */
  readonly brokenOverlay?: boolean;
}

/** What the test sees and does. */
export interface Lab {
  readonly game: Game;
  readonly coinslot: CoinslotPlugin;
  /** `Level2.create {"coins":7}` and the like. */
  readonly log: string[];
  readonly updates: Record<string, number>;
  readonly states: string[];
  readonly fed: string[];
  readonly muted: boolean[];
  readonly options: OverlayOptions | undefined;
  renders: number;
  intend(intent: OverlayIntent): void;
  scene(key: string): Scene;
  paints(x: number, y: number): Promise<readonly number[]>;
  result: BreakpointResult | undefined;
}

declare global {
  interface Window {
    labContent: LabContent;
    lab: Lab;
  }
}

const content = window.labContent;
const bytes = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

const lab = {
  log: [] as string[],
  updates: {} as Record<string, number>,
  states: [] as string[],
  fed: [] as string[],
  muted: [] as boolean[],
  options: undefined as OverlayOptions | undefined,
  renders: 0,
  result: undefined as BreakpointResult | undefined,
};

const COLOURS: Readonly<Record<string, number>> = {
  Menu: 0x0000ff,
  Level1: 0xff0000,
  Level2: 0x00ff00,
  Bare: 0x00ffff,
};

function sceneOf(key: string, settings: Types.Scenes.SettingsConfig = {}) {
  return class extends Scene {
    constructor() {
      super({ key, ...settings });
    }

    create(handed: unknown): void {
      lab.log.push(`${key}.create ${JSON.stringify(handed)}`);
      lab.updates[key] ??= 0;
      const colour = COLOURS[key];
      if (colour !== undefined) this.add.rectangle(0, 0, 400, 300, colour).setOrigin(0);
      for (const event of ['pause', 'resume', 'sleep', 'wake', 'shutdown'])
        this.events.on(event, () => lab.log.push(`${key}.${event}`));
    }

    override update(): void {
      lab.updates[key] = (lab.updates[key] ?? 0) + 1;
    }
  };
}

let intend: (intent: OverlayIntent) => void = () => undefined;

/** Draws a yellow panel in the middle third, and writes down what it is given. */
const overlay: OverlayModule = {
  createOverlay(options) {
    if (content.brokenOverlay === true) return Promise.reject(new Error('no renderer'));
    lab.options = options;
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d')!;
    let open = false;
    let dirty = false;
    const show = (state: OverlayState): void => {
      open = dirty = true;
      lab.states.push(state.kind);
      options.requestRender();
    };
    return Promise.resolve({
      canvas,
      show,
      hide: () => {
        open = false;
        lab.states.push('hidden');
      },
      render: () => {
        if (!open || !dirty) return false;
        dirty = false;
        lab.renders++;
        context.clearRect(0, 0, canvas.width, canvas.height);
        context.fillStyle = '#ffff00';
        context.fillRect(canvas.width / 3, canvas.height / 3, canvas.width / 3, canvas.height / 3);
        return true;
      },
      animating: () => false,
      pointer: (type, x, y) => void lab.fed.push(`${type} ${Math.round(x)} ${Math.round(y)}`),
      key: (event) => void lab.fed.push(`${event.type} ${event.code}`),
      pad: (type, button) => void lab.fed.push(`pad ${type} ${button}`),
      resize: (width, height) => {
        canvas.width = width;
        canvas.height = height;
        dirty = true;
        lab.fed.push(`resize ${width} ${height}`);
      },
      uncovered: () => void lab.fed.push('uncovered'),
      onIntent: (listener) => (intend = listener),
      destroy: () => void lab.fed.push('destroy'),
    });
  },
};

const data: CoinslotOptions = {
  priceList: bytes(content.priceList),
  roots: bytes(content.roots),
  placements: content.placements,
  sandbox: true,
  wallet: { port: content.walletPort },
  overlay: () => Promise.resolve(overlay),
  mute: (muted) => lab.muted.push(muted),
  ...(content.scenes && { scenes: content.scenes }),
};

const rendererType = content.renderer === 'canvas' ? CANVAS : WEBGL;
const game = new Game({
  type: rendererType === CANVAS ? CANVAS : WEBGL || AUTO,
  width: 400,
  height: 300,
  parent: 'game',
  banner: false,
  audio: { noAudio: false },
  scene: [
    sceneOf('Level1'),
    sceneOf('Level2'),
    sceneOf('Menu'),
    sceneOf('Hud'),
    // A scene that brings its own list of plugins is gated like any other.
    sceneOf('Bare', { plugins: ['InputPlugin'] }),
  ],
  ...(content.plain !== true && {
    plugins: { global: [{ key: 'Coinslot', plugin: CoinslotPlugin, mapping: 'coinslot', start: true, data }] },
  }),
});

window.lab = Object.assign(lab, {
  game,
  get coinslot(): CoinslotPlugin {
    return game.plugins.get('Coinslot') as CoinslotPlugin;
  },
  intend: (intent: OverlayIntent) => intend(intent),
  scene: (key: string) => game.scene.getScene(key),
  /** Colour of a pixel of the finished frame, by the renderer's own snapshot. */
  paints: (x: number, y: number) =>
    new Promise<readonly number[]>((resolve) => {
      game.renderer.snapshotPixel(x, y, (colour) => {
        const { red, green, blue } = colour as { red: number; green: number; blue: number };
        resolve([red, green, blue]);
      });
    }),
});
