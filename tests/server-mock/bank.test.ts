/** The mock bank without its page: the server's real files in, real notices out. */
import { CURRENCIES } from '@coinslot/protocol';
import { readBankNotice, writeBankFile, type BankOrder, type NewBankFile, type ReceivedNotice } from '@coinslot/server';
import {
  createMockBank,
  type BankOutcome,
  type BankShelf,
  type MockBank,
  type MockBankOptions,
} from '@coinslot/server-mock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { file, order, OWN, SCHEMAS_ARE_HERE, schemaFindings } from '../server/bank-orders.ts';
import { countedRandom } from './started-sandbox.ts';

const NOW_MS = Date.UTC(2026, 11, 3, 12);
const MANDATE = { id: 'CS-M-1', signedAtMs: 0, isFirst: true };
const bankOf = (options: Partial<MockBankOptions> = {}): MockBank =>
  createMockBank({ clock: () => NOW_MS, random: countedRandom('bank'), ...options });
const debits = (...amounts: readonly bigint[]): NewBankFile =>
  file('pain.008', { orders: amounts.map((amountMinor, i) => order(i + 101, { amountMinor, mandate: MANDATE })) });
const told = (notices: readonly ReceivedNotice[]) => notices.map(({ xml }) => readBankNotice(xml));
const entriesOf = (notices: readonly ReceivedNotice[]) => told(notices).flatMap(({ entries }) => entries);
const zeroSums = (bank: MockBank): void => {
  const sums = new Map<string, bigint>();
  for (const { currency, balanceMinor } of bank.listBalances())
    sums.set(currency, (sums.get(currency) ?? 0n) + balanceMinor);
  expect([...sums.values()].every((sum) => sum === 0n)).toBe(true);
};
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const changed = (made: NewBankFile, change: (xml: string) => string) => {
  const written = writeBankFile(made);
  const after = change(text(written.bytes));
  expect(after).not.toBe(text(written.bytes));
  return { ...written, bytes: new TextEncoder().encode(after) };
};

const someOrders = fc.uniqueArray(fc.nat(1_000_000), { minLength: 1, maxLength: 20 }).chain((numbers) =>
  fc.tuple(
    ...numbers.map((number) =>
      fc
        .record({
          amountMinor: fc.bigInt({ min: 1n, max: 10n ** 12n }),
          holder: fc.string({ unit: 'binary', maxLength: 100 }),
          remittance: fc.string({ unit: 'binary', maxLength: 200 }),
          bic: fc.constantFrom('', 'COBADEFFXXX'),
          iban: fc.constantFrom('FR1420041010050500013M02606', 'GB29NWBK60161331926819', 'SA0380000000608010167519'),
        })
        .map((one): BankOrder => order(number, { ...one, mandate: MANDATE, token: `tok "${number}", of a card` })),
    ),
  ),
);

describe('what the server writes, the bank understands', () => {
  it.each(['pain.001', 'pain.008', 'acquirer-csv'] as const)('%s: every order, to the unit', async (kind) => {
    await fc.assert(
      fc.asyncProperty(someOrders, fc.constantFrom('EUR', ...CURRENCIES), async (orders, currency) => {
        const bank = bankOf();
        const written = writeBankFile(file(kind, { orders, currency }));
        await bank.hand(written);
        const byId = (one: { endToEndId: string }, other: { endToEndId: string }) =>
          one.endToEndId < other.endToEndId ? -1 : 1;
        expect(
          [...bank.listOrders()]
            .sort(byId)
            .map(({ endToEndId, amountMinor, currency: of, otherAccount }) => [
              endToEndId,
              amountMinor,
              of,
              otherAccount,
            ]),
        ).toEqual(
          [...orders]
            .sort(byId)
            .map((one) => [one.endToEndId, one.amountMinor, currency, kind === 'acquirer-csv' ? one.token : one.iban]),
        );
        expect(bank.listFiles().map(({ totalMinor }) => totalMinor)).toEqual([written.totalMinor]);
        const paid = entriesOf(bank.settle());
        expect(paid.map(({ endToEndId }) => endToEndId).sort()).toEqual(
          orders.map(({ endToEndId }) => endToEndId).sort(),
        );
        expect(new Set(paid.map(({ bankReference }) => bankReference)).size).toBe(orders.length);
        expect(paid.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)).toBe(written.totalMinor);
        zeroSums(bank);
      }),
      { numRuns: 30 },
    );
  });
});

