/** Signing as a library: what stays, what changes, and that wallets and servers take what comes out. */
import { generatePrivateKey, publicKeyOf } from '@coinslot/authority';
import {
  checkOffer,
  decodePairingHeader,
  decodePriceList,
  decodeQuote,
  decodeTerms,
  encodeOffer,
  openEnvelope,
  readEnvelope,
  withChain,
  type PriceList,
} from '@coinslot/protocol';
import { checkPriceList, readOffers, signerOf, signPriceList, FaultsError } from '@coinslot/publisher';
import type { SignedPriceList, SigningInput } from '@coinslot/publisher';
import { expect, test } from 'vitest';
import { createTestAuthority, DAY_MS, demoFile, LIMITS } from './lib/studio.ts';

const NOW_MS = Date.UTC(2026, 5, 1, 12);
const DEMO = demoFile('offers.yaml');
const authority = createTestAuthority(NOW_MS);
const key = generatePrivateKey();
const name = { commonName: 'Lumen Works', id: 'lumen-works' };
const trust = { roots: authority.roots, chain: authority.certify({ name, publicKey: publicKeyOf(key) }) };

/** Bytes that count up: another number for every call. */
function countingBytes(): (length: number) => Uint8Array {
  let calls = 0;
  return (length) => new Uint8Array(length).fill(++calls);
}

function signed(text: string, more: Partial<SigningInput> = {}): SignedPriceList {
  return signPriceList({
    offers: readOffers('offers.yaml', text),
    previous: undefined,
    trust,
    chainFile: 'publisher.chain.pem',
    signer: signerOf(key),
    nowMs: NOW_MS,
    randomBytes: countingBytes(),
    readContent: () => new TextEncoder().encode('level three'),
    contentKeyOf: () => new Uint8Array(32).fill(7),
    ...more,
  });
}

function faultsOf(act: () => unknown): readonly string[] {
  try {
    act();
    return [];
  } catch (error) {
    if (!(error instanceof FaultsError)) throw error;
    return error.faults.map(({ line, column, code }) => `${line}:${column} ${code}`);
  }
}

const quoteOf = (list: PriceList, i: number) => decodeQuote(readEnvelope(list.offers[i]!.quote).body);
const termsOf = (list: PriceList, i: number) => decodeTerms(list.offers[i]!.terms);
const changesOf = ({ changes }: SignedPriceList) => changes.map(({ change }) => change);

test('the same file, key, clock and random bytes give the same list', () => {
  expect(signed(DEMO).bytes).toEqual(signed(DEMO).bytes);
});

test('every offer, made into message 1, passes the check that wallet and server share', () => {
  const list = decodePriceList(signed(DEMO).bytes);
  for (const { quote, terms, texts } of list.offers) {
    for (const one of texts) {
      const offer = encodeOffer({
        version: 1,
        quote: withChain(quote, list.chain),
        terms,
        texts: one.texts,
        offerTimeMs: NOW_MS,
        nonce: new Uint8Array(16).fill(1),
        boundary: 'level-end',
        sessionKey: new Uint8Array(32).fill(2),
      });
      const checked = checkOffer(offer, { roots: trust.roots, atMs: NOW_MS });
      expect(checked.publisher.subject).toMatchObject(name);
      expect(checked.texts).toMatchObject({ locale: one.locale, gameName: 'Wick' });
    }
  }
});

test('the pairing header names game and origins under the chain', () => {
  const { pairingHeader } = signed(DEMO).priceList;
  const { body } = openEnvelope(pairingHeader, {
    type: 'pairing-header',
    role: 'publisher',
    roots: trust.roots,
    atMs: NOW_MS,
  });
  expect(decodePairingHeader(body)).toEqual({
    publisherId: 'lumen-works',
    gameId: 'demo-game',
    gameName: 'Wick',
    origins: ['http://127.0.0.1:8375', 'http://localhost:8375'],
    notBeforeMs: NOW_MS,
    notAfterMs: NOW_MS + 365 * DAY_MS,
  });
});

test('signing again a month later gives the same bytes', () => {
  const first = signed(DEMO);
  const again = signed(DEMO, { previous: first.priceList, nowMs: NOW_MS + 30 * DAY_MS });
  expect(again.bytes).toEqual(first.bytes);
  expect(changesOf(again)).toEqual(['unchanged', 'unchanged', 'unchanged']);
});

