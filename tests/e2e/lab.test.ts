/**
 * The timing lab as a designer uses it: the demo game's file and three recorded sessions, edges dragged by mouse and moved by keys,
 * a patch taken away, and the running game that follows.
 */
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRecording } from '@coinslot/plugin/timing';
import { openLab } from '../../publisher/src/lab/lab.ts';
import type { LabServer } from '../../publisher/src/lab/lab-server.ts';
import { studioFiles } from '../../publisher/src/studio/layout.ts';
import { axeFindings, overflow } from '../server-mock/page-checks.ts';
import { openHouse, Seat, type House } from './house.ts';

const DEMO = resolve(import.meta.dirname, '../../demo-game/coinslot');
const VIEWS = ['timing', 'figures', 'simulation', 'offers'] as const;

let folder: string;
let lab: LabServer;
let house: House;
let page: Page;
const complaints: string[] = [];
/** Two cores draw a game and a page in software: what takes a moment may take many. */
const SOON = { timeout: 60_000 };

const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'coinslot-lab-e2e-'));
  cpSync(DEMO, folder, { recursive: true });
  lab = await openLab({
    files: studioFiles(folder),
    port: 0,
    clock: Date.now,
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
  });
  house = await openHouse('sample', { labPort: lab.port });
  const context = await house.browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (said) => {
    if (said.type() === 'error' && /Security Policy|Trusted/.test(said.text())) complaints.push(said.text());
  });
  await page.goto(lab.pageUrl());
  await page.locator('.band').first().waitFor();
});
afterAll(async () => {
  await house?.close();
  await lab?.close();
  rmSync(folder, { recursive: true, force: true });
  expect(complaints).toEqual([]);
});

const edge = (campaign: string, field: string) =>
  page.locator(`.edge[data-campaign="${campaign}"][data-field="${field}"]`).first();

/** Bands that another one lies over. */
const hiddenBands = (): Promise<(string | null)[]> =>
  page.locator('.band').evaluateAll((all) => {
    const boxes = all.map((one) => one.getBoundingClientRect());
    const meets = (a: DOMRect, b: DOMRect): boolean =>
      a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    return all.filter((_, i) => boxes.some((box, j) => j > i && meets(box, boxes[i]!))).map((one) => one.textContent);
  });

/** Moments of a campaign's pins, as drawn. */
const pins = (campaign: string, which: 'before' | 'after' = 'after'): Promise<number[]> =>
  page
    .locator(`.track[data-lane="${campaign}"] .pin.${which}`)
    .evaluateAll((found) => found.map((one) => Number((one as HTMLElement).dataset['t'])));

const text = (): Promise<string> => page.locator('#yaml').inputValue();

/** From an edit made in the lab until its rules are in force in the game, ms: both by the clock of this machine. */
async function editTakes(game: Page): Promise<number> {
  // The note is written once the rules are in force.
  const inForce = game.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const watch = new MutationObserver(() => {
          watch.disconnect();
          resolve(performance.timeOrigin + performance.now());
        });
        watch.observe(document.querySelector('#lab-note')!, { childList: true, characterData: true, subtree: true });
      }),
  );
  const field = page.locator('[id="pacing-comet-cooldown"]');
  await field.fill(`${Number.parseInt(await field.inputValue(), 10) + 1}m`);
  const [edit] = await Promise.all([page.waitForRequest('**/api/edit'), field.press('Enter')]);
  return (await inForce) - edit.timing().startTime;
}

/** The note of a game that follows lies over nothing, on a phone, on a desk, and as it is played here. */
async function expectBesideAll(seat: Seat): Promise<void> {
  const sizes = [{ width: 360, height: 640 }, { width: 1280, height: 720 }, seat.page.viewportSize()!];
  for (const size of sizes) {
    await seat.page.setViewportSize(size);
    await seat.shot(`lab-note-${size.width}`);
    const over = await seat.page.evaluate(() => {
      const note = document.querySelector('#lab-note')!.getBoundingClientRect();
      const rest = [...document.querySelectorAll('h1, .tools button, #stage, footer')];
      const meets = ({ left, right, top, bottom }: DOMRect): boolean =>
        left < note.right && right > note.left && top < note.bottom && bottom > note.top;
      return [
        ...(note.width === 0 || document.documentElement.scrollWidth > innerWidth ? ['page'] : []),
        ...rest.filter((one) => meets(one.getBoundingClientRect())).map((one) => one.id || one.tagName),
      ];
    });
    expect(over).toEqual([]);
  }
}

