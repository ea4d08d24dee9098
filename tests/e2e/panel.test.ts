/** The designer's live panel in the running demo game: it tunes the next boundary while the level goes on. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readFileSync, writeFileSync } from 'node:fs';
import { publishPlacements, rollBackPlacements, studioFiles } from '@coinslot/publisher';
import { readRecording } from '@coinslot/plugin/timing';
import { openHouse, Seat, type House } from './house.ts';

let house: House;
let seat: Seat;

beforeAll(async () => {
  house = await openHouse('sample');
  // An offer that was shown and declined just now: the rules have something to hold back for.
  seat = await Seat.take(house, '&level=3');
  await seat.dialog('The Rain Garden');
  await seat.clickInCanvas('left', () => seat.isClosed());
  await seat.scene('Menu');
  await seat.go('&level=1&auto=1&panel&record');
  await seat.scene('Level1');
  await panel().waitFor();
});
afterAll(() => house?.close());

const panel = () => seat.page.getByRole('region', { name: 'Live panel' });
const outlook = () => panel().locator('.coinslot-placements [data-placement=minutes-over] .coinslot-outcome');
const slider = (label: string) => panel().getByRole('slider', { name: label });
const level = () => seat.page.evaluate(() => window.__demo?.level ?? null);
/** What of the panel is cut off or out of view to the side. */
const cutOff = () =>
  seat.page.evaluate(() => {
    const root = document.querySelector('.coinslot-panel')!;
    const { left, right } = root.getBoundingClientRect();
    const isOut = (one: Element): boolean => {
      const box = one.getBoundingClientRect();
      return box.width > 0 && (box.right > right + 1 || box.left < left - 1);
    };
    const wide = [...root.querySelectorAll('p, h2, h3, button, pre, summary, .tp-lblv, .tp-txtv')].filter(isOut);
    return [...wide.map((one) => one.className || one.tagName), ...(left < 0 || right > innerWidth ? ['panel'] : [])];
  });

async function dragToLeft(label: string): Promise<void> {
  const track = slider(label);
  await track.scrollIntoViewIfNeeded();
  const box = (await track.boundingBox())!;
  const y = box.y + box.height / 2;
  await seat.page.mouse.move(box.x + box.width / 2, y);
  await seat.page.mouse.down();
  await seat.page.mouse.move(box.x + box.width / 4, y, { steps: 4 });
  await seat.page.mouse.move(box.x - 20, y, { steps: 4 });
  await seat.page.mouse.up();
}

it('changes what the next boundary does while the level runs, and gives the change as a patch', async () => {
  const before = (await level())!;
  expect(await outlook().textContent()).toBe('too soon after a no');
  await dragToLeft('more-minutes: quiet after a no');
  await expect.poll(() => outlook().textContent()).toBe('too soon after the last offer');
  await dragToLeft('more-minutes: cooldown');
  await expect.poll(() => outlook().textContent()).toBe('more-minutes offers thirty-minutes');
  expect(await panel().locator('pre').textContent()).toBe(
    'campaigns:\n  - id: more-minutes\n    cooldown: 0s\n    quietAfterDecline: 0s\n',
  );
  const after = (await level())!;
  expect([after.key, after.paused]).toEqual([before.key, false]);
  expect(after.timeS).toBeGreaterThan(before.timeS);
});

it('leaves the keys to the game, and is worked by the keyboard all the same', async () => {
  expect(await seat.page.evaluate(() => document.activeElement === document.body)).toBe(true);
  await seat.page.keyboard.press('KeyP');
  await expect.poll(async () => (await level())?.paused).toBe(true);
  await slider('more-minutes: cooldown').focus();
  await seat.page.keyboard.press('KeyP');
  await seat.page.keyboard.press('ArrowRight');
  await expect.poll(() => panel().locator('pre').textContent()).toContain('cooldown: 30s');
  expect((await level())?.paused).toBe(true);
  await seat.page.keyboard.press('Escape');
  await seat.page.keyboard.press('KeyP');
  await expect.poll(async () => (await level())?.paused).toBe(false);
});

it('travels in time for the preview alone, and says so', async () => {
  await panel().getByRole('slider', { name: 'day', exact: true }).focus();
  await seat.page.keyboard.press('ArrowRight');
  await seat.page.keyboard.press('ArrowRight');
  await panel().getByRole('combobox', { name: 'wallet' }).selectOption('absent');
  await panel().getByRole('checkbox', { name: 'travel' }).press('Space');
  await expect
    .poll(() =>
      panel()
        .getByText(/^Time travel: day 3, .* wallet absent/)
        .isVisible(),
    )
    .toBe(true);
  await expect.poll(() => outlook().textContent()).toBe('no wallet');
  await panel().getByRole('checkbox', { name: 'travel' }).press('Space');
  await expect.poll(() => outlook().textContent()).not.toBe('no wallet');
});

