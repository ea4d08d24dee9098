/** Bills and payouts for people: what is in them, that they are the same every time, and that nothing in them is more than text. */
import { createRequire } from 'node:module';
import { inflateSync } from 'node:zlib';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  billCsv,
  billHtml,
  billPdf,
  DOCUMENT_CONTENT_SECURITY_POLICY,
  payoutCsv,
  payoutHtml,
  payoutPdf,
} from '../../server/src/documents/documents.ts';
import { DocumentFonts } from '../../server/src/documents/fonts.ts';
import { unpackWoff } from '../../server/src/documents/woff.ts';
import { SHEET_LINES_MAX } from '../../server/src/documents/types.ts';
import { launchBrowser } from '../lib/browser.ts';
import { axeFindings, overflow } from '../server-mock/page-checks.ts';
import {
  BILL,
  BILL_LINES,
  billDocument,
  COLLECTION,
  DETAILS,
  MANDATE,
  PAYOUT,
  payoutDocument,
  payoutLine,
} from './document-samples.ts';

const PICTURES = 'test-output/server';
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** What a PDF's pages show: each drawn text by its own font's table of letters. */
function pdfText(bytes: Uint8Array): string {
  const file = Buffer.from(bytes).toString('latin1');
  const objects = new Map<string, string>();
  for (const [, number, body] of file.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g))
    objects.set(number as string, body as string);
  const streamOf = (number: string): string => {
    const body = objects.get(number) ?? '';
    const raw = body.slice(body.indexOf('stream\n') + 7, body.lastIndexOf('\nendstream'));
    return body.includes('/FlateDecode') ? inflateSync(Buffer.from(raw, 'latin1')).toString('latin1') : raw;
  };
  const letters = new Map<string, readonly string[]>();
  for (const [number, body] of objects) {
    const table = /\/ToUnicode (\d+) 0 R/.exec(body)?.[1];
    if (table === undefined) continue;
    const ranges = [...streamOf(table).matchAll(/\[([^\]]*)\]/g)].flatMap(([, list]) => [
      ...(list ?? '').matchAll(/<([^>]*)>/g),
    ]);
    letters.set(
      number,
      ranges.map(([, hex]) =>
        Buffer.from((hex ?? '').replaceAll(' ', ''), 'hex')
          .swap16()
          .toString('utf16le'),
      ),
    );
  }
  const fonts = new Map<string, readonly string[]>();
  for (const [, name, number] of file.matchAll(/\/(F\d+) (\d+) 0 R/g))
    fonts.set(name as string, letters.get(number as string) ?? []);
  const shown: string[] = [];
  for (const [number, body] of objects) {
    if (!body.includes('/FlateDecode') || body.includes('/Length1') || body.includes('/Subtype')) continue;
    let font: readonly string[] = [];
    for (const [, name, list] of streamOf(number).matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
      if (name !== undefined) font = fonts.get(name) ?? [];
      else
        shown.push(
          [...(list ?? '').matchAll(/<([0-9a-f]*)>/g)]
            .map(([, hex]) => (hex?.match(/.{4}/g) ?? []).map((id) => font[parseInt(id, 16)] ?? '').join(''))
            .join(''),
        );
    }
  }
  return shown.join('\n');
}

