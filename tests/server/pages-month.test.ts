/** A month on the pages: closed by a button, billed, paid out, and downloaded; the bank's notices by hand. */
import { ProtocolError } from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import { makePublisher, NOON_MS } from '../lib/parties.ts';
import { camt, makeBankDetails, OWN_BANK, PLAYERS_IBAN, PUBLISHERS_IBAN, startMonth } from './month-world.ts';
import { closedMarch, MARCH, uploadNotice } from './page-month.ts';
import { buy, hexOf, visitOperator, visitPlayer, visitPublisher } from './page-world.ts';
import { BANK, enrolPlayer, post, requireBooks } from './started-server.ts';

describe('a month that was closed on the console', () => {
  it('is a bill for each player, theirs alone, with lines, uses and files', async () => {
    const closed = await closedMarch();
    const { month, ada, grace } = closed;
    const [adas, graces] = [await visitPlayer(month, ada), await visitPlayer(month, grace)];
    const number = `B-${MARCH}-${hexOf(grace.userId)}`;
    expect(await graces.text('/account/bills')).toContain(`/account/bills/${number}`);
    const bill = await graces.text(`/account/bills/${number}`);
    for (const expected of ['Bill of March 2026', 'Direct debit', 'With the bank', 'demo-game', 'star-courier', number])
      expect(bill).toContain(expected);
    expect(await graces.text('/account')).toContain('DE75 •••• 6199');
    expect(await graces.text('/account')).not.toContain(PLAYERS_IBAN);
    const paths = [`/account/bills/${number}`, `/account/bills/${number}/pdf`, `/account/bills/${number}/csv`];
    expect(await Promise.all(paths.map(async (path) => (await graces.get(path)).status))).toEqual([200, 200, 200]);
    expect(await Promise.all(paths.map(async (path) => (await adas.get(path)).status))).toEqual([404, 404, 404]);
    const pdf = await graces.get(`/account/bills/${number}/pdf`);
    expect(pdf.headers.get('content-type')).toBe('application/pdf');
    expect(pdf.headers.get('content-disposition')).toBe(`attachment; filename="${number}.pdf"`);
    expect((await pdf.text()).slice(0, 5)).toBe('%PDF-');
    const rows = (await graces.text(`/account/bills/${number}/csv`)).trim().split('\r\n');
    const stored = await month.server.service.records.periods.findBill(number);
    expect(rows).toHaveLength(1 + (stored?.purchases ?? 0));
    const statement = await adas.text(`/account/bills/B-${MARCH}-${hexOf(ada.userId)}`);
    expect(statement).toContain('This is a statement');
    await requireBooks(month);
  });

  it('is a payout for the publisher, with nobody’s identity in any of its files', async () => {
    const { month, ada, grace } = await closedMarch();
    const seller = await visitPublisher(month);
    const path = `/publisher/payouts/P-${MARCH}-lumen-works`;
    expect(await seller.text('/publisher/payouts')).toContain(path);
    const texts = [await seller.text(path), await seller.text(`${path}/csv`), await seller.text(`${path}/pdf`)];
    expect(texts[0]).toContain('With the bank');
    for (const text of texts) for (const { userId } of [ada, grace]) expect(text).not.toContain(hexOf(userId));
    const details = await seller.text('/publisher/bank-details');
    expect(details).toContain('DE89 •••• 3000');
    expect(details).not.toContain(PUBLISHERS_IBAN);
    const other = makePublisher(month.tree, { id: 'other-works', commonName: 'Other Works' });
    await month.server.service.publishers.enrol({ chain: other.chain, payoutCurrency: 'EUR', bank: BANK });
    const stranger = await visitPublisher(month, other);
    for (const form of ['', '/pdf', '/csv']) expect((await stranger.get(path + form)).status).toBe(404);
  });

  it('shows its seal, orders and files to the operator, byte for byte as the bank has them', async () => {
    const { month, operator } = await closedMarch();
    const text = await operator.text(`/operator/periods/${MARCH}`);
    for (const expected of ['Closed', 'lumen-works', 'With the bank', 'Direct debit']) expect(text).toContain(expected);
    const names = [...text.matchAll(/\/operator\/bank\/files\/([\w.-]+)"/g)].map(([, name = '']) => name);
    expect(names).toHaveLength(2);
    for (const name of names)
      expect(await operator.text(`/operator/bank/files/${name}`)).toBe(month.bank.files.get(name));
    expect((await operator.get('/operator/bank/files/CS-X')).status).toBe(404);
    const again = await operator.submit(`/operator/periods/${MARCH}/close`, { sure: 'yes' });
    expect(again.status).toBe(409);
    expect(await again.text()).toContain('This month cannot be closed');
  });

  it('is closed by nobody who is not sure, nor without the session’s token', async () => {
    const month = await startMonth({ nowMs: NOON_MS });
    await buy(month, await enrolPlayer(month));
    month.time.nowMs = Date.UTC(2026, 3, 2);
    const operator = await visitOperator(month);
    const path = `/operator/periods/${MARCH}/close`;
    expect((await operator.submit(path, {})).status).toBe(200);
    expect((await operator.send(path, { sure: 'yes' })).status).toBe(403);
    expect(await month.server.service.records.periods.findSealed(MARCH)).toBeUndefined();
  });
});

describe('the operator is told', () => {
  it('of a file that the bank does not have', async () => {
    const month = await startMonth({ nowMs: NOON_MS });
    await buy(month, await enrolPlayer(month, { plan: 'postpaid', moneyMinor: 10_000n }), {
      quote: { amountMinor: 2_000n },
    });
    await post(month, '/v1/bank-details', makeBankDetails(month));
    month.bank.down = true;
    month.bank.hand = () => Promise.reject(new ProtocolError('STORAGE', 'the line is dead'));
    month.time.nowMs = Date.UTC(2026, 3, 2);
    const operator = await visitOperator(month);
    const closed = await operator.submit(`/operator/periods/${MARCH}/close`, { sure: 'yes' });
    const said = await closed.text();
    expect([closed.status, said.includes('March 2026 is closed, and this was found:')]).toEqual([200, true]);
    expect(said).toContain('the line is dead');
    expect(await operator.text('/operator')).toContain('The bank may not have 1 file yet.');
    expect(await operator.text('/operator/bank')).toContain('Not yet');
  });

  it('of a month that is over and open, of rates that ended, and of nothing when there is nothing', async () => {
    const month = await startMonth({ nowMs: NOON_MS });
    await buy(month, await enrolPlayer(month));
    const operator = await visitOperator(month);
    expect(await operator.text('/operator')).toContain('No alarms.');
    expect(await operator.text('/operator')).toContain('EUR sums to zero');
    month.time.nowMs = Date.UTC(2026, 3, 7);
    const later = await (await visitOperator(month)).text('/operator');
    expect(later).toContain('March 2026 is over and not closed.');
    expect(later).toContain('The exchange rates ended on');
  });

  it('of money that nobody knows the owner of, once for a notice that is brought twice', async () => {
    const closed = await closedMarch();
    for (let i = 0; i < 2; i++)
      expect((await uploadNotice(closed)).headers.get('location')).toBe('/operator/bank?done=taken');
    const { operator } = closed;
    const other = await uploadNotice(
      closed,
      camt({ reference: 'STRAY-1', amount: '99.00', remittance: 'for the game' }),
    );
    const said = await other.text();
    expect([other.status, said.includes('nothing is booked for them:')]).toEqual([200, true]);
    expect(said).toContain('STRAY-1');
    expect(await operator.text('/operator')).toMatch(/EUR.12\.34 came in at the bank, and nobody knows whose it is\./);
    const bank = await operator.text('/operator/bank');
    expect(bank.match(/STRAY-1/g)).toHaveLength(1);
    expect(bank).toContain('for the game');
    expect((await uploadNotice(closed, new TextEncoder().encode('<no'))).status).toBe(422);
    expect(bank).not.toContain(OWN_BANK.iban);

    // What was found stays, open ones first, until somebody has looked, and after.
    const console = await operator.text('/operator');
    expect(console).toContain('Some are open');
    const places = (page: string): number[] =>
      ['A bank’s notice does not hold', 'Money came in, and nobody knows whose'].map((kind) => page.indexOf(kind));
    const [notice = -1, money = -1] = places(console);
    expect([notice > 0, notice < money]).toEqual([true, true]);
    const found = await operator.text('/operator/findings');
    const [first = ''] = [...found.matchAll(/name="finding" value="(\d+)"/g)].map(([, position]) => position);
    expect((await operator.send('/operator/findings', { finding: first })).status).toBe(403);
    expect((await operator.submit('/operator/findings', { finding: 'all' })).status).toBe(400);
    const marked = await operator.submit('/operator/findings', { finding: first });
    expect(marked.headers.get('location')).toBe('/operator/findings?done=marked');
    const [noticeNow = -1, moneyNow = -1] = places(await operator.text('/operator'));
    expect([moneyNow > 0, moneyNow < noticeNow]).toEqual([true, true]);
    const after = await operator.text('/operator/findings');
    expect(after.match(/name="finding"/g)).toHaveLength(1);
    expect(after).toContain('names given again, not booked: STRAY-1');
  });

  it('of publishers who owe', async () => {
    const month = await startMonth({ nowMs: NOON_MS });
    const ada = await enrolPlayer(month, { moneyMinor: 5_000n });
    await post(month, '/v1/bank-details', makeBankDetails(month));
    const { decisionId } = await buy(month, ada, { quote: { amountMinor: 2_000n } });
    month.time.nowMs = Date.UTC(2026, 3, 2);
    const operator = await visitOperator(month);
    await operator.submit(`/operator/periods/${MARCH}/close`, { sure: 'yes' });
    await month.server.service.refunds.byOperator({ decisionId });
    expect(await operator.text('/operator')).toMatch(/1 publisher owes money after refunds: −EUR.20\.00\./);
    expect(await (await visitPublisher(month)).text('/publisher')).toContain('taken off the next payout');
  });
});

it('lets a sandbox close the month that runs, and says what that means', async () => {
  const month = await startMonth({ nowMs: NOON_MS });
  const ada = await enrolPlayer(month);
  await buy(month, ada);
  const operator = await visitOperator(month);
  const path = `/operator/periods/${MARCH}/close`;
  expect(await operator.text(path)).toContain('This month is not over.');
  expect((await operator.submit(path, { sure: 'yes' })).status).toBe(303);
  await buy(month, ada);
  const player = await visitPlayer(month, ada);
  expect(await player.text(`/account/statement?month=${MARCH}`)).toContain('Statement of March 2026');
  expect(await player.text('/account/statement')).toContain('Statement of April 2026');
  expect(await player.text('/account/statement')).toContain('demo-game, Lumen Works');
  for (const path of ['/account/statement', '/account/purchases']) {
    const text = await player.text(path);
    expect(text).toContain('Lumen Works');
    expect(text).not.toContain('lumen-works');
  }
});
