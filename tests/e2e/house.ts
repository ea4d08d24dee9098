/** A theatre for end-to-end tests: sandbox, wallet and game on free ports in a throwaway folder, and a browser before them. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { pino } from 'pino';
import { expect } from 'vitest';
import type { Probe } from '../../demo-game/src/probe.ts';
import { NO_FAIRNESS } from '@coinslot/wallet';
import { openTown, type Town, type TownOptions } from '../../scripts/town.ts';
import { launchBrowser } from '../lib/browser.ts';
import { findButtons, type Spot } from './buttons.ts';

export const PIN = '2468';
const ROOT = resolve(import.meta.dirname, '../..');
const PICTURES = join(ROOT, 'test-output', 'e2e');

export interface House {
  readonly town: Town;
  /** Every line that any party logged, at the most talkative level. */
  readonly logged: readonly string[];
  /** Whatever of 32 bytes or more was drawn at random: seeds, keys, secrets. */
  readonly secrets: readonly Uint8Array[];
  readonly browser: Browser;
  readonly context: BrowserContext;
  close(): Promise<void>;
}

let gamePorts = 0;

/**
 * The game's port is signed into its price list, so it is chosen before the game is served: below the range that the system gives
 * out by itself (a port from there may be another test's by then), and from a block of this worker's own.
 */
async function freePort(): Promise<number> {
  const block = 20_000 + 500 * (Number(process.env.VITEST_POOL_ID ?? '0') % 20);
  for (;;) {
    const port = block + (gamePorts++ % 500);
    const server = createServer().listen(port, '127.0.0.1');
    const free = await new Promise<boolean>((told) => {
      server.once('listening', () => told(true)).once('error', () => told(false));
    });
    if (!free) continue;
    await new Promise((closed) => server.close(closed));
    return port;
  }
}

/** `more`: options of the town that only some tests need. */
export async function openHouse(
  player: 'sample' | 'new',
  more: Pick<TownOptions, 'labPort' | 'content'> = {},
): Promise<House> {
  mkdirSync(PICTURES, { recursive: true });
  const home = mkdtempSync(join(tmpdir(), 'coinslot-e2e-'));
  const logged: string[] = [];
  const secrets: Uint8Array[] = [];
  const random = (length: number): Uint8Array => {
    const drawn = new Uint8Array(randomBytes(length));
    if (length >= 32) secrets.push(drawn.slice());
    return drawn;
  };
  const town = await openTown({
    root: ROOT,
    home,
    ports: { wallet: 0, sandbox: 0, game: await freePort() },
    clock: Date.now,
    random,
    log: pino({ level: 'trace' }, { write: (line) => void logged.push(line) }),
    player,
    pin: PIN,
    // Offers follow each other as fast as a test clicks; `fairness.test.ts` of the wallet has the rules.
    rules: { fairness: NO_FAIRNESS },
    ...more,
  });
  const browser = await launchBrowser();
  const context = await browser.newContext({ viewport: { width: 800, height: 450 }, locale: 'en-GB' });
  const close = async (): Promise<void> => {
    await browser.close();
    await town.close();
    rmSync(home, { recursive: true, force: true });
  };
  return { town, logged, secrets, browser, context, close };
}

/** The demo game on a page of its own, with what a player does there. */
export class Seat {
  readonly page: Page;
  /** Errors of the page; a test ends with none. */
  readonly complaints: string[] = [];

  readonly #url: string;

  private constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
    // Two cores draw WebGL in software for several tests at once: what takes a second may take thirty.
    page.setDefaultTimeout(90_000);
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  static async take({ town, context }: House, query = ''): Promise<Seat> {
    const seat = new Seat(await context.newPage(), town.game.url);
    await seat.go(query);
    await seat.page.waitForFunction(() => (window.__demo?.scenes.length ?? 0) > 0);
    return seat;
  }

  /** Opens the game anew. Frames are few, since the processor draws them for several tests at once. */
  async go(query: string): Promise<void> {
    await this.page.goto(`${this.#url}?probe=1&lang=en&fps=12${query}`);
  }

  async shot(name: string): Promise<Buffer> {
    return this.page.screenshot({ path: join(PICTURES, `${name}.png`) });
  }

  /** Waits until a scene runs. */
  async scene(key: string): Promise<void> {
    await this.page.waitForFunction((wanted) => window.__demo?.scenes.includes(wanted), key);
  }

