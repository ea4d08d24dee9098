/** Receipts and proofs as files: from the page and from the command line, opened and checked. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inflateSync } from 'node:zlib';
import {
  decodeBundle,
  decodeCrls,
  decodeShown,
  encodeBundle,
  encodeRoots,
  encodeShown,
  verifyBundle,
} from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import { bundleOf } from '../../wallet/src/exports/bundle.ts';
import { receiptsCsv } from '../../wallet/src/exports/csv.ts';
import { receiptsPdf } from '../../wallet/src/exports/pdf.ts';
import type { ExportedReceipt } from '../../wallet/src/exports/receipts.ts';
import { DAY_MS, makeOffer, NOON_MS } from '../lib/parties.ts';
import { startCardWorld, startSoftCardWorld } from './card-world.ts';
import { PageClient } from './page-client.ts';
import { startWorld, temporaryFolder, type World } from './world.ts';

const CLI = resolve(import.meta.dirname, '../../wallet/src/cli.ts');
const FLAGS = ['--conditions=coinslot-source', '--disable-warning=ExperimentalWarning', '--import', 'tsx', CLI];

interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function coinslotWallet(...args: string[]): Promise<Ran> {
  const env = { ...process.env, HOME: temporaryFolder(), TZ: 'UTC', LANG: 'C' };
  const child = spawn(process.execPath, [...FLAGS, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (part: Buffer) => out.push(part));
  child.stderr.on('data', (part: Buffer) => err.push(part));
  const [status] = (await once(child, 'close')) as [number];
  return { status, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}

/** Three payments: one in another currency and given back, one plain, one refused for want of money. */
async function paidWorld(): Promise<World> {
  const world = await startWorld({ moneyMinor: 100n });
  const game = await world.game();
  const buy = (nonce: string, amountMinor: bigint, currency: string): Promise<unknown> => {
    const terms = { offerId: nonce, grant: { kind: 'level', target: nonce, quantity: 0, untilMs: 0 } } as const;
    return game.pay(makeOffer(world.publisher, { nonce, terms, quote: { amountMinor, currency } }).offerBytes);
  };
  await buy('back', 50n, 'USD');
  await buy('plain', 20n, 'EUR');
  const [first] = world.wallet.profile.state.payments;
  const { decisionId } = first!.decided!;
  await world.server.service.refunds.byOperator({ decisionId, reason: 'defect' });
  await world.wallet.refresh();
  return world;
}

const proofOf = ({ wallet }: Pick<World, 'wallet'>, at = -1): Uint8Array => {
  const { state, clock } = wallet.profile;
  const payment = state.payments.at(at);
  if (payment === undefined) throw new Error('nothing was paid');
  return bundleOf(payment, { state, crls: [], nowMs: clock() });
};

/** Rows and fields of a CSV (RFC 4180). */
function csvRows(text: string): string[][] {
  const fields = text.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/g);
  const rows: string[][] = [[]];
  for (const [, field = '', end] of fields) {
    rows.at(-1)?.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

/** What a PDF's page streams show, by the glyphs' own Unicode tables being there: only that it is whole is asked here. */
const streamsOf = (pdf: Buffer): string[] =>
  [...pdf.toString('latin1').matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)].flatMap(([, body = '']) => {
    try {
      return [inflateSync(Buffer.from(body, 'latin1')).toString('latin1')];
    } catch {
      return [];
    }
  });

