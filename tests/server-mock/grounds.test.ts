import { createRequest, readCertificates } from '@coinslot/authority';
import { decodeRoots, rootIsSandbox, verifyChain } from '@coinslot/protocol';
import { privateKeyFromSeed } from '@coinslot/protocol/node';
import { prepareSandbox } from '@coinslot/server-mock';
import { createPaymentServer } from '@coinslot/server';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DAY_MS, makeTree, NOON_MS, seedOf } from '../lib/parties.ts';
import { countedRandom, LUMEN, silent, start, temporaryHome } from './started-sandbox.ts';

const prepare = (home: string, randomName = 'first', nowMs = NOON_MS) =>
  prepareSandbox({ home, clock: () => nowMs, random: countedRandom(randomName) });

const allFiles = (home: string): string[] =>
  readdirSync(home, { recursive: true, encoding: 'utf8' })
    .map((name) => join(home, name))
    .filter((path) => statSync(path).isFile())
    .sort();

const contents = (home: string) => allFiles(home).map((path) => [path, readFileSync(path).toString('hex')]);

it('makes everything once and finds it again, byte for byte', () => {
  const home = temporaryHome();
  const first = prepare(home);
  const before = contents(home);
  const second = prepare(home, 'another');
  expect(contents(home)).toEqual(before);
  expect(second.chain).toEqual(first.chain);
  expect(second.operatorToken).toBe(first.operatorToken);
  expect(second.players.ada.userId).toEqual(first.players.ada.userId);
  expect(before.length).toBeGreaterThan(12);
});

it('makes the same bytes from the same randomness', () => {
  const [one, other] = [temporaryHome(), temporaryHome()];
  prepare(one);
  prepare(other);
  expect(contents(other).map(([, bytes]) => bytes)).toEqual(contents(one).map(([, bytes]) => bytes));
});

it('goes on after a first start that was cut short', () => {
  const home = temporaryHome();
  const half = join(home, 'authority.unfinished');
  mkdirSync(half);
  expect(() => prepare(home)).not.toThrow();
  expect(readdirSync(home)).not.toContain('authority.unfinished');
});

it('keeps every private key and the token from others', () => {
  const home = temporaryHome();
  prepare(home);
  const secrets = allFiles(home).filter((path) => path.endsWith('.key.pem') || path.endsWith('operator-token'));
  expect(secrets.length).toBeGreaterThan(8);
  for (const path of secrets) expect([path, statSync(path).mode & 0o077]).toEqual([path, 0]);
});

it('marks every certificate as throwaway', () => {
  const home = temporaryHome();
  const { roots, rootsFile, chain } = prepare(home);
  expect(roots.map(rootIsSandbox)).toEqual([true]);
  expect(decodeRoots(rootsFile)).toEqual(roots);
  expect(Uint8Array.from(readFileSync(join(home, 'authority', 'roots.coinslot')))).toEqual(rootsFile);
  const leaf = verifyChain({ chain, roots, role: 'payment-server', atMs: NOON_MS });
  expect([leaf.sandbox, leaf.subject.id]).toEqual([true, 'sandbox-server']);
});

it('is refused by a live server, with its own roots and under live ones', async () => {
  const home = temporaryHome();
  const sandbox = prepare(home);
  const live = makeTree({ name: 'live', sandbox: false });
  const open = (roots: readonly Uint8Array[], environment: 'live' | 'sandbox') =>
    createPaymentServer({
      ...sandbox,
      roots,
      environment,
      storePath: join(home, 'other.sqlite'),
      clock: () => NOON_MS,
      random: countedRandom('live'),
      log: silent,
    });
  await expect(open(sandbox.roots, 'live')).rejects.toMatchObject({ code: 'CHAIN_UNTRUSTED' });
  await expect(open(live.roots, 'live')).rejects.toMatchObject({ code: 'CHAIN_UNTRUSTED' });
  await expect(open(live.roots, 'sandbox')).rejects.toMatchObject({ code: 'CHAIN_UNTRUSTED' });
  const server = await open(sandbox.roots, 'sandbox');
  await server.close();
});

