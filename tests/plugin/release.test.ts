/** Releases of placements in a game that is out: taken, kept for starts without a network, and refused whole when anything is wrong. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issueRevocationList } from '@coinslot/authority';
import { encodeCrls, encodePlacements, readCertificate, sealEnvelope, type Placements } from '@coinslot/protocol';
import { memoryStore, type Store } from '@coinslot/plugin/core';
import type { PlacementsFile } from '@coinslot/plugin/timing';
import { DAY_MS, makePublisher, makeTree, NOON_MS, type Holder } from '../lib/parties.ts';
import { PLACEMENTS, placementsWith } from './lib/content.ts';
import { World, type Seat, type SeatOptions } from './lib/seat.ts';

const URL_OF_RELEASES = 'https://play.lumen.example/placements.coinslot';
const MINUTE_MS = 60_000;

let world: World;
/** What the game's host serves; an error is a host that does not answer. */
let served: Uint8Array | Error;
let asked: number;

beforeEach(() => {
  // Nothing here needs the wallet: it never runs.
  world = new World();
  served = new Error('offline');
  asked = 0;
});
afterEach(() => world.close());

const fetchBytes = (): Promise<Uint8Array> => {
  asked += 1;
  return served instanceof Error ? Promise.reject(served) : Promise.resolve(served);
};
const sit = (store: Store, options: SeatOptions = {}): Seat =>
  world.sit({ store, paired: false, placementsUrl: URL_OF_RELEASES, fetchBytes, ...options });

/** The rules with another cooldown: how a release is told from the rules that were built in. */
const cooldown = (minutes: number): PlacementsFile => placementsWith({ cooldownMs: minutes * MINUTE_MS });
const release = (number: number, file: unknown = cooldown(number), fields: Partial<Placements> = {}, by?: Holder) => {
  const { publisher } = world.content;
  const { signer, chain } = by ?? publisher;
  const bytes = file instanceof Uint8Array ? file : new TextEncoder().encode(JSON.stringify(file));
  const body = { publisherId: publisher.id, gameId: 'demo-game', number, timeMs: NOON_MS, file: bytes, ...fields };
  return sealEnvelope('placements', encodePlacements(body), signer, chain);
};
const refusals = ({ problems }: Seat): unknown[] =>
  problems.map(({ where, error }) => [where, (error as { code?: string }).code]);

/** Minutes of cooldown that are in force, as a boundary met them: the rules themselves are nobody's to see. */
async function inForce({ coinslot }: Seat): Promise<number> {
  const lastShownAtMs = world.clock.nowMs();
  const decision = await coinslot.preview('level-end', {}, { lastShownAtMs });
  const check = decision.explain()[0]!.checks.find(({ reason }) => reason === 'cooldown');
  return check!.met['at least'] as number;
}

/** A game that took this release, and was closed again. */
async function afterTaking(bytes: Uint8Array): Promise<Store> {
  const store = memoryStore();
  served = bytes;
  const seat = sit(store);
  expect((await seat.coinslot.refreshPlacements()).status).toBe('taken');
  seat.coinslot.close();
  return store;
}

