/** What the bank says, booked once by its own reference; and files handed over once however often they are sent. */
import { ProtocolError } from '@coinslot/protocol';
import type { Collection, Payout } from '@coinslot/server';
import { describe, expect, it } from 'vitest';
import type { Player } from '../lib/parties.ts';
import {
  camt,
  closeAt,
  makeBankDetails,
  makeMandate,
  mustBuy,
  startMonth,
  type Month,
  type ToldEntry,
} from './month-world.ts';
import { balanceOf, enrolPlayer, ledgerOf, operate, OPERATOR_TOKEN, requireBooks, urlOf } from './started-server.ts';

const APRIL = Date.UTC(2026, 3, 1);
const MAY = Date.UTC(2026, 4, 1);

interface Closed extends Month {
  readonly player: Player;
  readonly collection: Collection;
  readonly payout: Payout;
}

/** March with one postpaid player who owes 20.00, paid by debit unless the options say otherwise, and one payout of 20.00. */
async function closedMonth(way: 'bank-debit' | 'transfer' = 'bank-debit'): Promise<Closed> {
  const month = await startMonth();
  const { server } = month;
  await server.service.bankDetails.take(makeBankDetails(month));
  const player = await enrolPlayer(month, { plan: 'postpaid', moneyMinor: 5_000n });
  if (way === 'bank-debit') await server.service.mandates.take(makeMandate(month, player));
  await mustBuy(month, player, { amountMinor: 2_000n });
  await closeAt(month, 202603, APRIL);
  const [collection] = await server.service.records.periods.listCollections(202603, '', 10);
  const [payout] = await server.service.records.periods.listPayouts(202603);
  if (collection === undefined || payout === undefined) throw new Error('nothing to collect or to pay');
  return { ...month, player, collection, payout };
}

let references = 0;
const told = (month: Month, entry: Omit<ToldEntry, 'reference'> & { reference?: string }) =>
  month.server.service.bank.takeNotice(camt({ reference: `BANK-${references++}`, ...entry }));
const collected = async ({ server, collection }: Closed) =>
  server.service.records.periods.findCollection(collection.endToEndId);
const paidOut = async ({ server, payout }: Closed) => server.service.records.periods.findPayout(payout.number);
const bankOf = (month: Month): Promise<bigint> => ledgerOf(month, 'bank');