  scenes(): Promise<readonly string[]> {
    return this.page.evaluate(() => window.__demo?.scenes ?? []);
  }

  /** Waits for the dialog to say something; its words are in the mirror for those who cannot see the canvas. */
  async dialog(words: string | RegExp): Promise<void> {
    await this.page.getByRole('dialog').getByText(words).first().waitFor({ state: 'attached' });
  }

  async dialogGone(): Promise<void> {
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  /**
   * Clicks one of the dialog's buttons in the canvas: `left` declines, `right` goes on; a lone button is both. The guard
   * against presses that were meant for the game lasts half a second, so a click that came too early is made again; but not before
   * a busy machine has had time to answer the first, or the second would press a button of the next step.
   */
  async clickInCanvas(side: 'left' | 'right', until: () => Promise<boolean>): Promise<void> {
    // Buttons are faint, and inert, for half a second.
    await this.page.waitForTimeout(600);
    for (let tries = 0; tries < 40; tries++) {
      const spots = findButtons(await this.page.screenshot());
      const spot: Spot | undefined = side === 'left' ? spots[0] : spots.at(-1);
      if (spot === undefined) continue;
      await this.page.mouse.click(spot.x, spot.y);
      for (let waits = 0; waits < 25; waits++) {
        if (await until()) return;
        await this.page.waitForTimeout(100);
      }
    }
    throw new Error(`the ${side} button in the canvas did nothing`);
  }

  /** From the first step to the answer, both by clicks in the canvas. */
  async pay(): Promise<void> {
    await this.dialog('Step 1 of 2');
    await this.clickInCanvas('right', () => this.says('Step 2 of 2'));
    await this.clickInCanvas('right', async () => !(await this.says('Step 2 of 2')));
  }

  /** True when the dialog says these words. */
  says(words: string | RegExp): Promise<boolean> {
    return this.page
      .getByRole('dialog')
      .getByText(words)
      .count()
      .then((count) => count > 0);
  }

  isClosed(): Promise<boolean> {
    return this.page
      .getByRole('dialog')
      .count()
      .then((count) => count === 0);
  }

  /** Steers the flame to the nearest dark lantern with the mouse, as a player would, until the level is over. */
  async playToTheEnd(): Promise<void> {
    const canvas = await this.page.locator('canvas').first().boundingBox();
    if (canvas === null) throw new Error('no canvas');
    for (let i = 0; i < 900; i++) {
      const goal = await this.page.evaluate(nearestLantern);
      if (goal === undefined) return;
      await this.page.mouse.move(canvas.x + goal.x * canvas.width, canvas.y + goal.y * canvas.height);
      await this.page.waitForTimeout(60);
    }
    throw new Error('the level did not end');
  }

  expectNoComplaints(): void {
    expect(this.complaints).toEqual([]);
  }
}

/** Where on the screen (0 ... 1) to steer; `undefined` when no level runs any more. Runs in the page. */
function nearestLantern(): { x: number; y: number } | undefined {
  const level: Probe['level'] = window.__demo?.level ?? null;
  if (level === null || level.outcome !== 'playing') return undefined;
  const { spark, camera } = level;
  const far = (one: { x: number; y: number }): number => Math.hypot(one.x - spark.x, one.y - spark.y);
  const [next] = level.lanterns.filter((one) => !one.lit).sort((a, b) => far(a) - far(b));
  if (next === undefined) return { x: 0.9, y: 0.4 };
  const onScreen = (at: number): number => Math.min(0.97, Math.max(0.03, at));
  return { x: onScreen((next.x - camera.x) / 960), y: onScreen((next.y - camera.y) / 540) };
}

// ---------------------------------------------------------------- the witnesses

/** Transfers of payments in the server's ledger, and the books' own verdict. */
export async function ledger({ town }: House): Promise<{ payments: number; sums: bigint[]; ok: boolean }> {
  const { service } = town.sandbox.server;
  const transfers = await service.records.listTransfers(0n, 500);
  const books = await service.verifyBooks();
  const payments = transfers.filter((one) => one.kind === 'payment').length;
  return { payments, sums: books.sums.map((one) => one.sumMinor), ok: books.ok };
}

/** Offer ids with their state, from the wallet's journal. */
export function journal({ town }: House): string[] {
  return town.wallet.profile.state.payments.map((one) => `${one.terms.offerId} ${one.status}`);
}
