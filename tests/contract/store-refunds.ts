/** The contract of the store's part for refunds, on every backend: what is kept, in which order, and what the schema refuses. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { reversed } from '../../server/src/ledger/postings.ts';
import type { Transfer } from '../../server/src/ledger/types.ts';
import type { NewRefund, RefundRequest } from '../../server/src/refunds/types.ts';
import { StoreError, type Store } from '../../server/src/store/port.ts';
import type { StoreRig } from './store-rigs.ts';
import { bytesOf, CHAIN_HASH, enrol, furnish, NOON_MS, pay, playerNamed, requestIdOf } from './store-world.ts';

const ADA = playerNamed('ada');
const BOB = playerNamed('bob');

interface Sold {
  readonly refund: NewRefund;
  readonly transfer: Transfer;
}

export function describeRefunds(rig: StoreRig): void {
  describe(`refunds in a store on ${rig.name}`, () => {
    beforeAll(() => rig.start());
    afterAll(() => rig.stop());

    /** A store in which Ada and Bob have 10.00 EUR each. */
    async function furnished(): Promise<Store> {
      const place = rig.place();
      const store = await place.open();
      onTestFinished(async () => {
        await store.close();
        place.remove();
      });
      await furnish(store);
      for (const player of [ADA, BOB]) await enrol(store, player, 1_000n);
      return store;
    }

    /** A purchase for 0.20, and what undoes it. */
    async function sold(store: Store, nonce: string, player = ADA): Promise<Sold> {
      await pay(store, [{ player, nonce, priceMinor: 20n }]);
      const requestId = requestIdOf({ player, nonce });
      const decision = (await store.listDecisions(player.userId, 0n, 50)).at(-1)!;
      const paid = (await store.findTransfer('payment', requestId))!;
      const refund: NewRefund = {
        decisionId: Uint8Array.from(decision.decisionId),
        requestId,
        userId: player.userId,
        publisherId: 'lumen',
        reason: 'requested',
        amountMinor: 20n,
        currency: 'EUR',
        order: bytesOf('order', 40),
        notice: bytesOf('notice', 50),
        chainHash: CHAIN_HASH,
        atMs: NOON_MS,
        claim: undefined,
      };
      return {
        refund,
        transfer: { kind: 'refund', reference: requestId, atMs: NOON_MS, postings: reversed(paid.postings) },
      };
    }
    const add = (store: Store, { refund, transfer }: Pick<Sold, 'refund'> & { transfer?: Transfer | undefined }) =>
      store.transaction((tx) => tx.refunds.addRefund(refund, transfer));
    const balanceOf = async (store: Store, player = ADA): Promise<bigint> =>
      (await store.findPlayer(player.userId))!.balanceMinor;
    const expectRefused = (work: Promise<unknown>): Promise<void> =>
      expect(work).rejects.toSatisfy((error) => error instanceof StoreError && error.kind === 'refused');

    it('are kept with their transfer, by position, for all and for each player', async () => {
      const store = await furnished();
      const made = [await sold(store, 'a'), await sold(store, 'b', BOB), await sold(store, 'c')];
      const kept = [];
      for (const one of made) kept.push(await add(store, one));
      expect(kept.map(({ position }) => position)).toEqual([1n, 2n, 3n]);
      expect(await store.refunds.listRefunds(0n, 10)).toEqual(kept);
      expect(await store.refunds.listRefunds(1n, 1)).toEqual([kept[1]]);
      expect(await store.refunds.listRefundsOfPlayer(ADA.userId, 0n, 10)).toEqual([kept[0], kept[2]]);
      expect(await store.refunds.listRefundsOfPlayer(ADA.userId, 1n, 10)).toEqual([kept[2]]);
      expect(await store.refunds.findRefund(made[1]!.refund.decisionId)).toEqual(kept[1]);
      expect(await store.refunds.findRefund(bytesOf('nobody', 16))).toBeUndefined();
      expect(await store.refunds.findDecisionById(made[0]!.refund.decisionId)).toMatchObject({ chargedMinor: 20n });
      expect([await balanceOf(store), await balanceOf(store, BOB)]).toEqual([1_000n, 1_000n]);
      expect((await store.listSums()).map(({ sumMinor }) => sumMinor)).toEqual([0n]);
    });

    it('of the operator have no order', async () => {
      const store = await furnished();
      const { refund, transfer } = await sold(store, 'a');
      const kept = await add(store, { refund: { ...refund, reason: 'operator', order: undefined }, transfer });
      expect(kept.order).toBeUndefined();
      expect(await store.refunds.findRefund(refund.decisionId)).toEqual(kept);
    });

    it('P18: are once for ever per decision, and a second leaves nothing behind', async () => {
      const store = await furnished();
      const made = await sold(store, 'a');
      await add(store, made);
      await expectRefused(add(store, made));
      await expectRefused(add(store, { refund: { ...made.refund, reason: 'defect' } }));
      const again = await sold(store, 'b');
      const named = { ...again.transfer, reference: made.refund.requestId };
      await expectRefused(add(store, { refund: again.refund, transfer: named }));
      expect(await balanceOf(store)).toBe(980n);
      expect(await store.refunds.listRefunds(0n, 10)).toHaveLength(1);
    });

    it('are refused for a decision that nobody knows, less than was charged, and another amount than moved', async () => {
      const store = await furnished();
      const made = await sold(store, 'a');
      const bent: readonly (Pick<Sold, 'refund'> & { transfer?: Transfer })[] = [
        { ...made, refund: { ...made.refund, decisionId: bytesOf('nobody', 16) } },
        { refund: { ...made.refund, amountMinor: 0n } },
        { ...made, refund: { ...made.refund, amountMinor: 21n } },
        { ...made, refund: { ...made.refund, userId: BOB.userId } },
        { ...made, refund: { ...made.refund, publisherId: 'night' } },
        { ...made, transfer: { ...made.transfer, kind: 'correction', correction: { corrects: 1n, reason: 'no' } } },
      ];
      for (const one of bent) await expectRefused(add(store, one));
      expect(await balanceOf(store)).toBe(980n);
      expect((await add(store, made)).position).toBe(1n);
    });

    it('are asked for once, listed open ones first, and answered once', async () => {
      const store = await furnished();
      const [first, second] = [await sold(store, 'a'), await sold(store, 'b')];
      const wish = ({ refund }: Sold, askedAtMs: number): RefundRequest => ({
        decisionId: refund.decisionId,
        userId: ADA.userId,
        publisherId: 'lumen',
        reason: 'defect',
        text: 'Ça ne marche pas 🙂',
        state: 'open',
        answer: '',
        askedAtMs,
        endedAtMs: undefined,
      });
      const [one, two] = [wish(first, NOON_MS), wish(second, NOON_MS + 1)];
      const ask = (request: RefundRequest) => store.transaction((tx) => tx.refunds.addRefundRequest(request));
      const end = (request: RefundRequest, state: 'refunded' | 'declined', answer: string) =>
        store.transaction((tx) => tx.refunds.setRefundRequest(request.decisionId, state, answer, NOON_MS + 2));
      for (const request of [one, two]) await ask(request);
      await expectRefused(ask(one));
      expect(await store.refunds.listRefundRequests({ publisherId: 'lumen' }, 10)).toEqual([two, one]);
      await end(two, 'declined', 'no');
      const declined = { ...two, state: 'declined', answer: 'no', endedAtMs: NOON_MS + 2 };
      expect(await store.refunds.listRefundRequests({}, 10)).toEqual([one, declined]);
      expect(await store.refunds.listRefundRequests({ userId: ADA.userId }, 1)).toEqual([one]);
      expect(await store.refunds.listRefundRequests({ userId: BOB.userId, publisherId: 'lumen' }, 10)).toEqual([]);
      await expectRefused(end(two, 'declined', 'no again'));
      await expectRefused(end(one, 'refunded', 'without a refund'));
      await add(store, first);
      await end(one, 'refunded', '');
      expect(await store.refunds.findRefundRequest(one.decisionId)).toMatchObject({ state: 'refunded' });
    });

    it('S8: nobody with a shell edits or deletes one', async () => {
      const place = rig.place();
      const store = await place.open();
      await furnish(store);
      await enrol(store, ADA, 1_000n);
      const made = await sold(store, 'a');
      await add(store, made);
      await store.close();
      onTestFinished(() => place.remove());
      for (const statement of [
        'UPDATE refunds SET amount_minor = 19',
        'DELETE FROM refunds',
        "UPDATE refunds SET reason = 'defect'",
      ])
        await expect(place.shell([statement])).rejects.toThrow();
    });
  });
}
