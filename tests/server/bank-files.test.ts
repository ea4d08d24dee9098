import {
  endToEndIdOf,
  elementAt,
  elementsAt,
  messageIdOf,
  ORDERS_PER_FILE_MAX,
  readXml,
  textAt,
  writeBankFile,
  type BankFileKind,
  type BankOrder,
  type NewBankFile,
} from '@coinslot/server';
import { CURRENCIES, exponentOf, plainAmount } from '@coinslot/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sepaText } from '../../server/src/bank/sepa-text.ts';
import { file, order, OWN, SCHEMAS_ARE_HERE, schemaFindings } from './bank-orders.ts';

const SCHEMA: Readonly<Record<string, string>> = { 'pain.001': 'pain.001.001.09', 'pain.008': 'pain.008.001.08' };
const MANDATE = { id: 'CS-M-0001', signedAtMs: Date.UTC(2026, 9, 5, 23, 59), isFirst: true };
const textOf = (made: NewBankFile): string => new TextDecoder().decode(writeBankFile(made).bytes);
const groupsOf = (made: NewBankFile) => {
  const root = readXml(writeBankFile(made).bytes);
  return elementsAt(root.children[0], 'PmtInf');
};

describe('names', () => {
  it('of files and orders are as banks take them, and the same every time', () => {
    expect(messageIdOf('pain.008', 202611, 'EUR', 2)).toBe('CS-C-202611-EUR-2');
    expect(endToEndIdOf('P', 202611, new Uint8Array(32).fill(0xab))).toBe('P202611-abababababababababab');
    expect(() => messageIdOf('pain.001', 202613, 'EUR', 1)).toThrow(RangeError);
    expect(() => messageIdOf('pain.001', 202611, 'eur', 1)).toThrow(RangeError);
    expect(() => messageIdOf('pain.001', 202611, 'EUR', 0)).toThrow(RangeError);
    expect(() => endToEndIdOf('P', 202611, new Uint8Array(16))).toThrow(RangeError);
  });
});

describe('the characters of SEPA', () => {
  it.each([
    ['Zoë Müller & Søn ßtraße Łódź', 'Zoe Muller + Son sstrasse Lodz'],
    ['Юлия Щербакова', 'Iuliia Shcherbakova'],
    ['Ελευθερία Ψωμά', 'Eleytheria Psoma'],
    ['//double//slash/', 'double/slash'],
    ['a\r\n\tb\u0000c', 'a b c'],
    ['任天堂', 'NOTPROVIDED'],
    ['Studio 任天', 'Studio ..'],
    ['<script>"x"</script>', ".script.'x'./script."],
    ['Ａｂｃ ﬁ', 'Abc fi'],
    ['', 'NOTPROVIDED'],
  ])('%s becomes %s', (text, plain) => expect(sepaText(text, 70)).toBe(plain));

  it('are all that comes out, never empty, never too long, whatever goes in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 11, max: 140 }), (text, max) => {
        const plain = sepaText(text, max);
        expect(plain).toMatch(/^[A-Za-z0-9\-?:().,'+](?:[A-Za-z0-9/\-?:().,'+ ]*[A-Za-z0-9\-?:().,'+])?$/);
        expect(plain.length).toBeLessThanOrEqual(max);
        expect(plain).not.toContain('//');
      }),
    );
  });
});

describe('credit transfers', () => {
  it('inside SEPA go by its rulebook, others beside them without it', () => {
    const abroad = { iban: 'BR1800360305000010009795493C1', bic: 'ABCDBRSPXXX' };
    const groups = groupsOf(file('pain.001', { orders: [order(1, abroad), order(2), order(3, { bic: '' })] }));
    expect(groups.map((group) => textAt(group, 'PmtInfId'))).toEqual(['CS-P-202611-EUR-1-N', 'CS-P-202611-EUR-1-S']);
    expect(groups.map((group) => textAt(group, 'PmtTpInf', 'SvcLvl', 'Cd'))).toEqual([undefined, 'SEPA']);
    expect(groups.map((group) => textAt(group, 'ChrgBr'))).toEqual(['SHAR', 'SLEV']);
    expect(groups.map((group) => textAt(group, 'CtrlSum'))).toEqual(['12.34', '24.68']);
    expect(elementsAt(groups[1], 'CdtTrfTxInf').map((one) => elementAt(one, 'CdtrAgt') !== undefined)).toEqual([
      true,
      false,
    ]);
  });

  it('of more than an order of SEPA can be go beside it', () => {
    const orders = [order(1, { amountMinor: 99_999_999_999n }), order(2, { amountMinor: 100_000_000_000n })];
    const groups = groupsOf(file('pain.001', { orders }));
    expect(groups.map((group) => [textAt(group, 'PmtTpInf', 'SvcLvl', 'Cd'), textAt(group, 'CtrlSum')])).toEqual([
      [undefined, '1000000000.00'],
      ['SEPA', '999999999.99'],
    ]);
  });

  it.each([
    ['JPY', 1_234n, '1234'],
    ['KWD', 1_234n, '1.234'],
    ['USD', 5n, '0.05'],
    ['USD', 9_007_199_254_740_991n, '90071992547409.91'],
  ])('of %s have its own decimals', (currency, amountMinor, text) => {
    const xml = textOf(file('pain.001', { currency, orders: [order(1, { amountMinor })] }));
    expect(xml).toContain(`<InstdAmt Ccy="${currency}">${text}</InstdAmt>`);
    expect(xml).not.toContain('SEPA');
  });

  it('are the same bytes every time', () => {
    expect(textOf(file('pain.001'))).toBe(textOf(file('pain.001')));
    expect(textOf(file('pain.001'))).toContain('<CreDtTm>2026-12-01T00:00:00.000Z</CreDtTm>');
  });
});

