/** Several people on one computer: a profile each, one open at a time, on one port. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { virtualReaders } from '@coinslot/card';
import {
  COST_FLOOR,
  startHousehold,
  type HouseholdOptions,
  type RunningHousehold,
  type Wallet,
} from '@coinslot/wallet';
import { describe, expect, it, onTestFinished } from 'vitest';
import { requireProfileName } from '../../wallet/src/household/profile-names.ts';
import { takeLock } from '../../wallet/src/profile/lock.ts';
import { makeOffer, NOON_MS } from '../lib/parties.ts';
import { GameClient, makePairingHeader } from './game-client.ts';
import { PageClient } from './page-client.ts';
import { AUTO_PAIR, openAccount, PIN, random, startMarket, temporaryFolder, type Market } from './world.ts';

interface Home {
  market: Market;
  home: string;
  household: RunningHousehold;
  options: HouseholdOptions;
  /** Each wallet that was opened, by name. */
  opened: string[];
  /** Resolves when a wallet of that name is opened. */
  opens(name: string): Promise<Wallet>;
}

async function startHome(): Promise<Home> {
  const time = { nowMs: NOON_MS };
  const market = await startMarket(time);
  const home = join(temporaryFolder(), 'home');
  const opened: string[] = [];
  const waiting = new Map<string, (wallet: Wallet) => void>();
  const options: HouseholdOptions = {
    home,
    clock: () => time.nowMs,
    random,
    port: 0,
    serverUrl: market.serverUrl,
    roots: market.tree.roots,
    environment: 'sandbox',
    readers: virtualReaders(),
    autoPair: AUTO_PAIR,
    onOpened(wallet, name) {
      opened.push(name);
      waiting.get(name)?.(wallet);
    },
  };
  const household = await startHousehold(options);
  onTestFinished(() => household.close());
  const opens = (name: string): Promise<Wallet> => new Promise((resolve) => waiting.set(name, resolve));
  return { market, home, household, options, opened, opens };
}

async function setUp({ market, household }: Home, pin: string): Promise<void> {
  await household.wallet.profile.setUp({ pin, language: 'en', currency: 'EUR', plan: 'prepaid', cost: COST_FLOOR });
  await openAccount(household.wallet, market.server, 1_000n);
}

describe('a household', () => {
  it('gives each person keys, PIN, account, games and history of their own', async () => {
    const home = await startHome();
    const { market, household } = home;
    await setUp(home, PIN);
    const ada = household.wallet.userId;
    const game = await GameClient.connect({ port: household.wallet.port, header: makePairingHeader(market.publisher) });
    await game.pair();
    await game.pay(makeOffer(market.publisher).offerBytes);

    await household.switchTo('Bob');
    expect([household.current, household.names]).toEqual(['Bob', ['Bob', 'player']]);
    expect(household.wallet.profile.isSetUp).toBe(false);
    await setUp(home, '13579');
    expect(household.wallet.userId).not.toEqual(ada);
    expect(household.wallet.profile.state.payments).toEqual([]);
    household.wallet.lock();
    await expect(household.wallet.unlock(PIN)).rejects.toMatchObject({ code: 'PIN_WRONG' });

    await household.switchTo('player');
    expect(household.wallet.userId).toEqual(ada);
    expect(household.wallet.profile.vault.day).toBeUndefined();
    expect(household.wallet.profile.state.payments).toHaveLength(1);
  });

  it('keeps the port, and drops the links of games: none pays with another’s purse', async () => {
    const home = await startHome();
    const { market, household } = home;
    await setUp(home, PIN);
    const { port } = household.wallet;
    const header = makePairingHeader(market.publisher);
    const game = await GameClient.connect({ port, header });
    await game.pair();
    const gone = game.closed();
    await household.switchTo('Bob');
    await gone;
    expect(household.wallet.port).toBe(port);
    await setUp(home, '13579');
    const again = await GameClient.connect({ port, header });
    // Bob's wallet has a secret of its own for it: what the game has proves nothing there.
    const refused = again.closed();
    void again.prove(await again.next('hello'), game.secret ?? new Uint8Array()).catch(() => undefined);
    await refused;
    expect(household.wallet.profile.state.payments).toEqual([]);
  });

  it('is listed and switched from the page, which goes on in the other wallet', async () => {
    const home = await startHome();
    await setUp(home, PIN);
    const page = await PageClient.open(home.household.wallet.pageUrl());
    expect((await page.view()).keys.people).toEqual({ current: 'player', names: ['player'] });
    expect(await page.act('switch-profile', { name: '../player' })).toMatchObject({ code: 'BAD_REQUEST' });
    const switched = home.opens('Bob');
    expect(await page.act('switch-profile', { name: ' Bob ' })).toEqual({ done: true });
    await switched;
    const view = await page.view();
    expect(view).toMatchObject({ stage: 'setup', keys: { people: { current: 'Bob', names: ['Bob', 'player'] } } });
  });

  it('opens at the next start who was open last', async () => {
    const home = await startHome();
    await home.household.switchTo('Bob');
    await home.household.close();
    const again = await startHousehold({ ...home.options, readers: virtualReaders() });
    onTestFinished(() => again.close());
    expect(again.current).toBe('Bob');
    expect(readFileSync(join(home.home, 'current'), 'utf8')).toBe('Bob\n');
  });

  it('O11: is refused to a second process, and a profile that another one has cannot be switched to', async () => {
    const home = await startHome();
    await setUp(home, PIN);
    await expect(startHousehold({ ...home.options, readers: virtualReaders() })).rejects.toMatchObject({
      code: 'PROFILE_BUSY',
    });
    const bob = join(home.home, 'profiles', 'Bob');
    mkdirSync(bob, { mode: 0o700 });
    onTestFinished(takeLock(bob));
    await expect(home.household.switchTo('Bob')).rejects.toMatchObject({ code: 'PROFILE_BUSY' });
    expect(home.household.current).toBe('player');
    expect((await PageClient.open(home.household.wallet.pageUrl()).then((page) => page.view())).stage).toBe('ready');
  });

  it.each(['', '..', 'a/b', 'a\\b', '.hidden', 'con', 'LPT1.txt', 'x'.repeat(41), 'tab\there', 'end.'])(
    'takes no profile name %j',
    (name) => {
      expect(() => requireProfileName(temporaryFolder(), name)).toThrow(
        expect.objectContaining({ code: 'BAD_REQUEST' }) as Error,
      );
    },
  );

  it('holds names that differ in capitals alone for one', () => {
    const home = temporaryFolder();
    mkdirSync(join(home, 'profiles', 'Zoë'), { recursive: true });
    expect(requireProfileName(home, 'ZOË')).toBe('Zoë');
    expect(requireProfileName(home, '愛子')).toBe('愛子');
  });
});