it('certifies a publisher by its request, the same way every time', () => {
  const home = temporaryHome();
  const sandbox = prepare(home);
  const key = privateKeyFromSeed(seedOf('a studio'));
  const request = createRequest({ id: LUMEN.id, commonName: 'As the studio wrote it' }, key);
  const asWritten = sandbox.certifyPublisher(request);
  expect([asWritten.id, asWritten.name]).toEqual([LUMEN.id, 'As the studio wrote it']);
  const named = sandbox.certifyPublisher(request, LUMEN);
  const leaf = verifyChain({ chain: named.chain, roots: sandbox.roots, role: 'publisher', atMs: NOON_MS });
  expect([leaf.subject.id, leaf.subject.commonName, leaf.sandbox]).toEqual(['lumen-works', 'Lumen Works', true]);
  expect(leaf.limits?.topPrices).toContainEqual({ amountMinor: 10_000n, currency: 'EUR' });
  expect(sandbox.certifyPublisher(request, LUMEN)).toEqual(named);
  expect(prepare(home, 'later').certifyPublisher(request, LUMEN)).toEqual(named);
  const renewed = sandbox.certifyPublisher(
    createRequest({ commonName: 'x' }, privateKeyFromSeed(seedOf('new'))),
    LUMEN,
  );
  expect(renewed.chain[0]).not.toEqual(named.chain[0]);
  expect(sandbox.certifiedPublishers().map(({ id }) => id)).toEqual(['lumen-works', 'paper-moon']);
  expect(readCertificates(join(home, 'publishers', 'lumen-works.cert.pem'))).toEqual(renewed.chain);
});

it('refuses a request that nobody signed', () => {
  const sandbox = prepare(temporaryHome());
  const request = createRequest({ id: 'x', commonName: 'X' }, privateKeyFromSeed(seedOf('x')));
  const cut = request.replace(/A/, 'B');
  expect(() => sandbox.certifyPublisher(cut)).toThrow();
  expect(() => sandbox.certifyPublisher(seedOf('no point of the curve').fill(0), LUMEN)).toThrow();
  expect(sandbox.certifiedPublishers()).toHaveLength(1);
});

it('starts with players, publishers and rates, and changes nothing at a second start', async () => {
  const home = temporaryHome();
  const first = await start({ home });
  const stand = async ({ running: { server, sandbox } }: Awaited<ReturnType<typeof start>>) => {
    const { records } = server.service;
    const { ada, grace } = sandbox.players;
    return {
      ada: (await records.findPlayer(ada.userId))?.balanceMinor,
      grace: (await records.findPlayer(grace.userId))?.ceilingMinor,
      publishers: (await records.listPublishers()).map(({ publisherId }) => publisherId).sort(),
      transfers: (await records.listTransfers(0n, 100)).length,
      rates: (await records.findNewestRateTable())?.table.id,
    };
  };
  const expected = {
    ada: 1_000n,
    grace: 2_000n,
    publishers: ['lumen-works', 'paper-moon'],
    transfers: 1,
    rates: 1,
  };
  expect(await stand(first)).toEqual(expected);
  await first.running.close();
  const second = await start({ home, nowMs: NOON_MS + 60_000, randomName: 'second' });
  expect(await stand(second)).toEqual(expected);
});

it('replaces the rate table under the next number before it runs out', async () => {
  const started = await start();
  const { running, time } = started;
  const newest = async () => (await running.server.service.records.findNewestRateTable())?.table;
  await fetch(`${running.url}/v1/rates`);
  expect((await newest())?.id).toBe(1);
  time.nowMs += DAY_MS - 1_000;
  await fetch(`${running.url}/v1/rates`);
  expect(await newest()).toMatchObject({ id: 2, base: 'EUR', notAfterMs: time.nowMs + DAY_MS });
  time.nowMs += 30 * DAY_MS;
  await fetch(`${running.url}/v1/rates`);
  expect((await newest())?.id).toBe(3);
});
