/** What somebody who may only send money, or bring words of it, tries with what the bank tells. */
import { describe, expect, it } from 'vitest';
import { makeAccountRequest, type Player } from '../lib/parties.ts';
import { camt, makeMandate, mustBuy, OWN_BANK, startMonth, type Month, type ToldEntry } from './month-world.ts';
import { balanceOf, enrolPlayer, ledgerOf, operate, post, requireBooks } from './started-server.ts';

let references = 0;
const told = (month: Month, entry: Omit<ToldEntry, 'reference'> & { reference?: string }) =>
  month.server.service.bank.takeNotice(camt({ reference: `BANK-${references++}`, ...entry }));
const idOf = ({ userId }: Player): string => Buffer.from(userId).toString('hex');
const bankOf = (month: Month): Promise<bigint> => ledgerOf(month, 'bank');
const topUp = (month: Month, player: Player, bankReference: string, amountMinor: string): Promise<Response> =>
  operate(month, '/v1/operator/topups', { userId: idOf(player), amountMinor, currency: 'EUR', bankReference });

describe('money that names the bill of a month that is none', () => {
  it.each(['202699', '000001', '202600'])('B-%s lowers what its player owes, and stops no notice', async (period) => {
    const month = await startMonth();
    const player = await enrolPlayer(month, { plan: 'postpaid', moneyMinor: 5_000n });
    await mustBuy(month, player, { amountMinor: 2_000n });
    const remittance = `B-${period}-${idOf(player)}`;
    month.bank.notices.push({ name: '1', xml: camt({ reference: 'CENT', amount: '0.01', remittance }) });
    const [report] = await month.server.service.bank.takeNotices();
    expect(report?.fault).toBeUndefined();
    expect(await balanceOf(month, player)).toBe(-1_999n);
    await requireBooks(month);
  });
});

describe("a notice of another of the operator's accounts", () => {
  it('is refused with a word, by the port and by the door, and books nothing', async () => {
    const month = await startMonth();
    const player = await enrolPlayer(month, { moneyMinor: 0n });
    const entry = { reference: 'ELSEWHERE', amount: '9.00', remittance: idOf(player) };
    const xml = new TextDecoder().decode(camt(entry)).replaceAll(OWN_BANK.iban, 'DE89 3704 0044 0532 0130 00');
    const { bank } = month.server.service;
    await expect(bank.takeNotice(new TextEncoder().encode(xml))).rejects.toMatchObject({ code: 'BAD_ENCODING' });
    month.bank.notices.push({ name: '1', xml: new TextEncoder().encode(xml) });
    const [report] = await bank.takeNotices();
    expect(report?.fault).toBe(
      'camt.054: Ntfctn/Acct: of DE89370400440532013000, which is not the account of this server',
    );
    expect(report?.booked).toEqual({});
    const spaced = new TextDecoder().decode(camt(entry)).replace(OWN_BANK.iban, 'de02 1203 0000 0000 2020 51');
    expect((await bank.takeNotice(new TextEncoder().encode(spaced))).booked).toEqual({ 'top-up': 1 });
    expect(await balanceOf(month, player)).toBe(900n);
  });

  it('a name that the port gives again for something else is booked too', async () => {
    const month = await startMonth();
    const player = await enrolPlayer(month, { moneyMinor: 0n });
    const listed = [camt({ reference: 'A', amount: '1.00', remittance: idOf(player) })];
    month.bank.listNotices = () => Promise.resolve(listed.splice(0).map((xml) => ({ name: 'same.xml', xml })));
    await month.server.service.bank.takeNotices();
    listed.push(camt({ reference: 'B', amount: '2.00', remittance: idOf(player) }));
    const [report] = await month.server.service.bank.takeNotices();
    expect(report).toMatchObject({ booked: { 'top-up': 1 }, fault: undefined });
    expect(report?.name).toMatch(/^same\.xml~[0-9a-f]{16}$/);
    expect(await balanceOf(month, player)).toBe(300n);
    await requireBooks(month);
  });
});

