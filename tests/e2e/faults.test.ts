/** Each fault of the sandbox's console, as the player meets it: what the dialog says, what is charged, how it goes on. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunningSandbox } from '@coinslot/server-mock';
import { journal, ledger, openHouse, Seat, type House } from './house.ts';

type Fault = Parameters<RunningSandbox['faults']['set']>[0];

let house: House;
let seat: Seat;

beforeAll(async () => {
  house = await openHouse('sample');
  // A card would pay in the place of a server that refuses.
  await house.town.cards.pull('card-1');
  await house.town.wallet.cards.readAgain();
  seat = await Seat.take(house);
});
afterAll(async () => {
  await house?.close();
  seat.expectNoComplaints();
});
beforeEach(async () => {
  await seat.page.goto('about:blank');
});

async function reach(level: string): Promise<void> {
  await seat.go(`&level=${level}`);
  await seat.dialog('Step 1 of 2');
}

async function switchOn(fault: Fault, mode: 'once' | 'on' | 'off' = 'once'): Promise<void> {
  house.town.sandbox.faults.set(fault, mode);
  await house.town.sandbox.settleFaults();
}

describe('refused: nothing is charged, and the game goes on', () => {
  it.each([
    ['decline', '3', /not enough money/],
    // This house's price list is younger than ten minutes: to a clock that slow its prices do not hold yet.
    ['clock-behind', '3', /offer has expired|not valid yet/],
    ['clock-ahead', '3', /came too late/],
    // Between what was shown and the answer: never charged at another rate than the one on the screen.
    ['stale-rates', 'bonus', /exchange rate has changed/],
  ] as const)('%s', async (fault, level, words) => {
    await reach(level);
    await switchOn(fault);
    await seat.pay();
    await seat.dialog(words);
    await seat.dialog(/Nothing was charged/);
    await seat.shot(`40-${fault}`);
    await switchOn(fault, 'off');
    await seat.clickInCanvas('left', () => seat.isClosed());
    await seat.scene('Menu');
    expect(await ledger(house)).toMatchObject({ payments: 0, ok: true });
  });
});

describe('slow or lost: charged once, and the level opens by itself', () => {
  it('slow', async () => {
    await reach('3');
    await switchOn('slow');
    await seat.pay();
    await seat.dialog('Paying');
    await seat.scene('Level3');
    expect(await ledger(house)).toMatchObject({ payments: 1, ok: true });
  });

  it('pending', async () => {
    await reach('4');
    await switchOn('pending');
    await seat.pay();
    await seat.dialog('Not decided yet');
    await seat.shot('41-pending');
    await seat.scene('Level4');
    expect(await ledger(house)).toMatchObject({ payments: 2, ok: true });
  });

  it('failed-answer', async () => {
    await reach('bonus');
    await switchOn('failed-answer');
    await seat.pay();
    await seat.scene('Bonus');
    expect(await ledger(house)).toMatchObject({ payments: 3, ok: true });
    const approved = journal(house).filter((one) => one.endsWith('approved'));
    expect(approved).toEqual(['level-3 approved', 'thirty-minutes approved', 'bonus approved']);
  });
});
