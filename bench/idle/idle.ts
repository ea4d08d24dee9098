/** What the installed plugin costs each frame of a game in which nothing is offered. */
import type { Page } from 'playwright-core';
import { onGrounds } from '../grounds.ts';
import { median, percentile, type Figure, type Part } from '../report.ts';
import { hostPage, inBrowser } from './host.ts';
import type { Variant } from './page.ts';

const FRAMES = 10_000;
const BATCH = 100;
const WARM_UP_BATCHES = 10;
const GOAL_MS = 0.01;
const TARGET = 'level-3';

/** Script ms of one frame, batch by batch. */
type Rounds = Record<Variant, number[]>;

export async function measureIdle(): Promise<Part> {
  const host = await hostPage('idle');
  try {
    return await onGrounds({ gamePort: host.port, clock: Date.now }, ({ gameFolder, wallet }) => {
      host.gameFolder = gameFolder;
      const url = `http://127.0.0.1:${host.port}/?wallet=${wallet.port}`;
      return inBrowser(url, async (page, browser) => {
        await run(page, ['plain', 'twin', 'installed'], WARM_UP_BATCHES);
        const idle = await run(page, ['plain', 'twin', 'installed'], FRAMES / BATCH);
        await page.evaluate((target) => window.bench.openOffer(target), TARGET);
        const shown = await run(page, ['plain', 'installed'], FRAMES / BATCH / 4);
        return partOf(idle, shown, browser.version());
      });
    });
  } finally {
    await host.close();
  }
}

/** Batches of the variants in turn, beginning with another one each round, so that no place in the order is favoured. */
async function run(page: Page, variants: readonly Variant[], rounds: number): Promise<Rounds> {
  const taken: Rounds = { plain: [], twin: [], installed: [] };
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < variants.length; i++) {
      const variant = variants[(round + i) % variants.length]!;
      const ms = await page.evaluate(
        async ([name, count]) => {
          await window.bench.settle();
          return window.bench.frames(name, count);
        },
        [variant, BATCH] as const,
      );
      taken[variant].push(ms / BATCH);
    }
  }
  return taken;
}

const differences = (a: readonly number[], b: readonly number[]): number[] => a.map((one, i) => one - b[i]!);

function partOf(idle: Rounds, shown: Rounds, browserVersion: string): Part {
  const added = differences(idle.installed, idle.plain);
  const noise = differences(idle.twin, idle.plain).map(Math.abs);
  const ms = (name: string, value: number): Figure => ({ name, value, unit: 'ms' });
  return {
    name: 'idle',
    title: 'Idle: script time added to a frame while nothing is offered',
    figures: [
      { ...ms('added by the plugin, median', median(added)), goal: GOAL_MS },
      ms('added by the plugin, lower quartile', percentile(added, 0.25)),
      ms('added by the plugin, upper quartile', percentile(added, 0.75)),
      ms('noise: two games without it differ by, median', median(noise)),
      ms('a frame without the plugin, median', median(idle.plain)),
      ms('a frame with the plugin, median', median(idle.installed)),
      { name: 'ratio with : without', value: median(idle.installed) / median(idle.plain), unit: 'x' },
      {
        name: 'ratio with an offer shown and still : without',
        value: median(shown.installed) / median(shown.plain),
        unit: 'x',
      },
    ],
    notes: [
      `${FRAMES} frames of each game in batches of ${BATCH}, taken in turn, stepped by hand in Chromium ${browserVersion} with WebGL in software; the overlay is not loaded.`,
      'A difference is taken between batches of the same round. While an offer is shown the scenes of the game stand still, so that ratio may be below one.',
    ],
  };
}