describe('direct debits', () => {
  it('name mandate, its day and the creditor, first and later ones apart', () => {
    const later = { ...MANDATE, isFirst: false };
    const groups = groupsOf(
      file('pain.008', { orders: [order(1, { mandate: later }), order(2, { mandate: MANDATE })] }),
    );
    expect(groups.map((group) => textAt(group, 'PmtTpInf', 'SeqTp'))).toEqual(['FRST', 'RCUR']);
    expect(groups.map((group) => textAt(group, 'PmtTpInf', 'LclInstrm', 'Cd'))).toEqual(['CORE', 'CORE']);
    const first = elementAt(groups[0], 'DrctDbtTxInf', 'DrctDbtTx', 'MndtRltdInf');
    expect([textAt(first, 'MndtId'), textAt(first, 'DtOfSgntr')]).toEqual(['CS-M-0001', '2026-10-05']);
    expect(textAt(groups[0], 'CdtrSchmeId', 'Id', 'PrvtId', 'Othr', 'Id')).toBe(OWN.creditorId);
  });

  it('are refused without a mandate, and in SEPA without a creditor identifier', () => {
    expect(() => writeBankFile(file('pain.008'))).toThrow(/without a mandate/);
    const made = file('pain.008', { own: { ...OWN, creditorId: '' }, orders: [order(1, { mandate: MANDATE })] });
    expect(() => writeBankFile(made)).toThrow(/creditorId/);
    expect(() => writeBankFile({ ...made, currency: 'USD' })).not.toThrow();
  });
});

describe('a file for the acquirer', () => {
  it('has one order a line, and count and sum at its end', () => {
    const orders = [order(1, { token: 'tok_1' }), order(2, { token: 'a,"b"', amountMinor: 1n })];
    expect(textOf(file('acquirer-csv', { orders })).split('\r\n')).toEqual([
      'message_id,number,end_to_end_id,token,amount,currency,date,text',
      'CS-A-202611-EUR-1,1,P202611-00000000000000000001,tok_1,12.34,EUR,2026-12-03,"Coinslot 2026-11, payout P-202611-paper-moon"',
      'CS-A-202611-EUR-1,2,P202611-00000000000000000002,"a,""b""",0.01,EUR,2026-12-03,"Coinslot 2026-11, payout P-202611-paper-moon"',
      'CS-A-202611-EUR-1,TOTAL,2,,12.35,EUR,2026-12-03,',
      '',
    ]);
    expect(() => writeBankFile(file('acquirer-csv'))).toThrow(/without a token/);
  });
});

describe('what no bank takes', () => {
  it.each<[string, Partial<NewBankFile>]>([
    ['nothing', { orders: [] }],
    ['5,001 orders', { orders: Array.from({ length: ORDERS_PER_FILE_MAX + 1 }, (_, i) => order(i)) }],
    ['an id twice', { orders: [order(1), order(1)] }],
    ['an amount of zero', { orders: [order(1, { amountMinor: 0n })] }],
    ['an amount below zero', { orders: [order(1, { amountMinor: -1n })] }],
    ['an id that is too long', { orders: [order(1, { endToEndId: 'x'.repeat(36) })] }],
    ['an id with a path in it', { messageId: '../CS-P-202611-EUR-1' }],
    ['an account that is no IBAN', { orders: [order(1, { iban: 'FR14 2004' })] }],
    [
      'a sum of nineteen digits',
      { orders: Array.from({ length: 112 }, (_, i) => order(i, { amountMinor: 2n ** 53n - 1n })) },
    ],
  ])('%s', (_, change) => expect(() => writeBankFile(file('pain.001', change))).toThrow(RangeError));
});

