/**
 * `node scripts/run.mjs scripts/lab/record.ts <name>`: plays the demo game in Chromium as one of the players below and keeps what
 * the plugin's own recorder wrote, handed over to a lab, as `demo-game/coinslot/recordings/<name>.jsonl`. Everything is real: the built
 * game, sandbox, wallet and overlay, in real time; only the hands are a pilot's. Run again when the demo game's boundaries change.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openLab, studioFiles } from '@coinslot/publisher';
import { chromium, type Page } from 'playwright-core';
import { pino } from 'pino';
import { BROWSER_FLAGS, requireBrowser } from '../machine.mjs';
import { openTown } from '../town.ts';

interface Player {
  readonly minutes: number;
  /** Where the player begins. */
  readonly level: number;
  /** The pilot goes home with so many lanterns; 0: with all of them. */
  readonly goal: number;
  /** Plays the same level again rather than the next one, and so asks for nothing. */
  readonly again: boolean;
  readonly seed: number;
  /** How long an offer is looked at, seconds. */
  readonly answerS: number;
  /** Offers that are taken; any other is declined. */
  readonly buys: readonly string[];
}

const PLAYERS: Readonly<Record<string, Player>> = {
  'first-evening': {
    minutes: 11,
    level: 1,
    goal: 5,
    again: false,
    seed: 3,
    answerS: 6,
    buys: ['The Rain Garden', 'Thirty minutes of night'],
  },
  'no-thanks': { minutes: 9, level: 1, goal: 4, again: false, seed: 5, answerS: 3, buys: ['The Rain Garden'] },
  'rain-garden': { minutes: 4.4, level: 3, goal: 0, again: true, seed: 8, answerS: 4, buys: ['The Rain Garden'] },
};

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
const name = process.argv[2] ?? '';
const player = PLAYERS[name];
if (player === undefined) throw new Error(`expected one of ${Object.keys(PLAYERS).join(', ')}`);

const home = mkdtempSync(join(tmpdir(), 'coinslot-record-'));
const folder = join(root, 'demo-game', 'coinslot');
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
const browser = await chromium.launch({
  executablePath: requireBrowser(),
  args: [...BROWSER_FLAGS, '--disable-gpu', '--mute-audio'],
});
try {
  const page = await browser.newPage({ viewport: { width: 960, height: 600 }, locale: 'en-GB' });
  const query = `probe=1&auto=1&lang=en&fps=12&renderer=canvas&goal=${player.goal}&level=${player.level}&seed=${player.seed}&lab=${lab.port}`;
  await page.goto(`${town.game.url}?${query}`);
  await play(page, player);
  await page.goto('about:blank');
  console.log(`kept ${await keep()}`);
} finally {
  await browser.close();
  await town.close();
  await lab.close();
  rmSync(home, { recursive: true, force: true });
}

async function play(page: Page, { minutes, answerS, buys, again }: Player): Promise<void> {
  const endMs = Date.now() + minutes * 60_000;
  while (Date.now() < endMs) {
    await setTimeout(500);
    const said = await dialogText(page);
    if (said !== undefined) await answer(page, said, buys, answerS);
    else if (!(await isPlaying(page))) {
      await setTimeout(2_500);
      if ((await dialogText(page)) !== undefined) continue;
      if (again) await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
    }
  }
}

/** One press in a dialog: the first button says no or closes, the last one goes on. */
async function answer(page: Page, said: string, buys: readonly string[], answerS: number): Promise<void> {
  if (/^(Asking your wallet|Paying)/.test(said)) return;
  const isOffer = said.includes('Step 1 of 2');
  const goesOn = said.includes('Step 2 of 2') || (isOffer && buys.some((title) => said.includes(title)));
  if (isOffer) {
    console.log(`${name}: ${goesOn ? 'takes' : 'declines'} ${said.slice(0, 60)}`);
    await setTimeout(answerS * 1_000);
  } else await setTimeout(1_000);
  await page.evaluate((last) => {
    const buttons = [...document.querySelectorAll<HTMLButtonElement>('[role=dialog] button')];
    buttons.at(last ? -1 : 0)?.click();
  }, goesOn);
}

/** What the open dialog says; its words are in the mirror beside the canvas. */
function dialogText(page: Page): Promise<string | undefined> {
  return page.evaluate(() => document.querySelector('[role=dialog]')?.textContent ?? undefined);
}

function isPlaying(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const level = window.__demo?.level ?? null;
    return level !== null && level.outcome === 'playing' && !level.paused;
  });
}

/** The game hands its recording over while its page goes. */
async function keep(): Promise<string> {
  const kept = join(folder, 'recordings', `${name}.jsonl`);
  for (let tries = 0; tries < 50; tries++) {
    const [file] = readdirIfThere(handed);
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
