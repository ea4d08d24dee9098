import { crlNumber, decodeCrls, encodeCrls } from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Revocations } from '../../wallet/src/cards/revocations.ts';
import { silentLog } from '../../wallet/src/ports.ts';
import { DAY_MS, makeCardIssuer, makeTree, NOON_MS } from '../lib/parties.ts';
import { startCardWorld } from './card-world.ts';
import { makeOffer } from '../lib/parties.ts';
import { temporaryFolder } from './world.ts';

const tree = makeTree();
const issuer = makeCardIssuer(tree);
const listOf = (number: number): Uint8Array =>
  issuer.certifier.listRevoked({ number, revoked: [], thisUpdateMs: NOON_MS, nextUpdateMs: NOON_MS + DAY_MS });

function open(folder: string): Revocations {
  return new Revocations({ folder, roots: tree.roots, verify: nativeVerifySignature, log: silentLog });
}

describe('revocation lists', () => {
  it('count only under an authority that was verified, never go back, and outlast the wallet', () => {
    const folder = temporaryFolder();
    const lists = open(folder);
    let changes = 0;
    lists.onChange(() => (changes += 1));
    lists.offer([listOf(5)]);
    expect(lists.lists).toEqual([]);
    lists.learn(issuer.chain);
    expect(lists.lists.map(crlNumber)).toEqual([5]);
    lists.offer([listOf(4)]);
    lists.offer([listOf(5)]);
    expect([lists.lists.map(crlNumber), changes]).toEqual([[5], 1]);
    const again = open(folder);
    expect(again.lists.map(crlNumber)).toEqual([5]);
    again.learn(issuer.chain);
    again.offer([listOf(3)]);
    expect(again.lists.map(crlNumber)).toEqual([5]);
    again.offer([listOf(6)]);
    expect(decodeCrls(new Uint8Array(readFileSync(join(folder, 'crls.coinslot')))).map(crlNumber)).toEqual([6]);
  });

  it('that cannot be read are as none, and new ones are taken', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'crls.coinslot'), 'broken', { mode: 0o600 });
    const lists = open(folder);
    expect(lists.lists).toEqual([]);
    lists.learn(issuer.chain);
    lists.offer([listOf(1)]);
    expect(lists.lists).toHaveLength(1);
    expect(encodeCrls(lists.lists).length).toBeGreaterThan(0);
  });

  it('are handed to games at the welcome and whenever there are newer ones; a blocked card pays no more', async () => {
    const world = await startCardWorld();
    const game = await world.game();
    const { lists } = await game.next('crls');
    expect(lists.length).toBeGreaterThan(0);
    await world.wallet.cards.lose(world.cardId);
    const newer = await game.next('crls');
    expect(Math.max(...newer.lists.map(crlNumber))).toBeGreaterThan(Math.max(...lists.map(crlNumber)));
    world.wallet.profile.changeSettings({ means: ['card'] });
    await expect.poll(() => world.wallet.cards.list()[0]?.code).toBe('CARD_BLOCKED');
    expect(await game.refused(makeOffer(world.publisher).offerBytes)).toMatchObject({ code: 'CARD_BLOCKED' });
  });
});