describe('a designer', () => {
  it('finds the three sessions and the file, and looks at each', async () => {
    expect(await page.locator('.session').count()).toBe(3);
    expect(await text()).toBe(read('placements.yaml'));
    for (const session of await page.locator('.session').all()) {
      await session.click();
      await expect.poll(() => session.getAttribute('aria-pressed'), SOON).toBe('true');
      expect(await page.locator('.tick').count()).toBeGreaterThan(0);
      expect(await hiddenBands()).toEqual([]);
    }
    await page.getByRole('button', { name: 'no-thanks' }).click();
  });

  it('drags the edge of a cooldown and sees the pins move before letting go', async () => {
    const lane = 'the-night-goes-on';
    const handle = edge(lane, 'cooldownMs');
    const before = await pins(lane);
    const box = (await handle.boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 100, y, { steps: 8 });
    await expect.poll(() => pins(lane), SOON).not.toEqual(before);
    // Nothing has been written yet: the rules were tried in the page.
    expect(await text()).toBe(read('placements.yaml'));
    const tried = await pins(lane);
    expect(await pins(lane, 'before')).toEqual(before);
    await page.mouse.up();
    await expect.poll(text, SOON).not.toBe(read('placements.yaml'));
    expect(await pins(lane)).toEqual(tried);
    // One line more, in that campaign; all else is as its author wrote it, on disk as well.
    const [more, ...others] = (await text())
      .split('\n')
      .filter((line) => !read('placements.yaml').split('\n').includes(line));
    expect([more, others]).toEqual([expect.stringMatching(/^ {4}cooldown: (5m\w*|3\d\ds)$/), []]);
    expect((await text()).replace(`${more}\n`, '')).toBe(read('placements.yaml'));
  });

  it('takes the patch away', async () => {
    await page.getByRole('button', { name: 'Patch' }).click();
    const shown = await page.locator('.patch').textContent();
    expect(shown).toMatch(/^campaigns:\n {2}- id: the-night-goes-on\n {4}cooldown: \w+\n$/);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('placements.patch.yaml');
    expect(readFileSync(await file.path(), 'utf8')).toBe(shown);
    await page.getByRole('button', { name: 'Close' }).click();
  });

  it('moves an edge by keys alone, and undoes it', async () => {
    const handle = edge('more-minutes', 'cooldownMs');
    await handle.focus();
    const was = await text();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => handle.getAttribute('aria-valuetext'), SOON).toBe('110 s');
    await expect.poll(text, SOON).toMatch(/id: more-minutes[^]*cooldown: (110s|1m50s)/);
    expect(await page.evaluate(() => document.activeElement?.className)).toContain('edge');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(text, SOON).toBe(was);
  });

  it('scrubs to a boundary and reads why nobody was asked there', async () => {
    const head = page.getByRole('slider', { name: 'Playhead' });
    await head.focus();
    await page.keyboard.press('PageDown');
    await expect.poll(() => head.getAttribute('aria-valuetext'), SOON).toMatch(/level-end/);
    expect(await page.locator('.verdict').textContent()).toMatch(/No offer: .+\(.+\)/);
    await page.locator('.why summary').first().click();
    expect(await page.locator('.why table').first().textContent()).toContain('first-session-grace');
  });

  it('types a mistake, is shown its place, and loses nothing of what was typed', async () => {
    const good = await text();
    const bad = good.replace('pacing: balanced', 'pacing: balancd');
    await page.locator('#yaml').fill(bad);
    await page.locator('.copy .fault').waitFor();
    expect(await page.locator('.copy .fault').textContent()).toBe('balancd');
    expect(await page.locator('.faults').last().textContent()).toContain('balanced');
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await page.locator('#yaml').press('End');
    await page.keyboard.type('# more', { delay: 20 });
    await expect.poll(() => page.locator('.state').textContent(), SOON).toContain('fault');
    expect(await text()).toContain('# more');
    await page.locator('#yaml').fill(good);
    await expect.poll(() => page.locator('.copy .fault').count(), SOON).toBe(0);
  });

  it('brings sessions of real players: all in the figures, what is wrong told with its line', async () => {
    const one = readFileSync(join(folder, 'recordings', 'no-thanks.jsonl'), 'utf8');
    const file = join(folder, 'players.jsonl');
    writeFileSync(file, `${one.repeat(60)}{"v":1,"kind":"session"}\n`);
    await page.locator('#recordings-file').setInputFiles(file);
    await expect.poll(() => page.locator('.recordings .hint').first().textContent(), SOON).toContain('63 sessions');
    const line = 60 * (one.split('\n').length - 1) + 1;
    expect(await page.locator('.recordings .faults').textContent()).toContain(`players.jsonl, line ${line}:`);
    await page.goto(`${new URL(page.url()).origin}/#figures`);
    await expect.poll(() => page.locator('.figures .hint').first().textContent(), SOON).toContain('63 sessions');
  });
});

