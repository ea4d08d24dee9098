/** The password from the page to the real server's record: set, asked for in the PIN's place, wrong, changed, lost, brought back. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApplet, memoryStore, virtualReaders } from '@coinslot/card';
import { PASSWORD_DELAY_MS, readEnvelope, verifyBundle, type Shown } from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { COST_FLOOR, openProfile, restoreProfile, startWallet } from '@coinslot/wallet';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { passwordAtTerminal } from '../../wallet/src/account/terminal-password.ts';
import { bundleOf } from '../../wallet/src/exports/bundle.ts';
import { currentAttempt } from '../../wallet/src/journal/payments.ts';
import { DEFAULT_SETTINGS } from '../../wallet/src/profile/settings.ts';
import { COST_FLOOR as FLOOR } from '../../wallet/src/vault/sealing.ts';
import { PASSWORD_COST, passwordSigner } from '../../wallet/src/vault/password.ts';
import { DELAYS_MS } from '../../wallet/src/vault/tries.ts';
import { makeOffer, seedOf } from '../lib/parties.ts';
import { CARD_PIN, startCardWorld } from './card-world.ts';
import type { GameClient } from './game-client.ts';
import { PageClient } from './page-client.ts';
import { AUTO_PAIR, balanceOf, PIN, random, startWorld, temporaryFolder, type World } from './world.ts';

const PASSWORD = 'correct horse battery';

const openPage = (world: World): Promise<PageClient> => PageClient.open(world.wallet.pageUrl());

/** An offer above the press, before the player on the page; its id there. */
async function offerAbove(
  world: World,
  game: GameClient,
  page: PageClient,
  nonce: string,
  takes: Shown['consent'] = 'password',
): Promise<string | undefined> {
  world.time.nowMs += 1_000;
  const made = { nonce, atMs: world.time.nowMs, quote: { amountMinor: 200n }, terms: { offerId: nonce } };
  const { shown } = await game.offer(makeOffer(world.publisher, made).offerBytes);
  expect(shown.consent).toBe(takes);
  return (await page.view()).payment?.id;
}

const lastOf = ({ wallet }: World) => wallet.profile.state.payments.at(-1)!;

it('the key: the same from the same password, another for every other password, secret, server and player', async () => {
  const place = { accountSecret: seedOf('secret').slice(0, 16), serverId: 'one', userId: seedOf('user').slice(0, 16) };
  const key = async (password: string, change: Partial<typeof place> = {}): Promise<string> =>
    Buffer.from((await passwordSigner(password, { ...place, ...change })).publicKey).toString('hex');
  const first = await key(PASSWORD);
  expect(await key(PASSWORD.normalize('NFD'))).toBe(first);
  const others = [
    await key(`${PASSWORD}!`),
    await key(PASSWORD, { accountSecret: seedOf('other').slice(0, 16) }),
    await key(PASSWORD, { serverId: 'two' }),
    await key(PASSWORD, { userId: seedOf('other').slice(0, 16) }),
  ];
  expect(new Set([first, ...others]).size).toBe(5);
  expect(PASSWORD_COST.N).toBeGreaterThanOrEqual(FLOOR.N);
});

/** The wallet takes the server's word that there is no password, and has not heard of it since. */
async function forget(world: World, page: PageClient): Promise<void> {
  const { passwords } = world.server.service.records;
  const list = passwords.listPasswords.bind(passwords);
  passwords.listPasswords = () => Promise.resolve([]);
  await world.wallet.refresh();
  expect((await page.view()).keys.isPasswordSet).toBe(false);
  passwords.listPasswords = list;
}