describe('a bill', () => {
  it('says whose it is, for when, what happened, what it comes to and how it is paid', () => {
    const page = text(billHtml(billDocument()));
    for (const part of [
      'Coinslot Betriebs GmbH &#38; Co. KG',
      'November 2026',
      BILL.number,
      '2026-11-01 to 2026-11-30 (UTC)',
      MANDATE.holder,
      'EUR 11.29',
      '•••• 2606',
      'CS-M-7F21',
      'Handed to the bank',
      COLLECTION.endToEndId,
      '17 purchases',
      '−EUR 6.69',
      'Purchase · harbour-lights',
      'USD 1.99',
      '1 USD = 0.922765 EUR',
      '−EUR 1.84',
      'JPY 300',
      '1 JPY = 0.006154 EUR',
      'spent 2026-09-30',
      'Lumen Works',
      'Студия Hoshi 星',
      'Loaded into a card',
    ].map((part) => part.replace(/(EUR|USD|JPY) (?=[\d.]+$)/, '$1\u00a0')))
      expect(page).toContain(part);
    expect(page).not.toContain(MANDATE.iban);
    expect(page).not.toContain('2004');
  });

  it('counts uses by game, refunds taken off', () => {
    const page = text(billHtml(billDocument()));
    const games = page.slice(page.indexOf('Uses by game'), page.indexOf('Every line'));
    expect(
      [...games.matchAll(/<tr>.*?<\/tr>/g)].map(([row]) =>
        row
          .replace(/<[^>]*>/g, ' ')
          .replace(/\s+/g, ' ')
          .trim(),
      ),
    ).toEqual([
      'Game Uses Charged',
      'paper-moon Lumen Works 14 EUR 2.80',
      'harbour-lights Lumen Works 1 EUR 1.84',
      'kaze Студия Hoshi 星 1 EUR 1.85',
    ]);
  });

  it.each([
    [
      'a statement',
      { plan: 'prepaid', dueMinor: 0n, closingMinor: 871n, way: 'transfer' },
      ['Statement', 'EUR\u00a08.71', 'Nothing is to be paid'],
    ],
    ['carried', { dueMinor: 0n, carried: 'below-minimum' }, ['EUR\u00a00.00', 'carried over to the next bill']],
    ['under way', { dueMinor: 0n, carried: 'under-way' }, ['already on its way']],
    ['by card', { way: 'card-on-file' }, ['card on file']],
    [
      'by transfer',
      { way: 'transfer' },
      ['DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000', COLLECTION.endToEndId],
    ],
  ] as const)('%s says what that means', (_, change, parts) => {
    const page = text(billHtml(billDocument({ bill: { ...BILL, ...change } })));
    for (const part of parts) expect(page).toContain(part);
  });

  it('returned by the bank says so, with its reason and what was paid', () => {
    const collection = {
      ...COLLECTION,
      state: 'part-paid' as const,
      told: { paidMinor: 500n, returnedMinor: 0n },
      reason: 'AM04',
    };
    const page = text(billHtml(billDocument({ collection })));
    for (const part of ['Paid in part', 'EUR\u00a05.00', 'AM04']) expect(page).toContain(part);
  });

  it('has as many lines as a page bears, and says where the others are', () => {
    const lines = Array.from({ length: SHEET_LINES_MAX + 7 }, () => BILL_LINES[1] as (typeof BILL_LINES)[number]);
    const page = text(billHtml(billDocument({ lines })));
    expect(page.match(/Purchase · paper-moon/g)).toHaveLength(SHEET_LINES_MAX);
    expect(page).toContain('7 more lines are in the CSV file');
    expect(
      text(billCsv(billDocument({ lines })))
        .trimEnd()
        .split('\r\n'),
    ).toHaveLength(SHEET_LINES_MAX + 8);
  });
});

describe('a payout', () => {
  it('says for whom, each currency, what it comes to, where it goes, and each decision', () => {
    const page = text(payoutHtml(payoutDocument()));
    for (const part of [
      'P-202611-lumen-works',
      'Lumen Works',
      'EUR 29.91',
      'To Lumen Works SARL, account •••• 2606 (bank details 3)',
      'Sales in EUR',
      '60 sales',
      '−EUR 1.77',
      'Sales in JPY',
      'JPY 255',
      'Converted to EUR',
      'EUR 1.56',
      '−EUR 0.40',
      'Refund',
      'Claim',
      'spent 2026-08-30',
    ].map((part) => part.replace(/(EUR|JPY) (?=[\d.]+$)/, '$1\u00a0')))
      expect(page).toContain(part);
    expect(page).not.toContain(DETAILS.iban);
    expect(page).toContain('without any identity');
  });

  it('that is carried says why', () => {
    const payout = {
      ...PAYOUT,
      amountMinor: 0n,
      carried: 'no-bank-details' as const,
      state: 'carried' as const,
      endToEndId: '',
    };
    const page = text(payoutHtml(payoutDocument({ payout, details: undefined })));
    expect(page).toContain('no signed bank details');
    expect(page).not.toContain('Converted to');
  });
});

