import '@fontsource/inter/latin-400.css';
import '@fontsource/inter/latin-600.css';
import '@fontsource/inter/latin-800.css';
import './page/page.css';
import { openSound } from './audio/sound.ts';
import { createGame } from './game.ts';
import { dressPage } from './page/page.ts';
import { readParams } from './params.ts';
import { exposeProbe } from './probe.ts';
import { openProgress } from './progress.ts';
import type { Services } from './services.ts';
import { openHouse } from './shop.ts';
import { chooseStrings } from './strings.ts';

const params = readParams(location.search);
const text = chooseStrings(params.lang, navigator.languages);
const progress = openProgress(localStorageOrNull());
const sound = openSound(progress.muted());
const page = dressPage(text, {
  muted: sound.muted(),
  toggleMute() {
    sound.setMuted(!sound.muted());
    progress.setMuted(sound.muted());
    return sound.muted();
  },
});

const services: Services = {
  params,
  text,
  sound,
  progress,
  shop: openHouse,
  zoom: zoomFor(page.stage),
  reducedMotion: matchMedia('(prefers-reduced-motion: reduce)').matches,
  announce: page.announce,
};
const game = createGame(page.stage, services);
if (params.probe) exposeProbe(game, services.zoom);

/** As many canvas pixels per world pixel as the stage can show, in halves, so that a dense screen gets a crisp picture. */
function zoomFor(stage: HTMLElement): number {
  const shown = (stage.clientWidth * devicePixelRatio) / 960;
  return Math.max(1, Math.min(2, Math.round(shown * 2) / 2));
}

function localStorageOrNull(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