describe('a release', () => {
  it('is in force when it has been fetched, and at the next start, without a network too', async () => {
    const store = memoryStore();
    served = release(1, cooldown(7));
    const first = sit(store);
    expect(await inForce(first)).toBe(0);
    expect(await first.coinslot.refreshPlacements()).toEqual({ status: 'taken', number: 1 });
    expect(await inForce(first)).toBe(7);
    first.coinslot.close();

    served = new Error('offline');
    const second = sit(store);
    expect(await inForce(second)).toBe(7);
    expect(await second.coinslot.refreshPlacements()).toEqual({ status: 'unreached', detail: 'offline' });
    expect(await inForce(second)).toBe(7);
    expect([...first.problems, ...second.problems]).toEqual([]);
  });

  it('is asked for by itself once the game has settled, and never waited for', async () => {
    const taken = new Promise<void>((resolve) => {
      const seat = sit(memoryStore());
      seat.coinslot.events.on('timing', ({ kind }) => kind === 'placements' && resolve());
      served = release(1, cooldown(7));
      void seat.coinslot.ready.then(() => {
        expect(asked).toBe(0);
        world.clock.advance(2_000);
      });
    });
    await taken;
    expect(asked).toBe(1);
  });

  it('does not hold up a boundary while the host keeps it waiting, and is given up after ten seconds', async () => {
    const seat = sit(memoryStore(), { fetchBytes: () => new Promise(() => undefined) });
    const refreshed = seat.coinslot.refreshPlacements();
    expect(await inForce(seat)).toBe(0);
    // The clock can be moved on once the fetch has begun, which takes the chunk first.
    while (world.clock.waiting < 2) await new Promise((resolve) => setImmediate(resolve));
    world.clock.advance(10_000);
    expect(await refreshed).toEqual({ status: 'unreached', detail: 'no answer in time' });
  });

  it('is not asked for after the game has ended, nor by a game that says no address', async () => {
    const ended = sit(memoryStore());
    await ended.coinslot.ready;
    ended.coinslot.close();
    const without = world.sit({ paired: false, fetchBytes });
    await without.coinslot.ready;
    world.clock.advance(60_000);
    expect(await without.coinslot.refreshPlacements()).toEqual({ status: 'none' });
    expect(asked).toBe(0);
  });

  it('keeps level, player and what was bought: only rules are others', async () => {
    const seat = sit(memoryStore());
    await seat.coinslot.ready;
    seat.coinslot.gameplayStart();
    world.clock.advance(MINUTE_MS);
    const before = seat.coinslot.timingState();
    served = release(1);
    await seat.coinslot.refreshPlacements();
    expect(seat.coinslot.timingState()).toEqual(before);
    expect(before).toMatchObject({ playing: true, playedMs: MINUTE_MS });
  });

  it('does not change what offers open, nor which targets cover others', async () => {
    const seat = sit(memoryStore());
    const files: PlacementsFile[] = [];
    seat.coinslot.events.on('timing', (news) => news.kind === 'placements' && files.push(news.file));
    const wide = { offers: { ...PLACEMENTS.offers, 'level-9': { target: 'x' } }, covers: { 'level-3': ['bonus'] } };
    served = release(1, { ...cooldown(7), ...wide });
    expect(await seat.coinslot.refreshPlacements()).toMatchObject({ status: 'taken' });
    expect(files).toMatchObject([{ offers: PLACEMENTS.offers, covers: PLACEMENTS.covers }]);
    expect(files[0]!.covers).toEqual(PLACEMENTS.covers);
    expect(Object.keys(files[0]!.offers)).toEqual(Object.keys(PLACEMENTS.offers));
  });

  it('that brings an older file back is taken, since its number is higher', async () => {
    const store = await afterTaking(release(2, cooldown(2)));
    served = release(3, cooldown(1));
    const seat = sit(store);
    expect(await seat.coinslot.refreshPlacements()).toEqual({ status: 'taken', number: 3 });
    expect(await inForce(seat)).toBe(1);
  });

  it('that is in force already is left alone, and nothing is verified for it', async () => {
    const bytes = release(2);
    const seat = sit(await afterTaking(bytes), { roots: new Uint8Array([1]) });
    served = bytes;
    const refreshed = (again: boolean) => seat.coinslot.refreshPlacements(again);
    expect(await refreshed(false)).toEqual({ status: 'current', number: 2 });
    expect(seat.problems).toEqual([]);
  });
});

