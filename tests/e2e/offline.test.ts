/** No network at all: the payment server is stopped, and level 3 is bought by card, and by software card, in the canvas. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { journal, openHouse, PIN, Seat, type House } from './house.ts';

let house: House;
let seat: Seat;

const balances = (): Record<string, bigint | undefined> =>
  Object.fromEntries(house.town.wallet.cards.list().map(({ kind, purses }) => [kind, purses[0]?.balanceMinor]));
const lastSigner = (): string | undefined => house.town.wallet.profile.state.payments.at(-1)?.attempts.at(-1)?.means;

afterEach(() => seat.expectNoComplaints());

describe('by card', () => {
  beforeAll(async () => {
    house = await openHouse('sample');
    await house.town.sandbox.close();
  });
  afterAll(() => house?.close());

  it('buys level 3 in the canvas, and plays it', async () => {
    seat = await Seat.take(house, '&level=3');
    await seat.dialog(/EUR\s0\.20/);
    await seat.pay();
    await seat.scene('Level3');
    expect(journal(house)).toEqual(['level-3 approved']);
    expect(lastSigner()).toBe('card');
    await house.town.wallet.cards.readAgain();
    expect(balances()).toMatchObject({ card: 180n });
    await seat.shot('50-by-card');
  });

  it('finds it open after a reload', async () => {
    await seat.go('&level=3');
    await seat.scene('Level3');
    expect(await seat.isClosed()).toBe(true);
    expect(journal(house)).toHaveLength(1);
  });

  it('is told that the card is out, is charged nothing, puts it in, and buys', async () => {
    await house.town.cards.pull('card-1');
    await seat.go('&level=4');
    await seat.dialog(/Nothing was charged/);
    await seat.shot('51-card-out');
    await house.town.cards.insert('card-1');
    await house.town.wallet.cards.readAgain();
    await seat.clickInCanvas('right', () => seat.says('Step 1 of 2'));
    await seat.dialog(/EUR\s0\.50/);
    await seat.pay();
    await seat.scene('Level4');
    await house.town.wallet.cards.readAgain();
    expect(balances()).toMatchObject({ card: 130n });
  });

  it('buys the sealed bonus night, whose key the card was given when it was last on line, and it opens', async () => {
    await seat.go('&level=bonus');
    await seat.dialog(/USD\s1\.00/);
    await seat.pay();
    await seat.scene('Bonus');
    expect(lastSigner()).toBe('card');
    expect(journal(house)).toContain('bonus approved');
    await house.town.wallet.cards.readAgain();
    expect(balances()['card']).toBeLessThan(130n);
    await seat.shot('52-bonus-by-card');
  });
});

/** The demo's offers, whose publisher has named the payment server and no issuer of cards for what is sealed. */
function contentWithoutCards(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-offers-'));
  cpSync(join(import.meta.dirname, '..', '..', 'demo-game', 'coinslot'), join(folder, 'coinslot'), { recursive: true });
  const offers = join(folder, 'coinslot', 'offers.yaml');
  const text = readFileSync(offers, 'utf8');
  writeFileSync(offers, text.replace(/^escrow: .*$/m, 'escrow: [payment-server.encryption-key]'));
  return folder;
}

describe('by software card', () => {
  const content = contentWithoutCards();
  afterAll(() => rmSync(content, { recursive: true }));
  beforeAll(async () => {
    house = await openHouse('sample', { content });
    const { wallet, sandbox, cards } = house.town;
    await cards.pull('card-1');
    const idHex = await wallet.cards.makeSoftCard(PIN);
    const [purse] = wallet.cards.list().find((card) => card.idHex === idHex)?.purses ?? [];
    await wallet.cards.recharge(idHex, purse?.purse ?? '', 100n, PIN);
    await sandbox.close();
  });
  afterAll(() => house?.close());

  it('buys level 3 in the canvas, and finds it open after a reload', async () => {
    seat = await Seat.take(house, '&level=3');
    await seat.pay();
    await seat.scene('Level3');
    expect(lastSigner()).toBe('softcard');
    await seat.go('&level=3');
    await seat.scene('Level3');
    expect(await seat.isClosed()).toBe(true);
    await house.town.wallet.cards.readAgain();
    expect(balances()).toMatchObject({ softcard: 80n });
  });

  it('is told that the sealed bonus night needs the network, before anything is charged', async () => {
    await seat.go('&level=bonus');
    await seat.dialog(/needs the network/);
    await seat.shot('53-needs-the-network');
    await seat.clickInCanvas('left', () => seat.isClosed());
    await seat.scene('Menu');
    await house.town.wallet.cards.readAgain();
    expect(balances()).toMatchObject({ softcard: 80n });
  });
});