describe('with a password', () => {
  it('pays above the press by it, and by nothing else; the bundle proves it, and no file holds it', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'trace' }, { write: (line) => void lines.push(line) });
    const world = await startWorld({ wallet: { log } });
    const [page, game] = [await openPage(world), await world.game()];
    expect(await page.act('set-password', { pin: PIN, password: PASSWORD })).toEqual({ done: true });
    expect((await page.view()).keys.isPasswordSet).toBe(true);

    const id = await offerAbove(world, game, page, 'by-password');
    expect((await page.view()).payment?.pins).toEqual({ wallet: false, card: false, password: true });
    expect(await page.act('pay-with-pin', { id, pin: PIN })).toMatchObject({ code: 'BAD_REQUEST' });
    expect(await page.act('pay-with-pin', { id, pin: PIN, password: 'wrong password' })).toMatchObject({
      code: 'PASSWORD_WRONG',
    });
    expect(await page.act('pay-with-pin', { id, password: PASSWORD })).toEqual({ done: true });
    await game.next('decision');
    const payment = lastOf(world);
    expect([payment.status, currentAttempt(payment).asked.proof]).toEqual(['approved', 'password']);
    expect(await balanceOf(world)).toBe(800n);

    const { state } = world.wallet.profile;
    const bundle = bundleOf(payment, { state, crls: [], nowMs: world.time.nowMs });
    const verify = nativeVerifySignature;
    expect(verifyBundle(bundle, { roots: world.tree.roots, verify }).failed).toBeUndefined();

    const secret = new RegExp(`${PASSWORD}|wrong password`);
    expect(lines.join()).not.toMatch(secret);
    for (const name of readdirSync(world.profilePath, { recursive: true, encoding: 'utf8' }))
      if (name !== 'lock') expect(readBytes(world, name), name).not.toMatch(secret);
  });

  it('the PIN alone brings the account’s money no nearer to a card, which pays by PINs', async () => {
    const world = await startCardWorld();
    const page = await openPage(world);
    // Another card, whose application nobody answered while there was no password.
    const other = world.rack.add('Other Reader');
    await other.insert(createApplet({ store: memoryStore() }));
    const issue = { pin: PIN, reader: other.name, cardPin: CARD_PIN };
    await world.front.goDown();
    await expect.poll(async () => (await page.act('issue-card', issue)).code).toBe('SERVER_UNREACHABLE');
    await world.front.goUp();
    await page.act('set-password', { pin: PIN, password: PASSWORD });
    const asked = { card: world.cardId, purse: 'prepaid-EUR', currency: 'EUR', amount: '5.00', pin: PIN };
    expect(await page.act('recharge', asked)).toMatchObject({ done: false, code: 'BAD_REQUEST' });
    expect(await page.act('recharge', { ...asked, password: 'wrong password' })).toMatchObject({
      code: 'PASSWORD_WRONG',
    });
    for (const action of ['make-soft-card', 'issue-card'])
      expect(await page.act(action, issue)).toMatchObject({ code: 'BAD_REQUEST' });
    expect(await balanceOf(world)).toBe(1_000n);
    expect(await page.act('recharge', { ...asked, password: PASSWORD })).toEqual({ done: true });
    expect(await balanceOf(world)).toBe(500n);
    const { cards } = world.wallet;
    await cards.recharge(world.cardId, 'prepaid-EUR', 100n, PIN, PASSWORD);
    expect(await balanceOf(world)).toBe(400n);
    expect(await page.act('issue-card', { ...issue, password: PASSWORD })).toEqual({ done: true });
    expect(cards.list()).toMatchObject([{ status: 'ready' }, { status: 'ready' }]);
  });

  it('a press pays as before, and a locked wallet takes the PIN to open and the password to pay', async () => {
    const world = await startWorld();
    const [page, game] = [await openPage(world), await world.game()];
    await page.act('set-password', { pin: PIN, password: PASSWORD });
    world.time.nowMs += 1_000;
    await game.pay(makeOffer(world.publisher, { nonce: 'small', atMs: world.time.nowMs }).offerBytes);
    expect(currentAttempt(lastOf(world)).asked.proof).toBe('press');
    world.wallet.lock();
    const id = await offerAbove(world, game, page, 'locked');
    expect((await page.view()).payment?.pins).toEqual({ wallet: true, card: false, password: true });
    expect(await page.act('pay-with-pin', { id, pin: '0000', password: PASSWORD })).toMatchObject({
      code: 'PIN_WRONG',
    });
    expect(await page.act('pay-with-pin', { id, pin: PIN, password: PASSWORD })).toEqual({ done: true });
    await game.next('decision');
    expect(lastOf(world).status).toBe('approved');
  });

  it('wrong ones are counted before they are compared, over a restart too, and then wait', async () => {
    const world = await startWorld();
    const page = await openPage(world);
    await page.act('set-password', { pin: PIN, password: PASSWORD });
    const change = (current: string) => page.act('set-password', { pin: PIN, current, password: 'another password' });
    for (let tries = 0; tries < 3; tries++)
      expect(await change('not this one')).toMatchObject({ code: 'PASSWORD_WRONG' });
    expect(await change(PASSWORD)).toMatchObject({ code: 'PASSWORD_DELAYED' });
    expect((await page.view()).keys.passwordRetryAt).not.toBe('');
    const kept = JSON.parse(readBytes(world, 'password-tries.json')) as { failed: number };
    expect(kept.failed).toBe(3);
    world.time.nowMs += DELAYS_MS[3]!;
    expect(await change(PASSWORD)).toEqual({ done: true });
    expect(JSON.parse(readBytes(world, 'password-tries.json'))).toMatchObject({ failed: 0 });
  });
});