describe('changes nothing, and says with which code, when it is', () => {
  const other = makeTree({ name: 'elsewhere' });
  const having = (name: string, value: unknown): unknown => ({
    ...PLACEMENTS,
    campaigns: [{ ...PLACEMENTS.campaigns[0], [name]: value }],
  });
  const without = (name: string): unknown => having(name, undefined);
  it.each<[string, string, () => Uint8Array]>([
    ['cut', 'BAD_ENCODING', () => release(3).slice(0, -1)],
    ['empty', 'BAD_ENCODING', () => new Uint8Array()],
    ['a page of the host', 'BAD_ENCODING', () => new TextEncoder().encode('<!doctype html><title>Game</title>')],
    ['too large', 'TOO_LARGE', () => new Uint8Array(65_537)],
    ['changed by one bit', 'BAD_SIGNATURE', () => release(3).with(80, release(3)[80]! ^ 1)],
    ['older than what is in force', 'ID_CONFLICT', () => release(1)],
    ['another with the same number', 'ID_CONFLICT', () => release(2, cooldown(9))],
    ['under another root', 'CHAIN_UNTRUSTED', () => release(3, cooldown(3), {}, makePublisher(other))],
    ["a payment server's", 'CHAIN_ROLE', () => release(3, cooldown(3), {}, world.content.server)],
    [
      'of another publisher',
      'OFFER_ORIGIN',
      () => {
        const foreign = makePublisher(world.content.tree, { id: 'other-works' });
        return release(3, cooldown(3), { publisherId: 'other-works' }, foreign);
      },
    ],
    [
      'in our name by another publisher',
      'OFFER_ORIGIN',
      () => release(3, cooldown(3), {}, makePublisher(world.content.tree, { id: 'other-works' })),
    ],
    ['for another game', 'OFFER_ORIGIN', () => release(3, cooldown(3), { gameId: 'other-game' })],
    ['with the file of another game', 'OFFER_ORIGIN', () => release(3, { ...cooldown(3), game: 'other-game' })],
    [
      'under a certificate that has run out',
      'CHAIN_EXPIRED',
      () => {
        const brief = { notBeforeMs: NOON_MS - 9 * DAY_MS, notAfterMs: NOON_MS - DAY_MS };
        return release(3, cooldown(3), { timeMs: NOON_MS - 2 * DAY_MS }, makePublisher(world.content.tree, brief));
      },
    ],
    [
      'about an offer that is not sold',
      'OFFER_ORIGIN',
      () => {
        const variants = [{ id: 'only', offer: 'level-9', weight: 1 }];
        return release(3, { ...placementsWith({ variants }), offers: { 'level-9': { target: 'level-9' } } });
      },
    ],
    ['no JSON', 'BAD_ENCODING', () => release(3, new TextEncoder().encode('{'))],
    ['not UTF-8', 'BAD_ENCODING', () => release(3, Uint8Array.of(0x22, 0xff, 0x22))],
    ['no file of placements', 'BAD_ENCODING', () => release(3, [1, 2])],
    ['of a version that is not known', 'BAD_ENCODING', () => release(3, { ...cooldown(3), version: 2 })],
    ['with a condition that is none', 'BAD_ENCODING', () => release(3, placementsWith({ when: { eval: 'x' } }))],
    ['without a cooldown', 'BAD_ENCODING', () => release(3, without('cooldownMs'))],
    ['without caps', 'BAD_ENCODING', () => release(3, without('caps'))],
    ['with null for caps', 'BAD_ENCODING', () => release(3, having('caps', null))],
    ['with null for the caps over all', 'BAD_ENCODING', () => release(3, { ...cooldown(3), overall: { caps: null } })],
    ['with text for a cap', 'BAD_ENCODING', () => release(3, having('caps', { session: 1, day: '2', lifetime: 8 }))],
  ])('%s: %s', async (_, code, make) => {
    const store = await afterTaking(release(2));
    const kept = await store.get('release', 'release');
    served = make();
    const seat = sit(store);
    expect(await seat.coinslot.refreshPlacements()).toMatchObject({ status: 'refused', code });
    expect(refusals(seat)).toEqual([['placements', code]]);
    expect(await inForce(seat)).toBe(2);
    expect(await store.get('release', 'release')).toEqual(kept);
  });
});

describe('revocation', () => {
  const revoked = (serialOf: Holder, number = 5): Uint8Array =>
    issueRevocationList({
      issuer: world.content.tree.synd,
      number,
      revoked: [{ serialHex: readCertificate(serialOf.chain[0]!).serialHex, revokedAtMs: NOON_MS - DAY_MS }],
      thisUpdateMs: NOON_MS - DAY_MS,
      nextUpdateMs: NOON_MS + 30 * DAY_MS,
    });
  const thief = (): Holder =>
    makePublisher(world.content.tree, { keyName: 'lost key', notAfterMs: NOON_MS + 9 * DAY_MS });

  it('a release of a revoked key is refused', async () => {
    const seat = sit(memoryStore(), { crls: encodeCrls([revoked(thief())]) });
    served = release(9, cooldown(9), {}, thief());
    expect(await seat.coinslot.refreshPlacements()).toMatchObject({ status: 'refused', code: 'CHAIN_REVOKED' });
    expect(await inForce(seat)).toBe(0);
  });

  it('one in force whose key was revoked since is dropped with its number, so that the publisher is heard again', async () => {
    const store = await afterTaking(release(0xffff_ffff, cooldown(9), {}, thief()));
    const seat = sit(store, { crls: encodeCrls([revoked(thief())]) });
    expect(await inForce(seat)).toBe(9);
    served = release(4);
    expect(await seat.coinslot.refreshPlacements(false)).toEqual({ status: 'taken', number: 4 });
    expect(refusals(seat)).toEqual([['placements', 'CHAIN_REVOKED']]);
    expect(await inForce(seat)).toBe(4);
  });

  it('without a network too: then the built-in rules are in force', async () => {
    const store = await afterTaking(release(9, cooldown(9), {}, thief()));
    const seat = sit(store, { crls: encodeCrls([revoked(thief())]) });
    served = new Error('offline');
    expect(await seat.coinslot.refreshPlacements()).toMatchObject({ status: 'unreached' });
    expect(await inForce(seat)).toBe(0);
    expect(await store.get('release', 'release')).toBeUndefined();
  });

  it('is looked at when the wallet has handed newer lists over', async () => {
    const store = await afterTaking(release(9, cooldown(9), {}, thief()));
    await world.wallet.start();
    const seat = world.sit({ store, placementsUrl: URL_OF_RELEASES, fetchBytes });
    served = new Error('offline');
    expect(await inForce(seat)).toBe(9);
    const dropped = new Promise((resolve) => seat.coinslot.events.once('problem', resolve));
    await seat.coinslot.restore();
    world.wallet.broadcast('crls', { lists: [revoked(thief())] });
    await dropped;
    expect(await inForce(seat)).toBe(0);
  });

  it('a certificate that ran out since does not unsay what is in force', async () => {
    const brief = makePublisher(world.content.tree, { keyName: 'brief', notAfterMs: NOON_MS + DAY_MS });
    const store = await afterTaking(release(2, cooldown(2), {}, brief));
    world.clock.advance(2 * DAY_MS);
    const seat = sit(store);
    served = new Error('offline');
    await seat.coinslot.refreshPlacements();
    expect(await inForce(seat)).toBe(2);
    expect(seat.problems).toEqual([]);
  });
});

