import { checkDecision } from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import { makeOffer } from '../lib/parties.ts';
import { startCardWorld } from './card-world.ts';
import { balanceOf } from './world.ts';

describe('a card in the reader', () => {
  it.each([1, 2] as const)('pays with no server at all (alg %d), and what it sold goes up later', async (alg) => {
    const world = await startCardWorld({ alg });
    await world.front.goDown();
    const game = await world.game();
    const { offerBytes } = makeOffer(world.publisher);
    const { decision } = await game.pay(offerBytes);
    const checked = checkDecision(decision, offerBytes, { roots: world.tree.roots, nowMs: world.time.nowMs });
    expect(checked.decision).toMatchObject({ outcome: 'approved', settlement: 'debited', chargedMinor: 20n });
    expect(checked.signer.card?.assurance).toBe('chip');
    await world.wallet.cards.readAgain();
    expect(world.wallet.cards.list().find(({ idHex }) => idHex === world.cardId)).toMatchObject({
      records: 1,
      purses: [{ balanceMinor: 980n }],
    });
    await world.front.goUp();
    await world.wallet.cards.upload(world.cardId);
    expect(world.front.cards[0]?.uploads.at(-1)?.records).toHaveLength(1);
    expect(world.wallet.cards.list().find(({ idHex }) => idHex === world.cardId)?.records).toBe(0);
    expect(await balanceOf(world)).toBe(1_000n);
  });
});