describe('every form', () => {
  it('is the same bytes every time, and the same words in French', async () => {
    for (const make of [billHtml, billPdf, billCsv])
      expect(await make(billDocument())).toEqual(await make(billDocument()));
    for (const make of [payoutHtml, payoutPdf, payoutCsv])
      expect(await make(payoutDocument())).toEqual(await make(payoutDocument()));
    const french = text(billHtml(billDocument({ locale: 'fr-CA', isTest: true })));
    for (const part of ['lang="fr-CA"', 'Facture', 'novembre 2026', '11,29\u00a0EUR', 'Sera prélevé', 'TEST'])
      expect(french).toContain(part);
    expect(text(billHtml(billDocument({ locale: 'tlh' })))).toContain('lang="en"');
    expect(text(billHtml(billDocument({ locale: 'fr"><script>' })))).toContain('lang="en"');
  });

  it('has nothing in it that is more than text (G20)', async () => {
    const nasty = '<script>alert(1)</script>"\'&</style>\u202eevil\u0000\n{{7*7}}';
    const bill = billDocument({
      mandate: { ...MANDATE, holder: nasty, mandateId: nasty },
      issuer: { ...billDocument().issuer, name: nasty },
      nameOfPublisher: () => nasty,
      lines: BILL_LINES.map((line) => ({
        ...line,
        gameId: line.gameId && nasty,
        kind: line.gameId ? line.kind : nasty,
      })),
    });
    const page = text(billHtml(bill));
    for (const never of ['<script', '\u202e', '\u0000']) expect(page).not.toContain(never);
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(page.match(/<style>/g)).toHaveLength(1);
    expect(page.match(/&#60;script&#62;/g)?.length).toBeGreaterThan(10);
    expect(Buffer.from(await billPdf(bill)).toString('latin1')).not.toMatch(
      /\/(JS|JavaScript|OpenAction|URI|Launch)\b/,
    );
  });

  it('is a PDF with its text in it, fonts embedded, one date', async () => {
    const bytes = await billPdf(billDocument());
    const file = Buffer.from(bytes).toString('latin1');
    expect(file.startsWith('%PDF-1.')).toBe(true);
    expect(file).toContain('D:20261201000400Z');
    expect(file.match(/\/FontFile2/g)?.length).toBeGreaterThan(2);
    const shown = pdfText(bytes);
    for (const part of [
      'Due',
      'EUR 11.29',
      'Summary',
      '17 purchases',
      '1 USD = 0.922765 EUR',
      'Page 1 of 2',
      'Page 2 of 2',
      'Студия',
    ])
      expect(shown).toContain(part);
    expect(shown).toContain('in a script that this file has no letters for (');
    expect(pdfText(await billPdf(billDocument({ nameOfPublisher: (id) => id })))).not.toContain(
      'script that this file',
    );
  });
});

describe('the letters of a PDF', () => {
  const load = createRequire(new URL('../../server/package.json', import.meta.url));
  const PDFDocument = load('pdfkit') as new () => PDFKit.PDFDocument;

  it('have figures of one width, and no font is asked for a script that it lacks', () => {
    const fonts = new DocumentFonts(new PDFDocument());
    const widths = [...'0123456789'].map((figure) => fonts.width(fonts.runs(figure.repeat(4), 400), 10));
    expect(new Set(widths.map((width) => width.toFixed(6))).size).toBe(1);
    expect(fonts.runs('Łódź Ω', 600).map(({ font }) => font)).toEqual([
      'latin-ext-600',
      'latin-600',
      'latin-ext-600',
      'greek-600',
    ]);
    expect(fonts.hasGaps).toBe(false);
    fonts.runs('星', 400);
    expect(fonts.hasGaps).toBe(true);
  });

  it('cut and break where they must, and lose nothing else', () => {
    const fonts = new DocumentFonts(new PDFDocument());
    const textOf = (runs: readonly { text: string }[]): string => runs.map(({ text: part }) => part).join('');
    const long = 'a rather long name of a game '.repeat(5).trim();
    const cut = fonts.fitted(long, 400, 10, 90);
    expect(textOf(cut).endsWith('…')).toBe(true);
    expect(fonts.width(cut, 10)).toBeLessThanOrEqual(90);
    const lines = fonts.wrapped(`${long} ${'x'.repeat(80)}`, 400, 10, 90);
    expect(lines.map(textOf).join('').replaceAll(' ', '')).toBe(`${long}${'x'.repeat(80)}`.replaceAll(' ', ''));
    for (const line of lines) expect(fonts.width(line, 10)).toBeLessThanOrEqual(90);
  });

  it('come from a WOFF of the first kind only', () => {
    expect(() => unpackWoff(Buffer.from('wOF2'.padEnd(60, 'x')))).toThrow(RangeError);
  });
});

describe('CSV', () => {
  it('has every line with its figures plain', () => {
    const rows = text(billCsv(billDocument())).split('\r\n');
    expect(rows[0]).toBe(
      'transfer,kind,booked,spent,publisher,game,decision,card,price,price_currency,rate_table,rate,amount,currency',
    );
    expect(rows).toHaveLength(BILL_LINES.length + 2);
    expect(rows[16]).toMatch(
      /^1020,payment,2026-11-17 12:30,,Lumen Works,harbour-lights,[0-9a-f]{32},,1\.99,USD,41,1 USD = 0\.922765 EUR,-1\.84,EUR$/,
    );
    const payout = text(payoutCsv(payoutDocument())).split('\r\n');
    expect(payout[0]).toBe('transfer,kind,booked,spent,game,decision,offer_hash,price,fee,net,currency');
    expect(payout[61]).toMatch(/^2061,refund,.*,-0\.40,0\.06,-0\.34,EUR$/);
    expect(payout[63]).toMatch(/,300,-45,255,JPY$/);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1'])(
    'makes %j harmless, and keeps figures as they are',
    (game) => {
      const row = text(payoutCsv({ lines: [payoutLine(1, { gameId: game, kind: 'refund' })] }))
        .split('\r\n')
        .slice(1)
        .join('\r\n');
      expect(row).toContain(`"'${game}"`);
      expect(row).toContain(',-0.21,');
    },
  );

  it('quotes what would end a field', () => {
    const row = text(payoutCsv({ lines: [payoutLine(1, { gameId: 'a,"b"\r\nc' })] }));
    expect(row).toContain('"a,""b""\r\nc"');
  });
});

describe('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
    mkdirSync(PICTURES, { recursive: true });
  });
  afterAll(() => browser.close());

  it.each([
    ['bill', 360],
    ['bill', 1280],
    ['payout', 360],
    ['payout', 1280],
  ] as const)('the %s fits into %d pixels, under its own policy, with no finding', async (name, width) => {
    const bytes = name === 'bill' ? billHtml(billDocument({ isTest: true })) : payoutHtml(payoutDocument());
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    try {
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      await page.route('**/*', (route) =>
        route.fulfill({
          body: Buffer.from(bytes),
          contentType: 'text/html; charset=utf-8',
          headers: { 'content-security-policy': DOCUMENT_CONTENT_SECURITY_POLICY },
        }),
      );
      await page.goto('http://document.test/');
      expect(
        await page.evaluate(
          () => getComputedStyle(document.querySelector('.headline') as Element).borderInlineStartWidth,
        ),
      ).toBe('4px');
      expect(await overflow(page)).toBe(0);
      await page.screenshot({ path: `${PICTURES}/${name}-${width}.png`, fullPage: true });
      expect(await axeFindings(page)).toEqual([]);
      expect(complaints).toEqual([]);
    } finally {
      await context.close();
    }
  });

  it('keeps PDFs beside the pictures, for who wants to look', async () => {
    const files = [
      ['bill.pdf', await billPdf(billDocument())],
      ['payout.pdf', await payoutPdf(payoutDocument())],
    ] as const;
    for (const [name, bytes] of files) writeFileSync(`${PICTURES}/${name}`, bytes);
    expect(files.every(([, bytes]) => bytes.length < 100_000)).toBe(true);
  });
});
