/** What a game's players download because of the plugin, and when. */
import type { Figure, Part } from '../report.ts';
import { bundle, union } from './chunks.ts';

const PLUGIN = "export { CoinslotPlugin } from '@coinslot/plugin';";
const OVERLAY = "export { createOverlay } from '@coinslot/overlay';";
const PEERS = ['pixi.js', 'pixi.js/*', 'howler'];
const VERIFIER = 'plugin/src/late.ts';
const OVERLAY_ENTRY = 'overlay/src/index.ts';
/** The way the overlay draws when nothing else is asked for. */
const SURFACE = 'overlay/src/draw/surface-canvas.ts';
const OTHER_SURFACE = 'overlay/src/draw/surface-webgl.ts';
const FONT = 'overlay/src/font/inter-latin.ts';
const HOWLER = 'node_modules/howler/dist/howler.js';

export async function measureBundles(): Promise<Part> {
  const plugin = await bundle(PLUGIN, ['phaser', '@coinslot/overlay']);
  const verifier = plugin.late(VERIFIER);
  const overlay = await bundle(OVERLAY, PEERS);
  const overlayCode = union(overlay.entry, overlay.late(SURFACE), overlay.late(OTHER_SURFACE));
  const whole = await bundle(PLUGIN, ['phaser']);
  const firstOffer = union(...[VERIFIER, OVERLAY_ENTRY, SURFACE, FONT, HOWLER].map((module) => whole.late(module)));
  const sized = (name: string, bytes: number, goal?: number): Figure => ({
    name,
    value: bytes / 1_000,
    unit: 'kB',
    ...(goal !== undefined && { goal }),
  });
  return {
    name: 'bundles',
    title: 'Bundles: kB (1000 bytes), minified, gzip',
    figures: [
      sized('plugin entry: gate, timing, link', plugin.gzipBytes(plugin.entry), 15),
      sized('verifier chunk, loaded when a boundary nears', plugin.gzipBytes(verifier, plugin.entry), 42),
      sized('overlay code without peers', overlay.gzipBytes(overlayCode), 25),
      sized('font of the overlay', overlay.gzipBytes(overlay.late(FONT), overlayCode)),
      sized('all that the first offer loads, pixi.js and howler included', whole.gzipBytes(firstOffer, whole.entry)),
    ],
    notes: [
      'Bundled by esbuild with phaser left out; chunks are compressed one by one at level 9.',
      'Overlay code counts both its surfaces; the first offer loads the canvas one.',
    ],
  };
}
