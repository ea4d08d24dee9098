/** Sealing: RFC 9180 by its published vectors, players' keys, content keys and their uses, sealed files. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS, publicKeyFromSeed } from '@coinslot/protocol';
import {
  contentDigestOf,
  contentKeyIdOf,
  deriveSealingPair,
  fileDigest,
  openContent,
  openContentKey,
  openSealed,
  readSealedFile,
  requireSignedContent,
  SEALED_KEY_BYTES,
  sealContent,
  sealContentKey,
  sealingKeyOfSigner,
  sealingSecretOfSeed,
  sealTo,
  type KeyHolder,
} from '@coinslot/protocol/sealing';
import { bytes16Of, seedOf } from '../lib/parties.ts';
import { fromHex, refusalOf, toHex } from './refusals.ts';

const asyncRefusalOf = (run: () => Promise<unknown>): Promise<string> =>
  run().then(
    () => 'accepted',
    (error: unknown) =>
      refusalOf(() => {
        throw error;
      }),
  );
const { subtle } = globalThis.crypto;

/** RFC 9180 appendix A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, base mode, sequence number 0. */
const RFC = {
  info: '4f6465206f6e2061204772656369616e2055726e',
  ikmE: '909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b',
  pkEm: '1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a',
  skEm: 'f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600',
  ikmR: '1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df',
  pkRm: '4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a',
  skRm: '8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb',
  pt: '4265617574792069732074727574682c20747275746820626561757479',
  aad: '436f756e742d30',
  ct: '1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28',
};
const use = { info: fromHex(RFC.info), aad: fromHex(RFC.aad) };

describe('RFC 9180, appendix A.2.1', () => {
  it('derives the key pairs of sender and recipient', () => {
    const pairs = [RFC.ikmE, RFC.ikmR].map((ikm) => deriveSealingPair(fromHex(ikm)));
    expect(pairs.map(({ secretKey, publicKey }) => [toHex(secretKey), toHex(publicKey)])).toEqual([
      [RFC.skEm, RFC.pkEm],
      [RFC.skRm, RFC.pkRm],
    ]);
  });

  it('seals to the published bytes, and opens them', () => {
    const sealed = sealTo(fromHex(RFC.pkRm), use, fromHex(RFC.pt), fromHex(RFC.ikmE));
    expect(toHex(sealed)).toBe(RFC.pkEm + RFC.ct);
    expect(toHex(openSealed(fromHex(RFC.skRm), use, fromHex(RFC.pkEm + RFC.ct)))).toBe(RFC.pt);
  });

  it('refuses every changed bit, another use, and what is cut short', () => {
    const sealed = fromHex(RFC.pkEm + RFC.ct);
    const secret = fromHex(RFC.skRm);
    for (let bit = 0; bit < sealed.length * 8; bit += 5) {
      const bent = Uint8Array.from(sealed);
      bent[bit >> 3]! ^= 1 << (bit & 7);
      // X25519 masks the top bit of a key (RFC 7748 section 5), so it alone is bound by the transcript.
      expect([bit, refusalOf(() => openSealed(secret, use, bent))]).toEqual([bit, 'BAD_KEY']);
    }
    expect(refusalOf(() => openSealed(secret, { ...use, aad: fromHex('00') }, sealed))).toBe('BAD_KEY');
    expect(refusalOf(() => openSealed(secret, { ...use, info: fromHex('00') }, sealed))).toBe('BAD_KEY');
    expect(refusalOf(() => openSealed(secret, use, sealed.subarray(0, 47)))).toBe('BAD_KEY');
    expect(refusalOf(() => openSealed(secret, use, new Uint8Array()))).toBe('BAD_KEY');
  });
});

/** The points of small order on Curve25519 (RFC 7748 section 6.1, the list of Bernstein's), canonical and not. */
const SMALL_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

