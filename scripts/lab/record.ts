/**
 * `node scripts/run.mjs scripts/lab/record.ts [<name>...]`: plays the demo game in Chromium as the players below (all at once, each with
 * a town of its own, half an hour) and keeps what the plugin's own recorder wrote, handed over to a lab, as
 * `demo-game/coinslot/recordings/<name>.jsonl`. Everything is real: the built game, sandbox, wallet and overlay, in real time; only the
 * hands are a pilot's. Run again when the demo game's boundaries or its rules change.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openLab, studioFiles } from '@coinslot/publisher';
import { chromium, type Browser, type Page } from 'playwright-core';
import { pino } from 'pino';
import { BROWSER_FLAGS, requireBrowser } from '../machine.mjs';
import { openTown } from '../town.ts';

/** Levels that are played in turn, 6 the bonus night; until so many minutes have passed, or an offer of this title was taken. */
interface Leg {
  readonly levels: readonly number[];
  readonly until: number | string;
}

interface Player {
  /** The last one ends by its minutes. */
  readonly legs: readonly Leg[];
  readonly seed: number;
  /** How long an offer is looked at, seconds. */
  readonly answerS: number;
  /** How much longer than needed the menu is looked at between two levels, seconds. */
  readonly lingersS: number;
  /** Offers that are taken; any other is declined. */
  readonly buys: readonly string[];
}

const GARDEN = 'The Rain Garden';
const MINUTES = 'Thirty minutes of night';
const COMET = 'The Comet’s Road';

const PLAYERS: Readonly<Record<string, Player>> = {
  /** Buys whatever comes: the third level at its gate, the other two by timing. */
  'first-evening': {
    legs: [
      { levels: [1, 2, 3, 3], until: MINUTES },
      { levels: [4, 3, 5, 2], until: COMET },
      { levels: [6], until: 17 },
    ],
    ...{ seed: 3, answerS: 6, lingersS: 3, buys: [GARDEN, MINUTES, COMET] },
  },
  /** Has what it wanted at once; says no to what is offered, and to two prices that it only looks at. */
  'no-thanks': {
    legs: [
      { levels: [3, 3, 2], until: 6.5 },
      { levels: [4, 3, 2, 3], until: 9.5 },
      { levels: [6, 3, 1, 3], until: 12 },
    ],
    ...{ seed: 5, answerS: 3, lingersS: 0, buys: [GARDEN] },
  },
  /** Comes and goes for so long that even a session's caps are met. */
  'long-evening': {
    legs: [{ levels: [3, 1, 3, 2], until: 27 }],
    ...{ seed: 8, answerS: 9, lingersS: 7, buys: [GARDEN] },
  },
};

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = join(root, 'demo-game', 'coinslot');
const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PLAYERS);
const unknown = names.find((name) => !Object.hasOwn(PLAYERS, name));
if (unknown !== undefined) throw new Error(`${unknown}: expected one of ${Object.keys(PLAYERS).join(', ')}`);

const browser = await chromium.launch({
  executablePath: requireBrowser(),
  args: [...BROWSER_FLAGS, '--disable-gpu', '--mute-audio'],
});
try {
  await Promise.all(names.map((name) => record(browser, name, PLAYERS[name]!)));
} finally {
  await browser.close();
}

async function record(browser: Browser, name: string, player: Player): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'coinslot-record-'));
  const handed = join(home, 'handed');
  const lab = await openLab({
    files: studioFiles(folder),
    recordingsFolder: handed,
    port: 0,
    clock: Date.now,
    randomBytes: random,
  });
  const town = await openTown({
    root,
    home: join(home, 'town'),
    ports: { wallet: 0, sandbox: 0, game: await freePort() },
    clock: Date.now,
    random,
    log: pino({ level: 'warn' }, pino.destination(2)),
    player: 'sample',
    pin: '2468',
    labPort: lab.port,
  });
  try {
    const page = await browser.newPage({ viewport: { width: 960, height: 600 }, locale: 'en-GB' });
    const query = `probe=1&auto=1&lang=en&fps=12&renderer=canvas&seed=${player.seed}&lab=${lab.port}`;
    await page.goto(`${town.game.url}?${query}`);
    await play(page, name, player);
    await page.goto('about:blank');
    console.log(`kept ${await keep(handed, name)}`);
  } finally {
    await town.close();
    await lab.close();
    rmSync(home, { recursive: true, force: true });
  }
}

async function play(page: Page, name: string, player: Player): Promise<void> {
  const startMs = Date.now();
  const taken = new Set<string>();
  for (const { levels, until } of player.legs) {
    const isOver = (): boolean =>
      typeof until === 'string' ? taken.has(until) : Date.now() - startMs >= until * 60_000;
    for (let turn = 0; !isOver();) {
      await setTimeout(500);
      const said = await dialogText(page);
      if (said !== undefined) await answer(page, name, said, player, taken);
      else if (await goOn(page, levels[turn % levels.length]!, player.lingersS)) turn++;
    }
  }
}

/** From a menu or summary to a level; says whether it is on its way. */
async function goOn(page: Page, level: number, lingersS: number): Promise<boolean> {
  const isAt = (scene: string): Promise<boolean> =>
    page.evaluate((wanted) => window.__demo?.scenes.includes(wanted) ?? false, scene);
  if (await isAt('GameOver')) {
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
  }
  if (await isAt('Complete')) {
    await setTimeout(2_500);
    // The summary waits for an offer; its last button leads to the menu.
    if ((await dialogText(page)) !== undefined || !(await isAt('Complete'))) return false;
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
  }
  if (!(await isAt('Menu'))) return false;
  await setTimeout(1_000 + lingersS * 1_000);
  await page.keyboard.press(`Digit${level}`);
  await page.keyboard.press('Enter');
  await setTimeout(1_500);
  return true;
}

/** One press in a dialog: the first button says no or closes, the last one goes on. */
async function answer(
  page: Page,
  name: string,
  said: string,
  { buys, answerS }: Player,
  taken: Set<string>,
): Promise<void> {
  if (/^(Asking your wallet|Paying)/.test(said)) return;
  const isOffer = said.includes('Step 1 of 2');
  const wanted = buys.find((title) => said.includes(title));
  const goesOn = said.includes('Step 2 of 2') || (isOffer && wanted !== undefined);
  if (isOffer) {
    console.log(`${name}: ${goesOn ? 'takes' : 'declines'} ${said.slice(0, 60)}`);
    await setTimeout(answerS * 1_000);
  } else await setTimeout(1_000);
  await page.evaluate((last) => {
    const buttons = [...document.querySelectorAll<HTMLButtonElement>('[role=dialog] button')];
    buttons.at(last ? -1 : 0)?.click();
  }, goesOn);
  if (isOffer && wanted !== undefined) taken.add(wanted);
}

/** What the open dialog says; its words are in the mirror beside the canvas. */
function dialogText(page: Page): Promise<string | undefined> {
  return page.evaluate(() => document.querySelector('[role=dialog]')?.textContent ?? undefined);
}

/** The game hands its recording over while its page goes. */
async function keep(handed: string, name: string): Promise<string> {
  const kept = join(folder, 'recordings', `${name}.jsonl`);
  for (let tries = 0; tries < 50; tries++) {
    const [file, ...others] = readdirIfThere(handed);
    if (others.length > 0) throw new Error(`${name}: too long for one recording`);
    if (file !== undefined) {
      mkdirSync(dirname(kept), { recursive: true });
      renameSync(join(handed, file), kept);
      return kept;
    }
    await setTimeout(200);
  }
  throw new Error('the game handed nothing over');
}

function readdirIfThere(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