const IBANS = [
  'DE89370400440532013000',
  'FR1420041010050500013M02606',
  'GB29NWBK60161331926819',
  'BR1800360305000010009795493C1',
  'SA0380000000608010167519',
  'CH9300762011623852957',
  'TR330006100519786457841326',
  'NO9386011117947',
];

const anyOrder = fc.record({
  amountMinor: fc.oneof(
    fc.bigInt({ min: 1n, max: 10n ** 12n }),
    fc.constantFrom(1n, 99_999_999_999n, 100_000_000_000n),
  ),
  holder: fc.oneof(fc.string({ unit: 'binary', maxLength: 120 }), fc.constant('任天堂')),
  iban: fc.constantFrom(...IBANS),
  bic: fc.constantFrom('', 'COBADEFFXXX', 'PSSTFRPP', 'no bic at all'),
  remittance: fc.string({ unit: 'binary', maxLength: 200 }),
  mandate: fc.record({
    id: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9.-]{0,34}$/),
    signedAtMs: fc.integer({ min: 0, max: 4e12 }),
    isFirst: fc.boolean(),
  }),
  token: fc.constant('tok'),
});

const anyFile = (kind: BankFileKind): fc.Arbitrary<NewBankFile> =>
  fc
    .tuple(
      fc.uniqueArray(fc.nat(1_000_000), { minLength: 1, maxLength: 12 }),
      fc.constantFrom('EUR', 'EUR', ...CURRENCIES),
    )
    .chain(([numbers, currency]) =>
      fc
        .tuple(...numbers.map((number) => anyOrder.map((one): BankOrder => order(number, one))))
        .map((orders) => file(kind, { currency, orders })),
    );

describe.skipIf(!SCHEMAS_ARE_HERE)('under the published schemas', () => {
  it.each(['pain.001', 'pain.008'] as const)('any orders make a valid %s', { timeout: 600_000 }, async (kind) => {
    await fc.assert(
      fc.asyncProperty(anyFile(kind), async (made) => {
        expect(await schemaFindings(writeBankFile(made).bytes, SCHEMA[kind] as string)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('a full file is valid', async () => {
    const orders = Array.from({ length: ORDERS_PER_FILE_MAX }, (_, i) => order(i));
    expect(await schemaFindings(writeBankFile(file('pain.001', { orders })).bytes, 'pain.001.001.09')).toEqual([]);
  });

  it('a file with an element misplaced is found', async () => {
    const broken = textOf(file('pain.001')).replace('<PmtMtd>TRF</PmtMtd>', '<PmtMtd>WIRE</PmtMtd>');
    expect(await schemaFindings(new TextEncoder().encode(broken), 'pain.001.001.09')).not.toEqual([]);
  });
});

describe('sums', () => {
  it.each(['pain.001', 'pain.008'] as const)(
    'of %s: orders, groups and the whole agree, and every id is there once',
    (kind) => {
      fc.assert(
        fc.property(anyFile(kind), (made) => {
          const written = writeBankFile(made);
          const root = readXml(written.bytes).children[0];
          const header = elementAt(root, 'GrpHdr');
          const transactions = elementsAt(root, 'PmtInf').flatMap((group) => {
            const inside = elementsAt(group, kind === 'pain.001' ? 'CdtTrfTxInf' : 'DrctDbtTxInf');
            expect(textAt(group, 'NbOfTxs')).toBe(String(inside.length));
            expect(minor(textAt(group, 'CtrlSum'), made.currency)).toBe(
              sumOf(inside.map((one) => amountOf(one, made.currency))),
            );
            return inside;
          });
          const amounts = transactions.map((one) => amountOf(one, made.currency));
          expect(sumOf(amounts)).toBe(written.totalMinor);
          expect(textAt(header, 'CtrlSum')).toBe(
            plainAmount({ amountMinor: written.totalMinor, currency: made.currency }),
          );
          expect(textAt(header, 'NbOfTxs')).toBe(String(made.orders.length));
          const ids = transactions.map((one) => textAt(one, 'PmtId', 'EndToEndId'));
          expect([...ids].sort()).toEqual(made.orders.map(({ endToEndId }) => endToEndId).sort());
          expect(new Set(ids).size).toBe(ids.length);
        }),
        { numRuns: 60 },
      );
    },
  );
});

const minor = (text: string | undefined, currency: string): bigint => {
  const [whole = '', decimals = ''] = (text ?? '').split('.');
  expect(decimals.length).toBe(exponentOf(currency));
  return BigInt(whole + decimals);
};
const amountOf = (one: Parameters<typeof textAt>[0], currency: string): bigint =>
  minor(textAt(one, 'Amt', 'InstdAmt') ?? textAt(one, 'InstdAmt'), currency);
const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, one) => sum + one, 0n);