describe('the history as a file', () => {
  it('comes from page and command line alike, as JSON, CSV and PDF', async () => {
    const world = await paidWorld();
    const page = await PageClient.open(world.wallet.pageUrl());
    const [json, csv, pdf] = await Promise.all(
      ['json', 'csv', 'pdf'].map((format) => page.get(`/api/history?format=${format}`)),
    );
    expect(csv?.headers.get('content-disposition')).toBe('attachment; filename="coinslot-history-2026-03-01.csv"');
    const told = (await json?.json()) as { format: string; version: number; receipts: ExportedReceipt[] };
    expect(told).toMatchObject({ format: 'coinslot-receipts', version: 1 });
    expect(told.receipts).toMatchObject([
      { outcome: 'approved', amount: '0.20', currency: 'EUR', price: '0.20', price_currency: 'EUR', rate_table: '' },
      {
        time: '2026-03-01T12:00:00.000Z',
        outcome: 'refunded',
        amount: '0.47',
        currency: 'EUR',
        price: '0.50',
        price_currency: 'USD',
        rate_table: '1',
        refunded: '0.47',
        refunded_reason: 'defect',
        means: 'server',
        consent: 'press',
        consent_place: 'overlay',
        test: true,
      },
    ]);
    const text = (await csv?.text()) ?? '';
    const [head, ...rows] = csvRows(text);
    expect(head).toEqual(Object.keys(told.receipts[0]!));
    expect(rows).toEqual(told.receipts.map((one) => Object.values(one).map(String)));

    const bytes = Buffer.from((await pdf?.arrayBuffer()) ?? new ArrayBuffer(0));
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect(bytes.subarray(-6).toString().trim()).toBe('%%EOF');
    expect(streamsOf(bytes).some((stream) => stream.includes('BT'))).toBe(true);
    expect(bytes.toString('latin1')).toContain('/Type /Page\n');

    const folder = temporaryFolder();
    const out = join(folder, 'history.pdf');
    const [printed, saved, missing] = await Promise.all([
      coinslotWallet('history', '--profile', world.profilePath, '--format', 'csv'),
      coinslotWallet('history', '--profile', world.profilePath, '--format', 'pdf', '--out', out),
      coinslotWallet('history', '--profile', world.profilePath, '--format', 'xml'),
    ]);
    expect(printed).toMatchObject({ status: 0, stdout: text });
    expect(saved).toMatchObject({ status: 0, stdout: `Saved: ${out}\n` });
    expect(readFileSync(out).subarray(0, 5).toString()).toBe('%PDF-');
    expect(missing.status).toBe(1);
    const again = await page.get('/api/history?format=xml');
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ done: false, code: 'BAD_REQUEST' });
  });

  it('as PDF draws Japanese and Arabic, and no box in the place of a letter', async () => {
    const row = { time: '', from: 'Lumen Works', amount: 'EUR 0.20', note: '', decision: '6f0c' };
    const pdfOf = async (...titles: string[]): Promise<Buffer> => {
      const words = { title: 'History', wallet: 'Wallet', facts: [], empty: '', page: () => '1' };
      const receipts = titles.map((title) => ({ ...row, title }));
      return Buffer.from(await receiptsPdf({ receipts, words, locale: 'ja', madeAtMs: NOON_MS }));
    };
    const drawn = async (title: string): Promise<string> => streamsOf(await pdfOf(title)).join();
    // A box is a rectangle, and nothing else on the sheet is one.
    const boxes = async (title: string): Promise<number> => (await drawn(title)).match(/ re\n/g)?.length ?? 0;
    expect(await boxes('Level 3')).toBe(0);
    expect(await boxes('ไทย')).toBe(3);
    for (const title of ['レベル３ 鋳造所', 'المستوى الثالث', 'المستوى ٣ (Foundry)']) {
      expect(await boxes(title), title).toBe(0);
      expect(await drawn(title), title).toContain('ActualText');
    }
    if (process.env['COINSLOT_LOOK'] === '1')
      writeFileSync(
        'test-output/receipts.pdf',
        await pdfOf('レベル３ 鋳造所', 'المستوى الثالث', 'المستوى ٣ (Foundry)', 'Level 3 المستوى'),
      );
  });

  it('holds no formula, whatever a publisher calls its things', () => {
    const plain = exportedRow();
    const texts = ['=1+1', '+A1', '-2', '@SUM(A1)', '\t=1', ' =1', '＝1', 'a "b", c\r\nd', "it's"];
    const csv = receiptsCsv(texts.map((title) => ({ ...plain, title })));
    const titles = csvRows(csv)
      .slice(1)
      .map((row) => row[3] ?? '');
    expect(titles).toEqual(["'=1+1", "'+A1", "'-2", "'@SUM(A1)", "'\t=1", "' =1", "'＝1", 'a "b", c\r\nd', "it's"]);
  });
});

function exportedRow(): ExportedReceipt {
  const empty = { code: '', rate_table: '', refunded: '', refunded_time: '', refunded_reason: '' };
  const price = { amount: '0.20', currency: 'EUR', price: '0.20', price_currency: 'EUR' };
  const words = { title: 'Level 3', game: 'Demo Game', publisher: 'Lumen Works', granted: 'One level' };
  const kinds = { outcome: 'approved', means: 'server', consent: 'press', consent_place: 'overlay' } as const;
  const marks = { test: false, disowned: false, decision: '00', offer_hash: '00' };
  return { time: '2026-03-01T12:00:00.000Z', ...empty, ...price, ...words, ...kinds, ...marks };
}