describe('keys of small order', () => {
  it.each(SMALL_ORDER)('nothing is sealed to %s, nor opened from it', (key) => {
    expect(refusalOf(() => sealTo(fromHex(key), use, fromHex(RFC.pt), seedOf('e')))).toBe('BAD_KEY');
    expect(refusalOf(() => openSealed(fromHex(RFC.skRm), use, fromHex(key + RFC.ct)))).toBe('BAD_KEY');
  });

  it.each([
    ['the neutral element', '0100000000000000000000000000000000000000000000000000000000000000'],
    ['order 2', 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['order 8', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
    ['no point', '0200000000000000000000000000000000000000000000000000000000000000'],
    ['not canonical', 'f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
  ])('a player key that is %s has no sealing key', (_, key) => {
    expect(refusalOf(() => sealingKeyOfSigner(fromHex(key)))).toBe('BAD_KEY');
  });
});

describe('the sealing key of a player', () => {
  it('is the public half of what comes from the same seed', () => {
    for (const name of ['Ada', 'Grace', 'Linus']) {
      const seed = seedOf(name);
      const sealed = sealTo(sealingKeyOfSigner(publicKeyFromSeed(seed)), use, fromHex(RFC.pt), seedOf('e'));
      expect(toHex(openSealed(sealingSecretOfSeed(seed), use, sealed))).toBe(RFC.pt);
    }
  });

  it('is the known one of RFC 8032 test 1 (converted by libsodium: crypto_sign_ed25519_pk_to_curve25519)', () => {
    const key = sealingKeyOfSigner(fromHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'));
    expect(toHex(key)).toBe('d85e07ec22b0ad881537c2f44d662d1a143cf830c57aca4305d85c7a90f6b62e');
  });
});

describe('a content key', () => {
  const contentKey = seedOf('content key');
  const id = contentKeyIdOf(contentKey);
  const pair = deriveSealingPair(seedOf('recipient'));
  const holders: readonly KeyHolder[] = [
    { holder: 'decider', publisherId: 'lumen-works' },
    { holder: 'player', requestHash: seedOf('request') },
    { holder: 'session', decisionId: bytes16Of('decision') },
  ];
  const seal = (holder: KeyHolder): Uint8Array => sealContentKey(contentKey, holder, pair.publicKey, seedOf('e'));

  it.each(holders)('is sealed to a $holder in 80 bytes, and opened', (holder) => {
    const sealed = seal(holder);
    expect(sealed).toHaveLength(SEALED_KEY_BYTES);
    expect(openContentKey(sealed, holder, pair.secretKey, id)).toEqual(contentKey);
  });

  it.each<[string, KeyHolder, KeyHolder]>([
    ['to a player, taken for a session', holders[1]!, holders[2]!],
    ['to a decider, taken for a player', holders[0]!, holders[1]!],
    ['for another publisher', holders[0]!, { holder: 'decider', publisherId: 'umbra-works' }],
    ['for another request', holders[1]!, { holder: 'player', requestHash: seedOf('other') }],
    ['for another decision', holders[2]!, { holder: 'session', decisionId: bytes16Of('other') }],
  ])('sealed %s is BAD_KEY', (_, sealedFor, takenFor) => {
    expect(refusalOf(() => openContentKey(seal(sealedFor), takenFor, pair.secretKey, id))).toBe('BAD_KEY');
  });

  it('of another player or session, or under another id, is BAD_KEY', () => {
    const [, holder] = holders as [KeyHolder, KeyHolder];
    const other = deriveSealingPair(seedOf('another'));
    expect(refusalOf(() => openContentKey(seal(holder), holder, other.secretKey, id))).toBe('BAD_KEY');
    expect(refusalOf(() => openContentKey(seal(holder), holder, pair.secretKey, bytes16Of('other')))).toBe('BAD_KEY');
  });

  it('that is not the one of its id is BAD_KEY, though who sealed it says so', () => {
    const holder = holders[1]!;
    const wrong = sealTo(
      pair.publicKey,
      { info: Buffer.from('coinslot/1 content-key player\0'), aad: Buffer.concat([id, seedOf('request')]) },
      seedOf('another content key'),
      seedOf('e'),
    );
    expect(refusalOf(() => openContentKey(wrong, holder, pair.secretKey, id))).toBe('BAD_KEY');
  });
});

describe('sealed content', () => {
  const contentKey = seedOf('content key');
  const contentKeyId = contentKeyIdOf(contentKey);
  const chunk = LIMITS.sealedChunkBytes;
  const contentOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
  const open = async (file: Uint8Array, contentDigest: Uint8Array, key = contentKey): Promise<Uint8Array> =>
    openContent(key, requireSignedContent(file, { contentKeyId, contentDigests: [contentDigest] }), subtle);

  it.each([0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk])('of %i bytes opens as it was', async (length) => {
    const { files, contentDigest } = sealContent(contentKey, [contentOf(length)]);
    expect(await open(files[0]!, contentDigest)).toEqual(contentOf(length));
  });

  it('is the same for the same files, and of each file by itself', async () => {
    const contents = ['level', 'art', 'music'].map((text) => new TextEncoder().encode(text));
    const sealed = sealContent(contentKey, contents);
    expect(sealContent(contentKey, contents)).toEqual(sealed);
    for (const [i, file] of sealed.files.entries()) expect(await open(file, sealed.contentDigest)).toEqual(contents[i]);
    const headers = sealed.files.map((file) => readSealedFile(file).header);
    expect(new Set(headers.map(({ salt }) => toHex(salt))).size).toBe(3);
    expect(contentDigestOf(headers[0]!.files)).toEqual(sealed.contentDigest);
  });

  it('shows nothing of what is in it', () => {
    const [file] = sealContent(contentKey, [new TextEncoder().encode('the bonus scene')]).files;
    expect(Buffer.from(file!).includes('bonus')).toBe(false);
  });

  it.each<[string, string, (file: Uint8Array) => Uint8Array]>([
    ['cut short by a byte', 'OFFER_HASH', (file) => file.slice(0, -1)],
    ['without its last chunk', 'OFFER_HASH', (file) => file.slice(0, -(5 + 16))],
    ['with a byte more', 'OFFER_HASH', (file) => Uint8Array.from([...file, 0])],
    ['with a bit changed in a chunk', 'OFFER_HASH', (file) => file.with(file.length - 20, file.at(-20)! ^ 1)],
    [
      'with a bit changed in its salt',
      'OFFER_HASH',
      (file) => {
        const { header } = readSealedFile(file);
        const at = Buffer.from(file).indexOf(header.salt);
        return file.with(at, file[at]! ^ 1);
      },
    ],
    ['under another key', 'BAD_KEY', () => sealContent(seedOf('another'), [contentOf(5)]).files[0]!],
    ['that is another content of the same key', 'OFFER_HASH', () => sealContent(contentKey, [contentOf(6)]).files[0]!],
    ['that is a cut header', 'BAD_ENCODING', (file) => file.slice(0, 20)],
    ['that is empty', 'BAD_ENCODING', () => new Uint8Array()],
    ['that is something else', 'BAD_ENCODING', () => new TextEncoder().encode('<!doctype html><title>404</title>')],
  ])('a file %s is %s', async (_, code, bend) => {
    const { files, contentDigest } = sealContent(contentKey, [contentOf(chunk + 5)]);
    expect(await asyncRefusalOf(() => open(bend(files[0]!), contentDigest))).toBe(code);
  });

  it('does not open with another key, nor with chunks in another order, whatever the digests say', async () => {
    const { files } = sealContent(contentKey, [contentOf(2 * chunk)]);
    const read = readSealedFile(files[0]!);
    expect(await asyncRefusalOf(() => openContent(seedOf('another'), read, subtle))).toBe('BAD_KEY');
    const step = chunk + 16;
    const swapped = Uint8Array.from([...read.chunks.subarray(step), ...read.chunks.subarray(0, step)]);
    expect(await asyncRefusalOf(() => openContent(contentKey, { ...read, chunks: swapped }, subtle))).toBe('BAD_KEY');
    const first = { ...read, chunks: read.chunks.subarray(0, step) };
    expect(await asyncRefusalOf(() => openContent(contentKey, first, subtle))).toBe('BAD_KEY');
  });

  it('is named by what docs/spec/sealing.md says', () => {
    const { header, chunks } = readSealedFile(sealContent(contentKey, [contentOf(3)]).files[0]!);
    const hash = createHash('sha256').update('coinslot/1 sealed-file\0').update(header.salt).update(chunks);
    expect(fileDigest(header.salt, chunks)).toEqual(Uint8Array.from(hash.digest()));
  });

  it('of any bytes is read or refused by a code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(refusalOf(() => readSealedFile(bytes))).toMatch(/^(accepted|BAD_ENCODING|TOO_LARGE)$/);
      }),
      { numRuns: 300 },
    );
  });
});