describe('a collection', () => {
  it('that is paid lowers what is owed, once however often it is told', async () => {
    const month = await closedMonth();
    const { endToEndId } = month.collection;
    const report = await told(month, { reference: 'ONCE', endToEndId, amount: '20.00' });
    expect(report.booked).toEqual({ bill: 1 });
    expect(await balanceOf(month, month.player)).toBe(0n);
    expect(await collected(month)).toMatchObject({ state: 'paid', paidMinor: 2_000n });
    expect((await told(month, { reference: 'ONCE', endToEndId, amount: '20.00' })).booked).toEqual({});
    expect((await told(month, { reference: 'ONCE', endToEndId, amount: '19.00' })).booked).toEqual({});
    expect(await balanceOf(month, month.player)).toBe(0n);
    await requireBooks(month);
  });

  it('that is paid in parts is part-paid, then paid', async () => {
    const month = await closedMonth();
    const { endToEndId } = month.collection;
    await told(month, { endToEndId, amount: '5.00' });
    expect(await collected(month)).toMatchObject({ state: 'part-paid', paidMinor: 500n });
    await told(month, { endToEndId, amount: '15.00' });
    expect(await collected(month)).toMatchObject({ state: 'paid', paidMinor: 2_000n });
    expect(await balanceOf(month, month.player)).toBe(0n);
    await requireBooks(month);
  });

  it('that comes back is owed again, whatever the ceiling, and is in the next bill', async () => {
    const month = await closedMonth();
    const { endToEndId } = month.collection;
    await told(month, { endToEndId, amount: '20.00' });
    await mustBuy(month, month.player, { amountMinor: 4_000n });
    await told(month, { endToEndId, amount: '20.00', direction: 'out', returned: 'AM04' });
    expect(await collected(month)).toMatchObject({ state: 'returned', paidMinor: 0n, reason: 'AM04' });
    expect(await balanceOf(month, month.player)).toBe(-6_000n);
    await closeAt(month, 202604, MAY);
    const [bill] = await month.server.service.records.periods.listBills(202604, '', 10);
    expect(bill).toMatchObject({ dueMinor: 6_000n, paidInMinor: 0n, purchasesMinor: 4_000n, openingMinor: -2_000n });
    await requireBooks(month);
  });

  it('that is turned down moves no money, and is in the next bill', async () => {
    const month = await closedMonth();
    const { endToEndId } = month.collection;
    const report = await told(month, {
      endToEndId,
      amount: '20.00',
      direction: 'out',
      returned: 'MD01',
      booked: false,
    });
    expect(report.booked).toEqual({ nothing: 1 });
    expect(await collected(month)).toMatchObject({ state: 'returned', reason: 'MD01' });
    expect(await bankOf(month)).toBe(0n);
    const [noted] = await month.server.service.records.findings.listOpenFindings(undefined, 9);
    expect(noted).toMatchObject({ kind: 'bank-return', about: endToEndId, money: { amountMinor: 2_000n } });
    expect(noted?.words).toMatch(/turned down, MD01$/);
    await closeAt(month, 202604, MAY);
    const [bill] = await month.server.service.records.periods.listBills(202604, '', 10);
    expect(bill).toMatchObject({ dueMinor: 2_000n });
    await requireBooks(month);
  });

  it('whose return is told before its booking ends where it would have in the other order', async () => {
    const month = await closedMonth();
    const { endToEndId } = month.collection;
    await told(month, { endToEndId, amount: '20.00', direction: 'out', returned: 'AM04' });
    expect(await balanceOf(month, month.player)).toBe(-2_000n);
    await told(month, { endToEndId, amount: '20.00' });
    expect(await collected(month)).toMatchObject({ state: 'returned', paidMinor: 0n });
    expect(await balanceOf(month, month.player)).toBe(-2_000n);
    expect(await bankOf(month)).toBe(0n);
    await requireBooks(month);
  });

  it('is not collected twice: what is under way at the seal is left out, though it is paid before the bill is made', async () => {
    const month = await closedMonth();
    await mustBuy(month, month.player, { amountMinor: 500n });
    // The answer comes in May, before April is closed: it counts for May.
    month.time.nowMs = MAY;
    await told(month, { endToEndId: month.collection.endToEndId, amount: '20.00' });
    await month.server.service.periods.close(202604);
    const [bill] = await month.server.service.records.periods.listBills(202604, '', 10);
    expect(bill).toMatchObject({ closingMinor: -2_500n, dueMinor: 500n });
    await requireBooks(month);
  });
});

describe('a payout', () => {
  it('that is confirmed leaves the bank', async () => {
    const month = await closedMonth();
    await told(month, { endToEndId: month.payout.endToEndId, amount: '20.00', direction: 'out' });
    expect(await paidOut(month)).toMatchObject({ state: 'paid', paidMinor: 2_000n });
    expect(await ledgerOf(month, 'payout-transit', 'lumen-works')).toBe(0n);
    expect(await bankOf(month)).toBe(2_000n);
    await requireBooks(month);
  });

  it.each([
    ['before it was confirmed', []],
    ['after it was confirmed', [{ amount: '20.00', direction: 'out' as const }]],
  ])('that comes back %s is in the next one', async (_, before) => {
    const month = await closedMonth();
    const { endToEndId } = month.payout;
    for (const entry of before) await told(month, { endToEndId, ...entry });
    await told(month, { endToEndId, amount: '20.00', returned: 'AC04' });
    expect(await paidOut(month)).toMatchObject({ state: 'returned', reason: 'AC04', paidMinor: 0n });
    expect(await ledgerOf(month, 'publisher-payable', 'lumen-works')).toBe(2_000n);
    expect(await bankOf(month)).toBe(0n);
    await closeAt(month, 202604, MAY);
    const [next] = await month.server.service.records.periods.listPayouts(202604);
    expect(next).toMatchObject({ amountMinor: 2_000n, state: 'handed' });
    expect(next?.currencies[0]).toMatchObject({ openingMinor: 2_000n, paidOutMinor: 0n, closingMinor: 2_000n });
    await requireBooks(month);
  });

  it('is paid once: a second booking under its id waits in suspense', async () => {
    const month = await closedMonth();
    const { endToEndId } = month.payout;
    await told(month, { endToEndId, amount: '12.00', direction: 'out' });
    expect(await paidOut(month)).toMatchObject({ state: 'part-paid' });
    expect((await told(month, { endToEndId, amount: '20.00', direction: 'out' })).booked).toEqual({ suspense: 1 });
    expect(await ledgerOf(month, 'bank-suspense')).toBe(-2_000n);
    expect(await ledgerOf(month, 'payout-transit', 'lumen-works')).toBe(800n);
    await requireBooks(month);
  });
});

