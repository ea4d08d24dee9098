/** Refunds as a wallet has them: asked for after its position, kept once, told in words, handed to the game. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  decodePaymentDecision,
  decodeRefundNotice,
  encodeRefundNotice,
  readEnvelope,
  sealEnvelope,
  type RefundNotice,
} from '@coinslot/protocol';
import { openProfile } from '@coinslot/wallet';
import { receiptOf } from '../../wallet/src/page/receipts.ts';
import { WalletState } from '../../wallet/src/journal/state.ts';
import { makeOffer, makeServerHolder, NOON_MS } from '../lib/parties.ts';
import type { GameClient } from './game-client.ts';
import { balanceOf, random, startWorld, type World } from './world.ts';

interface Bought {
  readonly world: World;
  readonly game: GameClient;
  readonly decisionId: Uint8Array;
}

async function pay(game: GameClient, world: World, nonce: string): Promise<Uint8Array> {
  const { seq, digest } = await game.offer(makeOffer(world.publisher, { nonce, atMs: world.time.nowMs }).offerBytes);
  game.send('answer', { seq, answer: 'accept', shownDigest: digest });
  const { decision } = await game.next('decision');
  return decodePaymentDecision(readEnvelope(decision).body).decisionId;
}

async function bought(): Promise<Bought> {
  const world = await startWorld();
  const game = await world.game();
  return { world, game, decisionId: await pay(game, world, 'bought') };
}

const giveBack = ({ world, decisionId }: Pick<Bought, 'world' | 'decisionId'>): Promise<unknown> =>
  world.server.service.refunds.byOperator({ decisionId, reason: 'defect' });

const first = ({ wallet }: World) => wallet.profile.state.payments[0]!;

describe('a refund', () => {
  it('is in the journal once, in the balance, and with the connected game', async () => {
    const { world, game, decisionId } = await bought();
    await giveBack({ world, decisionId });
    await world.wallet.refresh();
    const { notice } = await game.next('refund');
    expect(decodeRefundNotice(readEnvelope(notice).body)).toMatchObject({ decisionId, amountMinor: 20n });
    expect(await balanceOf(world)).toBe(1_000n);
    expect(first(world)).toMatchObject({ status: 'approved', refund: { reason: 'defect', amountMinor: 20n } });
    expect(world.wallet.profile.state.spent(() => true)).toBe(0n);
    await world.wallet.refresh();
    rmSync(join(world.profilePath, 'refunds')); // where it was is forgotten: all come again
    await world.wallet.refresh();
    expect(game.unread.filter(({ kind }) => kind === 'refund')).toEqual([]);
  });

  it.each([
    ['en', 'Refunded', /^€0\.20|EUR.0\.20/, /it did not work as it should$/, /0\.20 back from Lumen Works: Level 3$/],
    ['fr', 'Remboursé', /0,20/, /cela ne marchait pas comme prévu$/, /0,20.*remboursés, Lumen Works : Level 3$/],
  ] as const)('is told in words: %s', async (language, outcome, amount, why, line) => {
    const world = await startWorld({ setup: { language } });
    const game = await world.game();
    const decisionId = await pay(game, world, 'bought');
    await giveBack({ world, decisionId });
    await world.wallet.refresh();
    const receipt = receiptOf(first(world), language, 'UTC');
    expect(receipt).toMatchObject({ outcome: 'refunded', outcomeText: outcome });
    expect(receipt.refunded).toMatch(amount);
    expect(receipt.refunded).toMatch(why);
    expect(world.announced.at(-1)).toMatch(line);
  });

  it('reaches a game that was away when it connects, and `restore` leaves it out', async () => {
    const { world, game, decisionId } = await bought();
    game.close();
    await giveBack({ world, decisionId });
    await world.wallet.refresh();
    const again = await world.connect();
    await again.prove(await again.next('hello'), game.secret!);
    expect(decodeRefundNotice(readEnvelope((await again.next('refund')).notice).body).decisionId).toEqual(decisionId);
    again.send('restore', { seq: 7, challenge: random(32), sessionKey: random(32) });
    expect((await again.next('restored')).restored).toEqual([]);
  });

  it('ends the answer to its own nonce, and the same thing is bought anew', async () => {
    const { world, game, decisionId } = await bought();
    const { offerBytes } = makeOffer(world.publisher, { nonce: 'bought', atMs: world.time.nowMs });
    expect(await game.refused(makeOffer(world.publisher, { nonce: 'second' }).offerBytes)).toMatchObject({
      code: 'ID_CONFLICT',
      charged: 'yes',
    });
    await giveBack({ world, decisionId });
    await world.wallet.refresh();
    expect(await game.refused(offerBytes)).toMatchObject({
      code: 'REFUNDED',
      charged: 'no',
      text: 'This payment was refunded.',
    });
    const other = await pay(game, world, 'third');
    expect(other).not.toEqual(decisionId);
    expect(await balanceOf(world)).toBe(980n);
  });

  it('is known after a restart without asking', async () => {
    const { world, decisionId } = await bought();
    await giveBack({ world, decisionId });
    await world.wallet.refresh();
    await world.wallet.close();
    const profile = openProfile({ path: world.profilePath, clock: () => world.time.nowMs, random });
    expect(profile.state.payments[0]?.refund).toMatchObject({ amountMinor: 20n });
    profile.close();
  });
});

describe('a notice', () => {
  /** A state with one payment whose decision is known, told of a refund. */
  async function told(change: Partial<RefundNotice>): Promise<RefundNotice | undefined> {
    const { world, decisionId } = await bought();
    const { tree, wallet } = world;
    const holder = makeServerHolder(tree);
    const notice = {
      decisionId,
      reason: 'defect',
      amountMinor: 20n,
      currency: 'EUR',
      timeMs: NOON_MS,
      ...change,
    } as const;
    const envelope = sealEnvelope('refund-notice', encodeRefundNotice(notice), holder.signer, holder.chain);
    wallet.profile.record({ kind: 'refund', atMs: NOON_MS, notice: envelope });
    return first(world).refund;
  }

  it('counts for what was charged, or less where the rest went back before', async () => {
    expect(await told({})).toMatchObject({ amountMinor: 20n });
    expect(await told({ amountMinor: 0n })).toMatchObject({ amountMinor: 0n });
  });

  it.each([
    ['more than was charged', { amountMinor: 21n }],
    ['another currency', { currency: 'USD' }],
    ['another decision', { decisionId: new Uint8Array(16) }],
  ] as const)('of %s counts for nothing', async (_, change) => {
    expect(await told(change)).toBeUndefined();
  });

  it('that comes before the answer it undoes counts once the answer is there', async () => {
    const { world, decisionId } = await bought();
    await giveBack({ world, decisionId });
    await world.wallet.refresh();
    const { nonce, pairingHex, offer, shown, attempts, decision, refundNotice, test } = first(world);
    const [atMs, pairingId] = [NOON_MS, Uint8Array.from(Buffer.from(pairingHex, 'hex'))];
    const state = new WalletState();
    state.apply({ kind: 'intent', atMs, nonce, pairingId, offer, shown, request: attempts[0].request, test });
    state.apply({ kind: 'refund', atMs, notice: refundNotice! });
    expect(state.payments[0]?.refund).toBeUndefined();
    state.apply({ kind: 'decision', atMs, nonce, decision: decision! });
    expect(state.payments[0]?.refund).toMatchObject({ decisionId });
  });
});