describe('the running game', () => {
  it('takes an edit in less than a second and keeps its level', async () => {
    const seat = await Seat.take(house, `&level=2&auto=1&seed=7&lab=${lab.port}`);
    await seat.scene('Level2');
    const note = seat.page.locator('#lab-note');
    await note.getByText(/^Rules of/).waitFor();
    await expectBesideAll(seat);
    await page.goto(`${new URL(page.url()).origin}/#timing`);
    await expect.poll(() => page.locator('.state').textContent(), SOON).toContain('one game follows');
    const level = (): Promise<{ lit: number; timeS: number } | null | undefined> =>
      seat.page.evaluate(() => window.__demo?.level);
    await expect.poll(async () => (await level())?.timeS ?? 0, SOON).toBeGreaterThan(1);
    const before = (await level())!;
    const took: number[] = [];
    // A machine that draws for several tests at once may be late once, not each time.
    while (took.length < 4 && !took.some((ms) => ms < 1_000)) took.push(await editTakes(seat.page));
    expect(Math.min(...took)).toBeLessThan(1_000);
    expect(await seat.scenes()).toContain('Level2');
    const after = (await level())!;
    expect(after.timeS).toBeGreaterThanOrEqual(before.timeS);
    expect(after.lit).toBeGreaterThanOrEqual(before.lit);
    // What its live panel records is a session of the lab.
    await seat.page.keyboard.press('F9');
    const live = seat.page.getByRole('region', { name: 'Live panel' });
    await live.getByText(/^Follows the lab at 127.0.0.1:/).waitFor();
    await live.getByRole('button', { name: 'Record' }).click();
    await live.getByRole('button', { name: 'Stop' }).click();
    await live.getByRole('button', { name: 'Send to the lab' }).click();
    await live.getByText('The lab has it.').waitFor();
    const sent = readdirSync(join(folder, 'recordings')).filter((name) => name.startsWith('session-'));
    expect(sent).toHaveLength(1);
    expect(readRecording(read(join('recordings', sent[0]!))).lines.at(-1)?.kind).toBe('end');
    await seat.shot('panel-lab');
    seat.expectNoComplaints();
    await seat.page.close();
  });
});

describe('the page', () => {
  it.each([
    [1440, 900, 'light', 100],
    [360, 800, 'dark', 100],
    [1024, 768, 'dark', 200],
  ] as const)('is axe-clean and fits at %i x %i, %s, text at %i %%', async (width, height, colorScheme, textSize) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.evaluate((size) => (document.documentElement.style.fontSize = `${size * 0.94}%`), textSize);
    for (const view of VIEWS) {
      await page.evaluate((name) => (location.hash = name), view);
      await page.locator(`.view.${view === 'offers' ? 'offers-view' : view}`).waitFor();
      if (view === 'offers') await page.locator('canvas.stage').last().waitFor();
      expect(await axeFindings(page), view).toEqual([]);
      expect(await overflow(page), view).toBe(0);
    }
  });
});
