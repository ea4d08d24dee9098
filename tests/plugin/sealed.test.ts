/** Sealed content: opened by a verified decision and its key, and by nothing else, whatever the game's own gate is made to say. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeOffer, encodeRefundNotice, sealEnvelope } from '@coinslot/protocol';
import { contentKeyIdOf, deriveSealingPair, sealContent, sealContentKey } from '@coinslot/protocol/sealing';
import { memoryStore } from '@coinslot/plugin/core';
import { bytes16Of, seedOf } from '../lib/parties.ts';
import { makeContent, type Content } from './lib/content.ts';
import { World, type Seat, type SeatOptions } from './lib/seat.ts';

const KEY = seedOf('content key');
const LEVEL = new TextEncoder().encode('the bonus scene');
const ART = new TextEncoder().encode('its art');
const { files, contentDigest } = sealContent(KEY, [LEVEL, ART]);
const content: Content = makeContent({ seals: { contentKey: KEY, contentDigest } });

let shelf: Map<string, Uint8Array>;
let world: World;
beforeEach(async () => {
  shelf = new Map([
    ['bonus.bin', files[0]!],
    ['art.bin', files[1]!],
  ]);
  world = await World.open(content);
});
afterEach(() => world.close());

const sit = (options: SeatOptions = {}): Seat =>
  world.sit({
    fetchBytes: (url) => {
      const file = shelf.get(url);
      return file === undefined ? Promise.reject(new Error(`${url}: 404`)) : Promise.resolve(file);
    },
    ...options,
  });

async function bought(options: SeatOptions = {}): Promise<Seat> {
  const seat = sit(options);
  expect(await seat.coinslot.require('bonus')).toMatchObject({ status: 'granted', reason: 'paid' });
  return seat;
}

describe('openSealed', () => {
  it('gives the bytes of each file once a decision has come, with the key that came with it', async () => {
    const { coinslot } = await bought();
    const restores = world.wallet.heard.filter(({ kind }) => kind === 'restore').length;
    expect(await coinslot.openSealed('bonus', 'bonus.bin')).toEqual({ status: 'opened', bytes: LEVEL });
    expect(await coinslot.openSealed('bonus', 'art.bin')).toEqual({ status: 'opened', bytes: ART });
    expect(world.wallet.heard.filter(({ kind }) => kind === 'restore')).toHaveLength(restores);
  });

  it('a patched gate opens nothing: can() saying yes brings no bytes', async () => {
    const { coinslot } = sit();
    await coinslot.ready;
    coinslot.can = () => true;
    expect(coinslot.can('bonus')).toBe(true);
    expect(await coinslot.openSealed('bonus', 'bonus.bin')).toEqual({ status: 'refused', reason: 'not-entitled' });
    expect(Buffer.from(shelf.get('bonus.bin')!).includes('bonus')).toBe(false);
  });

  it('opens again after a reload, by a key sealed anew for the new session', async () => {
    const { store, coinslot } = await bought();
    coinslot.close();
    const again = sit({ store });
    expect(await again.coinslot.openSealed('bonus', 'bonus.bin')).toEqual({ status: 'opened', bytes: LEVEL });
    const kept = JSON.stringify(
      await Promise.all(['grants', 'flights', 'crls', 'player'].map((one) => store.list(one))),
    );
    expect(kept).not.toContain(JSON.stringify([...KEY]).slice(1, -1));
  });

  it('finds the key after a tab died between paying and the decision', async () => {
    world.wallet.script.onAccept = (standing, line) => {
      world.wallet.decide(standing);
      line.drop();
    };
    const store = memoryStore();
    const first = sit({ store });
    void first.coinslot.require('bonus');
    await world.wallet.hears('answer');
    first.coinslot.close();
    world.wallet.script = {};
    const again = sit({ store });
    await again.nextChange();
    expect(await again.coinslot.openSealed('bonus', 'art.bin')).toEqual({ status: 'opened', bytes: ART });
  });

  it('ends with a refund', async () => {
    const seat = await bought();
    const [entitlement] = seat.coinslot.owned();
    const notice = sealEnvelope(
      'refund-notice',
      encodeRefundNotice({
        decisionId: Uint8Array.from(Buffer.from(entitlement!.decisionId, 'hex')),
        reason: 'requested',
        amountMinor: 100n,
        currency: 'USD',
        timeMs: world.clock.nowMs(),
      }),
      content.server.signer,
      content.server.chain,
    );
    const change = seat.nextChange();
    world.wallet.broadcast('refund', { notice });
    expect(await change).toMatchObject({ kind: 'refunded' });
    expect(await seat.coinslot.openSealed('bonus', 'bonus.bin')).toMatchObject({ reason: 'not-entitled' });
  });

  it('takes content that the publisher has mended since under the same key, and no other', async () => {
    const mended = sealContent(KEY, [new TextEncoder().encode('the bonus scene, mended')]);
    const { store, coinslot } = await bought();
    coinslot.close();
    shelf.set('bonus.bin', mended.files[0]!);
    const old = sit({ store });
    expect(await old.coinslot.openSealed('bonus', 'bonus.bin')).toMatchObject({ code: 'OFFER_HASH' });
    old.coinslot.close();
    const seals = { contentKey: KEY, contentDigest: mended.contentDigest };
    const { tree, publisher } = content;
    const next = new World(makeContent({ seals, of: { tree, publisher } }));
    next.wallet.standings.push(...world.wallet.standings);
    await next.wallet.start();
    const seat = next.sit({ store, fetchBytes: (url) => Promise.resolve(shelf.get(url)!) });
    const opened = await seat.coinslot.openSealed('bonus', 'bonus.bin');
    await next.close();
    expect(opened).toMatchObject({ status: 'opened' });
  });
});

describe('refused, with its code', () => {
  const rubbish = Uint8Array.from({ length: 80 }, (_, i) => i);
  const other = deriveSealingPair(seedOf('another session'));
  const holder = { holder: 'session', decisionId: bytes16Of('other decision') } as const;

  it.each<[string, (right: Uint8Array) => Uint8Array]>([
    ['bent', (right) => right.with(40, right[40]! ^ 1)],
    ['of nothing', () => rubbish],
    ['sealed to another session', () => sealContentKey(KEY, holder, other.publicKey, seedOf('e'))],
  ])('a content key %s: BAD_KEY', async (_, contentKey) => {
    world.wallet.script.contentKey = contentKey;
    const { coinslot } = await bought();
    expect(await coinslot.openSealed('bonus', 'bonus.bin')).toMatchObject({ reason: 'not-verified', code: 'BAD_KEY' });
  });

  it('a swapped key, sealed to this very session for this very decision: BAD_KEY', async () => {
    const swapped = seedOf('another content key');
    world.wallet.script.contentKey = () => {
      const { nonce, sessionKey } = decodeOffer(world.wallet.standings.at(-1)!.offer);
      const decisionId = bytes16Of(`decision ${Buffer.from(nonce).toString('hex')}`);
      return sealContentKey(swapped, { holder: 'session', decisionId }, sessionKey, seedOf('e'));
    };
    const { coinslot } = await bought();
    expect(await coinslot.openSealed('bonus', 'bonus.bin')).toMatchObject({ reason: 'not-verified', code: 'BAD_KEY' });
    shelf.set('bonus.bin', sealContent(swapped, [LEVEL]).files[0]!);
    expect(await coinslot.openSealed('bonus', 'bonus.bin')).toMatchObject({ reason: 'not-verified', code: 'BAD_KEY' });
  });

  it.each<[string, string, () => Uint8Array]>([
    ['other content under the same key', 'OFFER_HASH', () => sealContent(KEY, [ART]).files[0]!],
    ['the content of another offer', 'BAD_KEY', () => sealContent(seedOf('other'), [LEVEL]).files[0]!],
    ['a file with a changed bit', 'OFFER_HASH', () => files[0]!.with(-1, files[0]!.at(-1)! ^ 1)],
    ['a page in its place', 'BAD_ENCODING', () => new TextEncoder().encode('<!doctype html>'.repeat(9))],
  ])('%s: %s', async (_, code, file) => {
    const { coinslot } = await bought();
    shelf.set('bonus.bin', file());
    expect(await coinslot.openSealed('bonus', 'bonus.bin')).toMatchObject({ reason: 'not-verified', code });
  });

  it('a decision of another game or player opens nothing: DECISION_MISMATCH', async () => {
    world.wallet.script.decision = { gameId: 'another-game' };
    const seat = sit();
    expect(await seat.coinslot.require('bonus')).toMatchObject({ status: 'failed', code: 'DECISION_MISMATCH' });
    expect(await seat.coinslot.openSealed('bonus', 'bonus.bin')).toMatchObject({ reason: 'not-entitled' });
  });

  it('a server’s approval without the key is none: DECISION_MISMATCH', async () => {
    world.wallet.script.decision = { sealedKey: undefined };
    const seat = sit();
    expect(await seat.coinslot.require('bonus')).toMatchObject({ status: 'failed', code: 'DECISION_MISMATCH' });
  });

  it('a wallet that keeps the key back, or is away: KEY_ABSENT, and what was bought stays bought', async () => {
    world.wallet.script.contentKey = () => undefined;
    const { store, coinslot } = await bought();
    expect(await coinslot.openSealed('bonus', 'bonus.bin')).toMatchObject({ reason: 'no-key', code: 'KEY_ABSENT' });
    coinslot.close();
    await world.wallet.stop();
    const alone = sit({ store });
    expect(await alone.coinslot.openSealed('bonus', 'bonus.bin')).toMatchObject({
      reason: 'no-key',
      code: 'KEY_ABSENT',
    });
    expect(alone.coinslot.can('bonus')).toBe(true);
  });

  it('what is not sealed, and a file that is not there, are said to be', async () => {
    const { coinslot } = await bought();
    expect(await coinslot.require('level-3')).toMatchObject({ status: 'granted' });
    expect(await coinslot.openSealed('level-3', 'bonus.bin')).toMatchObject({ reason: 'not-sealed' });
    expect(await coinslot.openSealed('bonus', 'none.bin')).toMatchObject({ reason: 'not-fetched' });
    expect(contentKeyIdOf(KEY)).toHaveLength(16);
  });
});
