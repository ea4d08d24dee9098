/** `coinslot sign-in` and `coinslot bank-details` against the real payment server. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toPem } from '@coinslot/authority';
import { encodeRoots } from '@coinslot/protocol';
import { sendBankDetails, signIn, type BankDetailsInput } from '@coinslot/publisher';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makePublisher, type Holder } from '../lib/parties.ts';
import { Visitor } from '../server/page-world.ts';
import { countedRandom, startMarket, urlOf, type Started } from '../server/started-server.ts';

const IBAN = 'DE89370400440532013000';

async function studio(started: Started, publisher: Holder = started.publisher): Promise<BankDetailsInput> {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-studio-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const files = {
    key: join(folder, 'key.pem'),
    chain: join(folder, 'chain.pem'),
    roots: join(folder, 'roots.coinslot'),
  };
  writeFileSync(files.key, publisher.privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
  writeFileSync(files.chain, toPem(publisher.chain));
  writeFileSync(files.roots, encodeRoots(started.tree.roots));
  return {
    files,
    folder: join(folder, 'bank-details'),
    serverUrl: await urlOf(started),
    details: { holder: 'Lumen Works', iban: IBAN, bic: '', payoutCurrency: 'EUR' },
    nowMs: started.time.nowMs,
    randomBytes: countedRandom(`studio ${folder}`),
    fetch,
  };
}

describe('coinslot sign-in', () => {
  it('is a link to the publisher’s own pages, once', async () => {
    const started = await startMarket();
    const link = new URL(await signIn(await studio(started)));
    const visitor = new Visitor(started);
    expect(await visitor.text(link.pathname + link.search)).toContain('lumen-works');
    const opened = await visitor.send('/sign-in', { key: link.searchParams.get('key') ?? '' });
    expect(opened.headers.get('location')).toBe('/publisher');
    expect(await visitor.text('/publisher')).toContain('Sales of March 2026');
  });

  it('says that a publisher has no account', async () => {
    const started = await startMarket();
    const stranger = makePublisher(started.tree, { id: 'other-works' });
    await expect(signIn(await studio(started, stranger))).rejects.toThrow(/BAD_KEY[^]*its operator opens one/);
  });

  it('takes no link that leads elsewhere', async () => {
    const started = await startMarket();
    const lying: typeof fetch = async (address, init) =>
      init?.method === 'POST' ? Response.json({ url: 'http://evil.example/sign-in?key=x' }) : fetch(address, init);
    const input = { ...(await studio(started)), fetch: lying };
    await expect(signIn(input)).rejects.toThrow('the link leads elsewhere');
  });
});

describe('coinslot bank-details', () => {
  const stored = ({ server }: Started) => server.service.records.periods.findBankDetails('lumen-works');

  it('signs them, keeps them, and gives others the next number', async () => {
    const started = await startMarket();
    const input = await studio(started);
    expect(await sendBankDetails(input)).toBe(1);
    expect(await stored(started)).toMatchObject({ number: 1, iban: IBAN, holder: 'Lumen Works' });
    const kept = readFileSync(join(input.folder, 'bank-details.signed'));
    expect(await sendBankDetails({ ...input, nowMs: input.nowMs + 1_000 })).toBe(1);
    expect(readFileSync(join(input.folder, 'bank-details.signed'))).toEqual(kept);
    const moved = { ...input, details: { ...input.details, iban: 'DE02120300000000202051' } };
    expect(await sendBankDetails(moved)).toBe(2);
    expect(await stored(started)).toMatchObject({ number: 2, iban: 'DE02120300000000202051' });
  });

  it('says what to do when the folder has forgotten the number', async () => {
    const started = await startMarket();
    await sendBankDetails({ ...(await studio(started)), number: 5 });
    const fresh = await studio(started);
    await expect(sendBankDetails(fresh)).rejects.toThrow(/CONSENT_STALE[^]*--number with a higher one/);
    expect(await sendBankDetails({ ...fresh, number: 6 })).toBe(6);
  });
});
