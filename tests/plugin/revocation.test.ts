/** Revocation lists in a game: shipped, handed over by the wallet, kept; the number never goes back. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issueRevocationList } from '@coinslot/authority';
import { encodeCrls, readCertificate } from '@coinslot/protocol';
import { memoryStore } from '@coinslot/plugin/core';
import { DAY_MS, NOON_MS } from '../lib/parties.ts';
import { World, type Seat } from './lib/seat.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

/** A list of the SINT: with the payment server's certificate on it, or empty. */
function list(number: number, revokedAtMs?: number): Uint8Array {
  const { tree, server } = world.content;
  const serialHex = readCertificate(server.chain[0]!).serialHex;
  return issueRevocationList({
    issuer: tree.sint,
    number,
    revoked: revokedAtMs === undefined ? [] : [{ serialHex, revokedAtMs }],
    thisUpdateMs: NOON_MS - DAY_MS,
    nextUpdateMs: NOON_MS + 30 * DAY_MS,
  });
}

const buys = async (seat: Seat): Promise<string> => {
  const { status, code } = await seat.coinslot.require('level-3');
  return code ?? status;
};

/** Has the wallet hand lists over, and waits until a game that is connected has taken them. */
async function handOver(seat: Seat, lists: readonly Uint8Array[]): Promise<void> {
  await seat.coinslot.restore();
  world.wallet.broadcast('crls', { lists });
  // Frames are taken in order: once this answer is there, so are the lists.
  await seat.coinslot.restore();
}

describe('a payment server whose certificate was revoked (S9, K6)', () => {
  it('opens nothing in a game that shipped with the list', async () => {
    const crls = encodeCrls([list(1, NOON_MS - DAY_MS)]);
    expect(await buys(world.sit({ crls }))).toBe('CHAIN_REVOKED');
  });

  it('opens nothing once the wallet has handed the list over', async () => {
    const seat = world.sit();
    await handOver(seat, [list(2, NOON_MS - DAY_MS)]);
    expect(await buys(seat)).toBe('CHAIN_REVOKED');
  });

  it('stays revoked in the next session, whatever older list is offered then (I12)', async () => {
    const store = memoryStore();
    const first = world.sit({ store });
    await handOver(first, [list(2, NOON_MS - DAY_MS)]);
    first.coinslot.close();
    const second = world.sit({ store, crls: encodeCrls([list(1)]) });
    await handOver(second, [list(1)]);
    expect(await buys(second)).toBe('CHAIN_REVOKED');
  });

  it('stays revoked when a forged list of a higher number is handed over', async () => {
    const forged = list(9);
    forged[forged.length - 1]! ^= 1;
    const seat = world.sit({ crls: encodeCrls([list(2, NOON_MS - DAY_MS)]) });
    await handOver(seat, [forged]);
    expect(await buys(seat)).toBe('CHAIN_REVOKED');
  });

  it('still counts for what it signed before', async () => {
    const crls = encodeCrls([list(1, NOON_MS + DAY_MS)]);
    expect(await buys(world.sit({ crls }))).toBe('granted');
  });
});

it('a list that its issuer did not sign says nothing, and bytes that are no list are left out', async () => {
  const forged = list(9, NOON_MS - DAY_MS);
  forged[forged.length - 1]! ^= 1;
  const seat = world.sit();
  await handOver(seat, [forged, Uint8Array.of(1, 2, 3)]);
  expect(await buys(seat)).toBe('granted');
});
