/** The same purchase by whoever has only a keyboard, and by whoever has only a finger. */
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findButtons } from './buttons.ts';
import { journal, ledger, openHouse, Seat, type House } from './house.ts';

let house: House;

beforeAll(async () => {
  house = await openHouse('sample');
});
afterAll(() => house?.close());

async function withSeat(
  options: BrowserContextOptions,
  query: string,
  play: (seat: Seat) => Promise<void>,
): Promise<void> {
  const context = await house.browser.newContext(options);
  try {
    const seat = await Seat.take({ ...house, context }, query);
    await play(seat);
    seat.expectNoComplaints();
  } finally {
    await context.close();
  }
}

/** Tabs to the button with these words, then presses it, until `until` holds. */
async function pressByKeys(seat: Seat, words: RegExp, until: () => Promise<boolean>): Promise<void> {
  const { keyboard } = seat.page;
  // Of a button only: the dialog itself, which has focus at first, begins with the same words.
  const isThere = async (): Promise<boolean> =>
    words.test(await seat.page.evaluate(() => document.activeElement?.closest('button')?.textContent ?? ''));
  await repeat(() => keyboard.press('Tab'), isThere);
  await repeat(() => keyboard.press('Enter'), until);
}

/** Taps the right one of the buttons that are seen in the canvas, until `until` holds. */
async function tapInCanvas(seat: Seat, until: () => Promise<boolean>): Promise<void> {
  await repeat(async () => {
    const spot = findButtons(await seat.page.screenshot()).at(-1);
    if (spot !== undefined) await seat.page.touchscreen.tap(spot.x, spot.y);
  }, until);
}

/** For half a second the dialog takes no press, lest one meant for the game pays: a press that came too early is made again. */
async function repeat(press: () => Promise<void>, until: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    await press();
    for (let waits = 0; waits < 5; waits++) {
      if (await until()) return;
      await new Promise((next) => setTimeout(next, 100));
    }
  }
  throw new Error('the presses did nothing');
}

const isPastConfirming = (seat: Seat) => async (): Promise<boolean> => !(await seat.says('Step 2 of 2'));

it('is bought with the keyboard alone: arrows and Enter in the menu, Tab and Enter in the dialog', async () => {
  await withSeat({ viewport: { width: 1280, height: 720 } }, '', async (seat) => {
    await seat.scene('Menu');
    await seat.page.keyboard.press('Digit3');
    await seat.page.keyboard.press('Enter');
    await seat.dialog('Step 1 of 2');
    await pressByKeys(seat, /^Continue/, () => seat.says('Step 2 of 2'));
    expect(await ledger(house)).toMatchObject({ payments: 0 });
    await pressByKeys(seat, /^Pay /, isPastConfirming(seat));
    await seat.scene('Level3');
    expect(journal(house)).toEqual(['level-3 approved']);
    expect(await ledger(house)).toMatchObject({ payments: 1, ok: true });
  });
});

it('is left with the Escape key: nothing is charged, and the menu has the keys again', async () => {
  await withSeat({ viewport: { width: 1280, height: 720 } }, '&level=bonus', async (seat) => {
    await seat.dialog('Step 1 of 2');
    await repeat(
      () => seat.page.keyboard.press('Escape'),
      () => seat.isClosed(),
    );
    await seat.scene('Menu');
    await seat.page.keyboard.press('Digit1');
    await repeat(
      () => seat.page.keyboard.press('Enter'),
      async () => (await seat.scenes()).includes('Level1'),
    );
    expect(await ledger(house)).toMatchObject({ payments: 1 });
  });
});

it('is bought with a finger alone, on a phone held sideways', async () => {
  const phone = { viewport: { width: 740, height: 360 }, hasTouch: true, isMobile: true };
  await withSeat(phone, '&level=bonus', async (seat) => {
    await seat.dialog('Step 1 of 2');
    await seat.shot('30-phone-offer');
    await tapInCanvas(seat, () => seat.says('Step 2 of 2'));
    expect(await ledger(house)).toMatchObject({ payments: 1 });
    await seat.shot('31-phone-confirm');
    await tapInCanvas(seat, isPastConfirming(seat));
    await seat.scene('Bonus');
    expect(journal(house)).toEqual(['level-3 approved', 'bonus approved']);
    expect(await ledger(house)).toMatchObject({ payments: 2, ok: true });
    await seat.shot('32-phone-bonus');
  });
});