describe('changing it', () => {
  it('takes the PIN and the one before; or the phrase, where it is forgotten; ended, the PIN pays again', async () => {
    const world = await startWorld();
    const [page, game] = [await openPage(world), await world.game()];
    const phrase = (await world.wallet.profile.vault.phrase(PIN)).join(' ');
    const ROWS = [
      [{ pin: PIN, password: 'short' }, 'PASSWORD_FORM'],
      [{ pin: '0000', password: PASSWORD }, 'PIN_WRONG'],
      [{ pin: PIN, password: PASSWORD }, undefined],
      [{ pin: PIN, password: 'second password' }, 'PASSWORD_WRONG'],
      [{ pin: PIN, current: PASSWORD, password: 'second password' }, undefined],
      [{ phrase: `${phrase} extra`, password: 'third password' }, 'PHRASE_WRONG'],
      [{ phrase, password: 'third password' }, undefined],
    ] as const;
    for (const [fields, code] of ROWS) {
      world.time.nowMs += 1_000;
      expect((await page.act('set-password', fields)).code).toBe(code);
    }
    const end = (current: string) => page.act('end-password', { pin: PIN, current });
    expect(await end(PASSWORD)).toMatchObject({ code: 'PASSWORD_WRONG' });
    expect(await end('third password')).toMatchObject({ code: 'PASSWORD_WRONG' });
    expect(await end('second password')).toEqual({ done: true });
    expect((await page.view()).keys.isPasswordSet).toBe(false);
    const id = await offerAbove(world, game, page, 'pin-again', 'pin');
    expect(await page.act('pay-with-pin', { id, pin: PIN })).toEqual({ done: true });
    await game.next('decision');
    expect(currentAttempt(lastOf(world)).asked.proof).toBe('pin');
    expect(await balanceOf(world)).toBe(800n);
  });

  it('a child’s wallet is not made while one is set, since the child knows it', async () => {
    const world = await startWorld();
    const page = await openPage(world);
    await page.act('set-password', { pin: PIN, password: PASSWORD });
    expect(await page.act('appoint-guardian', { pin: PIN, guardianPin: '8642' })).toMatchObject({
      code: 'BAD_REQUEST',
    });
    expect(world.wallet.profile.vault.hasGuardian).toBe(false);
  });

  it('nor while the server has one that this wallet has not heard of, nor while the server does not answer', async () => {
    const world = await startWorld();
    const page = await openPage(world);
    await page.act('set-password', { pin: PIN, password: PASSWORD });
    await forget(world, page);
    const appoint = () => page.act('appoint-guardian', { pin: PIN, guardianPin: '8642' });
    expect(await appoint()).toMatchObject({ code: 'BAD_REQUEST' });
    await page.act('end-password', { pin: PIN, current: PASSWORD });
    await world.server.close();
    expect(await appoint()).toMatchObject({ code: 'SERVER_UNREACHABLE' });
    expect(world.wallet.profile.vault.hasGuardian).toBe(false);
  });
});

it('takes the one before where this wallet has not heard of it as well, so that nothing waits unawares', async () => {
  const world = await startWorld();
  const page = await openPage(world);
  await page.act('set-password', { pin: PIN, password: PASSWORD });
  await forget(world, page);
  world.time.nowMs += 1_000;
  const set = (fields: object) => page.act('set-password', { pin: PIN, password: 'second password', ...fields });
  expect(await set({})).toMatchObject({ code: 'PASSWORD_WRONG' });
  const { isPasswordSet, passwordPending } = (await page.view()).keys;
  expect([isPasswordSet, passwordPending]).toEqual([true, undefined]);
  expect(await set({ current: PASSWORD })).toEqual({ done: true });
  expect((await page.view()).keys.passwordPending).toBeUndefined();
});

