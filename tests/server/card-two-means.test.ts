/** One nonce, spent by card and asked of the server: cases I3 and P17. */
import { type PaymentRequest } from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import { bytes16Of, makeOffer, makeRequest, type Player } from '../lib/parties.ts';
import { balanceOf, bytesOf, floatOf, post, readDecision, requireBooks, type Started } from './started-server.ts';
import { hexOf, codeOf, payableOf, prepaid, expectNothing } from './card-ground.ts';

describe('I3, P17: one nonce, two means', () => {
  async function online(started: Started, player: Player, nonce: string, fields: Partial<PaymentRequest> = {}) {
    const offer = makeOffer(started.publisher, { nonce, atMs: started.time.nowMs });
    return post(started, '/v1/payments', makeRequest(player, started.holder, offer, fields));
  }

  it('spent on the card and reported: the server decides it no more', async () => {
    const { started, player, card } = await prepaid();
    await card.pay('both');
    await card.report();
    await expectNothing(started, async () => {
      const answer = await online(started, player, 'both');
      expect([answer.status, await codeOf(answer)]).toEqual([409, 'ID_CONFLICT']);
    });
    expect(await balanceOf(started, player)).toBe(700n);
  });

  it('charged by the server and then spent on the card: the value goes back, the evidence stays', async () => {
    const { started, player, card } = await prepaid();
    expect(readDecision(started, await bytesOf(await online(started, player, 'both'))).code).toBe('APPROVED');
    await card.pay('both');
    expect(await card.report()).toMatchObject({ counter: 1 });
    expect([await balanceOf(started, player), await floatOf(started, card), await payableOf(started)]).toEqual([
      700n,
      280n,
      20n,
    ]);
    const rows = await started.server.service.records.cards.listCardRecords(
      card.cardId,
      { counter: 0, head: new Uint8Array() },
      10,
    );
    expect(rows.map(({ outcome }) => outcome)).toEqual(['conflict']);
    await requireBooks(started);
  });

  it('refused by the server and then paid by the card: one debit, and the refusal stands as it is', async () => {
    const { started, player, card } = await prepaid(300n);
    const refusal = await bytesOf(await online(started, player, 'both', { chargeMinor: 19n }));
    expect(readDecision(started, refusal).code).toBe('OFFER_PRICE');
    await card.pay('both');
    await card.report();
    expect([await floatOf(started, card), await payableOf(started)]).toEqual([280n, 20n]);
    expect(await bytesOf(await online(started, player, 'both', { chargeMinor: 19n }))).toEqual(refusal);
    await requireBooks(started);
  });

  it('refused by the card and reported: the server may still be paid', async () => {
    const { started, player, card } = await prepaid(10n);
    expect((await card.pay('both')).decision.code).toBe('INSUFFICIENT');
    await card.report();
    expect(readDecision(started, await bytesOf(await online(started, player, 'both'))).code).toBe('APPROVED');
    expect(await payableOf(started)).toBe(20n);
    await requireBooks(started);
  });

  it("asked of the server with the card's own request, after the upload, it is the card's own decision", async () => {
    const { started, card } = await prepaid();
    const { envelope } = await card.pay('both');
    const request = card.journal.get(hexOf(bytes16Of('both'))) as Uint8Array;
    expect(await codeOf(await post(started, '/v1/payments', request))).toBe('BAD_KEY');
    await card.report();
    const answer = await post(started, '/v1/payments', request);
    expect([answer.status, await bytesOf(answer)]).toEqual([200, envelope]);
  });

  it('the two at once: one debit, whichever comes first', async () => {
    const { started, player, card } = await prepaid();
    await card.pay('both');
    const [uploaded, paid] = await Promise.all([card.send(), online(started, player, 'both')]);
    expect(uploaded.status).toBe(200);
    expect([200, 409]).toContain(paid.status);
    expect(await payableOf(started)).toBe(20n);
    await requireBooks(started);
  });
});
