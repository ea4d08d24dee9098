import '@fontsource/inter/latin-400.css';
import '@fontsource/inter/latin-600.css';
import '@fontsource/inter/latin-800.css';
import './page/page.css';
import { CoinslotPlugin, type CoinslotOptions } from '@coinslot/plugin';
import { openSound } from './audio/sound.ts';
import { offerLivePanel } from './designer.ts';
import { createGame } from './game.ts';
import { makeDrawer } from './page/drawer.ts';
import { dressPage } from './page/page.ts';
import { readParams } from './params.ts';
import { openCoinslotShop } from './pay/coinslot-shop.ts';
import { fetchShopFiles, type ShopFiles } from './pay/files.ts';
import { readPrices } from './pay/prices.ts';
import { GATED_SCENES } from './pay/targets.ts';
import { exposeProbe } from './probe.ts';
import { openProgress } from './progress.ts';
import type { Services } from './services.ts';
import { closedShop, openHouse, type Shop } from './shop.ts';
import { chooseStrings } from './strings.ts';

/** The name under which Phaser keeps the plugin. */
const PLUGIN_KEY = 'Coinslot';

const params = readParams(location.search);
const text = chooseStrings(params.lang, navigator.languages);
const progress = openProgress(localStorageOrNull());
const sound = openSound(progress.muted());
const files = await fetchShopFiles(new URL(document.baseURI));
const page = dressPage(text, files?.settings.sandbox ?? false, {
  muted: sound.muted(),
  toggleMute() {
    sound.setMuted(!sound.muted());
    progress.setMuted(sound.muted());
    return sound.muted();
  },
});

const drawer = makeDrawer(
  text.lang,
  {
    consoleUrl: files?.settings.consoleUrl,
    walletUrl: files ? `http://127.0.0.1:${files.settings.walletPort}/` : undefined,
  },
  () => {
    // The stage has another size now; Phaser would only notice with the window's.
    game.scale.getParentBounds();
    game.scale.refresh();
  },
);
const services: Services = {
  params,
  text,
  sound,
  progress,
  shop: files ? openShop(files) : import.meta.env.DEV ? openHouse : closedShop,
  zoom: zoomFor(page.stage),
  reducedMotion: matchMedia('(prefers-reduced-motion: reduce)').matches,
  announce: page.announce,
};
const game = createGame(page.stage, services, files ? { global: [pluginEntry(files)] } : {});
if (params.probe) exposeProbe(game, services.zoom);

function openShop({ priceList, placements }: ShopFiles): Shop {
  return openCoinslotShop({
    plugin: () => game.plugins.get(PLUGIN_KEY) as unknown as CoinslotPlugin,
    prices: readPrices(priceList, text.lang),
    covers: placements.covers,
    text,
    urlOf: (file) => new URL(`coinslot/${file}`, document.baseURI).href,
    onMade(plugin) {
      drawer.watch(plugin.events);
      offerLivePanel(plugin, placements, params);
      const { lab } = params;
      if (lab !== null) void import('./pay/lab.ts').then(({ joinLab }) => joinLab(plugin, lab, placements));
    },
  });
}

function pluginEntry({ priceList, placements, roots, crls, settings }: ShopFiles): object {
  const options: CoinslotOptions = {
    priceList,
    placements,
    placementsUrl: new URL('coinslot/placements.coinslot', document.baseURI).href,
    roots,
    crls,
    sandbox: settings.sandbox,
    wallet: { port: settings.walletPort },
    locale: text.lang,
    overlay: () => import('@coinslot/overlay'),
    scenes: GATED_SCENES,
    mute: (muted) => sound.hold(muted),
  };
  return { key: PLUGIN_KEY, plugin: CoinslotPlugin, mapping: 'coinslot', start: true, data: options };
}

/**
 * As many canvas pixels per world pixel as the stage can show, in halves, so that a dense screen gets a crisp picture; one
 * where WebGL is drawn by the processor, which has no pixels to spare.
 */
function zoomFor(stage: HTMLElement): number {
  if (drawsInSoftware()) return 1;
  const shown = (stage.clientWidth * devicePixelRatio) / 960;
  return Math.max(1, Math.min(2, Math.round(shown * 2) / 2));
}

function drawsInSoftware(): boolean {
  const gl = document.createElement('canvas').getContext('webgl');
  const named = gl?.getExtension('WEBGL_debug_renderer_info');
  if (!gl || !named) return true;
  const renderer = String(gl.getParameter(named.UNMASKED_RENDERER_WEBGL));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(renderer);
}

function localStorageOrNull(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
