/** Claims of publishers for what cards sold and nobody reported: paid once, bounded, undone by the record. */
import { decodePaymentDecision, readEnvelope, type CodeName } from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import { DAY_MS, makeOffer, makePublisher, makeRequest, NOON_MS } from '../lib/parties.ts';
import { CardHolder, PIN } from './card-holder.ts';
import {
  balanceOf,
  BANK,
  bytesOf,
  enrolPlayer,
  floatOf,
  operate,
  post,
  requireBooks,
  startMarket,
  type Started,
} from './started-server.ts';
import {
  hexOf,
  codeOf,
  payableOf,
  lossOf,
  prepaid,
  postpaid,
  expectNothing,
  isBlocked,
  without,
  heldOf,
} from './card-ground.ts';

/** One bit of the decision's signature turned. */
function flipped(envelope: Uint8Array): Uint8Array {
  const { signature, body } = readEnvelope(Uint8Array.from(envelope));
  expect(decodePaymentDecision(body).code).toBe('APPROVED');
  const at = Buffer.from(envelope).indexOf(signature) + 40;
  return Uint8Array.from(envelope, (byte, i) => (i === at ? byte ^ 1 : byte));
}

describe('claims', () => {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

  /** A decision that a card made and nobody reported, with the publisher's quote. */
  async function unreported(card: CardHolder, nonce: string, priceMinor = 20n) {
    const { envelope } = await card.pay(nonce, { priceMinor, pin: PIN });
    const { quoteEnvelope } = makeOffer(card.started.publisher, {
      atMs: card.started.time.nowMs,
      nonce,
      quote: { amountMinor: priceMinor },
    });
    return { decision: base64(envelope), quote: base64(quoteEnvelope) };
  }

  const claim = async (started: Started, claims: object[], publisherId = 'lumen-works') => {
    const answer = await operate(started, '/v1/operator/claims', { publisherId, claims });
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { claims: { outcome: string; code?: CodeName }[] }).claims.map(
      ({ outcome, code }) => (code === undefined ? outcome : `${outcome} ${code}`),
    );
  };

  it('wait for the record, are paid by the issuer, and are undone when the record comes after all', async () => {
    const { started, card } = await prepaid();
    const claimed = await unreported(card, 'unreported');
    expect(await claim(started, [claimed])).toEqual(['waiting']);
    started.time.nowMs += 31 * DAY_MS;
    expect(await claim(started, [claimed, claimed])).toEqual(['booked', 'paid']);
    expect(await claim(started, [claimed])).toEqual(['paid']);
    expect([await payableOf(started), await lossOf(started), await floatOf(started, card)]).toEqual([20n, -20n, 300n]);
    await requireBooks(started);

    await card.report();
    expect([await payableOf(started), await lossOf(started), await floatOf(started, card)]).toEqual([20n, 0n, 280n]);
    expect(await claim(started, [claimed])).toEqual(['paid']);
    expect(await isBlocked(started, card)).toBe(false);
    await requireBooks(started);
  });

  it('for what was reported are paid already', async () => {
    const { started, card } = await prepaid();
    const claimed = await unreported(card, 'reported');
    await card.report();
    started.time.nowMs += 31 * DAY_MS;
    expect(await claim(started, [claimed])).toEqual(['paid']);
    expect(await payableOf(started)).toBe(20n);
  });

  it('for a record without message 2 are paid at once, from what is held of the card', async () => {
    const { started, player, card } = await prepaid();
    const claimed = await unreported(card, 'disputed');
    await unreported(card, 'nobody claims this one');
    await card.report({ records: without(await card.records(), 0, 1) });
    expect(await claim(started, [claimed, claimed])).toEqual(['booked', 'paid']);
    expect([await payableOf(started), await heldOf(started, card), await lossOf(started)]).toEqual([20n, 20n, 0n]);
    expect(await isBlocked(started, card)).toBe(false);
    await requireBooks(started);
    started.time.nowMs += 800 * DAY_MS;
    const cardId = hexOf(card.cardId);
    const settled = await operate(started, '/v1/operator/cards/settle', { cardId });
    expect(await settled.json()).toEqual({ returned: [{ currency: 'EUR', amountMinor: '280' }] });
    expect([await balanceOf(started, player), await heldOf(started, card), await lossOf(started)]).toEqual([
      980n,
      0n,
      0n,
    ]);
    await requireBooks(started);
  });

  it('that were paid stand when the record comes up without message 2, and the issuer has it back', async () => {
    const { started, player, card } = await prepaid();
    const claimed = await unreported(card, 'claimed first');
    started.time.nowMs += 31 * DAY_MS;
    expect(await claim(started, [claimed])).toEqual(['booked']);
    await card.report({ records: without(await card.records(), 0) });
    expect([await payableOf(started), await heldOf(started, card), await lossOf(started)]).toEqual([20n, 0n, 0n]);
    started.time.nowMs += 800 * DAY_MS;
    await operate(started, '/v1/operator/cards/settle', { cardId: hexOf(card.cardId) });
    expect([await balanceOf(started, player), await lossOf(started)]).toEqual([980n, 0n]);
    await requireBooks(started);
  });

  it('for a postpaid record without message 2 are paid by the issuer', async () => {
    const { started, player, card } = await postpaid();
    const claimed = await unreported(card, 'disputed');
    await card.report({ records: without(await card.records(), 0) });
    expect(await claim(started, [claimed])).toEqual(['booked']);
    expect([await payableOf(started), await lossOf(started), await balanceOf(started, player)]).toEqual([
      20n,
      -20n,
      0n,
    ]);
    await requireBooks(started);
  });

  it('end at the ceiling of the purse', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { moneyMinor: 2_000n });
    const card = await CardHolder.loaded(started, player, 2_000n, { assurance: 'software' });
    const copy = await card.copy();
    const claims = [];
    for (const holder of [card, copy])
      for (let i = 0; i < 2; i++) claims.push(await unreported(holder, `${claims.length}`, 900n));
    started.time.nowMs += 31 * DAY_MS;
    expect(await claim(started, claims)).toEqual(['booked', 'booked', 'refused CEILING', 'refused CEILING']);
    expect(await lossOf(started)).toBe(-1_800n);
    await requireBooks(started);
  });

  it('that filled the ceiling are undone one by one as the records come', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { moneyMinor: 2_000n });
    const card = await CardHolder.loaded(started, player, 2_000n, { assurance: 'software' });
    const copy = await card.copy();
    const claims = [await unreported(copy, 'one', 900n), await unreported(copy, 'two', 900n)];
    await card.pay('original', { priceMinor: 100n });
    started.time.nowMs += 31 * DAY_MS;
    await card.report();
    expect(await claim(started, claims)).toEqual(['booked', 'booked']);
    expect(await codeOf(await copy.send())).toBe('CARD_FORK');
    expect([await payableOf(started), await lossOf(started)]).toEqual([1_900n, -1_800n]);
    await requireBooks(started);
  });

  it('for what the server was paid for are paid already', async () => {
    const { started, card } = await prepaid();
    const offer = makeOffer(started.publisher, { nonce: 'both', atMs: NOON_MS });
    await post(started, '/v1/payments', makeRequest(card.player, started.holder, offer));
    const claimed = await unreported(card, 'both');
    started.time.nowMs += 31 * DAY_MS;
    expect(await claim(started, [claimed])).toEqual(['paid']);
    expect(await payableOf(started)).toBe(20n);
  });

  it('for what a blocked card sold are paid while its list may not have been there, and not after', async () => {
    const { started, card } = await prepaid();
    await post(started, '/v1/cards/lost', card.ask('lost'));
    started.time.nowMs += 37 * DAY_MS; // a week of the list and thirty days of grace
    const last = await unreported(card, 'last');
    started.time.nowMs += 1;
    const late = await unreported(card, 'late');
    expect(await claim(started, [last, late])).toEqual(['booked', 'refused CARD_BLOCKED']);
    await requireBooks(started);
  });

  it('that show two histories block the card', async () => {
    const { started, card } = await prepaid();
    const copy = await card.copy();
    const claims = [await unreported(card, 'one'), await unreported(copy, 'other')];
    started.time.nowMs += 31 * DAY_MS;
    expect(await claim(started, claims)).toEqual(['booked', 'booked']);
    expect(await isBlocked(started, card)).toBe(true);
    await requireBooks(started);
  });

  it('are taken off what a lost card gives back', async () => {
    const { started, player, card } = await prepaid();
    const claimed = await unreported(card, 'by the thief', 50n);
    await post(started, '/v1/cards/lost', card.ask('lost'));
    expect(await claim(started, [claimed])).toEqual(['booked']);
    started.time.nowMs += 800 * DAY_MS;
    const cardId = hexOf(card.cardId);
    const settled = await operate(started, '/v1/operator/cards/settle', { cardId });
    expect(await settled.json()).toEqual({ returned: [{ currency: 'EUR', amountMinor: '250' }] });
    expect([await balanceOf(started, player), await lossOf(started), await floatOf(started, card)]).toEqual([
      950n,
      0n,
      0n,
    ]);
    await requireBooks(started);
  });

  it('are refused with the code of what is wrong with them', async () => {
    const { started, card } = await prepaid();
    const own = await unreported(card, 'own');
    const refused = await card.pay('refused', { priceMinor: 301n, pin: PIN });
    const offer = makeOffer(started.publisher, { nonce: 'online', atMs: NOON_MS });
    const online = await bytesOf(await post(started, '/v1/payments', makeRequest(card.player, started.holder, offer)));
    started.time.nowMs += 31 * DAY_MS;
    await started.server.service.publishers.enrol({
      chain: makePublisher(started.tree, { id: 'night-works' }).chain,
      payoutCurrency: 'EUR',
      bank: BANK,
    });
    await expectNothing(started, async () => {
      expect(await claim(started, [own], 'night-works')).toEqual(['refused OFFER_ORIGIN']);
      expect(
        await claim(started, [
          { ...own, quote: base64(makeOffer(started.publisher, { quote: { amountMinor: 21n } }).quoteEnvelope) },
          { ...own, decision: base64(refused.envelope) },
          { ...own, decision: base64(online) },
          { ...own, decision: base64(flipped(Buffer.from(own.decision, 'base64'))) },
        ]),
      ).toEqual([
        'refused DECISION_MISMATCH',
        'refused DECISION_MISMATCH',
        'refused CHAIN_ROLE',
        'refused BAD_SIGNATURE',
      ]);
    });
  });
});