describe('under another build', () => {
  const grown: PlacementsFile = { ...PLACEMENTS, covers: { play: ['level-4', 'level-5', 'level-6'] } };

  it('waits until it is verified for that one, and is in force then, with its tables', async () => {
    const store = await afterTaking(release(2));
    served = new Error('offline');
    const seat = sit(store, { placements: grown });
    expect(await inForce(seat)).toBe(0);
    await seat.coinslot.refreshPlacements(false);
    expect(await inForce(seat)).toBe(2);
    seat.coinslot.close();
    expect(await inForce(sit(store, { placements: grown }))).toBe(2);
  });

  it('is dropped when that one does not sell what it offers any more', async () => {
    const variants = [{ id: 'only', offer: 'bonus', weight: 1 }];
    const store = await afterTaking(release(2, placementsWith({ variants })));
    const fewer = Object.fromEntries(Object.entries(PLACEMENTS.offers).filter(([id]) => id !== 'bonus'));
    const seat = sit(store, { placements: { ...PLACEMENTS, offers: fewer } });
    await seat.coinslot.refreshPlacements(false);
    expect(refusals(seat)[0]).toEqual(['placements', 'OFFER_ORIGIN']);
    expect(await store.get('release', 'release')).toBeUndefined();
  });

  it('of a sandbox is not taken by a live one, and what is no release is none', async () => {
    const store = await afterTaking(release(2));
    const live = sit(store, { sandbox: false });
    expect(await inForce(live)).toBe(0);
    await store.put('release', 'release', { number: 'x', file: 3 });
    expect(await inForce(sit(store))).toBe(0);
  });
});

describe('by fetch', () => {
  let host: Server;
  let answer: RequestListener;
  let url: string;

  beforeEach(async () => {
    host = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(host.address() as AddressInfo).port}/placements.coinslot`;
  });
  afterEach(async () => {
    host.closeAllConnections();
    await new Promise((resolve) => host.close(resolve));
  });
  const refresh = (): Promise<unknown> => world.sit({ paired: false, placementsUrl: url }).coinslot.refreshPlacements();

  it('comes from its host', async () => {
    const bytes = release(1);
    answer = (_, response) => response.end(bytes);
    expect(await refresh()).toEqual({ status: 'taken', number: 1 });
  });

  it('is not there yet; or the host is not', async () => {
    answer = (_, response) => response.writeHead(404).end('nothing');
    expect(await refresh()).toEqual({ status: 'none' });
    answer = (_, response) => response.writeHead(204).end();
    expect(await refresh()).toEqual({ status: 'none' });
    answer = (_, response) => response.writeHead(503).end('later');
    expect(await refresh()).toMatchObject({ status: 'unreached' });
    answer = (request) => request.socket.destroy();
    expect(await refresh()).toMatchObject({ status: 'unreached' });
  });

  it('is not read beyond what one message can be', async () => {
    let sent = 0;
    answer = (_, response) => {
      const more = (): void => {
        while (sent < 64 * 1024 * 1024 && response.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      response.on('drain', more);
      more();
    };
    expect(await refresh()).toMatchObject({ status: 'refused', code: 'TOO_LARGE' });
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });
});