describe('another one without the word of the one that stands', () => {
  const OTHER = 'second password';

  it('waits as long as limits do before they rise', () => {
    expect(PASSWORD_DELAY_MS).toBe(DEFAULT_SETTINGS.raiseDelayMs);
  });

  /** With PASSWORD set, and another one by the phrase a second later. */
  async function startPending(said: string[] = []) {
    const world = await startWorld({ wallet: { announce: (line) => void said.push(line) } });
    const [page, game] = [await openPage(world), await world.game()];
    const phrase = (await world.wallet.profile.vault.phrase(PIN)).join(' ');
    await page.act('set-password', { pin: PIN, password: PASSWORD });
    world.time.nowMs += 1_000;
    expect(await page.act('set-password', { phrase, password: OTHER })).toEqual({ done: true });
    const pays = async (nonce: string, password: string): Promise<string> => {
      const id = await offerAbove(world, game, page, nonce);
      const answer = await page.act('pay-with-pin', { id, password });
      if (!answer.done) return String(answer.code);
      await game.next('decision');
      return lastOf(world).status;
    };
    const holds = (payment = lastOf(world)): unknown => {
      const bundle = bundleOf(payment, { state: world.wallet.profile.state, crls: [], nowMs: world.time.nowMs });
      const { failed, contents } = verifyBundle(bundle, { roots: world.tree.roots, verify: nativeVerifySignature });
      return [failed, contents?.bundle.keys.length];
    };
    return { world, page, pays, holds };
  }

  it('waits a day, told to the player; until then the one that stands pays, then the other; bundles prove both', async () => {
    const said: string[] = [];
    const { world, page, pays, holds } = await startPending(said);
    const pending = (await page.view()).keys.passwordPending;
    expect(pending).toMatchObject({ isEnd: false });
    expect(said.filter((line) => line.includes('Another password takes over on'))).toHaveLength(1);
    expect(await pays('meanwhile', PASSWORD)).toBe('approved');
    expect(holds()).toEqual([undefined, 2]);
    world.time.nowMs += PASSWORD_DELAY_MS;
    await world.wallet.refresh();
    expect((await page.view()).keys.passwordPending).toBeUndefined();
    expect(await pays('afterwards', OTHER)).toBe('approved');
    expect(holds()).toEqual([undefined, 3]);
    expect(await page.act('keep-password', { pin: PIN, current: OTHER })).toMatchObject({ code: 'GONE' });
  });

  it('never holds once the one that stands is kept, with it and the PIN', async () => {
    const { world, page, pays, holds } = await startPending();
    const keep = (pin: string, current: string) => page.act('keep-password', { pin, current });
    expect(await pays('before', PASSWORD)).toBe('approved');
    const before = lastOf(world);
    world.time.nowMs += 3_600_000;
    expect(await keep('0000', PASSWORD)).toMatchObject({ code: 'PIN_WRONG' });
    expect(await keep(PIN, OTHER)).toMatchObject({ code: 'PASSWORD_WRONG' });
    expect((await page.view()).keys.passwordPending).toBeDefined();
    expect(await keep(PIN, PASSWORD)).toEqual({ done: true });
    expect((await page.view()).keys.passwordPending).toBeUndefined();
    world.time.nowMs += 2 * PASSWORD_DELAY_MS;
    await world.wallet.refresh();
    expect(await pays('later', PASSWORD)).toBe('approved');
    expect([holds(before), holds()]).toEqual([
      [undefined, 2],
      [undefined, 3],
    ]);
  });

  it('its end waits as well, and is kept from at the terminal', async () => {
    const { world } = await startPending();
    const phrase = (await world.wallet.profile.vault.phrase(PIN)).join(' ');
    await world.wallet.close();
    const profile = openProfile({ path: world.profilePath, clock: () => world.time.nowMs, random });
    onTestFinished(() => profile.close());
    const place = { profile, serverUrl: world.serverUrl, roots: world.tree.roots, environment: 'sandbox' } as const;
    const keep = (current: string) => passwordAtTerminal({ ...place, leave: { pin: PIN, current }, change: 'keep' });
    expect(await passwordAtTerminal({ ...place, leave: { phrase }, change: 'end' })).toMatchObject({ isEnd: true });
    await expect(keep(OTHER)).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
    expect(await keep(PASSWORD)).toBeUndefined();
    await expect(keep(PASSWORD)).rejects.toMatchObject({ code: 'GONE' });
  });
});

it('is set, changed and ended at the terminal as well, for a wallet that is not running', async () => {
  const world = await startWorld();
  await world.wallet.close();
  const profile = openProfile({ path: world.profilePath, clock: () => world.time.nowMs, random });
  onTestFinished(() => profile.close());
  const { serverUrl, tree } = world;
  const place = { profile, serverUrl, roots: tree.roots, environment: 'sandbox' } as const;
  await passwordAtTerminal({ ...place, leave: { pin: PIN }, change: { password: PASSWORD } });
  expect(profile.state.passwords.keyAt(profile.clock())).toHaveLength(32);
  expect(profile.vault.day).toBeUndefined();
  const end = (current: string) => passwordAtTerminal({ ...place, leave: { pin: PIN, current }, change: 'end' });
  await expect(end('not this one')).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
  await end(PASSWORD);
  expect(profile.state.passwords.keyAt(profile.clock())).toBeUndefined();
});

