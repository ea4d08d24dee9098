/** A lost card: blocked, found again, and what was on it given back. */
import { verifyChain } from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import { DAY_MS, NOON_MS } from '../lib/parties.ts';
import { balanceOf, floatOf, operate, post, requireBooks, startServer } from './started-server.ts';
import { hexOf, codeOf, payableOf, prepaid, blockedList } from './card-ground.ts';

describe('a lost card', () => {
  it('is on a numbered list that games can hold against it, over a restart, and the number never goes back', async () => {
    const { started, card } = await prepaid();
    const before = await blockedList(started);
    expect([before.lists.length, before.list.number, before.list.revokedAtMs.size]).toEqual([2, 1, 0]);
    const lost = card.ask('lost');
    for (let i = 0; i < 2; i++) {
      const answer = await post(started, '/v1/cards/lost', lost);
      expect([answer.status, await answer.json()]).toEqual([200, { cardId: hexOf(card.cardId), blocked: true }]);
    }
    const { lists, list } = await blockedList(started);
    expect([list.number, list.revokedAtMs.size]).toEqual([2, 1]);
    const { chain } = card.issue;
    const open = { chain, roots: started.tree.roots, role: 'card' as const, crls: lists };
    expect(() => verifyChain({ ...open, atMs: started.time.nowMs + 1_000 })).toThrow(/revoked/);
    expect(verifyChain({ ...open, atMs: started.time.nowMs - 1_000 }).card?.cardId).toEqual(card.cardId);

    await started.server.close();
    const next = await startServer({ storePath: started.storePath, nowMs: started.time.nowMs });
    expect((await blockedList(next)).lists).toEqual(lists);
    next.time.nowMs += DAY_MS;
    expect((await blockedList(next)).list).toMatchObject({ number: 3, thisUpdateMs: next.time.nowMs });
    expect((await blockedList(next)).list.number).toBe(3);
  });

  it('that is found again still reports what it spent, and gets nothing more', async () => {
    const { started, player, card } = await prepaid();
    await card.pay('before');
    await post(started, '/v1/cards/lost', card.ask('lost'));
    expect(await card.recharge(100n)).toMatchObject({ counter: 1, credits: [], blocked: true });
    expect([await payableOf(started), await balanceOf(started, player)]).toEqual([20n, 700n]);
    await requireBooks(started);
  });

  it('gives back what was on it once nobody can ask for it any more, and not before', async () => {
    const { started, player, card } = await prepaid();
    const cardId = hexOf(card.cardId);
    await post(started, '/v1/cards/lost', card.ask('lost'));
    const settle = (): Promise<Response> => operate(started, '/v1/operator/cards/settle', { cardId });
    expect(await codeOf(await settle())).toBe('CARD_STATE');
    started.time.nowMs += 800 * DAY_MS;
    expect(await (await settle()).json()).toEqual({ returned: [{ currency: 'EUR', amountMinor: '300' }] });
    expect(await (await settle()).json()).toEqual({ returned: [] });
    expect([await balanceOf(started, player), await floatOf(started, card)]).toEqual([1_000n, 0n]);
    await requireBooks(started);
  });

  it('is blocked by the operator, for a reason', async () => {
    const { started, card } = await prepaid();
    const cardId = hexOf(card.cardId);
    const answer = await operate(started, '/v1/operator/cards/block', { cardId, reason: 'stolen' });
    expect(await answer.json()).toEqual({ cardId, blocked: true, blockedAtMs: NOON_MS });
    const odd = await operate(started, '/v1/operator/cards/block', { cardId, reason: 'line\nbreak' });
    expect([odd.status, await codeOf(odd)]).toEqual([400, 'BAD_ENCODING']);
    const unknown = await operate(started, '/v1/operator/cards/block', { cardId: '00'.repeat(16), reason: 'x' });
    expect(await codeOf(unknown)).toBe('BAD_KEY');
  });
});