test('once less than half is left the dates are renewed and the terms stay', () => {
  const first = signed(DEMO);
  const nowMs = NOW_MS + 183 * DAY_MS;
  const again = signed(DEMO, { previous: first.priceList, nowMs });
  expect(changesOf(again)).toEqual(['renewed', 'renewed', 'renewed']);
  expect(quoteOf(again.priceList, 0)).toEqual({
    ...quoteOf(first.priceList, 0),
    notBeforeMs: nowMs,
    notAfterMs: nowMs + 365 * DAY_MS,
  });
  expect(again.priceList.offers[0]!.terms).toEqual(first.priceList.offers[0]!.terms);
});

test.each([
  ['price', '0.50 EUR', '0.55 EUR'],
  ['currency', '0.50 EUR', '0.50 USD'],
  ['grant', 'minutes: 30', 'minutes: 25'],
  ['text', 'Thirty minutes of night', 'Half an hour of night'],
])('another %s revises that offer alone: new salt, revision 2', (_, from, to) => {
  const first = signed(DEMO);
  const randomBytes = (length: number): Uint8Array => new Uint8Array(length).fill(99);
  const again = signed(DEMO.replace(from, to), { previous: first.priceList, randomBytes });
  expect(changesOf(again)).toEqual(['unchanged', 'revised', 'unchanged']);
  expect(termsOf(again.priceList, 1)).toMatchObject({ revision: 2, salt: new Uint8Array(16).fill(99) });
  expect(termsOf(again.priceList, 0)).toEqual(termsOf(first.priceList, 0));
});

test.each([
  ['one offer', 'price: 0.50 EUR', 'price: 0.50 EUR\n    cards: none', ['unchanged', 'renewed', 'unchanged'], 'none'],
  ['all offers', 'cards: software', 'cards: chip', ['renewed', 'renewed', 'renewed'], 'chip'],
])('other cards for %s: the same terms under a new quote', (_, from, to, changes, cards) => {
  const first = signed(DEMO);
  expect(quoteOf(first.priceList, 1).cards).toBe('software');
  const again = signed(DEMO.replace(from, to), { previous: first.priceList });
  expect(changesOf(again)).toEqual(changes);
  expect(quoteOf(again.priceList, 1).cards).toBe(cards);
  expect(again.priceList.offers[1]!.terms).toEqual(first.priceList.offers[1]!.terms);
});

test('a file that says nothing of cards takes those with a chip', () => {
  const { priceList } = signed(DEMO.replace(/^cards: .*\n/m, ''));
  expect(priceList.offers.map((_, i) => quoteOf(priceList, i).cards)).toEqual(['chip', 'chip', 'chip']);
});

test('the order of languages in the file is no change', () => {
  const first = signed(DEMO);
  const swapped = DEMO.replace('    en: Wick\n    fr: Wick\n', '    fr: Wick\n    en: Wick\n');
  expect(signed(swapped, { previous: first.priceList }).bytes).toEqual(first.bytes);
});

test('another content file is another revision', () => {
  const text = DEMO.replace('grant: { level: level-3 }', 'grant: { level: level-3 }\n    content: level3.bin');
  const first = signed(text);
  expect(termsOf(first.priceList, 0).contentDigest).toHaveLength(32);
  const readContent = (): Uint8Array => new TextEncoder().encode('another level three');
  expect(changesOf(signed(text, { previous: first.priceList, readContent }))[0]).toBe('revised');
});

test('a content file that is not there is a fault at its line', () => {
  const text = DEMO.replace('grant: { level: level-3 }', 'grant: { level: level-3 }\n    content: level3.bin');
  const readContent = (): Uint8Array => {
    throw Object.assign(new Error('absent'), { code: 'ENOENT' });
  };
  expect(faultsOf(() => signed(text, { readContent }))).toEqual(['27:14 undefined']);
});

test('a retired offer keeps its terms, also over another signing and a new key, and can come back unchanged', () => {
  const first = signed(DEMO);
  const without = DEMO.slice(0, DEMO.indexOf('  - id: bonus'));
  const retired = signed(without, { previous: first.priceList });
  expect(changesOf(retired)).toEqual(['unchanged', 'unchanged', 'retired']);
  const newKey = generatePrivateKey();
  const newChain = authority.certify({ name, publicKey: publicKeyOf(newKey) });
  const rekeyed = signed(without, {
    previous: retired.priceList,
    signer: signerOf(newKey),
    trust: { roots: trust.roots, chain: newChain },
  });
  expect(changesOf(rekeyed)).toEqual(['renewed', 'renewed', 'retired']);
  expect(rekeyed.priceList.offers[2]).toMatchObject({ retired: true, terms: first.priceList.offers[2]!.terms });
  const opened = openEnvelope(withChain(rekeyed.priceList.offers[2]!.quote, newChain), {
    type: 'quote',
    role: 'publisher',
    roots: trust.roots,
    atMs: NOW_MS,
  });
  expect(opened.body).toEqual(readEnvelope(first.priceList.offers[2]!.quote).body);
  expect(signed(DEMO, { previous: retired.priceList }).bytes).toEqual(first.bytes);
});

