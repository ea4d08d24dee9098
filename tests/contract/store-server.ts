/**
 * The real server on either backend: what the parties sign, from the first coin to the closed month, and everything that is read
 * of it afterwards. The store's own contract is in `store.ts`.
 */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { PASSWORD_DELAY_MS, readEnvelope, sealEnvelope } from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';
import { audit } from '../../server/src/audit/index.ts';
import { makeAccountRequest, makeOffer, makeRequest, seedOf } from '../lib/parties.ts';
import { CardHolder } from '../server/card-holder.ts';
import { camt, closeAt, makeBankDetails, makeMandate, mustBuy, startMonth, type Month } from '../server/month-world.ts';
import { makeRefundOrder, refund } from '../server/refund-orders.ts';
import { FIRST, pay, register, SECOND, typing } from '../server/password-ground.ts';
import { linkFor, playerSignIn, Visitor } from '../server/page-world.ts';
import {
  balanceOf,
  enrolPlayer,
  floatOf,
  post,
  requireBooks,
  startMarket,
  startServer,
} from '../server/started-server.ts';
import type { StoreRig } from './store-rigs.ts';

const APRIL = Date.UTC(2026, 3, 1);

export function describeServer(rig: StoreRig): void {
  describe(`a server on ${rig.name}`, () => {
    beforeAll(() => rig.start());
    afterAll(() => rig.stop());
    const place = (): ReturnType<StoreRig['place']>['options'] => {
      const taken = rig.place();
      onTestFinished(() => taken.remove());
      return taken.options;
    };

    it('D11: two servers on one store: one request a hundred times is one debit and one decision', async () => {
      const options = place();
      const first = await startMarket(options);
      const second = await startServer({ ...options, holder: first.holder, tree: first.tree });
      const player = await enrolPlayer(first);
      const request = makeRequest(player, first.holder, makeOffer(first.publisher));
      const answers = [];
      // SQLite in one thread cannot wait for itself, so there the two take turns.
      for (let turn = 0; turn < 10; turn++) {
        const asked = [first, second].map(
          ({ server }) =>
            () =>
              Promise.all(Array.from({ length: 5 }, () => server.decide(request))),
        );
        if (rig.shellHasKeys) answers.push(...(await Promise.all(asked.map((ask) => ask()))).flat());
        else for (const ask of asked) answers.push(...(await ask()));
      }
      expect(answers).toHaveLength(100);
      expect(
        new Set(answers.map((answer) => answer.kind === 'decided' && Buffer.from(answer.decision).toString('hex')))
          .size,
      ).toBe(1);
      expect(await balanceOf(second, player)).toBe(980n);
      await requireBooks(first);
    });

    it('keeps what was recorded over a restart, with the same bytes on re-ask', async () => {
      const options = place();
      const first = await startMarket(options);
      const player = await enrolPlayer(first);
      const request = makeRequest(player, first.holder, makeOffer(first.publisher));
      const decision = await first.server.decide(request);
      await first.server.close();
      const second = await startServer({ ...options, holder: first.holder, tree: first.tree });
      expect(await second.server.decide(request)).toEqual({ ...decision, fresh: false });
      expect(await balanceOf(second, player)).toBe(980n);
      await requireBooks(second);
    });

    it('what is good once is so over two servers: questions, sign-ins and their links; a session is known to both', async () => {
      const options = place();
      const first = await startMarket(options);
      const second = await startServer({ ...options, holder: first.holder, tree: first.tree });
      const player = await enrolPlayer(first);
      const question = makeAccountRequest(player, first.holder, { timeMs: first.time.nowMs });
      expect((await post(first, '/v1/accounts', question)).status).toBe(200);
      const replayed = await post(second, '/v1/accounts', question);
      expect([replayed.status, ((await replayed.json()) as { code: string }).code]).toEqual([409, 'CONSENT_STALE']);

      const signIn = playerSignIn(first, player);
      const key = new URL(await linkFor(first, signIn), 'http://x').searchParams.get('key') ?? '';
      await expect(linkFor(second, signIn)).rejects.toThrow('409 CONSENT_STALE');
      const [here, there] = [new Visitor(first), new Visitor(second)];
      expect((await here.get(`/sign-in?key=${key}`)).status).toBe(200);
      const opened = [await there.send('/sign-in', { key }), await here.send('/sign-in', { key })];
      expect(opened.map(({ status }) => status)).toEqual([303, 410]);

      const elsewhere = new Visitor(first, there.cookie);
      expect([(await there.get('/account')).status, (await elsewhere.get('/account')).status]).toEqual([200, 200]);
      expect((await elsewhere.submit('/sign-out', {}, '/account')).status).toBe(303);
      expect((await there.get('/account')).status).toBe(401);
    });

    it('a card is loaded, pays alone, reports and is blocked', async () => {
      const started = await startMarket(place());
      const player = await enrolPlayer(started);
      const card = await CardHolder.loaded(started, player, 300n);
      await card.pay('first');
      await card.pay('second');
      await card.report();
      expect([await balanceOf(started, player), await floatOf(started, card)]).toEqual([700n, 260n]);
      await started.server.service.cards.block(card.cardId, 'stolen');
      const { cards } = started.server.service.records;
      expect(await cards.listCardRecords(card.cardId, { counter: 0, head: new Uint8Array(32) }, 9)).toMatchObject([
        { counter: 1, outcome: 'booked', chargedMinor: 20n, forked: false, excess: false },
        { counter: 2, outcome: 'booked', chargedMinor: 20n, forked: false, excess: false },
      ]);
      expect(await cards.findCard(card.cardId)).toMatchObject({ counter: 2, blockedReason: 'stolen' });
      expect(await cards.listUploads(card.cardId)).not.toHaveLength(0);
      await requireBooks(started);
    });

    it('a card is loaded by the password where one stands, and by the PIN key no more', async () => {
      const started = await startMarket(place());
      const player = await enrolPlayer(started);
      const card = await CardHolder.loaded(started, player, 300n);
      const password = nativeSigner(seedOf('password'));
      const fields = { ask: 'password', passwordKey: password.publicKey, timeMs: started.time.nowMs } as const;
      await post(started, '/v1/accounts', makeAccountRequest(player, started.holder, fields));
      const upload = await card.upload({ loads: [{ purse: 'prepaid-EUR', amountMinor: 100n }] });
      const refused = await post(started, '/v1/cards/uploads', upload);
      expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([403, 'CONSENT_REQUIRED']);
      expect([await balanceOf(started, player), await floatOf(started, card)]).toEqual([700n, 300n]);
      const { body } = readEnvelope(upload);
      const taken = await post(started, '/v1/cards/uploads', sealEnvelope('card-upload', body, password, []));
      expect([taken.status, await balanceOf(started, player), await floatOf(started, card)]).toEqual([200, 600n, 400n]);
      await requireBooks(started);
    });

    it('another password by the PIN key alone waits a day, over a restart too, and is not there once the first is kept', async () => {
      const options = place();
      const first = await startMarket(options);
      const player = await enrolPlayer(first);
      await register(first, player, FIRST.publicKey);
      first.time.nowMs += 1_000;
      expect(await register(first, player, SECOND.publicKey)).toBe('200');
      expect(await pay(first, typing(player, SECOND), 'at once', 'password')).toBe('CONSENT_REQUIRED');
      expect(await pay(first, typing(player, FIRST), 'meanwhile', 'password')).toBe('APPROVED');
      await first.server.close();
      const nowMs = first.time.nowMs + PASSWORD_DELAY_MS - 1;
      const second = await startServer({ ...options, holder: first.holder, tree: first.tree, nowMs });
      expect(await pay(second, typing(player, SECOND), 'a day later', 'password')).toBe('CONSENT_REQUIRED');
      second.time.nowMs += 1;
      expect(await pay(second, typing(player, SECOND), 'when it holds', 'password')).toBe('APPROVED');
      await register(second, player, FIRST.publicKey);
      second.time.nowMs += 1_000;
      expect(await register(second, player, SECOND.publicKey, {}, SECOND)).toBe('200');
      second.time.nowMs += PASSWORD_DELAY_MS;
      expect(await pay(second, typing(player, SECOND), 'kept', 'password')).toBe('APPROVED');
      await requireBooks(second);
    });

    it("a stranger's cent under a collection's name answers a cent of it: the next bill asks for nothing twice", async () => {
      const month: Month = await startMonth(place());
      const { server, tree } = month;
      const { mandates, bank, records } = server.service;
      const bob = await enrolPlayer(month, { name: 'Bob', plan: 'postpaid', moneyMinor: 5_000n });
      await mandates.take(makeMandate(month, bob));
      await mustBuy(month, bob, { amountMinor: 900n });
      await closeAt(month, 202603, APRIL);
      const [{ endToEndId = '' } = {}] = await records.periods.listCollections(202603, '', 1);
      await bank.takeNotice(camt({ reference: 'STRANGER', endToEndId, amount: '0.01' }));
      await mustBuy(month, bob, { amountMinor: 200n });
      const dueOf = async (period: number, atMs: number) => {
        await closeAt(month, period, atMs);
        const [bill] = await records.periods.listBills(period, '', 1);
        return [bill?.closingMinor, bill?.dueMinor, bill?.carried];
      };
      expect(await dueOf(202604, Date.UTC(2026, 4, 1))).toEqual([-1_099n, 200n, undefined]);
      // The bank's own answer, all of it in May: nothing of March is under way any more, April's collection is.
      await bank.takeNotice(camt({ reference: 'DEBITED', endToEndId, amount: '9.00' }));
      expect(await dueOf(202605, Date.UTC(2026, 5, 1))).toEqual([-199n, 0n, 'under-way']);
      await bank.takeNotice(
        camt({ reference: 'BACK', endToEndId, amount: '9.00', direction: 'out', returned: 'MD06' }),
      );
      expect(await dueOf(202606, Date.UTC(2026, 6, 1))).toEqual([-1_099n, 899n, undefined]);
      const [march] = await records.periods.listCollections(202603, '', 1);
      expect(march?.answered).toEqual([
        { period: 202604, answeredMinor: 1n },
        { period: 202605, answeredMinor: 900n },
        { period: 202606, answeredMinor: 900n },
      ]);
      expect((await audit({ store: records, roots: tree.roots, oneIn: 1 })).findings).toEqual([]);
      await requireBooks(month);

      // What was found on the way: the return, and a payout kept back each month for want of bank details.
      const open = await records.findings.listOpenFindings(undefined, 9);
      expect(open.map(({ kind, party, words }) => [kind, party, words])).toEqual([
        ['payout-kept-back', 'lumen-works', 'P-202606-lumen-works: no-bank-details'],
        ['bank-return', Buffer.from(bob.userId).toString('hex'), 'BACK: came back, MD06'],
        ...[202605, 202604, 202603].map((period) => [
          'payout-kept-back',
          'lumen-works',
          `P-${period}-lumen-works: no-bank-details`,
        ]),
      ]);
      await server.service.bankDetails.take(makeBankDetails(month));
      await closeAt(month, 202607, Date.UTC(2026, 7, 1));
      const [back, ...others] = await records.findings.listOpenFindings(undefined, 9);
      expect([back?.kind, others]).toEqual(['bank-return', []]);
      expect((await records.findings.listEndedFindings(undefined, 9)).map(({ ended }) => ended?.by)).toEqual(
        Array(4).fill('course'),
      );
    });

    it('the lines of a payout are the same a page or one at a time: sales, and what was given back between them', async () => {
      const month: Month = await startMonth(place());
      const { server } = month;
      await server.service.bankDetails.take(makeBankDetails(month));
      const ada = await enrolPlayer(month, { moneyMinor: 5_000n });
      const { decisionId } = await mustBuy(month, ada, { amountMinor: 700n });
      await mustBuy(month, ada, { amountMinor: 300n });
      await refund(month, makeRefundOrder(month, decisionId));
      await mustBuy(month, ada, { amountMinor: 900n });
      await closeAt(month, 202603, APRIL);
      const { periods } = server.service.records;
      const lines = await periods.listPayoutLines('lumen-works', 202603, 0n, 10);
      expect(lines.map(({ kind, priceMinor }) => [kind, priceMinor])).toEqual([
        ['payment', 700n],
        ['payment', 300n],
        ['refund', 700n],
        ['payment', 900n],
      ]);
      const single = [];
      for (let after = 0n; ;) {
        const [line] = await periods.listPayoutLines('lumen-works', 202603, after, 1);
        if (line === undefined) break;
        single.push(line);
        after = line.transferId;
      }
      expect(single).toEqual(lines);
    });

    it('a month is closed once: bills, collections, a payout, files, their lines, and the pages on them', async () => {
      const month: Month = await startMonth(place());
      const { server, bank } = month;
      const { records, bankDetails, mandates, players } = server.service;
      await bankDetails.take(makeBankDetails(month));
      const ada = await enrolPlayer(month, { moneyMinor: 5_000n });
      const bob = await enrolPlayer(month, { name: 'Bob', plan: 'postpaid', moneyMinor: 5_000n });
      await mandates.take(makeMandate(month, bob));
      for (const amountMinor of [700n, 300n]) await mustBuy(month, ada, { amountMinor });
      await mustBuy(month, bob, { amountMinor: 900n });
      await players.topUp({ userId: ada.userId, amountMinor: 50n, currency: 'EUR', bankReference: 'second' });
      expect(await closeAt(month, 202603, APRIL)).toMatchObject({ bills: 2, payouts: 1, files: 2, findings: [] });

      const { periods, pages } = records;
      const bills = await periods.listBills(202603, '', 10);
      expect(bills.map(({ purchases, dueMinor }) => [purchases, dueMinor]).sort()).toEqual([
        [1, 900n],
        [2, 0n],
      ]);
      expect(await periods.listBills(202603, bills[0]!.number, 10)).toEqual(bills.slice(1));
      const lines = await periods.listBillLines(ada.userId, 202603, 0n, 10);
      expect(lines.map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
        ['top-up', 5_000n],
        ['payment', -700n],
        ['payment', -300n],
        ['top-up', 50n],
      ]);
      expect(await periods.listBillLines(ada.userId, 202603, lines[1]!.transferId, 1)).toEqual([lines[2]]);
      const [payout] = await periods.listPayouts(202603);
      expect(payout).toMatchObject({ amountMinor: 1_900n, state: 'handed' });
      const sold = await periods.listPayoutLines('lumen-works', 202603, 0n, 10);
      expect(sold.map(({ priceMinor, feeMinor }) => [priceMinor, feeMinor])).toEqual([
        [700n, 0n],
        [300n, 0n],
        [900n, 0n],
      ]);
      const [collection] = await periods.listCollections(202603, '', 10);
      expect(collection).toMatchObject({ amountMinor: 900n, state: 'handed', way: 'bank-debit' });
      expect(await periods.findCollection(collection!.endToEndId)).toEqual(collection);
      expect(await periods.listBankFiles(202603)).toHaveLength(2);
      expect(await periods.listUnhandedFiles()).toEqual([]);
      expect([...bank.files.keys()].sort()).toEqual(['CS-C-202603-EUR-1', 'CS-P-202603-EUR-1']);

      expect((await pages.listPurchases(ada.userId, 99n, 9)).map(({ chargedMinor }) => chargedMinor)).toEqual([
        300n,
        700n,
      ]);
      expect(await pages.sumCollections(202603)).toMatchObject([{ state: 'handed', count: 1, amountMinor: 900n }]);
      const sales = await pages.sumSales('lumen-works', 202603);
      expect(sales.reduce((sum, { priceMinor }) => sum + priceMinor, 0n)).toBe(1_900n);
      expect(await pages.countPlayers()).toBe(2);
      expect(await pages.listPayables('lumen-works')).toMatchObject([{ currency: 'EUR', balanceMinor: 0n }]);
      const owing = (await pages.sumKinds()).find(({ kind }) => kind === 'player-postpaid');
      expect(owing).toMatchObject({ accounts: 1, sumMinor: -900n, below: 1, belowMinor: -900n });
      await expect(server.service.periods.close(202603)).rejects.toMatchObject({ code: 'PERIOD_CLOSED' });
      await requireBooks(month);
    });
  });
}