describe('the proof of a payment', () => {
  it('goes out by page and command line, and is checked anywhere: offline, without the profile', async () => {
    const world = await paidWorld();
    const { payments } = world.wallet.profile.state;
    const page = await PageClient.open(world.wallet.pageUrl());
    const [first = '', second = ''] = payments.map(({ decided }) => Buffer.from(decided!.decisionId).toString('hex'));
    const answer = await page.get(`/api/bundle?payment=${payments[0]?.nonceHex ?? ''}`);
    const name = `back-${first.slice(-8)}.coinslot-bundle`;
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${name}"`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect(verifyBundle(bytes, { roots: world.tree.roots }).failed).toBeUndefined();
    expect((await page.get('/api/bundle?payment=00')).status).toBe(409);

    const folder = temporaryFolder();
    const at = (name: string): string => join(folder, name);
    writeFileSync(at('roots.coinslot'), encodeRoots(world.tree.roots));
    writeFileSync(at('page.coinslot-bundle'), bytes);
    const bundle = decodeBundle(bytes);
    const shown = encodeShown({ ...decodeShown(bundle.shown), title: 'Level 4' });
    writeFileSync(at('touched.coinslot-bundle'), encodeBundle({ ...bundle, shown }));
    const verify = (name: string, ...more: string[]): Promise<Ran> =>
      coinslotWallet('verify', at(name), '--roots', at('roots.coinslot'), ...more);
    const [saved, several, good, french, touched, unknown] = await Promise.all([
      coinslotWallet('bundle', second.slice(-8), '--profile', world.profilePath, '--out', at('own')),
      // Both were decided in the same second, with which their ids begin.
      coinslotWallet('bundle', second.slice(0, 8), '--profile', world.profilePath),
      verify('page.coinslot-bundle'),
      verify('page.coinslot-bundle', '--language', 'fr'),
      verify('touched.coinslot-bundle'),
      coinslotWallet('bundle', 'ffff', '--profile', world.profilePath),
    ]);
    expect(saved).toMatchObject({ status: 0, stdout: `Saved: ${at('own')}\n`, stderr: '' });
    expect(several.stderr).toMatch(/of several payments/);
    expect(verifyBundle(new Uint8Array(readFileSync(at('own'))), { roots: world.tree.roots }).failed).toBeUndefined();
    expect(good).toMatchObject({ status: 0, stderr: '' });
    for (const line of [
      'Everything in this file holds',
      '[+] the player signed exactly what was shown (message 2)',
      'Level 3',
      'Lumen Works (lumen-works) < Test SYND',
      'Test Payment Server (test-server) < Test SINT',
      'EUR 0.47',
      '1 EUR = 1.0837 USD',
      '2026-03-01 12:00:00 UTC',
      'it did not work as it should',
      'a press, in the game',
      'TEST: throwaway keys',
    ]) {
      expect(good.stdout).toContain(line);
    }
    expect(french.stdout).toContain('Tout dans ce fichier tient');
    expect(touched.status).toBe(1);
    expect(touched.stdout).toMatch(/does not prove the payment[\s\S]*CONSENT_STALE: Shown\.title/);
    expect(touched.stdout).toContain('It is NOT proven');
    expect(unknown).toMatchObject({ status: 1 });
    expect(unknown.stderr).toMatch(/ffff: no such decision \(GONE\)\n.*history/);
  });

  it('of a card in the reader holds with no server ever asked, and after the card has expired', async () => {
    const world = await startCardWorld({ alg: 2 });
    await world.front.goDown();
    await (await world.game()).pay(makeOffer(world.publisher).offerBytes);
    world.time.nowMs += 900 * DAY_MS;
    const { failed, decider } = verifyBundle(proofOf(world), { roots: world.tree.roots });
    expect(failed).toBeUndefined();
    expect(decider?.card?.assurance).toBe('chip');
    expect(decider?.notAfterMs).toBeLessThan(world.time.nowMs);
  });

  it('of a software card holds, until that card is revoked: when it decided is its own word', async () => {
    const world = await startSoftCardWorld();
    await world.front.goDown();
    await (await world.game()).pay(makeOffer(world.publisher).offerBytes);
    const bytes = proofOf(world);
    expect(verifyBundle(bytes, { roots: world.tree.roots }).failed).toBeUndefined();
    await world.front.goUp();
    world.time.nowMs += 60_000;
    await world.wallet.cards.lose(world.cardId);
    const answer = await fetch(new URL('/v1/crls', world.serverUrl));
    const crls = decodeCrls(new Uint8Array(await answer.arrayBuffer()));
    const { failed } = verifyBundle(bytes, { roots: world.tree.roots, crls });
    expect(failed).toMatchObject({ check: 'decision', code: 'CHAIN_REVOKED' });
  });
});