test.each([
  ['price', LIMITS, '0.20 EUR', '2.01 EUR', '27:12 CHAIN_LIMIT'],
  ['currency', LIMITS, '0.20 EUR', '20 JPY', '27:12 CHAIN_LIMIT'],
  ['age', { ...LIMITS, minimumAge: 12 }, 'price: 0.20 EUR', 'price: 0.20 EUR\n    ageRating: 7', '28:16 CHAIN_LIMIT'],
  [
    'territories',
    { ...LIMITS, territories: ['FR'] },
    'price: 0.20 EUR',
    'price: 0.20 EUR\n    territories: [DE, FR]',
    '28:18 CHAIN_LIMIT',
  ],
  ['publisher', LIMITS, 'publisher: lumen-works', 'publisher: lumen-work', '3:12 OFFER_ORIGIN'],
  ['end', LIMITS, 'days: 365', 'until: 2026-05-30', '16:3 OFFER_EXPIRED'],
] as const)('%s: the fault is at its line, with the code of wallets and servers', (_, limits, from, to, expected) => {
  const chain = authority.certify({ name, publicKey: publicKeyOf(key) }, limits);
  expect(faultsOf(() => signed(DEMO.replace(from, to), { trust: { roots: trust.roots, chain } }))[0]).toBe(expected);
});

test('a price that begins later is judged as of its beginning', () => {
  const text = DEMO.replace('days: 365', 'from: 2026-09-01\n  until: 2026-12-31');
  const { priceList } = signed(text);
  expect(quoteOf(priceList, 0)).toMatchObject({
    notBeforeMs: Date.UTC(2026, 8, 1),
    notAfterMs: Date.UTC(2027, 0, 1) - 1,
  });
});

test('another key than the certificate’s, an expired chain and an unknown root are faults of the chain', () => {
  expect(faultsOf(() => signed(DEMO, { signer: signerOf(generatePrivateKey()) }))).toEqual(['1:1 BAD_KEY']);
  expect(faultsOf(() => signed(DEMO, { nowMs: NOW_MS + 4_000 * DAY_MS }))).toEqual(['1:1 CHAIN_EXPIRED']);
  const { roots } = createTestAuthority(NOW_MS);
  expect(faultsOf(() => signed(DEMO, { trust: { roots, chain: trust.chain } }))).toEqual(['1:1 CHAIN_UNTRUSTED']);
});

test('a list of another game is not carried on from', () => {
  const first = signed(DEMO);
  const other = DEMO.replace('id: demo-game', 'id: other-game');
  expect(faultsOf(() => signed(other, { previous: first.priceList }))).toEqual(['6:7 undefined']);
});

test('check finds texts, terms and quotes that were exchanged in the file', () => {
  const { priceList } = signed(DEMO);
  const [a, b] = priceList.offers as [PriceList['offers'][0], PriceList['offers'][0]];
  const check = (offers: PriceList['offers']) =>
    checkPriceList({
      file: 'price-list.coinslot',
      priceList: { ...priceList, offers },
      offers: readOffers('offers.yaml', DEMO),
      roots: trust.roots,
      atMs: NOW_MS,
      readContent: () => new Uint8Array(),
      contentKeyOf: () => new Uint8Array(32).fill(7),
    }).faults.map(({ message, code }) => `${code}: ${message}`);
  const rest = priceList.offers.slice(1);
  const otherwise = signed(DEMO.replace('cards: software', 'cards: none')).priceList.offers;
  expect(check(otherwise)[0]).toMatch(/not as it was signed in price-list\.coinslot/);
  expect(check(priceList.offers)).toEqual([]);
  expect(check([{ ...a, texts: b.texts }, ...rest])).toContain(
    'OFFER_HASH: "level-3": the en texts are not those of the terms',
  );
  expect(check([{ ...a, terms: b.terms }, ...rest])).toContain('OFFER_HASH: "level-3": the quote is of other terms');
  const forged = Uint8Array.from(a.quote);
  forged[40] = (forged[40] ?? 0) ^ 1;
  expect(check([{ ...a, quote: forged }, ...rest])[0]).toMatch(/^BAD_SIGNATURE/);
});
