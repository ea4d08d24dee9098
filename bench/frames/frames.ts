/** What the overlay costs each frame: shown and still, and hidden again; and how soon an offer is seen. */
import { onGrounds } from '../grounds.ts';
import { measureBundles } from '../bundles/bundles.ts';
import { hostPage, inBrowser } from '../idle/host.ts';
import { median, percentile, type Figure, type Part } from '../report.ts';
import type { Game, Taken } from './page.ts';

/** Fewer on a machine that is busy with other things: `COINSLOT_FRAMES`. */
const FRAMES = Number(process.env['COINSLOT_FRAMES'] ?? 600);
const WARM_UP_FRAMES = FRAMES / 10;
const RUNNING_FRAMES = FRAMES / 3;
const OPENINGS = 3;
const TARGET = 'level-3';
const LOADED = 'all that the first offer loads, pixi.js and howler included';

interface Session {
  readonly firstMs: number;
  readonly still?: Record<Game, Taken>;
  readonly running?: Record<Game, Taken>;
  readonly hidden?: Record<Game, Taken>;
  readonly version: string;
}

export async function measureFrames(): Promise<Part> {
  const host = await hostPage('frames');
  try {
    const sessions = await onGrounds({ gamePort: host.port, clock: Date.now }, async ({ gameFolder, wallet }) => {
      host.gameFolder = gameFolder;
      const url = `http://127.0.0.1:${host.port}/?wallet=${wallet.port}`;
      const taken: Session[] = [];
      for (let opening = 0; opening < OPENINGS; opening++) taken.push(await session(url, opening === 0));
      return taken;
    });
    const loaded = (await measureBundles()).figures.find(({ name }) => name === LOADED);
    return partOf(sessions, loaded === undefined ? [] : [loaded]);
  } finally {
    await host.close();
  }
}

/** One page, one offer; frames are counted in the first only. */
function session(url: string, counts: boolean): Promise<Session> {
  return inBrowser(
    url,
    async (page, browser) => {
      const frames = (games: Game[], count: number): Promise<Record<Game, Taken>> =>
        page.evaluate(([names, many]) => window.frameBench.frames(names, many), [games, count] as const);
      const firstMs = await page.evaluate((target) => window.frameBench.openOffer(target), TARGET);
      const version = browser.version();
      if (!counts) return { firstMs, version };
      await frames(['shown', 'held'], WARM_UP_FRAMES);
      const still = await frames(['shown', 'held'], FRAMES);
      const running = await frames(['shown', 'plain'], RUNNING_FRAMES);
      await page.evaluate(() => window.frameBench.decline());
      await frames(['shown', 'plain'], WARM_UP_FRAMES);
      return { firstMs, version, still, running, hidden: await frames(['shown', 'plain'], RUNNING_FRAMES) };
    },
    'frameBench',
  );
}

function partOf(sessions: readonly Session[], loaded: readonly Figure[]): Part {
  const { still, running, hidden, version } = sessions[0]!;
  const firsts = sessions.map(({ firstMs }) => firstMs);
  const ms = (name: string, value: number): Figure => ({ name, value, unit: 'ms' });
  const { shown, held } = still!;
  return {
    name: 'frames',
    title: 'Frames: what the overlay costs at 800x450, and how soon it is seen',
    figures: [
      {
        ...ms('script added while shown and still, median', median(shown.script) - median(held.script)),
        goal: 0.1,
      },
      ms('script of a frame with an offer shown, median', median(shown.script)),
      ms('script of a frame with an offer shown, 95 %', percentile(shown.script, 0.95)),
      {
        name: 'whole frame, shown and still : the same game held without it',
        value: median(shown.whole) / median(held.whole),
        unit: 'x',
        goal: 1.25,
      },
      {
        name: 'whole frame, shown and still : the same game running',
        value: median(running!.shown.whole) / median(running!.plain.whole),
        unit: 'x',
        goal: 1.25,
      },
      ms('whole frame of the game running, median', median(running!.plain.whole)),
      ms('script added once hidden again, median', median(hidden!.shown.script) - median(hidden!.plain.script)),
      { ...ms('first show, from the wallet’s answer, median', median(firsts)), goal: 150 },
      ms('first show, slowest', Math.max(...firsts)),
      ...loaded,
    ],
    notes: [
      `${FRAMES} frames with and without the offer in turn (${RUNNING_FRAMES} against the running game), stepped by hand in Chromium ${version} with WebGL in software; a whole frame ends when a pixel of it was read back.`,
      `First show: ${OPENINGS} pages, each its first offer, overlay prefetched; until the frame that draws it is finished.`,
    ],
  };
}