it('records until it is told to stop, and hands the recording out', async () => {
  await panel().getByRole('button', { name: 'Stop' }).click();
  const download = seat.page.waitForEvent('download');
  await panel().getByRole('button', { name: 'Download' }).click();
  const stream = await (await download).createReadStream();
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  const { lines } = readRecording(Buffer.concat(parts).toString('utf8'));
  expect(lines.at(-1)?.kind).toBe('end');
  expect(lines.filter(({ kind }) => kind === 'reload').length).toBeGreaterThan(0);
});

it.each([
  ['1280', 1280, 720, 100],
  ['320', 320, 640, 100],
  ['360-text-200', 360, 720, 200],
])('is whole at %s', async (name, width, height, text) => {
  await seat.page.setViewportSize({ width, height });
  await seat.page.evaluate((percent) => (document.documentElement.style.fontSize = `${percent}%`), text);
  await seat.page.evaluate(() => document.querySelector('.coinslot-panel')!.scrollTo(0, 0));
  await seat.shot(`panel-${name}`);
  expect(await cutOff()).toEqual([]);
  expect(await seat.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await slider('more-minutes: cooldown').scrollIntoViewIfNeeded();
  await seat.shot(`panel-${name}-sliders`);
});

it('lists boundaries as they pass, with every check behind them, and copies the patch', async () => {
  await seat.page.setViewportSize({ width: 1280, height: 720 });
  await house.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await seat.go('&level=2&auto=1&goal=1&panel');
  await slider('more-minutes: cooldown').focus();
  await seat.page.keyboard.press('ArrowRight');
  const patch = 'campaigns:\n  - id: more-minutes\n    cooldown: 2m30s\n';
  await expect.poll(() => panel().locator('pre').textContent()).toBe(patch);
  await panel().getByRole('button', { name: 'Copy' }).click();
  await panel().getByText('Copied.').waitFor();
  expect(await seat.page.evaluate(() => navigator.clipboard.readText())).toBe(patch);
  const passed = panel().locator('.coinslot-log [data-placement=level-end]');
  await passed.locator('summary').click();
  expect(await passed.locator('.coinslot-outcome').textContent()).toBe('its condition does not hold');
  expect(await passed.locator('.coinslot-checks b').allTextContents()).toEqual([
    expect.stringMatching(/^the-night-goes-on: \d+ of \d+ checks fail$/),
    expect.stringMatching(/^comet: \d+ of \d+ checks fail$/),
  ]);
  const failed = passed.locator('.coinslot-failed').first();
  expect(await failed.textContent()).toContain('level 2');
  // The page around it may have a style for any name of its own.
  const names = await panel().evaluate((root) =>
    [...root.querySelectorAll('[class]')].flatMap((one) => [...one.classList]),
  );
  expect(names.filter((name) => !/^(coinslot|tp)-/.test(name))).toEqual([]);
  // Whatever the page around it is styled like.
  expect(await failed.evaluate((one) => Number.parseFloat(getComputedStyle(one).fontSize))).toBeGreaterThan(12);
  await seat.shot('panel-log');
});

it('a published release is in force at the next start, kept while its host is away, and rolled back', async () => {
  const files = studioFiles(house.town.publisherFolder);
  const written = readFileSync(files.placements, 'utf8');
  const publish = (cooldown: string) => {
    writeFileSync(files.placements, written.replace('cooldown: 2m', `cooldown: ${cooldown}`));
    return publishPlacements(files, Date.now()).release.number;
  };
  const cooldown = () => slider('more-minutes: cooldown').getAttribute('aria-valuetext');
  const start = () => seat.go('&panel');
  // The host is asked some seconds after the start, which may be many on a busy machine.
  const SETTLES = { timeout: 60_000 };
  expect([publish('9m'), publish('7m')]).toEqual([1, 2]);
  await start();
  await expect.poll(cooldown, SETTLES).toBe('7 min');

  const host = '**/coinslot/placements.coinslot';
  await seat.page.route(host, (route) => route.abort());
  const asked = seat.page.waitForRequest(host);
  await start();
  await asked;
  expect(await cooldown()).toBe('7 min');
  await seat.page.unroute(host);

  expect(rollBackPlacements(files, undefined, Date.now())).toMatchObject({ to: { number: 1 }, release: { number: 3 } });
  await start();
  await expect.poll(cooldown, SETTLES).toBe('9 min');
});

it('is opened and closed by F9, and leaves nothing behind', async () => {
  await seat.page.keyboard.press('F9');
  await panel().waitFor({ state: 'detached' });
  await seat.page.keyboard.press('F9');
  await panel().waitFor();
  seat.expectNoComplaints();
});
