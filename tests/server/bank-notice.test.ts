import { ProtocolError } from '@coinslot/protocol';
import { folderBank, NOTICES_AT_ONCE_MAX, readBankNotice, type BankFile } from '@coinslot/server';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { SCHEMAS_ARE_HERE, schemaFindings } from './bank-orders.ts';

const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:camt.054.001.08';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const amount = (text: string, currency = 'EUR'): string => `<Amt Ccy="${currency}">${text}</Amt>`;
const details = (id: string, more = '', own = ''): string =>
  `<TxDtls><Refs>${own && `<AcctSvcrRef>${own}</AcctSvcrRef>`}<EndToEndId>${id}</EndToEndId></Refs>${more}</TxDtls>`;

interface Told {
  readonly amount?: string;
  readonly indicator?: string;
  readonly before?: string;
  readonly status?: string;
  readonly date?: string;
  readonly reference?: string;
  readonly details?: string;
}

const entry = (told: Told = {}): string =>
  `<Ntry>${told.amount ?? amount('12.34')}<CdtDbtInd>${told.indicator ?? 'CRDT'}</CdtDbtInd>${told.before ?? ''}` +
  `<Sts><Cd>${told.status ?? 'BOOK'}</Cd></Sts>${told.date ?? '<BookgDt><Dt>2026-12-04</Dt></BookgDt>'}` +
  `<AcctSvcrRef>${told.reference ?? 'BANK-1'}</AcctSvcrRef><BkTxCd/>` +
  `<NtryDtls>${told.details ?? details('C202611-1')}</NtryDtls></Ntry>`;

