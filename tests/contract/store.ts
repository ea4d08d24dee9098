/**
 * The contract of the store port, which every backend keeps: what `store/port.ts` promises, and what the schema itself refuses to
 * whoever comes by with a shell.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { verifyJournal } from '../../server/src/ledger/journal.ts';
import { FINDING_KINDS } from '../../server/src/findings/types.ts';
import type { Account, Transfer } from '../../server/src/ledger/types.ts';
import { hex } from '../../server/src/players/types.ts';
import { GroupCommit } from '../../server/src/store/group-commit.ts';
import { StoreError, type Store } from '../../server/src/store/port.ts';
import { sumsOf } from '../lib/sums.ts';
import { insert, type Place, type SqlRow, type StoreRig } from './store-rigs.ts';
import {
  bytesOf,
  CHAIN,
  CHAIN_HASH,
  decide,
  enrol,
  furnish,
  keyOf,
  NOON_MS,
  pay,
  playerNamed,
  publisherNamed,
  requestIdOf,
  topUpOf,
  type Purchase,
} from './store-world.ts';

const MARCH = 202603;
const APRIL_MS = Date.UTC(2026, 3, 2);
const ADA = playerNamed('ada');
const BOB = playerNamed('bob', 'postpaid', 'USD');

export function describeStore(rig: StoreRig): void {
  describe(`a store on ${rig.name}`, () => {
    const open: Store[] = [];
    const places: Place[] = [];
    const kept: Place[] = [];
    beforeAll(() => rig.start());
    afterAll(async () => {
      kept.forEach((place) => place.remove());
      await rig.stop();
    });
    afterEach(async () => {
      await Promise.all(open.splice(0).map((store) => store.close()));
      places.splice(0).forEach((place) => place.remove());
    });

    const newPlace = (): Place => {
      const place = rig.place();
      places.push(place);
      return place;
    };
    const openAt = async (place: Place): Promise<Store> => {
      const store = await place.open();
      open.push(store);
      return store;
    };
    /** A store with a publisher; Ada has 10.00 EUR, and Bob may owe 5.00 USD. */
    const furnished = async (place = newPlace()): Promise<Store> => {
      const store = await openAt(place);
      await furnish(store);
      await enrol(store, ADA, 1_000n);
      await enrol(store, BOB, 500n);
      return store;
    };
    const balanceOf = async (store: Store, player = ADA): Promise<bigint> =>
      (await store.findPlayer(player.userId))!.balanceMinor;
    const kinds = async (store: Store): Promise<string[]> =>
      (await store.listTransfers(0n, 500)).map(({ kind }) => kind);
    /** Sums are zero, every balance is what its postings make, and the journal holds. */
    const requireSound = async (store: Store): Promise<void> => {
      const derived = new Map<string, bigint>();
      const name = ({ kind, owner, currency }: Omit<Account, 'id' | 'balanceMinor'>): string =>
        `${kind} ${owner} ${currency}`;
      for (const { postings } of await store.listTransfers(0n, 100_000))
        for (const { debit, credit, amountMinor } of postings) {
          derived.set(name(debit), (derived.get(name(debit)) ?? 0n) - amountMinor);
          derived.set(name(credit), (derived.get(name(credit)) ?? 0n) + amountMinor);
        }
      for (const account of await store.listAccounts(0n, 100_000))
        expect([name(account), account.balanceMinor]).toEqual([name(account), derived.get(name(account)) ?? 0n]);
      (await store.listSums()).forEach(({ sumMinor }) => expect(sumMinor).toBe(0n));
      expect((await verifyJournal(store)).finding).toBeUndefined();
    };
    const transferTo = (atMs: number, reference: string, amountMinor = 5n): Transfer => {
      const [, transfer] = topUpOf(ADA, amountMinor, reference, atMs);
      return transfer;
    };

    describe('transactions', () => {
      it('are there after they resolved, for another store and after a restart', async () => {
        const place = newPlace();
        const store = await furnished(place);
        expect((await (await openAt(place)).findPlayer(ADA.userId))?.balanceMinor).toBe(1_000n);
        await store.close();
        open.splice(open.indexOf(store), 1);
        expect(await balanceOf(await openAt(place))).toBe(1_000n);
      });

      it('leave nothing when they rejected, and the next one works', async () => {
        const store = await furnished();
        const before = await store.listTransfers(0n, 100);
        await expect(
          store.transaction(async (tx) => {
            await tx.postTransfer(transferTo(NOON_MS, 'undone'));
            await tx.addPlayer(playerNamed('nobody'));
            throw new Error('changed its mind');
          }),
        ).rejects.toThrow('changed its mind');
        expect(await store.findPlayer(playerNamed('nobody').userId)).toBeUndefined();
        expect(await store.listTransfers(0n, 100)).toEqual(before);
        await enrol(store, playerNamed('nobody'), 7n);
        await requireSound(store);
      });

      it('see their own changes, which nobody else does before the commit', async () => {
        const store = await furnished();
        await store.transaction(async (tx) => {
          await tx.postTransfer(transferTo(NOON_MS, 'own'));
          expect((await tx.findPlayer(ADA.userId))?.balanceMinor).toBe(1_005n);
          expect(await balanceOf(store)).toBe(1_000n);
        });
        expect(await balanceOf(store)).toBe(1_005n);
      });

      it('do not begin while another one of the same store runs', async () => {
        const store = await furnished();
        await store.transaction(async () => {
          await expect(store.transaction(() => Promise.resolve())).rejects.toThrow('still running');
        });
      });

      it('of two stores happen one after the other: no change is lost', async () => {
        const place = newPlace();
        const stores = [await furnished(place), await openAt(place)];
        const raise = async (store: Store): Promise<void> => {
          for (let i = 0; i < 15; i++)
            await store.transaction(async (tx) => {
              const { ceilingMinor } = (await tx.findPlayer(BOB.userId))!;
              await tx.setCeiling(BOB.userId, ceilingMinor + 1n);
            });
        };
        if (rig.name === 'SQLite')
          for (const store of stores) await raise(store); // one thread: it cannot wait for itself
        else await Promise.all(stores.map(raise));
        expect((await stores[0]!.findPlayer(BOB.userId))?.ceilingMinor).toBe(530n);
      });
    });

    describe('parties', () => {
      it('a player comes back as enrolled, and as they stand', async () => {
        const store = await furnished();
        expect(await store.findPlayer(ADA.userId)).toEqual({
          ...asBuffers(ADA),
          balanceMinor: 1_000n,
          ceilingMinor: 0n,
          pressDay: 0,
          pressDaySpentMinor: 0n,
          limitsTimeMs: 0,
          limitsHash: Buffer.alloc(0),
          closedAtMs: undefined,
        });
        const limits = { pressPaymentMaxMinor: 7n, pressDayMaxMinor: 8n };
        await store.transaction((tx) => tx.setPressLimits(ADA.userId, limits, 9, bytesOf('limits')));
        expect(await store.findPlayer(ADA.userId)).toMatchObject({ ...limits, limitsTimeMs: 9 });
        expect(await store.findPlayer(bytesOf('stranger', 16))).toBeUndefined();
      });

      it('a key belongs to one player, in one part', async () => {
        const store = await furnished();
        await store.transaction(async (tx) => {
          expect(await tx.areKeysTaken([bytesOf('new'), ADA.pinKey])).toBe(true);
          expect(await tx.areKeysTaken([bytesOf('new')])).toBe(false);
        });
        const thief = { ...playerNamed('thief'), pressKey: ADA.pinKey };
        await expect(store.transaction((tx) => tx.addPlayer(thief))).rejects.toMatchObject({ kind: 'refused' });
        await expect(store.transaction((tx) => tx.addPlayer(ADA))).rejects.toBeInstanceOf(StoreError);
      });

      it('a publisher is kept with its chain; enrolled again, name and chain move', async () => {
        const store = await furnished();
        const { chain, ...publisher } = publisherNamed('lumen');
        expect(await store.findPublisher('lumen')).toEqual(asBuffers(publisher));
        const next = { ...publisherNamed('lumen', 99), commonName: 'Lumen', chainHash: bytesOf('chain 2') };
        await store.transaction((tx) => tx.putPublisher(next));
        expect(await store.listPublishers()).toMatchObject([{ commonName: 'Lumen', feeBasisPoints: 0 }]);
        expect(await store.findChain(CHAIN_HASH)).toEqual(chain);
        await store.transaction((tx) => tx.putChain(CHAIN_HASH, CHAIN));
        expect(await store.findChain(bytesOf('no chain'))).toBeUndefined();
      });

      it('keys of passwords are kept as they came, in their order, one for each request', async () => {
        const store = await furnished();
        const times = { timeMs: 7, takenAtMs: 8 };
        const one = { userId: ADA.userId, requestHash: bytesOf('one'), publicKey: bytesOf('key'), ...times };
        const none = { ...one, requestHash: bytesOf('two'), publicKey: undefined, timeMs: 9 };
        const [first, second] = [one, none].map((row) => ({ ...row, envelope: bytesOf('envelope') }));
        await store.transaction((tx) => tx.passwords.addPassword(first!));
        await store.transaction((tx) => tx.passwords.addPassword(second!));
        expect(await store.passwords.listPasswords(ADA.userId)).toEqual([
          { ...first, position: 1n },
          { ...second, position: 2n },
        ]);
        expect(await store.passwords.listPasswords(BOB.userId)).toEqual([]);
        const again = store.transaction((tx) => tx.passwords.addPassword(first!));
        await expect(again).rejects.toMatchObject({ kind: 'refused' });
      });

      it('players who are asked for at the same time are each found, or not there', async () => {
        const store = await furnished(newPlace());
        const asked = [ADA, BOB, playerNamed('nobody'), ADA, BOB, playerNamed('nobody else'), ADA];
        const found = await Promise.all(asked.map(({ userId }) => store.findPlayer(userId)));
        expect(found.map((one) => one && hex(one.userId))).toEqual(
          asked.map((one) => (one === ADA || one === BOB ? hex(one.userId) : undefined)),
        );
        const late = playerNamed('late');
        const before = Promise.all(asked.map(({ userId }) => store.findPlayer(userId)));
        await store.transaction((tx) => tx.addPlayer(late));
        expect((await store.findPlayer(late.userId))?.userId).toEqual(Buffer.from(late.userId));
        await before;
      });

      it('a finding is kept once while it is open, ends once, and stays', async () => {
        const place = newPlace();
        const store = await furnished(place);
        const kept = { kind: 'payout-kept-back', about: 'lumen', party: 'lumen', words: 'no-rate', atMs: 7 } as const;
        const money = { amountMinor: -9n, currency: 'EUR' };
        const back = {
          kind: 'bank-return',
          about: 'C1',
          party: hex(BOB.userId),
          words: 'AC04',
          money,
          atMs: 8,
        } as const;
        await store.transaction(async (tx) => {
          for (const one of [kept, back, kept]) await tx.findings.noteFinding(one);
        });
        const undone = store.transaction(async (tx) => {
          await tx.findings.noteFinding({ ...kept, words: 'undone' });
          throw new Error('changed its mind');
        });
        await expect(undone).rejects.toThrow('changed its mind');
        const open = await store.findings.listOpenFindings(undefined, 9);
        const [second, first] = open;
        expect(open).toEqual([
          { ...back, position: second!.position, ended: undefined },
          { ...kept, position: first!.position, money: undefined, ended: undefined },
        ]);
        expect(await store.findings.listOpenFindings(second!.position, 9)).toEqual([first]);
        expect(await store.findings.listOpenAbout('payout-kept-back')).toEqual(['lumen']);
        expect([...(await store.findings.countOpenFindings())].sort()).toEqual([
          ['bank-return', 1],
          ['payout-kept-back', 1],
        ]);

        await store.transaction(async (tx) => {
          await tx.findings.settleFindings('payout-kept-back', 'other', 9);
          await tx.findings.settleFindings('payout-kept-back', 'lumen', 10);
          await tx.findings.closeFinding(second!.position, 11);
          await tx.findings.closeFinding(first!.position, 12); // it is over
        });
        expect(await store.findings.listOpenFindings(undefined, 9)).toEqual([]);
        const ended = [
          { ...second, ended: { atMs: 11, by: 'operator' } },
          { ...first, ended: { atMs: 10, by: 'course' } },
        ];
        expect(await store.findings.listEndedFindings(undefined, 9)).toEqual(ended);
        // Over, it may be found anew, with the words cut to what fits.
        await store.transaction((tx) => tx.findings.noteFinding({ ...kept, words: 'x'.repeat(501), atMs: 13 }));
        expect((await store.findings.listOpenFindings(undefined, 9))[0]?.words).toBe('x'.repeat(500));
        for (const statement of [
          "UPDATE findings SET words = 'nothing'",
          'UPDATE findings SET ended_at_ms = 1',
          'UPDATE findings SET ended_at_ms = NULL, ended_by = NULL',
          'DELETE FROM findings',
        ])
          await expect(place.shell([statement])).rejects.toThrow(/findings: /);
        expect(await store.findings.listEndedFindings(undefined, 9)).toEqual(ended);
        await store.transaction(async (tx) => {
          for (const kind of FINDING_KINDS)
            await tx.findings.noteFinding({ ...kept, kind, words: 'each kind', atMs: 14 });
        });
        const counted = await store.findings.countOpenFindings();
        expect(FINDING_KINDS.map((kind) => counted.get(kind))).toEqual(
          FINDING_KINDS.map((kind) => (kind === 'payout-kept-back' ? 2 : 1)),
        );
      });

      it('a content key in escrow is kept as it came; the first stands, one for each recipient', async () => {
        const store = await furnished();
        const [contentKeyId, recipient] = [bytesOf('content key', 16), bytesOf('recipient')];
        const escrow = { publisherId: 'lumen', contentKeyId, recipient, envelope: bytesOf('envelope'), takenAtMs: 7 };
        await store.transaction((tx) => tx.escrows.addEscrow(escrow));
        await store.transaction((tx) => tx.escrows.addEscrow({ ...escrow, envelope: bytesOf('other'), takenAtMs: 8 }));
        expect(await store.escrows.findEscrow('lumen', contentKeyId, recipient)).toEqual(escrow);
        expect(await store.escrows.findEscrow('lumen', contentKeyId, bytesOf('next'))).toBeUndefined();
        expect(await store.escrows.findEscrow('umbra', contentKeyId, recipient)).toBeUndefined();
        const ofNobody = store.transaction((tx) => tx.escrows.addEscrow({ ...escrow, publisherId: 'nobody' }));
        await expect(ofNobody).rejects.toMatchObject({ kind: 'refused' });
      });

      it('sealed quotes are kept once each, and listed newest first, for the cards that they accept, while they hold', async () => {
        const store = await furnished();
        const quote = (name: string, cards: 'chip' | 'software', notAfterMs: number) => ({
          publisherId: 'lumen',
          contentKeyId: bytesOf('content key', 16),
          quoteSignature: bytesOf(name, 64),
          cards,
          envelope: bytesOf(`envelope ${name}`),
          notAfterMs,
          takenAtMs: 7,
        });
        const rows = [quote('one', 'chip', 20), quote('two', 'software', 10), quote('three', 'software', 30)];
        for (const row of [...rows, quote('one', 'software', 99)])
          await store.transaction((tx) => tx.escrows.addSealedQuote(row));
        const placed = rows.map((row, i) => ({ ...row, position: BigInt(i + 1) }));
        const listed = (assurance: 'chip' | 'software', notAfterMs: number, before?: bigint, count = 9) =>
          store.escrows.listSealedQuotes({ assurance, notAfterMs, before, count });
        expect(await listed('chip', 10)).toEqual([placed[2], placed[1], placed[0]]);
        expect(await listed('software', 10)).toEqual([placed[2], placed[1]]);
        expect(await listed('chip', 11)).toEqual([placed[2], placed[0]]);
        expect(await listed('chip', 10, 3n, 1)).toEqual([placed[1]]);
        const ofNobody = { ...quote('four', 'chip', 20), publisherId: 'nobody' };
        await expect(store.transaction((tx) => tx.escrows.addSealedQuote(ofNobody))).rejects.toMatchObject({
          kind: 'refused',
        });
      });

      it('a ceiling set below what is owed stands at what is owed', async () => {
        const store = await furnished();
        expect(await pay(store, [{ player: BOB, nonce: '1', priceMinor: 400n }])).toEqual(['APPROVED']);
        await store.transaction((tx) => tx.setCeiling(BOB.userId, 100n));
        expect(await store.findPlayer(BOB.userId)).toMatchObject({ balanceMinor: -400n, ceilingMinor: 100n });
        expect(await pay(store, [{ player: BOB, nonce: '2', priceMinor: 1n }])).toEqual(['INSUFFICIENT']);
      });

      it('a top-up counts once under its bank reference', async () => {
        const store = await furnished();
        const again = topUpOf(ADA, 5n, `first ${hex(ADA.userId)}`);
        await expect(store.transaction((tx) => tx.addTopUp(...again))).rejects.toMatchObject({ kind: 'refused' });
        await store.transaction(async (tx) => {
          expect(await tx.findTopUp(again[0].bankReference)).toMatchObject({ amountMinor: 1_000n, currency: 'EUR' });
          expect(await tx.findTopUp('other')).toBeUndefined();
        });
        await store.transaction((tx) => tx.addTopUp(...topUpOf(ADA, 6n, 'ö second')));
        expect((await store.listTopUps('', 10)).map(({ amountMinor }) => amountMinor)).toEqual([1_000n, 6n]);
        expect(await store.listTopUps('first ~', 10)).toHaveLength(1);
      });
    });

    describe('payments', () => {
      const buy = (nonce: string, priceMinor = 20n, others: Partial<Purchase> = {}): Purchase => ({
        player: ADA,
        nonce,
        priceMinor,
        ...others,
      });

      it('of one batch share their player, and each finds what it is judged against', async () => {
        const store = await furnished();
        await pay(store, [buy('earlier')]);
        await store.transaction(async (tx) => {
          const keys = [
            keyOf(buy('earlier')),
            keyOf(buy('a', 1n, { publisherId: 'nobody' })),
            keyOf(buy('b', 1n, { player: BOB })),
          ];
          const [earlier, next, other] = await tx.loadPayments(keys);
          expect(earlier?.prior).toMatchObject({ code: 'APPROVED', chainHash: Buffer.from(CHAIN_HASH) });
          expect(next).toMatchObject({ prior: undefined, publisher: undefined, rateTable: undefined });
          expect(next?.player).toBe(earlier?.player);
          expect(earlier?.publisher).toMatchObject({ publisherId: 'lumen', feeBasisPoints: 0 });
          expect(other?.player).toMatchObject({ plan: 'postpaid', ceilingMinor: 500n });
          await expect(tx.loadPayments([{ ...keys[0]!, userId: bytesOf('stranger', 16) }])).rejects.toThrow(
            'not there',
          );
        });
      });

      it('are recorded with their debit, as approved, as refused and as free', async () => {
        const store = await furnished();
        const batch = [
          buy('a', 990n, { feeBasisPoints: 1_000 }),
          buy('b', 11n),
          buy('free', 0n),
          buy('c', 10n, { isPress: true }),
        ];
        expect(await pay(store, batch)).toEqual(['APPROVED', 'INSUFFICIENT', 'APPROVED', 'APPROVED']);
        expect(await store.findPlayer(ADA.userId)).toMatchObject({
          balanceMinor: 0n,
          pressDay: 20_000,
          pressDaySpentMinor: 10n,
        });
        const rows = await store.listAllDecisions(0n, 10);
        expect(
          rows.map(({ position, code, chargedMinor, transferId }) => [position, code, chargedMinor, transferId]),
        ).toEqual([
          [1n, 'APPROVED', 990n, 2n],
          [2n, 'INSUFFICIENT', 0n, undefined],
          [3n, 'APPROVED', 0n, undefined],
          [4n, 'APPROVED', 10n, 3n],
        ]);
        expect(await store.listDecisions(ADA.userId, 2n, 1)).toEqual([rows[2]]);
        expect(await store.findDecision(requestIdOf(buy('b')))).toMatchObject({ code: 'INSUFFICIENT' });
        expect(await store.lastApprovalMs()).toBe(NOON_MS);
        const payment = await store.findTransfer('payment', requestIdOf(batch[0]!));
        expect(payment).toMatchObject({
          id: 2n,
          period: MARCH,
          postings: [{ amountMinor: 891n }, { amountMinor: 99n }],
        });
        expect(await store.findTransfer('payment', bytesOf('none'))).toBeUndefined();
        await requireSound(store);
      });

      it('have one decision for ever, whoever records it', async () => {
        const store = await furnished();
        await pay(store, [buy('once')]);
        const again = store.transaction(async (tx) => {
          const [state] = await tx.loadPayments([keyOf(buy('other'))]);
          await tx.recordPayments([{ ...decide(buy('once'), state!), transfer: undefined, chargedMinor: 0n }]);
        });
        await expect(again).rejects.toMatchObject({ kind: 'refused' });
        await expect(
          store.transaction((tx) =>
            tx.postTransfer({ ...transferTo(NOON_MS, 'x'), kind: 'payment', reference: requestIdOf(buy('once')) }),
          ),
        ).rejects.toMatchObject({ kind: 'refused' });
        expect(await balanceOf(store)).toBe(980n);
        await requireSound(store);
      });

      it('D10: two hundred at once on money for ten, over two stores: exactly ten', async () => {
        const place = newPlace();
        const stores = [await furnished(place), await openAt(place)];
        const commits = stores.map((store) => committing(store));
        const codes = await Promise.all(
          Array.from({ length: 200 }, async (_, i) => {
            const purchase = buy(`purchase ${i}`, 100n);
            return commits[i % 2]!.submit(async (tx) => {
              const [state] = await tx.loadPayments([keyOf(purchase)]);
              const record = decide(purchase, state!);
              await tx.recordPayments([record]);
              return record.code;
            });
          }),
        );
        expect(codes.filter((code) => code === 'APPROVED')).toHaveLength(10);
        expect(await balanceOf(stores[0]!)).toBe(0n);
        await requireSound(stores[1]!);
      });

      it('D11: one request a hundred times over two stores: one debit', async () => {
        const place = newPlace();
        const stores = [await furnished(place), await openAt(place)];
        const commits = stores.map((store) => committing(store));
        const codes = await Promise.all(
          Array.from({ length: 100 }, async (_, i) =>
            commits[i % 2]!.submit(async (tx) => {
              const [state] = await tx.loadPayments([keyOf(buy('the one'))]);
              if (state!.prior !== undefined) return hex(state!.prior.decision);
              const record = decide(buy('the one'), state!);
              await tx.recordPayments([record]);
              return hex(record.decision);
            }),
          ),
        );
        expect(new Set(codes).size).toBe(1);
        expect(await balanceOf(stores[0]!)).toBe(980n);
        expect(await kinds(stores[0]!)).toEqual(['top-up', 'payment']);
      });

      it('D15: amounts up to the bound go through to the unit, and not beyond', async () => {
        const store = await furnished();
        const most = 9_007_199_254_740_991n;
        const rich = playerNamed('rich', 'prepaid', 'KWD');
        await enrol(store, rich, most);
        expect(await pay(store, [{ player: rich, nonce: 'all', priceMinor: most }])).toEqual(['APPROVED']);
        expect(await balanceOf(store, rich)).toBe(0n);
        const beyond = store.transaction((tx) => tx.postTransfer(transferTo(NOON_MS, 'beyond', most + 1n)));
        await expect(beyond).rejects.toMatchObject({ kind: 'refused' });
        await requireSound(store);
      });
    });

    describe('rate tables', () => {
      it('have rising numbers, and say when the next one took over', async () => {
        const store = await furnished();
        const out = store.transaction((tx) => tx.addRateTable(2, new Uint8Array([1]), 5));
        await expect(out).rejects.toMatchObject({ kind: 'refused' });
        expect(await store.findNewestRateTable()).toBeUndefined();
        expect(await store.findRateTable(1)).toBeUndefined();
      });
    });

    describe('periods and the journal', () => {
      const seal = async (store: Store, period: number): Promise<void> =>
        store.transaction(async (tx) => {
          const point = await tx.periods.findSealPoint(period);
          await tx.periods.addSealed({ ...point, period, rateTableId: 0, sealedAtMs: APRIL_MS, seal: bytesOf('seal') });
        });

      it('what each transaction posts is one block, and the blocks hang together', async () => {
        const store = await furnished();
        await pay(
          store,
          [1, 2, 3].map((i) => ({ player: ADA, nonce: `${i}`, priceMinor: 1n })),
        );
        await store.transaction((tx) => tx.setCeiling(BOB.userId, 600n));
        expect(
          (await store.periods.listBlocks(0n, 10)).map(({ number, lastTransfer }) => [number, lastTransfer]),
        ).toEqual([
          [1n, 1n],
          [2n, 4n],
        ]);
        expect(await verifyJournal(store)).toMatchObject({ finding: undefined, blocks: 2n, transfers: 4n });
      });

      it('nothing is posted into a sealed period: what comes late is in the first open one', async () => {
        const store = await furnished();
        expect(await store.periods.findOldestOpen()).toBe(MARCH);
        await seal(store, MARCH);
        await expect(seal(store, MARCH)).rejects.toMatchObject({ kind: 'refused' });
        await store.transaction((tx) => tx.postTransfer(transferTo(NOON_MS, 'late')));
        await pay(store, [{ player: ADA, nonce: 'late', priceMinor: 1n }]);
        const transfers = await store.listTransfers(0n, 10);
        expect(transfers.map(({ period }) => period)).toEqual([MARCH, 202604, 202604]);
        expect(await store.periods.findNewestSealed()).toMatchObject({
          period: MARCH,
          lastTransfer: 1n,
          block: 1n,
          closedAtMs: undefined,
        });
        expect(await store.periods.findTransferRange(202604)).toEqual({ first: 2n, last: 3n });
        expect(await store.periods.findOldestOpen()).toBe(202604);
        await store.transaction((tx) => tx.periods.setClosed(MARCH, APRIL_MS));
        expect((await store.periods.findSealed(MARCH))?.closedAtMs).toBe(APRIL_MS);
        expect(await store.periods.listSealed()).toHaveLength(1);
        await requireSound(store);
      });

      it('movements of a period come to what its accounts did', async () => {
        const store = await furnished();
        await pay(
          store,
          [1, 2].map((i) => ({ player: ADA, nonce: `${i}`, priceMinor: 20n, feeBasisPoints: 500 })),
        );
        const { movements, fees } = await sumsOf(store, MARCH, 0n, 99n);
        const lines = movements.map(
          ({ kind, transferKind, count, amountMinor }) => `${kind} ${transferKind} ${count} ${amountMinor}`,
        );
        expect(lines.sort()).toEqual([
          'bank top-up 1 -1000',
          'fees payment 2 2',
          'player-prepaid payment 2 -40',
          'player-prepaid top-up 1 1000',
          'publisher-payable payment 2 38',
        ]);
        expect(fees).toEqual([{ publisherId: 'lumen', currency: 'EUR', transferKind: 'payment', amountMinor: 2n }]);
        expect(await sumsOf(store, 202604, 0n, 99n)).toEqual({ movements: [], fees: [] });
      });

      it('a correction says what it corrects, and why', async () => {
        const store = await furnished();
        const correction = { corrects: 1n, reason: 'paid in twice' };
        await store.transaction((tx) =>
          tx.postTransfer({ ...transferTo(NOON_MS, 'c'), kind: 'correction', correction }),
        );
        expect((await store.listTransfers(1n, 1))[0]).toMatchObject({ kind: 'correction', correction });
        const bare = store.transaction((tx) => tx.postTransfer({ ...transferTo(NOON_MS, 'd'), kind: 'correction' }));
        await expect(bare).rejects.toMatchObject({ kind: 'refused' });
        await requireSound(store);
      });
    });

    describe('exclusively', () => {
      it('one at a time by a name, over all stores of a place; transactions go on', async () => {
        const place = newPlace();
        const [store, other] = [await furnished(place), await openAt(place)];
        const second = (): Promise<unknown> => other.exclusively('closing', () => Promise.resolve('mine'));
        const result = await store.exclusively('closing', async () => {
          await expect(second()).rejects.toMatchObject({ kind: 'busy' });
          await expect(store.exclusively('closing', () => Promise.resolve())).rejects.toMatchObject({ kind: 'busy' });
          await other.exclusively('notices', () => Promise.resolve());
          await pay(other, [{ player: ADA, nonce: 'meanwhile', priceMinor: 1n }]);
          return 7;
        });
        expect([result, await second()]).toEqual([7, 'mine']);
        await expect(store.exclusively('closing', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
        expect(await second()).toBe('mine');
      });
    });

    describe('a person with a shell', () => {
      /** Ada's account is `$ada`, the bank's `$bank`, the publisher's `$lumen`, all EUR; `$bob` is USD. Transfers 1 and 2, decision 1. */
      const paid = async (): Promise<{ place: Place; store: Store; ids: Map<string, bigint> }> => {
        const place = newPlace();
        const store = await furnished(place);
        await pay(store, [{ player: ADA, nonce: 'first', priceMinor: 20n }]);
        const accounts = await store.listAccounts(0n, 100);
        const idOf = (kind: string): bigint => accounts.find((one) => one.kind === kind)!.id;
        const ids = new Map([
          ['$ada', idOf('player-prepaid')],
          ['$bob', idOf('player-postpaid')],
          ['$bank', idOf('bank')],
          ['$lumen', idOf('publisher-payable')],
        ]);
        return { place, store, ids };
      };
      /** One for all that is refused, as nothing of it is there. */
      let shared: ReturnType<typeof paid> | undefined;
      const refusing = async (): ReturnType<typeof paid> => {
        shared ??= paid();
        const { place, ids } = await shared;
        const at = places.indexOf(place);
        if (at >= 0) kept.push(...places.splice(at, 1));
        return { place, store: await openAt(place), ids };
      };
      const { words } = rig;
      const transfer = (changes: SqlRow = {}): string =>
        insert('transfers', {
          ...{ id: 3, kind: "'top-up'", reference: words.random(32), lines: 1, at_ms: NOON_MS },
          ...words.transfer(MARCH),
          ...changes,
        });
      const posting = (
        debit: string,
        credit: string,
        currency: string,
        amount: number | string,
        changes: SqlRow = {},
      ): SqlRow => ({
        ...{ transfer: 3, line: 0, debit, credit, currency: `'${currency}'`, amount_minor: amount },
        ...words.posting(MARCH),
        ...changes,
      });
      const moves = (...rows: Parameters<typeof posting>): string[] => [
        transfer(),
        insert('postings', posting(...rows)),
      ];
      const decision = (changes: SqlRow): string => {
        const columns: SqlRow = {
          ...Object.fromEntries(DECISION_COLUMNS.map((column) => [column, column])),
          ...words.posting(MARCH),
          ...{ position: 2, request_id: words.random(32), decision_id: words.random(16) },
          ...changes,
        };
        return `INSERT INTO decisions (${Object.keys(columns).join(', ')})
                SELECT ${Object.values(columns).join(', ')} FROM decisions WHERE position = 1`;
      };

      /** Rules that SQLite leaves to foreign keys, which a shell has switched off there. */
      const BY_KEYS: [string, readonly string[]][] = [
        ['a decision of nobody', [decision({ transfer: 'NULL', charged_minor: 0, user_id: words.random(16) })]],
        [
          'a top-up without its transfer',
          [
            insert('top_ups', {
              bank_reference: "'x'",
              user_id: words.bytes(hex(ADA.userId)),
              amount_minor: 1_000,
              currency: "'EUR'",
              transfer: 77,
            }),
          ],
        ],
      ];

      it.each<[string, readonly string[]]>([
        ...(rig.shellHasKeys ? BY_KEYS : []),
        ['D16: a posting of mixed currencies', moves('$ada', '$bob', 'EUR', 1)],
        ["D16: a currency that is neither account's", moves('$ada', '$lumen', 'JPY', 1)],
        ['an account that is not there', moves('$ada', '777', 'EUR', 1)],
        ['an account against itself', moves('$ada', '$ada', 'EUR', 1)],
        ['nothing', moves('$ada', '$lumen', 'EUR', 0)],
        ['a negative amount', moves('$lumen', '$ada', 'EUR', -5)],
        ['D16: half a unit', moves('$ada', '$lumen', 'EUR', 0.5)],
        ['D16: one and a half', moves('$ada', '$lumen', 'EUR', 1.5)],
        ['text', moves('$ada', '$lumen', 'EUR', "'many'")],
        ['more than 2^53-1', moves('$bank', '$lumen', 'EUR', '9007199254740992')],
        ['a REAL', moves('$bank', '$lumen', 'EUR', '1e300')],
        ['more than a prepaid player has', moves('$ada', '$lumen', 'EUR', 981)],
        ['more than a postpaid player may owe', moves('$bob', '$lumen', 'USD', 501)],
        [
          'D16: one more line in a transfer that is complete',
          [insert('postings', posting('$lumen', '$ada', 'EUR', 20, { transfer: 2, line: 1 }))],
        ],
        ['a line out of turn', [transfer(), insert('postings', posting('$ada', '$lumen', 'EUR', 1, { line: 1 }))]],
        ['a posting without a transfer', [insert('postings', posting('$ada', '$lumen', 'EUR', 1, { transfer: 9 }))]],
        [
          'a second transfer of one name',
          [transfer({ kind: "'payment'", reference: words.bytes(hex(requestIdOf({ player: ADA, nonce: 'first' }))) })],
        ],
        ['a transfer of another month', [transfer(words.transfer(202605))]],
        ['a period that is none', [transfer({ ...words.transfer(202613), at_ms: NOON_MS })]],
        ['a kind that there is not', [transfer({ kind: "'gift'" })]],
        ['S8: a posting edited', ['UPDATE postings SET amount_minor = 1']],
        ['S8: a posting deleted', ['DELETE FROM postings']],
        ['S8: a transfer edited', ['UPDATE transfers SET lines = 2']],
        ['S8: a transfer deleted', ['DELETE FROM transfers']],
        ['S8: a balance edited', ['UPDATE accounts SET balance_minor = balance_minor + 1 WHERE id = $ada']],
        ['S8: a block of the journal edited', ['UPDATE journal SET last_transfer = 9 WHERE number = 1']],
        ['S8: a block of the journal deleted', ['DELETE FROM journal WHERE number = 2']],
        [
          'an account opened with money',
          [insert('accounts', { kind: "'fees'", owner: "''", currency: "'GBP'", balance_minor: 5, floor_minor: 0 })],
        ],
        ['an account moved to another currency', ["UPDATE accounts SET currency = 'JPY' WHERE id = $ada"]],
        ['an account deleted', ['DELETE FROM accounts WHERE id = $ada']],
        ['credit for a prepaid player', ['UPDATE accounts SET floor_minor = -100 WHERE id = $ada']],
        ['S8: a decision edited', ['UPDATE decisions SET code = 602']],
        ['S8: a decision deleted', ['DELETE FROM decisions']],
        ['an approval without its debit', [decision({ transfer: 'NULL' })]],
        ['an approval with another amount', [decision({ charged_minor: 19 })]],
        ["an approval with another's debit", [decision({})]],
        ['what is free with a debit', [decision({ charged_minor: 0 })]],
        ['an approval with the debit of a top-up', [decision({ transfer: 1 })]],
        ['a charge that is refused', [decision({ code: 602 })]],
        [
          'a decision of a card without its record',
          [decision({ transfer: 'NULL', charged_minor: 0, card_id: words.random(16) })],
        ],
        [
          'a second decision of one request',
          [decision({ transfer: 'NULL', charged_minor: 0, request_id: 'request_id' })],
        ],
        ['a player moved to another account', ['UPDATE players SET account = $bank']],
        ['a player deleted', ['DELETE FROM players']],
        ['a key edited', [`UPDATE player_keys SET public_key = ${words.random(32)}`]],
        ['a chain edited', [`UPDATE chains SET chain = ${words.random(9)}`]],
        ['a rate table out of turn', [insert('rate_tables', { id: 5, body: words.random(9), not_before_ms: 1 })]],
        ['a top-up edited', ['UPDATE top_ups SET amount_minor = 1']],
        [
          'a chain put in the place of another',
          [words.replace('chains', 'chain_hash', { chain_hash: words.bytes(hex(CHAIN_HASH)), chain: words.random(9) })],
        ],
        [
          'a rate table put in the place of another',
          [
            insert('rate_tables', { id: 1, body: words.random(9), not_before_ms: 1 }),
            words.replace('rate_tables', 'id', { id: 1, body: words.random(9), not_before_ms: 1 }),
          ],
        ],
        [
          'a block of what was never posted',
          [insert('journal', { number: 3, last_transfer: 9, hash: words.random(32) })],
        ],
        [
          'a period sealed at another place',
          [
            insert('sealed_periods', {
              period: MARCH,
              last_transfer: 1,
              block: 1,
              block_hash: words.random(32),
              rate_table_id: 0,
              sealed_at_ms: 1,
              seal: words.random(9),
            }),
          ],
        ],
      ])('is refused by the schema itself: %s', async (_, statements) => {
        const { place, store, ids } = await refusing();
        const before = [
          await store.listAccounts(0n, 100),
          await store.listTransfers(0n, 100),
          await store.listAllDecisions(0n, 100),
        ];
        const named = statements.map((statement) => statement.replace(/\$\w+/g, (name) => String(ids.get(name))));
        await expect(place.shell(named)).rejects.toThrow(REFUSALS);
        expect([
          await store.listAccounts(0n, 100),
          await store.listTransfers(0n, 100),
          await store.listAllDecisions(0n, 100),
        ]).toEqual(before);
        await requireSound(store);
      });

      it('may write what balances, so the refusals are not for some other reason; but the server notices', async () => {
        const { place, store, ids } = await paid();
        const named = (statement: string): string => statement.replace(/\$\w+/g, (name) => String(ids.get(name)));
        const lines = [posting('$ada', '$lumen', 'EUR', 980), posting('$bank', '$lumen', 'EUR', 1, { line: 1 })];
        await place.shell(
          [
            transfer({ lines: 2 }),
            insert('postings', ...lines),
            decision({ code: 602, charged_minor: 0, transfer: 'NULL' }),
            decision({ position: 3, charged_minor: 0, transfer: 'NULL' }), // what is free has no debit
          ].map(named),
        );
        expect(await balanceOf(store)).toBe(0n);
        (await store.listSums()).forEach(({ sumMinor }) => expect(sumMinor).toBe(0n));
        expect((await verifyJournal(store)).finding).toBe('transfer 3: in no block');
        const next = store.transaction((tx) => tx.postTransfer(transferTo(NOON_MS, 'next')));
        await expect(next).rejects.toMatchObject({ kind: 'broken' });
      });

      it.each([
        [
          'S8: an amount changed',
          'postings',
          'UPDATE postings SET amount_minor = 19 WHERE transfer = 2',
          /block 2: its hash/,
        ],
        ['S8: a posting gone', 'postings', 'DELETE FROM postings WHERE transfer = 1', /block 1: its hash/],
        ['S8: a transfer gone', 'transfers', 'DELETE FROM transfers WHERE id = 2', /block 2: transfer 2 is not there/],
        ['S8: a time changed', 'transfers', 'UPDATE transfers SET at_ms = 5 WHERE id = 1', /block 1: its hash/],
      ])('who takes a rule away is found by the journal: %s', async (_, table, statement, finding) => {
        const { place, store } = await paid();
        await place.shellPastRules(table, statement);
        expect((await verifyJournal(store)).finding).toMatch(finding);
      });
    });
  });
}

