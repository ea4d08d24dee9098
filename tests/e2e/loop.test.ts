/**
 * The main job, in a real browser on the real parties: a person plays, reaches a gate, answers in the canvas, is charged in
 * a real ledger, and plays on. Then everything that can go wrong on the way.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { journal, ledger, openHouse, Seat, type House } from './house.ts';

let house: House;
let seat: Seat;

beforeAll(async () => {
  house = await openHouse('sample');
});
afterAll(() => house?.close());
afterEach(() => seat.expectNoComplaints());

describe('the sample player', () => {
  it('plays level 2 to its end, pays for level 3 in the canvas, and plays level 3', async () => {
    seat = await Seat.take(house, '&level=2&goal=1&seed=7');
    await seat.scene('Level2');
    await seat.playToTheEnd();
    await seat.scene('Complete');
    await seat.shot('01-level-2-complete');
    await seat.page.waitForTimeout(600);
    await seat.page.keyboard.press('Enter');
    await seat.dialog('The Rain Garden');
    await seat.dialog(/EUR\s0\.20/);
    expect(await seat.scenes()).not.toContain('Level3');
    await seat.shot('02-offer');
    await seat.clickInCanvas('right', () => seat.says('Step 2 of 2'));
    expect(await ledger(house)).toMatchObject({ payments: 0 });
    await seat.shot('03-confirm');
    await seat.clickInCanvas('right', async () => !(await seat.says('Step 2 of 2')));
    await seat.shot('04-paid');
    await seat.scene('Level3');
    await seat.page.waitForTimeout(500);
    await seat.shot('05-level-3');

    expect(journal(house)).toEqual(['level-3 approved']);
    const books = await ledger(house);
    expect(books).toMatchObject({ payments: 1, ok: true });
    expect(books.sums.every((sum) => sum === 0n)).toBe(true);
  });

  it('finds level 3 open after a reload, without a dialog or another charge', async () => {
    await seat.go('&level=3');
    await seat.scene('Level3');
    expect(await seat.isClosed()).toBe(true);
    expect(await ledger(house)).toMatchObject({ payments: 1 });
  });

  it('declines level 4 in the canvas: nothing is charged, and the game goes on in the menu', async () => {
    await seat.go('&level=4');
    await seat.dialog('Thirty minutes of night');
    await seat.shot('06-thirty-minutes');
    await seat.clickInCanvas('left', () => seat.isClosed());
    await seat.scene('Menu');
    await seat.shot('07-declined');
    expect(journal(house)).toEqual(['level-3 approved']);
    expect(await ledger(house)).toMatchObject({ payments: 1 });
  });

  it('is healed when the answer is lost after the charge: one debit, level 4 opens', async () => {
    house.town.sandbox.faults.set('lost-answer', 'once');
    await seat.go('&level=4');
    await seat.pay();
    await seat.scene('Level4');
    expect(house.town.sandbox.faults.isOn('lost-answer')).toBe(false);
    expect(journal(house)).toEqual(['level-3 approved', 'thirty-minutes approved']);
    expect(await ledger(house)).toMatchObject({ payments: 2, ok: true });
    await seat.shot('08-level-4');
  });

  it('buys the bonus scene for ever, priced in USD, charged in EUR as shown', async () => {
    await seat.go('&level=bonus');
    await seat.dialog('The Comet’s Road');
    await seat.dialog(/USD\s1\.00/);
    await seat.shot('09-converted');
    await seat.pay();
    await seat.scene('Bonus');
    const bonus = house.town.wallet.profile.state.payments.at(-1);
    expect(bonus?.decided).toMatchObject({
      amountMinor: 100n,
      currency: 'USD',
      chargedCurrency: 'EUR',
      settlement: 'debited',
    });
    expect(bonus?.decided?.chargedMinor).toBe(bonus?.attempts.at(-1)?.asked.chargeMinor);
    const books = await ledger(house);
    expect(books).toMatchObject({ payments: 3, ok: true });
    expect(books.sums.every((sum) => sum === 0n)).toBe(true);
    await seat.shot('10-bonus');
  });

  it('gets what it bought back from the wallet in a browser that knows nothing', async () => {
    const context = await house.browser.newContext({ viewport: { width: 1280, height: 720 } });
    const fresh = await Seat.take({ ...house, context }, '&level=3');
    await fresh.scene('Level3');
    fresh.expectNoComplaints();
    await context.close();
    expect(await ledger(house)).toMatchObject({ payments: 3 });
  });

  it('is told when there is no wallet, is charged nothing, and the game goes on', async () => {
    await house.town.wallet.close();
    const context = await house.browser.newContext({ viewport: { width: 1280, height: 720 } });
    const alone = await Seat.take({ ...house, context }, '&level=3');
    await alone.dialog(/No wallet found/);
    await alone.dialog(/Nothing was charged/);
    await alone.shot('11-no-wallet');
    await alone.clickInCanvas('left', () => alone.isClosed());
    await alone.scene('Menu');
    alone.expectNoComplaints();
    await context.close();
    expect(await ledger(house)).toMatchObject({ payments: 3, ok: true });
  });
});