describe('money that nobody ordered', () => {
  it('pays the bill that it names, however the bank breaks the line', async () => {
    const month = await closedMonth('transfer');
    const number = month.collection.billNumber;
    const broken = `Your bill ${number.slice(0, 20)} ${number.slice(20).toUpperCase()} thanks`;
    expect((await told(month, { amount: '20.00', remittance: broken })).booked).toEqual({ bill: 1 });
    expect(await collected(month)).toMatchObject({ state: 'paid', paidMinor: 2_000n });
    expect(await balanceOf(month, month.player)).toBe(0n);
    await requireBooks(month);
  });

  it('tops up the account that it names', async () => {
    const month = await closedMonth();
    const ada = await enrolPlayer(month, { name: 'Eve', moneyMinor: 0n });
    const remittance = `account ${Buffer.from(ada.userId).toString('hex')}`;
    expect((await told(month, { amount: '7.50', remittance })).booked).toEqual({ 'top-up': 1 });
    expect(await balanceOf(month, ada)).toBe(750n);
    await requireBooks(month);
  });

  it('waits in suspense when it names nobody, another currency, or an id that is not ours, until a person gives it away', async () => {
    const month = await closedMonth();
    const user = Buffer.from(month.player.userId).toString('hex');
    await told(month, { reference: 'LOST', amount: '1.00', remittance: 'for the game' });
    await told(month, { amount: '2.00', currency: 'USD', remittance: user });
    await told(month, { amount: '3.00', endToEndId: 'C202603-00000000000000000000' });
    expect(await ledgerOf(month, 'bank-suspense')).toBe(400n);
    expect(await ledgerOf(month, 'bank-suspense', '', 'USD')).toBe(200n);
    const { findings } = month.server.service.records;
    const waiting = await findings.listOpenFindings(undefined, 9);
    expect(waiting.map(({ kind, money }) => [kind, money?.amountMinor, money?.currency])).toEqual([
      ['suspense', 300n, 'EUR'],
      ['suspense', 200n, 'USD'],
      ['suspense', 100n, 'EUR'],
    ]);
    const answer = await operate(month, '/v1/operator/suspense', { bankReference: 'LOST', userId: user });
    expect(answer.status).toBe(200);
    expect(await findings.listOpenFindings(undefined, 9)).toEqual(waiting.slice(0, 2));
    const given = { about: 'LOST', ended: { by: 'course' } };
    expect(await findings.listEndedFindings(undefined, 9)).toMatchObject([given]);
    expect(await ledgerOf(month, 'bank-suspense')).toBe(300n);
    expect(await balanceOf(month, month.player)).toBe(-1_900n);
    const again = await operate(month, '/v1/operator/suspense', { bankReference: 'LOST', userId: user });
    expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([409, 'ID_CONFLICT']);
    await requireBooks(month);
  });
});