const notice = (...entries: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="${NAMESPACE}"><BkToCstmrDbtCdtNtfctn>` +
  `<GrpHdr><MsgId>N-1</MsgId><CreDtTm>2026-12-05T01:02:03Z</CreDtTm></GrpHdr>` +
  `<Ntfctn><Id>N-1-1</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>${entries.join('')}</Ntfctn>` +
  `</BkToCstmrDbtCdtNtfctn></Document>`;

const read = (...entries: readonly string[]) => readBankNotice(bytes(notice(...entries)));
const only = (...entries: readonly string[]) => {
  const { entries: found } = read(...entries);
  expect(found).toHaveLength(1);
  return found[0];
};
function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return undefined;
}

describe('a notice', () => {
  it('is read: paid', () => {
    expect(read(entry())).toEqual({
      messageId: 'N-1',
      accounts: ['DE89370400440532013000'],
      createdAtMs: Date.UTC(2026, 11, 5, 1, 2, 3),
      entries: [
        {
          bankReference: 'BANK-1',
          endToEndId: 'C202611-1',
          direction: 'in',
          isBooked: true,
          isReturn: false,
          reason: undefined,
          amountMinor: 1_234n,
          currency: 'EUR',
          bookedAtMs: Date.UTC(2026, 11, 4),
          otherHolder: '',
          otherIban: '',
          remittance: '',
        },
      ],
    });
  });

  it('is read: taken back, with the reason of the bank', () => {
    const returned = details('C202611-1', '<RtrInf><Rsn><Cd>MD06</Cd></Rsn></RtrInf>');
    const back = { indicator: 'DBIT', before: '<RvslInd>true</RvslInd>' };
    expect(only(entry({ ...back, details: returned }))).toMatchObject({
      direction: 'out',
      isReturn: true,
      reason: 'MD06',
    });
    expect(only(entry(back))).toMatchObject({ direction: 'out', isReturn: true, reason: 'NARR' });
    const words = details('C202611-1', '<RtrInf><Rsn><Prtry>said so</Prtry></Rsn></RtrInf>');
    expect(only(entry({ details: words }))).toMatchObject({ isReturn: true, reason: 'NARR' });
  });

  it('is read: turned down before it was booked; what is only expected is not', () => {
    const rejected = details('P202611-1', '<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>');
    expect(only(entry({ status: 'INFO', details: rejected }))).toMatchObject({
      isBooked: false,
      isReturn: true,
      reason: 'AC04',
    });
    expect(read(entry({ status: 'INFO' }), entry({ status: 'PDNG' }), entry({ status: 'FUTR' })).entries).toEqual([]);
    expect(read(entry({ amount: amount('0.00') })).entries).toEqual([]);
  });

  it('is read: an unknown transfer, who sent it and what they wrote, on one line', () => {
    const told =
      '<RltdPties><Dbtr><Pty><Nm>Ada &amp; &#67;o</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id></DbtrAcct></RltdPties>' +
      '<RmtInf><Ustrd>for\n bill </Ustrd><Ustrd><![CDATA[B-1 <&amp;>]]></Ustrd></RmtInf>';
    expect(only(entry({ details: details('NOTPROVIDED', told) }))).toMatchObject({
      endToEndId: undefined,
      otherHolder: 'Ada & Co',
      otherIban: 'FR1420041010050500013M02606',
      remittance: 'for bill B-1 <&amp;>',
    });
  });

  it('is read: many booked as one, each under a name of its own', () => {
    const parts = details('C1', amount('10')) + details('C2', amount('2.34'));
    const batch = read(entry({ details: parts })).entries;
    expect(batch.map(({ bankReference, endToEndId, amountMinor }) => [bankReference, endToEndId, amountMinor])).toEqual(
      [
        ['BANK-1/1', 'C1', 1_000n],
        ['BANK-1/2', 'C2', 234n],
      ],
    );
    const named = details('C1', amount('10'), 'OWN-1') + details('C2', amount('2.34'), 'OWN-2');
    expect(read(entry({ details: named })).entries.map(({ bankReference }) => bankReference)).toEqual([
      'OWN-1',
      'OWN-2',
    ]);
    const alike = details('C1', amount('10'), 'OWN-1') + details('C2', amount('2.34'), 'OWN-1');
    expect(read(entry({ details: alike })).entries.map(({ bankReference }) => bankReference)).toEqual([
      'BANK-1/1',
      'BANK-1/2',
    ]);
  });

  it('is read by names, whatever prefix the bank has for them', () => {
    const prefixed = notice(entry())
      .replace(/<(\/?)([A-Z])/g, '<$1ns2:$2')
      .replace('xmlns=', 'xmlns:ns2=');
    expect(readBankNotice(bytes(`\ufeff${prefixed}`))).toEqual(read(entry()));
  });

  it.each([
    ['JPY', '1234', 1_234n],
    ['JPY', '1234.00', 1_234n],
    ['KWD', '1.234', 1_234n],
    ['KWD', '1.23400', 1_234n],
    ['EUR', '+12', 1_200n],
    ['EUR', '12.', 1_200n],
    ['USD', '90071992547409.91', 9_007_199_254_740_991n],
  ])('is read: %s %s, to the unit (D15)', (currency, text, minor) => {
    expect(only(entry({ amount: amount(text, currency) }))).toMatchObject({ amountMinor: minor, currency });
  });

  it.each([
    ['<BookgDt><DtTm>2026-12-04T23:30:00+02:00</DtTm></BookgDt>', Date.UTC(2026, 11, 4, 21, 30)],
    ['<BookgDt><DtTm>2026-12-04T23:30:00.5</DtTm></BookgDt>', Date.UTC(2026, 11, 4, 23, 30, 0, 500)],
    ['<BookgDt><DtTm>2026-12-31T23:59:60Z</DtTm></BookgDt>', Date.UTC(2026, 11, 31, 23, 59, 59)],
    ['<ValDt><Dt>2028-02-29</Dt></ValDt>', Date.UTC(2028, 1, 29)],
    ['', Date.UTC(2026, 11, 5, 1, 2, 3)],
  ])('is read: booked %s (D7)', (date, atMs) => expect(only(entry({ date }))?.bookedAtMs).toBe(atMs));
});

describe('refused, whole', () => {
  const batchOf = (...parts: readonly string[]): string => entry({ details: parts.join('') });
  it.each([
    ['a fraction of a cent', entry({ amount: amount('0.001') })],
    ['a yen with decimals', entry({ amount: amount('1.5', 'JPY') })],
    ['a number in exponents', entry({ amount: amount('1e3') })],
    ['an amount below zero', entry({ amount: amount('-1') })],
    ['no amount', entry({ amount: '' })],
    ['an amount beyond 2^53-1', entry({ amount: amount('90071992547409.92') })],
    ['no currency', entry({ amount: '<Amt>1</Amt>' })],
    ['a currency that is none', entry({ amount: amount('1', 'XXX') })],
    ['no direction', entry({ indicator: '' })],
    ['the 30th of February', entry({ date: '<BookgDt><Dt>2026-02-30</Dt></BookgDt>' })],
    ['a date in words', entry({ date: '<BookgDt><Dt>tomorrow</Dt></BookgDt>' })],
    ['no name for the booking', entry({ reference: '' })],
    ['a name of 36 characters', entry({ reference: 'x'.repeat(36) })],
    ['parts that are not the sum', batchOf(details('C1', amount('10')), details('C2', amount('2.35')))],
    ['parts without an amount', batchOf(details('C1'), details('C2'))],
    ['parts in another currency', batchOf(details('C1', amount('10', 'USD')), details('C2', amount('2.34', 'USD')))],
    ['an entity that is not XML itself', entry({ details: details('&nbsp;') })],
    ['a lone &', entry({ details: details('a & b') })],
    ['a character that XML does not have', entry({ details: details('&#0;') })],
    ['an element that is not closed', '<Ntry>'],
    ['names of an object itself', '<__proto__><Amt/></__proto__><constructor/>'.repeat(2) + entry({ indicator: 'x' })],
  ])('%s', (_, told) => expect(codeOf(() => read(told))).toBe('BAD_ENCODING'));

  it.each<[string, Uint8Array]>([
    ['nothing', bytes('')],
    ['text', bytes('hello')],
    ['another document', bytes('<Document><Other/></Document>')],
    ['two documents', bytes(`${notice(entry())}<Document/>`)],
    ['a message without a name', bytes(notice(entry()).replace('<MsgId>N-1</MsgId>', ''))],
    ['bytes that are no UTF-8', Uint8Array.of(...bytes('<Document>'), 0xff, 0xfe)],
    ['UTF-16', new Uint8Array(Buffer.from(`\ufeff${notice(entry())}`, 'utf16le'))],
    ['a declared Latin-1', bytes(notice(entry()).replace('UTF-8', 'ISO-8859-1'))],
    ['cut in the middle', bytes(notice(entry()).slice(0, 500))],
  ])('%s', (_, xml) => expect(codeOf(() => readBankNotice(xml))).toBe('BAD_ENCODING'));

  it('an external entity: no file is read', () => {
    const secret = join(mkdtempSync(join(tmpdir(), 'coinslot-xxe-')), 'secret');
    writeFileSync(secret, 'the secret');
    const stolen = notice(entry({ details: details('&x;') })).replace(
      '?><',
      `?><!DOCTYPE Document [<!ENTITY x SYSTEM "file://${secret}">]><`,
    );
    expect(codeOf(() => readBankNotice(bytes(stolen)))).toBe('BAD_ENCODING');
  });

  it('a billion laughs, at once', () => {
    const laughs = Array.from({ length: 30 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');
    const bomb = notice(entry({ details: details('&l30;') })).replace(
      '?><',
      `?><!DOCTYPE d [<!ENTITY l0 "ha">${laughs}]><`,
    );
    expect(codeOf(() => readBankNotice(bytes(bomb)))).toBe('BAD_ENCODING');
  });

  it('10 MB, without reading them', () => {
    expect(codeOf(() => readBankNotice(new Uint8Array(10_000_000).fill(0x20)))).toBe('TOO_LARGE');
  });

  it('more entries than any notice has', () => {
    expect(codeOf(() => read(...Array.from({ length: 20_001 }, () => entry())))).toBe('TOO_LARGE');
  });

  it.each([33, 10_000, 500_000])('%d elements in each other', (depth) => {
    const deep = `<Document>${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}</Document>`;
    expect(codeOf(() => readBankNotice(bytes(deep)))).toBe('BAD_ENCODING');
  });

  it('anything else than a notice, without another error than these', () => {
    const whole = notice(entry({ details: details('C1', amount('10')) + details('C2', amount('2.34')) }));
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(40), fc.string({ unit: 'binary', maxLength: 8 }), (at, cut, put) => {
        const broken = whole.slice(0, at) + put + whole.slice(at + cut);
        expect([undefined, 'BAD_ENCODING', 'TOO_LARGE']).toContain(codeOf(() => readBankNotice(bytes(broken))));
      }),
      { numRuns: 400 },
    );
  });
});

describe('a bank at the end of a folder', () => {
  const homes: string[] = [];
  afterEach(() => homes.splice(0).forEach((home) => rmSync(home, { recursive: true, force: true })));
  const home = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'coinslot-bank-'));
    homes.push(path);
    return path;
  };
  const made = (text: string, kind: BankFile['kind'] = 'pain.001') => ({
    messageId: 'CS-P-202611-EUR-1',
    kind,
    bytes: bytes(text),
  });

  it('is handed a file, and the same again, and never another one (C13)', async () => {
    const path = home();
    const bank = folderBank(path);
    await bank.hand(made('<one/>'));
    await bank.hand(made('<one/>'));
    expect(readdirSync(join(path, 'outbox'))).toEqual(['CS-P-202611-EUR-1.xml']);
    await expect(bank.hand(made('<two/>'))).rejects.toMatchObject({ code: 'ID_CONFLICT' });
    await expect(bank.hand(made('<one/> '))).rejects.toMatchObject({ code: 'ID_CONFLICT' });
    expect(readFileSync(join(path, 'outbox', 'CS-P-202611-EUR-1.xml'), 'utf8')).toBe('<one/>');
    await bank.hand({ ...made('a,b\r\n', 'acquirer-csv'), messageId: 'CS-A-202611-EUR-1' });
    expect(readdirSync(join(path, 'outbox'))).toContain('CS-A-202611-EUR-1.csv');
  });

  it('does not see what a kill left half written, and writes it again', async () => {
    const path = home();
    mkdirSync(join(path, 'outbox'));
    writeFileSync(join(path, 'outbox', '.CS-P-202611-EUR-1.xml.part'), '<on');
    await folderBank(path).hand(made('<one/>'));
    expect(readdirSync(join(path, 'outbox'))).toEqual(['CS-P-202611-EUR-1.xml']);
  });

  it('lists what came, by name, a bounded number at once, until it is told that they are taken', async () => {
    const path = home();
    const bank = folderBank(path);
    expect(await bank.listNotices('')).toEqual([]);
    for (let i = NOTICES_AT_ONCE_MAX + 1; i >= 0; i--)
      writeFileSync(join(path, 'inbox', `n${String(i).padStart(3, '0')}.xml`), `<n${i}/>`);
    writeFileSync(join(path, 'inbox', '.n000.xml'), 'half written');
    writeFileSync(join(path, 'inbox', 'n.txt'), 'no notice');
    mkdirSync(join(path, 'inbox', 'a.xml'));
    symlinkSync('/etc/passwd', join(path, 'inbox', 'b.xml'));
    const first = await bank.listNotices('');
    expect(first.map(({ name }) => name)).toEqual(
      Array.from({ length: NOTICES_AT_ONCE_MAX }, (_, i) => `n${String(i).padStart(3, '0')}.xml`),
    );
    for (const { name } of first) await bank.setTaken?.(name);
    const rest = await bank.listNotices(first.at(-1)?.name ?? '');
    expect(rest.map(({ xml }) => new TextDecoder().decode(xml))).toEqual(['<n16/>', '<n17/>']);
    for (const { name } of rest) await bank.setTaken?.(name);
    expect(await bank.listNotices('')).toEqual([]);
    // A name that sorts before all that were taken, and one that was there before: neither is passed over, nor is a file lost.
    writeFileSync(join(path, 'inbox', 'a-late.xml'), '<late/>');
    writeFileSync(join(path, 'inbox', 'n003.xml'), '<again/>');
    const later = await folderBank(path).listNotices('n017.xml');
    expect(later.map(({ xml }) => new TextDecoder().decode(xml))).toEqual(['<late/>', '<again/>']);
    for (const { name } of later) await bank.setTaken?.(name);
    await bank.setTaken?.('n003.xml'); // told again after a kill
    expect(await bank.listNotices('')).toEqual([]);
    const kept = ['n003.xml', 'n003.xml.1'].map((name) => readFileSync(join(path, 'inbox', 'taken', name), 'utf8'));
    expect(kept).toEqual(['<n3/>', '<again/>']);
  });

  it('gives of a file that is too large only so much that it is seen to be', async () => {
    const path = home();
    const bank = folderBank(path);
    await bank.listNotices('');
    writeFileSync(join(path, 'inbox', 'huge.xml'), new Uint8Array(20_000_000));
    const [huge] = await bank.listNotices('');
    expect(huge?.xml.length).toBeLessThan(10_000_000);
    expect(codeOf(() => readBankNotice(huge?.xml ?? bytes('')))).toBe('TOO_LARGE');
  });

  it('says so when the disk does not take it (D2)', async () => {
    const path = home();
    writeFileSync(join(path, 'outbox'), 'a file in the place of the folder');
    await expect(folderBank(path).hand(made('<one/>'))).rejects.toMatchObject({ code: 'STORAGE' });
    await expect(folderBank(path).hand({ ...made('x'), messageId: '../up' })).rejects.toThrow(RangeError);
  });
});

describe.skipIf(!SCHEMAS_ARE_HERE)('these tests', () => {
  it('read notices that are valid under the published schema', async () => {
    const batch = details('C1', amount('10')) + details('C2', amount('2.34'));
    const returned = details('C3', '<RtrInf><Rsn><Cd>MD06</Cd></Rsn></RtrInf>');
    const all = notice(entry(), entry({ details: batch }), entry({ status: 'INFO', details: returned }));
    expect(await schemaFindings(bytes(all), 'camt.054.001.08')).toEqual([]);
  });
});
