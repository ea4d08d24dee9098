/** Offers that seal: content encrypted beside the price list, keys that stay, escrow for who decides, and checks that find a swap. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  decodeContentEscrow,
  decodeQuote,
  decodeTerms,
  encodeEncryptionKey,
  openEnvelope,
  readEnvelope,
  sealEnvelope,
} from '@coinslot/protocol';
import {
  contentKeyIdOf,
  deriveSealingPair,
  openContent,
  openContentKey,
  requireSignedContent,
} from '@coinslot/protocol/sealing';
import {
  checkPriceList,
  FaultsError,
  readOffers,
  signPriceList,
  studioFiles,
  type SignedPriceList,
  type SigningInput,
} from '@coinslot/publisher';
import { afterAll, describe, expect, test } from 'vitest';
import {
  createOrReadContentKey,
  escrowFile,
  readContentKey,
  writeSealed,
} from '../../publisher/src/studio/content-keys.ts';
import {
  makeCardHolder,
  makeCardIssuer,
  makePublisher,
  makeServerHolder,
  makeTree,
  NOON_MS,
  seedOf,
  type Holder,
} from '../lib/parties.ts';
import { demoFile } from './lib/studio.ts';

const tree = makeTree();
const publisher = makePublisher(tree);
const server = makeServerHolder(tree);
const trust = { chain: publisher.chain, roots: tree.roots };
const pair = deriveSealingPair(seedOf('decider'));
const KEY = seedOf('content key');
const LEVEL = new TextEncoder().encode('the level in the clear');
const ART = new TextEncoder().encode('its art');

const keyOf = (holder: Holder, decider = holder.keyHash, by: Holder = holder): Uint8Array =>
  sealEnvelope(
    'encryption-key',
    encodeEncryptionKey({ decider, publicKey: pair.publicKey, timeMs: NOON_MS }),
    by.signer,
    by.chain,
  );

const FILES: Readonly<Record<string, Uint8Array>> = {
  'clear/level.json': LEVEL,
  'clear/art.bin': ART,
  'server.encryption-key': keyOf(server),
};
const SEALS = `seals:
      - { file: clear/level.json, to: sealed/level.bin }
      - { file: clear/art.bin, to: sealed/art.bin }`;
const OFFERS = demoFile('offers.yaml')
  .replace('\noffers:\n', '\nescrow: [server.encryption-key]\noffers:\n')
  .replace('grant: { level: level-3 }', `grant: { level: level-3 }\n    ${SEALS}`);

const reading =
  (files: Readonly<Record<string, Uint8Array>>) =>
  (path: string): Uint8Array => {
    const found = files[path];
    if (found === undefined) throw Object.assign(new Error('absent'), { code: 'ENOENT' });
    return found;
  };
let salts = 0;
function sign(text = OFFERS, more: Partial<SigningInput> = {}): SignedPriceList {
  return signPriceList({
    offers: readOffers('offers.yaml', text),
    previous: undefined,
    trust,
    chainFile: 'publisher.chain.pem',
    signer: publisher.signer,
    nowMs: NOON_MS,
    randomBytes: (length) => new Uint8Array(length).fill(++salts),
    readContent: reading(FILES),
    contentKeyOf: () => KEY,
    ...more,
  });
}
function faultsOf(act: () => unknown): readonly string[] {
  try {
    act();
    return [];
  } catch (error) {
    if (!(error instanceof FaultsError)) throw error;
    return error.faults.map(({ code, message }) => `${code ?? '-'} ${message}`);
  }
}
const signed = sign();
const quoteOf = ({ priceList }: SignedPriceList) => decodeQuote(readEnvelope(priceList.offers[0]!.quote).body);
const termsOf = ({ priceList }: SignedPriceList) => decodeTerms(priceList.offers[0]!.terms);

describe('signing', () => {
  test('encrypts every file, names the key in the quote and the content in the terms', async () => {
    expect(signed.sealed.map(({ offerId, to }) => [offerId, to])).toEqual([
      ['level-3', 'sealed/level.bin'],
      ['level-3', 'sealed/art.bin'],
    ]);
    const { contentKeyId } = quoteOf(signed);
    expect(contentKeyId).toEqual(contentKeyIdOf(KEY));
    const known = { contentKeyId: contentKeyId!, contentDigests: [termsOf(signed).contentDigest!] };
    const opened = signed.sealed.map(({ bytes }) =>
      openContent(KEY, requireSignedContent(bytes, known), crypto.subtle),
    );
    expect(await Promise.all(opened)).toEqual([LEVEL, ART]);
    expect(signed.sealed.some(({ bytes }) => Buffer.from(bytes).includes('level'))).toBe(false);
  });

  test('puts the key in escrow, for the decider alone, signed by the publisher', () => {
    const [escrow, ...more] = signed.escrows;
    expect(more).toEqual([]);
    const { body } = openEnvelope(escrow!.envelope, {
      type: 'content-escrow',
      role: 'publisher',
      roots: tree.roots,
      atMs: NOON_MS,
    });
    const { sealedKey, contentKeyId, decider } = decodeContentEscrow(body);
    expect(decider).toEqual(server.keyHash);
    const holder = { holder: 'decider', publisherId: 'lumen-works' } as const;
    expect(openContentKey(sealedKey, holder, pair.secretKey, contentKeyId)).toEqual(KEY);
  });

  test('again gives the same bytes: list, content and escrow', () => {
    const again = sign(OFFERS, { previous: signed.priceList });
    expect([again.bytes, again.sealed, again.escrows]).toEqual([signed.bytes, signed.sealed, signed.escrows]);
    expect(again.changes[0]?.change).toBe('unchanged');
  });

  test('another file in the clear is a revision under the same key, so that who bought before opens it too', () => {
    const files = { ...FILES, 'clear/level.json': ART };
    const again = sign(OFFERS, { previous: signed.priceList, readContent: reading(files) });
    expect(again.changes[0]?.change).toBe('revised');
    expect(quoteOf(again).contentKeyId).toEqual(quoteOf(signed).contentKeyId);
    expect(termsOf(again).contentDigest).not.toEqual(termsOf(signed).contentDigest);
  });

  test('another key is a revision', () => {
    const again = sign(OFFERS, { previous: signed.priceList, contentKeyOf: () => seedOf('another') });
    expect(again.changes[0]?.change).toBe('revised');
  });

  const issuer = makeCardIssuer(tree);
  test.each<[string, string, Uint8Array]>([
    ['a key that a payment server signed for another', 'BAD_KEY', keyOf(server, seedOf('other'))],
    ['a key that a publisher signed', 'CHAIN_ROLE', keyOf(publisher)],
    ['a key that a card signed', 'CHAIN_ROLE', keyOf(makeCardHolder(issuer.certifier))],
    ['something else', 'BAD_ENCODING', LEVEL],
    ['a price list', 'BAD_ENCODING', signed.bytes],
  ])('refuses as a decider %s: %s', (_, code, envelope) => {
    const readContent = reading({ ...FILES, 'server.encryption-key': envelope });
    expect(faultsOf(() => sign(OFFERS, { readContent }))[0]).toMatch(new RegExp(`^${code} `));
  });

  test.each<[string, string, string]>([
    ['nobody under escrow', 'escrow: [server.encryption-key]\n', ''],
    ['content and seals', 'grant: { level: level-3 }', 'grant: { level: level-3 }\n    content: clear/art.bin'],
    ['a file that is not there', 'file: clear/level.json', 'file: clear/none.json'],
    ['one name twice', 'to: sealed/art.bin', 'to: ./sealed/level.bin'],
    ['a file in the clear under the name of one', 'to: sealed/art.bin', 'to: clear/level.json'],
  ])('refuses %s', (_, from, to) => {
    expect(faultsOf(() => sign(OFFERS.replace(from, to)))).toHaveLength(1);
  });
});

describe('checking', () => {
  const shipped = Object.fromEntries(signed.sealed.map(({ to, bytes }) => [to, bytes]));
  const check = (files: Readonly<Record<string, Uint8Array>>, key = KEY): readonly string[] =>
    checkPriceList({
      file: 'price-list.coinslot',
      priceList: signed.priceList,
      offers: readOffers('offers.yaml', OFFERS),
      roots: tree.roots,
      atMs: NOON_MS,
      readContent: reading({ ...FILES, ...files }),
      contentKeyOf: () => key,
    }).faults.map(({ code, message }) => `${code ?? '-'} ${message}`);

  test('finds nothing where everything is as it was signed', () => {
    expect(check(shipped)).toEqual([]);
  });

  test.each<[string, RegExp, Readonly<Record<string, Uint8Array>>]>([
    ['a sealed file that is swapped', /^OFFER_HASH /, { ...shipped, 'sealed/art.bin': shipped['sealed/level.bin']! }],
    [
      'a sealed file that is cut',
      /^OFFER_HASH /,
      { ...shipped, 'sealed/art.bin': shipped['sealed/art.bin']!.slice(1) },
    ],
    ['a sealed file that is missing', /cannot be read .ENOENT/, { 'sealed/level.bin': shipped['sealed/level.bin']! }],
  ])('finds %s', (_, fault, files) => {
    expect(check(files)).toEqual([expect.stringMatching(fault)]);
  });

  test('finds a file in the clear that has changed since', () => {
    expect(check({ ...shipped, 'clear/art.bin': LEVEL })[0]).toMatch(/not as it was signed/);
  });
});

describe('the studio’s folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-sealed-'));
  const files = studioFiles(folder);
  afterAll(() => rmSync(folder, { recursive: true }));

  test('keeps a content key for ever, readable by its owner alone', () => {
    const key = createOrReadContentKey(files.contentKeys, 'bonus', () => seedOf('first'));
    expect(createOrReadContentKey(files.contentKeys, 'bonus', () => seedOf('second'))).toEqual(key);
    expect(readContentKey(files.contentKeys, 'bonus')).toEqual(key);
    const file = join(files.contentKeys, 'bonus.key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(files.contentKeys).mode & 0o777).toBe(0o700);
    chmodSync(file, 0o640);
    expect(faultsOf(() => readContentKey(files.contentKeys, 'bonus'))).toEqual(['- others may read this key']);
    expect(faultsOf(() => readContentKey(files.contentKeys, 'other'))).toEqual(['- the content key cannot be read']);
  });

  test('gets what was sealed, and the escrow', () => {
    writeSealed(files, signed);
    expect(Uint8Array.from(readFileSync(join(folder, 'sealed/level.bin')))).toEqual(signed.sealed[0]!.bytes);
    const escrow = readFileSync(escrowFile(files, 'level-3', server.keyHash));
    expect(Uint8Array.from(escrow)).toEqual(signed.escrows[0]!.envelope);
  });
});