describe('what it tells', () => {
  it('paid: money out, money in', async () => {
    const bank = bankOf();
    await bank.hand(writeBankFile(file('pain.001')));
    await bank.hand(writeBankFile(debits(500n)));
    expect(bank.listOrders().map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting']);
    const entries = entriesOf(bank.settle());
    expect(
      entries.map(({ direction, isBooked, isReturn, amountMinor }) => [direction, isBooked, isReturn, amountMinor]),
    ).toEqual([
      ['out', true, false, 1_234n],
      ['out', true, false, 1_234n],
      ['in', true, false, 500n],
    ]);
    expect(entries[0]).toMatchObject({
      otherHolder: 'Zoe Muller-Lukasiewicz',
      otherIban: order(1).iban,
      bookedAtMs: Date.UTC(2026, 11, 3),
    });
    expect(bank.listBalances().find(({ account }) => account === OWN.iban)?.balanceMinor).toBe(500n - 2_468n);
    expect(bank.settle()).toEqual([]);
  });

  it('by the magic amounts: rejected, returned, in part, twice, later', async () => {
    const bank = bankOf();
    await bank.hand(writeBankFile(debits(9_911n, 9_912n, 9_913n, 9_914n, 9_915n, 9_916n)));
    const notices = bank.settle();
    const seen = told(notices).map(({ messageId, entries }) => [
      messageId,
      entries.map((one) =>
        `${one.direction} ${one.amountMinor} ${one.isBooked ? '' : 'not '}booked ${one.reason ?? ''}`.trim(),
      ),
    ]);
    expect(seen.map(([, lines]) => lines)).toEqual([
      ['in 9911 not booked AM04', 'in 9912 not booked AC04', 'in 9913 booked', 'in 4957 booked'],
      ['in 9915 booked'],
      ['in 9915 booked'],
      ['out 9913 booked MD06'],
    ]);
    expect(seen[1]?.[0]).toBe(seen[2]?.[0]);
    expect(bank.listOrders().map(({ state, movedMinor }) => [state, movedMinor])).toEqual([
      ['rejected', 0n],
      ['rejected', 0n],
      ['returned', 0n],
      ['part-paid', 4_957n],
      ['paid', 9_915n],
      ['waiting', 0n],
    ]);
    expect(bank.listBalances().find(({ account }) => account === OWN.iban)?.balanceMinor).toBe(4_957n + 9_915n);
    zeroSums(bank);
  });

  it('a payout that the payee never gets back is AC04, not MD06', async () => {
    const bank = bankOf();
    await bank.hand(writeBankFile(file('pain.001', { orders: [order(1, { amountMinor: 9_913n })] })));
    expect(entriesOf(bank.settle()).map(({ direction, reason }) => [direction, reason])).toEqual([
      ['out', undefined],
      ['in', 'AC04'],
    ]);
  });

  it('given back by hand: rejected while it waits, returned once it is paid, never twice', async () => {
    const bank = bankOf();
    await bank.hand(writeBankFile(debits(500n, 600n)));
    const [first, second] = bank.listOrders().map(({ endToEndId }) => endToEndId) as [string, string];
    expect(entriesOf([bank.returnOrder(first, 'AM04') as ReceivedNotice])).toMatchObject([
      { isBooked: false, isReturn: true, reason: 'AM04' },
    ]);
    expect(bank.returnOrder(first, 'AM04')).toBeUndefined();
    bank.settle();
    expect(entriesOf([bank.returnOrder(second, 'MD06') as ReceivedNotice])).toMatchObject([
      { isBooked: true, isReturn: true, direction: 'out', amountMinor: 600n, endToEndId: second },
    ]);
    expect(bank.returnOrder(second, 'MD06')).toBeUndefined();
    expect(bank.returnOrder('nobody', 'MD06')).toBeUndefined();
    zeroSums(bank);
  });

  it('money that nobody asked for, and a notice once more', async () => {
    const bank = bankOf();
    const from = {
      amountMinor: 4_200n,
      currency: 'JPY',
      holder: 'A. Stranger',
      iban: order(1).iban,
      remittance: 'for <you> & me',
    };
    const notice = bank.receive(from);
    expect(entriesOf([notice])).toMatchObject([
      {
        endToEndId: undefined,
        direction: 'in',
        amountMinor: 4_200n,
        currency: 'JPY',
        otherHolder: 'A. Stranger',
        remittance: 'for <you> & me',
      },
    ]);
    const again = bank.tellAgain(notice.name);
    expect(again?.xml).toEqual(notice.xml);
    expect(again && again.name > notice.name).toBe(true);
    expect(bank.listBalances().find(({ account }) => account === from.iban)?.balanceMinor).toBe(-4_200n);
    expect((await bank.listNotices('')).map(({ name }) => name)).toEqual([notice.name, again?.name]);
    expect(await bank.listNotices(notice.name)).toEqual([again]);
    expect(bank.tellAgain('none')).toBeUndefined();
  });

  it('many as one, with the parts inside, when it is that kind of bank', async () => {
    const bank = bankOf({ isBatching: true });
    await bank.hand(writeBankFile(debits(500n, 600n, 9_911n)));
    const notices = bank.settle();
    expect(text(notices[0]?.xml as Uint8Array).match(/<Ntry>/g)).toHaveLength(1);
    const entries = entriesOf(notices);
    expect(entries.map(({ amountMinor, isBooked }) => [amountMinor, isBooked])).toEqual([
      [500n, true],
      [600n, true],
      [9_911n, false],
    ]);
    expect(new Set(entries.map(({ bankReference }) => bankReference)).size).toBe(3);
  });

  it('the same for the same bytes and times (I17), in pages', async () => {
    const history = async (): Promise<string[]> => {
      const bank = bankOf();
      await bank.hand(writeBankFile(file('pain.001', { orders: Array.from({ length: 2_500 }, (_, i) => order(i)) })));
      return bank.settle().map(({ name, xml }) => `${name} ${text(xml)}`);
    };
    const first = await history();
    expect(first).toEqual(await history());
    expect(first).toHaveLength(3);
  });
});

describe('a file', () => {
  it('that is handed over twice is settled once; another one under its name is refused (C13)', async () => {
    const bank = bankOf();
    await bank.hand(writeBankFile(file('pain.001')));
    await bank.hand(writeBankFile(file('pain.001')));
    expect(entriesOf(bank.settle())).toHaveLength(2);
    await bank.hand(writeBankFile(file('pain.001')));
    expect(bank.settle()).toEqual([]);
    await expect(bank.hand(writeBankFile(file('pain.001', { orders: [order(9)] })))).rejects.toMatchObject({
      code: 'ID_CONFLICT',
    });
  });

  it('with an order that was in another one is refused', async () => {
    const bank = bankOf();
    await bank.hand(writeBankFile(file('pain.001')));
    const again = file('pain.001', { messageId: 'CS-P-202611-EUR-2', orders: [order(3), order(2)] });
    await expect(bank.hand(writeBankFile(again))).rejects.toMatchObject({ code: 'ID_CONFLICT' });
    expect(bank.listOrders()).toHaveLength(2);
  });

  it.each<[string, Parameters<MockBank['hand']>[0]]>([
    ['another sum', changed(file('pain.001'), (xml) => xml.replace('24.68', '24.69'))],
    ['another sum in a group', changed(file('pain.001'), (xml) => xml.replace(/24\.68(?![\s\S]*24\.68)/, '24.67'))],
    ['another count', changed(file('pain.001'), (xml) => xml.replace('<NbOfTxs>2', '<NbOfTxs>3'))],
    ['another name than it came under', { ...writeBankFile(file('pain.001')), messageId: 'CS-P-202611-EUR-2' }],
    ['a wrong check digit', changed(file('pain.001'), (xml) => xml.replace('M02606', 'M02607'))],
    ['another kind', { ...writeBankFile(file('pain.001')), kind: 'pain.008' as const }],
    ['another version', changed(file('pain.001'), (xml) => xml.replace('001.001.09', '001.001.03'))],
    ['a debit without its mandate', changed(debits(5n), (xml) => xml.replace(/<MndtId>.*<\/MndtId>/, ''))],
    [
      'a creditor without identifier',
      changed(debits(5n), (xml) => xml.replace(/<CdtrSchmeId>[\s\S]*<\/CdtrSchmeId>/, '')),
    ],
    ['an amount with a third decimal', changed(debits(500n), (xml) => xml.replaceAll('5.00', '5.000'))],
    ['its end cut off', changed(debits(500n), (xml) => xml.slice(0, -20))],
    [
      'a line cut off',
      changed(file('acquirer-csv', { orders: [order(1, { token: 't' })] }), (csv) => csv.replace(/.*TOTAL.*\r\n/, '')),
    ],
    [
      'no end of its last line',
      changed(file('acquirer-csv', { orders: [order(1, { token: 't' })] }), (csv) => csv.trimEnd()),
    ],
    ['a document type', changed(debits(500n), (xml) => xml.replace('?>', '?><!DOCTYPE Document>'))],
  ])('with %s is refused, and nothing of it is kept', async (_, broken) => {
    const bank = bankOf();
    await expect(bank.hand(broken)).rejects.toMatchObject({ code: 'BAD_ENCODING' });
    expect([bank.listFiles(), bank.listOrders(), bank.settle()]).toEqual([[], [], []]);
  });
});

it('goes on after a restart where it was, and its names go on rising', async () => {
  const kept = { files: [] as Parameters<MockBank['hand']>[0][], notices: [] as ReceivedNotice[] };
  const shelf: BankShelf = {
    ...kept,
    keepFile: (one) => kept.files.push(one),
    keepNotice: (one) => kept.notices.push(one),
  };
  let outcome: BankOutcome = { kind: 'waits' };
  const start = (name: string, nowMs: number): MockBank =>
    bankOf({
      shelf,
      random: countedRandom(name),
      clock: () => nowMs,
      decide: ({ amountMinor }) => (amountMinor === 500n ? { kind: 'paid' } : outcome),
    });
  const first = start('first run', NOW_MS);
  await first.hand(writeBankFile(debits(500n, 600n, 700n)));
  first.settle();
  const second = start('second run', NOW_MS - 60_000);
  expect(second.listOrders()).toEqual(first.listOrders());
  expect(second.listBalances()).toEqual(first.listBalances());
  await second.hand(writeBankFile(debits(500n, 600n, 700n)));
  outcome = { kind: 'paid' };
  const notices = second.settle();
  expect(entriesOf(notices).map(({ amountMinor }) => amountMinor)).toEqual([600n, 700n]);
  expect((await second.listNotices(kept.notices[0]?.name ?? '')).map(({ name }) => name)).toEqual(
    notices.map(({ name }) => name),
  );
  expect(new Set(entriesOf(kept.notices).map(({ bankReference }) => bankReference)).size).toBe(3);
});

describe.skipIf(!SCHEMAS_ARE_HERE)('every notice is valid under the published schema', () => {
  it.each([false, true])('batching: %s', async (isBatching) => {
    const bank = bankOf({ isBatching });
    await bank.hand(writeBankFile(debits(500n, 9_911n, 9_912n, 9_913n, 9_914n, 9_915n)));
    await bank.hand(writeBankFile(file('pain.001', { orders: [order(20, { amountMinor: 9_913n }), order(21)] })));
    await bank.hand(
      writeBankFile(
        file('acquirer-csv', {
          currency: 'KWD',
          orders: [order(30, { token: 't' }), order(31, { token: 'u', amountMinor: 9_911n })],
        }),
      ),
    );
    const notices = [...bank.settle()];
    notices.push(bank.receive({ amountMinor: 1n, currency: 'USD', holder: '', iban: '', remittance: '' }));
    for (const { xml } of notices) expect(await schemaFindings(xml, 'camt.054.001.08')).toEqual([]);
    expect(notices.length).toBeGreaterThan(5);
  });
});