const committing = (store: Store): GroupCommit => {
  const nothing = (): void => undefined;
  const log = { info: nothing, warn: nothing, error: nothing, fatal: nothing };
  return new GroupCommit({ store, batchMax: 16, queueMax: 1_000, log, onFatal: nothing });
};

/** As both backends hand bytes out: as views of Node's Buffer, which compares as bytes. */
function asBuffers<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).map(([key, one]: [string, unknown]) => [
      key,
      one instanceof Uint8Array ? Buffer.from(one) : one,
    ]),
  ) as T;
}

const DECISION_COLUMNS = [
  'position',
  'request_id',
  'user_id',
  'publisher_id',
  'code',
  'price_minor',
  'price_currency',
  'charged_minor',
  'charged_currency',
  'rate_table_id',
  'offer_hash',
  'quote_signature',
  'request_hash',
  'request',
  'decision_id',
  'decision',
  'chain_hash',
  'at_ms',
  'transfer',
];

/** Words of a rule, of a constraint, or of a type; nothing of syntax or of a column that is not there. */
const REFUSALS =
  /append only|never deleted|once|fixed|moves with|moves by the rules|one currency|complete|not all the lines|next line|unknown|there already|one for ever|duplicate key|no debit|not one of its records|rise by one|not of|no transfer|opened empty|CHECK|check constraint|constraint failed|foreign key|cannot store|out of range|invalid input syntax|no partition|sealed|behind|ends where|transfers: /;