describe('one payment by two doors', () => {
  it('is not topped up by hand once the bank has told of it', async () => {
    const month = await startMonth();
    const player = await enrolPlayer(month, { moneyMinor: 0n });
    await told(month, { reference: 'TWICE', amount: '9.00', remittance: 'for the game' });
    const refused = await topUp(month, player, 'TWICE', '900');
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([409, 'ID_CONFLICT']);
    const cleared = await operate(month, '/v1/operator/suspense', { bankReference: 'TWICE', userId: idOf(player) });
    expect(cleared.status).toBe(200);
    expect([await balanceOf(month, player), await bankOf(month)]).toEqual([900n, -900n]);
    await requireBooks(month);
  });

  it('does not wait in suspense when it was topped up by hand before', async () => {
    const month = await startMonth();
    const player = await enrolPlayer(month, { moneyMinor: 0n });
    expect((await topUp(month, player, 'TWICE', '900')).status).toBe(200);
    const report = await told(month, { reference: 'TWICE', amount: '9.00', remittance: 'for the game' });
    expect(report.booked).toEqual({ 'top-up': 1 });
    expect(await ledgerOf(month, 'bank-suspense')).toBe(0n);
    expect([await balanceOf(month, player), await bankOf(month)]).toEqual([900n, -900n]);
    await requireBooks(month);
  });

  it('waits for a person when the hand had booked another sum under its name', async () => {
    const month = await startMonth();
    const player = await enrolPlayer(month, { moneyMinor: 0n });
    await topUp(month, player, 'OTHER', '100');
    const report = await told(month, { reference: 'OTHER', amount: '9.00', remittance: idOf(player) });
    expect(report.booked).toEqual({ suspense: 1 });
    expect([await balanceOf(month, player), await ledgerOf(month, 'bank-suspense')]).toEqual([100n, 900n]);
    await requireBooks(month);
  });
});

describe('money in suspense', () => {
  it('that the bank has taken back is given to nobody', async () => {
    const month = await startMonth();
    const player = await enrolPlayer(month, { moneyMinor: 0n });
    await told(month, { reference: 'RECALLED', amount: '9.00', remittance: 'for the game' });
    await told(month, { amount: '9.00', direction: 'out', returned: 'FOCR' });
    const given = await operate(month, '/v1/operator/suspense', { bankReference: 'RECALLED', userId: idOf(player) });
    expect([given.status, ((await given.json()) as { code: string }).code]).toEqual([402, 'INSUFFICIENT']);
    expect([await balanceOf(month, player), await ledgerOf(month, 'bank-suspense')]).toEqual([0n, 0n]);
    await requireBooks(month);
  });
});

describe('a bank reference that comes again', () => {
  it('with other particulars is said, and books nothing', async () => {
    const month = await startMonth();
    const player = await enrolPlayer(month, { moneyMinor: 0n });
    const remittance = idOf(player);
    await told(month, { reference: '1', amount: '9.00', remittance });
    const again = { reference: '1', amount: '9.00', remittance };
    expect(await month.server.service.bank.takeNotice(camt(again, { ...again, reference: '2' }))).toMatchObject({
      booked: { 'top-up': 1 },
      conflicts: [],
    });
    for (const other of [{ amount: '50.00' }, { remittance: `for ${remittance}` }, { endToEndId: 'E-2' }])
      expect(await told(month, { ...again, ...other })).toMatchObject({ booked: {}, conflicts: ['1'] });
    const twice = { ...again, reference: '3' };
    const { bank } = month.server.service;
    expect(await bank.takeNotice(camt(twice, twice))).toMatchObject({ booked: { 'top-up': 1 }, conflicts: ['3'] });
    expect(await balanceOf(month, player)).toBe(2_700n);
    await requireBooks(month);
  });
});

describe('a closed postpaid account', () => {
  it('gives back what it was overpaid, to the IBAN of its mandate', async () => {
    const month = await startMonth();
    const { server, holder, time } = month;
    const player = await enrolPlayer(month, { plan: 'postpaid', moneyMinor: 5_000n });
    await server.service.mandates.take(makeMandate(month, player));
    const decision = await mustBuy(month, player, { amountMinor: 2_000n });
    await told(month, { amount: '20.00', remittance: idOf(player) });
    await server.service.refunds.byOperator({ decisionId: decision.decisionId });
    expect(await balanceOf(month, player)).toBe(2_000n);
    const byPin = { ...player, account: player.pin };
    const closing = makeAccountRequest(byPin, holder, { ask: 'close', timeMs: time.nowMs });
    expect((await post(month, '/v1/accounts', closing)).status).toBe(200);
    expect(await balanceOf(month, player)).toBe(0n);
    expect(await ledgerOf(month, 'payout-transit', idOf(player))).toBe(2_000n);
    await requireBooks(month);
  });
});