describe('the bank', () => {
  it('C13: a file that it took without our knowing is handed again under the same id, and paid once', async () => {
    const month = await startMonth();
    const { server, bank } = month;
    await server.service.bankDetails.take(makeBankDetails(month));
    const player = await enrolPlayer(month, { moneyMinor: 5_000n });
    await mustBuy(month, player, { amountMinor: 2_000n });
    // It has the file, and its word for it is lost.
    const hand = bank.hand.bind(bank);
    bank.hand = async (file) => {
      await hand(file);
      throw new ProtocolError('STORAGE', 'the line is gone');
    };
    const closed = await closeAt(month, 202603, APRIL);
    expect(closed).toMatchObject({ handed: [], handingFault: 'the line is gone' });
    expect((await server.service.records.periods.listPayouts(202603))[0]).toMatchObject({ state: 'booked' });
    const first = bank.files.get('CS-P-202603-EUR-1');
    bank.hand = hand;
    expect(await server.service.bank.handFiles()).toEqual(['CS-P-202603-EUR-1']);
    expect(bank.hands).toEqual(['CS-P-202603-EUR-1', 'CS-P-202603-EUR-1']);
    expect(bank.files.get('CS-P-202603-EUR-1')).toBe(first);
    expect((await server.service.records.periods.listPayouts(202603))[0]).toMatchObject({ state: 'handed' });
    expect(await server.service.bank.handFiles()).toEqual([]);
    await requireBooks(month);
  });

  it('is read in the order of its notices; one that cannot be read is kept, said, and does not stop the next', async () => {
    const month = await closedMonth();
    const { bank, server } = month;
    bank.notices.push(
      { name: '1', xml: new TextEncoder().encode('<not camt') },
      { name: '2', xml: camt({ reference: 'PORT', endToEndId: month.collection.endToEndId, amount: '20.00' }) },
    );
    const [unreadable, read] = await server.service.bank.takeNotices();
    expect(unreadable?.fault).toMatch(/.+/);
    expect(read?.booked).toEqual({ bill: 1 });
    expect(await server.service.bank.takeNotices()).toEqual([]);
    expect((await server.service.records.periods.findNotice('1'))?.fault).toBe(unreadable?.fault);
    const noted = { kind: 'notice', about: '1', words: unreadable?.fault };
    expect(await server.service.records.findings.listOpenFindings(undefined, 9)).toMatchObject([noted]);
    await requireBooks(month);
  });

  it('may be brought by hand, with the token, as XML', async () => {
    const month = await closedMonth();
    const url = `${await urlOf(month)}/v1/operator/notices`;
    const send = (body: Uint8Array, token: string): Promise<Response> =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/xml', authorization: `Bearer ${token}` },
        body: Uint8Array.from(body),
      });
    const notice = camt({ reference: 'HAND', endToEndId: month.collection.endToEndId, amount: '20.00' });
    expect((await send(notice, 'no')).status).toBe(401);
    expect(await (await send(notice, OPERATOR_TOKEN)).json()).toMatchObject({ booked: { bill: 1 } });
    expect(await (await send(notice, OPERATOR_TOKEN)).json()).toMatchObject({ booked: {} });
    expect((await send(new TextEncoder().encode('<a/>'), OPERATOR_TOKEN)).status).toBe(400);
    await requireBooks(month);
  });
});

describe('a correction', () => {
  const order = (month: Closed, changes: object = {}): object => ({
    reference: 'ticket 1',
    corrects: '1',
    reason: 'booked to the wrong account',
    postings: [
      {
        debit: { kind: 'fees' },
        credit: { kind: 'player-postpaid', owner: Buffer.from(month.player.userId).toString('hex') },
        amountMinor: '100',
        currency: 'EUR',
      },
    ],
    ...changes,
  });

  it('is a transfer of its own, once by its reference, in the bill of its month', async () => {
    const month = await closedMonth();
    const first = await operate(month, '/v1/operator/corrections', order(month));
    expect(first.status).toBe(200);
    const answer: unknown = await first.json();
    expect(await (await operate(month, '/v1/operator/corrections', order(month))).json()).toEqual(answer);
    const other = await operate(month, '/v1/operator/corrections', order(month, { reason: 'other' }));
    expect(other.status).toBe(409);
    expect(await balanceOf(month, month.player)).toBe(-1_900n);
    await closeAt(month, 202604, MAY);
    const [bill] = await month.server.service.records.periods.listBills(202604, '', 10);
    expect(bill).toMatchObject({ otherMinor: 100n });
    await requireBooks(month);
  });

  it.each([
    ['a transfer that is not there', { corrects: '9999' }, 403],
    ['no reason', { reason: ' ' }, 400],
    ['no postings', { postings: [] }, 400],
    [
      'an account kind for the bank to answer for',
      {
        postings: [
          {
            debit: { kind: 'payout-transit', owner: 'lumen-works' },
            credit: { kind: 'fees' },
            amountMinor: '1',
            currency: 'EUR',
          },
        ],
      },
      403,
    ],
    [
      'a player who is not there',
      {
        postings: [
          {
            debit: { kind: 'fees' },
            credit: { kind: 'player-prepaid', owner: 'ff' },
            amountMinor: '1',
            currency: 'EUR',
          },
        ],
      },
      403,
    ],
    [
      'nothing',
      { postings: [{ debit: { kind: 'fees' }, credit: { kind: 'bank' }, amountMinor: '0', currency: 'EUR' }] },
      422,
    ],
  ])('of %s is refused', async (_, changes, status) => {
    const month = await closedMonth();
    const before = await month.server.service.records.listAccounts(0n, 100);
    expect((await operate(month, '/v1/operator/corrections', order(month, changes))).status).toBe(status);
    expect(await month.server.service.records.listAccounts(0n, 100)).toEqual(before);
  });
});
