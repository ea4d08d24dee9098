import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { checkDecision } from '@coinslot/protocol';
import { openProfile, startWallet } from '@coinslot/wallet';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hex } from '../../wallet/src/hex.ts';
import { makeOffer, NOON_MS } from '../lib/parties.ts';
import { GameClient, makePairingHeader } from './game-client.ts';
import type { ChildOptions } from './wallet-child.ts';
import { PIN, random, startMarket, temporaryFolder } from './world.ts';

interface Child {
  process: ChildProcess;
  port: number;
  userId: Uint8Array;
  fault: string | undefined;
}

const SOURCE_FLAGS = ['--conditions=coinslot-source', '--import', 'tsx'];

async function startChild(options: ChildOptions): Promise<Child> {
  const file = join(import.meta.dirname, 'wallet-child.ts');
  const child = spawn(process.execPath, [...SOURCE_FLAGS, file, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const said = JSON.parse(line.toString('utf8')) as { port: number; userId?: string; fault?: string };
  return { process: child, port: said.port, userId: Buffer.from(said.userId ?? '', 'hex'), fault: said.fault };
}

async function kill(child: Child): Promise<void> {
  const gone = once(child.process, 'exit');
  child.process.kill('SIGKILL');
  await gone;
}

/** A promise and what keeps it. */
function gate(): { passed: Promise<void>; pass: () => void } {
  let pass = (): void => undefined;
  const passed = new Promise<void>((resolve) => (pass = resolve));
  return { passed, pass };
}

async function killedMidway(where: 'before the record' | 'after the record') {
  const time = { nowMs: NOON_MS };
  const reached = gate();
  const release = gate();
  let isFirst = true;
  const hold = async (): Promise<void> => {
    if (!isFirst) return;
    isFirst = false;
    reached.pass();
    await release.passed;
  };
  const isAfter = where === 'after the record';
  const market = await startMarket(time, isAfter ? { afterRecord: hold } : { beforeDecide: hold });
  const path = temporaryFolder();
  const options = {
    path,
    serverUrl: market.serverUrl,
    roots: market.tree.roots.map((one) => Buffer.from(one).toString('base64')),
    nowMs: NOON_MS,
    pin: PIN,
    port: 0,
  };
  const child = await startChild({ ...options, isNew: true });
  const topUp = { userId: child.userId, amountMinor: 1_000n, currency: 'EUR', bankReference: 'first' };
  await market.server.service.players.topUp(topUp);
  const game = await GameClient.connect({ port: child.port, header: makePairingHeader(market.publisher) });
  await game.pair();
  const made = makeOffer(market.publisher);
  const { seq, digest } = await game.offer(made.offerBytes);
  game.send('answer', { seq, answer: 'accept', shownDigest: digest });
  await reached.passed;
  await kill(child);
  // Killed before the server recorded: that request dies with its connection, and only the new wallet's asking counts.
  if (isAfter) release.pass();
  onTestFinished(() => release.pass());

  const reopen = async (): Promise<Awaited<ReturnType<typeof startWallet>>> => {
    const profile = openProfile({ path, clock: () => time.nowMs, random });
    const wallet = await startWallet({
      profile,
      port: 0,
      serverUrl: market.serverUrl,
      roots: market.tree.roots,
      environment: 'sandbox',
    });
    onTestFinished(() => wallet.close());
    return wallet;
  };
  const balance = async (): Promise<bigint | undefined> =>
    (await market.server.service.records.findPlayer(child.userId))?.balanceMinor;
  return { market, time, game, made, reopen, balance, secret: game.secret ?? new Uint8Array() };
}

describe('a wallet that is killed between consent and decision', () => {
  it.each(['before the record', 'after the record'] as const)(
    '%s: the next start heals it, charged once',
    async (where) => {
      const { market, time, made, reopen, balance, secret } = await killedMidway(where);
      const wallet = await reopen();
      await wallet.unlock(PIN);
      const game = await GameClient.connect({ port: wallet.port, header: makePairingHeader(market.publisher) });
      await game.prove(await game.next('hello'), secret);
      game.send('status', { seq: 1, nonce: made.offer.nonce });
      const { decision } = await game.next('decision');
      const options = { roots: market.tree.roots, nowMs: time.nowMs };
      expect(checkDecision(decision, made.offerBytes, options).decision.outcome).toBe('approved');
      expect(await balance()).toBe(980n);
      game.send('status', { seq: 2, nonce: made.offer.nonce });
      expect((await game.next('decision')).decision).toEqual(decision);
      expect(await balance()).toBe(980n);
    },
  );

  it('after the deadline, for a server that never recorded it: a signed DECISION_EXPIRED, nothing charged', async () => {
    const { market, time, made, reopen, balance, secret } = await killedMidway('before the record');
    time.nowMs += 3 * 60_000;
    const wallet = await reopen();
    await wallet.unlock(PIN);
    const game = await GameClient.connect({ port: wallet.port, header: makePairingHeader(market.publisher) });
    await game.prove(await game.next('hello'), secret);
    game.send('status', { seq: 1, nonce: made.offer.nonce });
    const { decision } = await game.next('decision');
    const checked = checkDecision(decision, made.offerBytes, { roots: market.tree.roots, nowMs: time.nowMs });
    expect(checked.decision).toMatchObject({ outcome: 'refused', code: 'DECISION_EXPIRED' });
    expect(await balance()).toBe(1_000n);
    expect(wallet.profile.state.payment(hex(made.offer.nonce))?.status).toBe('refused');
  });

  it('leaves its lock behind, which the next start takes over; a living one keeps it', async () => {
    const time = { nowMs: NOON_MS };
    const market = await startMarket(time);
    const path = temporaryFolder();
    const roots = market.tree.roots.map((one) => Buffer.from(one).toString('base64'));
    const options = { path, serverUrl: market.serverUrl, roots, nowMs: NOON_MS, pin: PIN };
    const child = await startChild({ ...options, isNew: true, port: 0 });
    const place = { path, clock: () => time.nowMs, random };
    expect(() => openProfile(place)).toThrow(expect.objectContaining({ code: 'PROFILE_BUSY' }) as Error);
    expect((await startChild({ ...options, isNew: false, port: 0 })).fault).toBe('PROFILE_BUSY');
    const elsewhere = temporaryFolder();
    const second = await startChild({ ...options, path: elsewhere, isNew: true, port: child.port });
    expect(second.fault).toBe('PORT_TAKEN');
    await kill(child);
    openProfile(place).close();
  });
});