it('comes back with the recovery phrase: another machine asks for it, and its key is the same', async () => {
  const world = await startWorld();
  const page = await openPage(world);
  await page.act('set-password', { pin: PIN, password: PASSWORD });
  const phrase = (await world.wallet.profile.vault.phrase(PIN)).join(' ');
  await world.wallet.close();
  const { profile } = await restoreProfile({
    path: join(temporaryFolder(), 'profile'),
    clock: () => world.time.nowMs,
    random,
    phrase,
    newPin: '97531',
    language: 'en',
    serverUrl: world.serverUrl,
    roots: world.tree.roots,
    environment: 'sandbox',
    cost: COST_FLOOR,
  });
  const { serverUrl, tree } = world;
  const options = { profile, port: 0, serverUrl, roots: tree.roots, environment: 'sandbox' } as const;
  const wallet = await startWallet({ ...options, readers: virtualReaders(), autoPair: AUTO_PAIR, timeZone: 'UTC' });
  onTestFinished(() => wallet.close());
  await wallet.refresh();
  const other = { ...world, wallet };
  const [there, game] = [await openPage(other), await world.connect({ port: wallet.port })];
  await game.pair();
  const id = await offerAbove(other, game, there, 'elsewhere');
  expect((await there.view()).payment?.pins.password).toBe(true);
  expect(await there.act('pay-with-pin', { id, password: PASSWORD })).toEqual({ done: true });
  await game.next('decision');
  expect(currentAttempt(lastOf(other)).asked.proof).toBe('password');
});

it('a server that was put back to before it: the wallet says that none is set, and it is set again', async () => {
  const world = await startWorld();
  const page = await openPage(world);
  await page.act('set-password', { pin: PIN, password: PASSWORD });
  const { state } = world.wallet.profile;
  const [known] = state.passwords.listed;
  expect(readEnvelope(known!.envelope).typeName).toBe('account-request');
  const forgetful = world.server.service.records.passwords;
  const list = forgetful.listPasswords.bind(forgetful);
  forgetful.listPasswords = () => Promise.resolve([]);
  await world.wallet.refresh();
  expect((await page.view()).keys.isPasswordSet).toBe(false);
  forgetful.listPasswords = list;
  await world.wallet.refresh();
  expect((await page.view()).keys.isPasswordSet).toBe(true);
  expect(state.passwords.all).toHaveLength(1);
});

it('a server that gives an old password as the newest, or without the one whose word it has, or goes on without an end: refused, and the one that stands stays', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
  const world = await startWorld({ wallet: { log } });
  const page = await openPage(world);
  await page.act('set-password', { pin: PIN, password: PASSWORD });
  await page.act('set-password', { pin: PIN, current: PASSWORD, password: 'second password' });
  const { state } = world.wallet.profile;
  const stands = state.passwords.keyAt(world.time.nowMs);
  const { passwords } = world.server.service.records;
  const kept = await passwords.listPasswords(world.wallet.userId);
  expect(kept).toHaveLength(2);
  const [first] = kept;
  const after = kept[1]!.position;
  let position = after;
  const endless = () => ({ ...first!, envelope: badlySigned(first!.envelope), position: (position += 1n) });
  const ROWS = [
    [() => [...kept, { ...first!, position: after + 1n }], 'DECISION_MISMATCH'],
    [() => kept.slice(1), 'BAD_SIGNATURE'],
    [() => [endless()], 'TOO_LARGE'],
  ] as const;
  for (const [rows, code] of ROWS) {
    lines.length = 0;
    passwords.listPasswords = () => Promise.resolve(rows());
    await world.wallet.refresh();
    expect(lines.some((line) => line.includes(`"code":"${code}"`))).toBe(true);
    expect(state.passwords.keyAt(world.time.nowMs)).toEqual(stands);
    expect(state.passwords.listed).toHaveLength(2);
  }
});

function badlySigned(envelope: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(envelope);
  const at = Buffer.from(envelope).indexOf(Buffer.from(readEnvelope(envelope).signature));
  copy[at + 40] = (copy[at + 40] ?? 0) ^ 1;
  return copy;
}

function readBytes({ profilePath }: World, name: string): string {
  try {
    return readFileSync(join(profilePath, name), 'latin1');
  } catch {
    return ''; // a folder
  }
}
