import { spawnSync } from 'node:child_process';
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign as nodeSign,
  verify as nodeVerify,
} from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ed25519Signer,
  ProtocolError,
  publicKeyFromSeed,
  requireAdmissibleKey,
  sign,
  spkiFromRawKey,
  verifySignature,
  withLowS,
} from '@coinslot/protocol';
import { nativeSigner, nativeVerifySignature, privateKeyFromSeed } from '@coinslot/protocol/node';
import { ED25519_VECTOR_FOLDER, ed25519Vectors, vectorText } from './vectors/ed25519-vectors.ts';
import { P256_VECTOR_FOLDER, p256Vectors } from './vectors/p256-vectors.ts';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const VERIFIERS = [
  ['portable', verifySignature],
  ['native', nativeVerifySignature],
] as const;

/** A verdict as a vector names it: accept, reject, or the code thrown. */
function verdictOf(
  verify: typeof verifySignature,
  key: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): string {
  try {
    return verify(key, message, signature) ? 'accept' : 'reject';
  } catch (error) {
    return error instanceof ProtocolError ? error.code : String(error);
  }
}

function isAdmissible(key: Uint8Array): boolean {
  try {
    return requireAdmissibleKey(key) === key;
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'BAD_KEY') return false;
    throw error;
  }
}

describe.each([
  ['ed25519', ED25519_VECTOR_FOLDER, ed25519Vectors()],
  ['p256', P256_VECTOR_FOLDER, p256Vectors()],
] as const)('vectors of %s', (_, folder, vectors) => {
  test('the files are what the script builds', () => {
    const files = readdirSync(folder).sort();
    expect(files).toEqual(vectors.map(({ name }) => `${name}.json`).sort());
    for (const vector of vectors) {
      expect(readFileSync(join(folder, `${vector.name}.json`), 'utf8')).toBe(vectorText(vector));
    }
  });

  test.each(vectors)('$name: $expect', (vector) => {
    const [key, message, signature] = [vector.publicKey, vector.message, vector.signature].map(bytesOf) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    for (const [name, verify] of VERIFIERS) {
      expect([name, verdictOf(verify, key, message, signature)]).toEqual([name, vector.expect]);
    }
    if (vector.keyAdmissible !== undefined) expect(isAdmissible(key)).toBe(vector.keyAdmissible);
  });
});

describe('traps', () => {
  test('noble accepts the mixed-order R that the profile refuses', () => {
    const trap = ed25519Vectors().find(({ name }) => name === 'r-mixed-order');
    if (!trap) throw new Error('the vector is missing');
    const [key, message, signature] = [bytesOf(trap.publicKey), bytesOf(trap.message), bytesOf(trap.signature)];
    expect(ed25519.verify(signature, message, key, { zip215: false })).toBe(true);
    expect(verifySignature(key, message, signature)).toBe(false);
  });
});

describe('ECDSA P-256', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = nativeSigner(privateKey);
  const secret = bytesOf(Buffer.from(privateKey.export({ format: 'jwk' }).d!, 'base64url').toString('hex'));
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });

  test('node:crypto takes the high s that the profile refuses, and noble without lowS too', () => {
    const high = p256Vectors().find(({ name }) => name === 's-high')!;
    const [key, message, signature] = [bytesOf(high.publicKey), bytesOf(high.message), bytesOf(high.signature)];
    const object = createPublicKey({ key: Buffer.from(key), format: 'der', type: 'spki' });
    expect(nodeVerify('sha256', message, { key: object, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
    expect(p256.verify(signature, message, key.subarray(26), { lowS: false })).toBe(true);
    expect(verifySignature(key, message, signature)).toBe(false);
    expect(verifySignature(key, message, withLowS(signature))).toBe(true);
  });

  test('both verifiers take what either signer makes, once s is low', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (message, byNoble) => {
        const raw = byNoble ? p256.sign(message, secret, { lowS: false }) : signer.sign(message);
        for (const [, verify] of VERIFIERS) expect(verify(signer.publicKey, message, withLowS(raw))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('both refuse every single flipped bit of signature and message, and of the key', () => {
    const message = Uint8Array.from(Buffer.from('level 3'));
    const parts = { key: Uint8Array.from(spki), message, signature: signer.sign(message) };
    for (const part of ['key', 'message', 'signature'] as const) {
      for (let bit = 0; bit < 8 * parts[part].length; bit += part === 'message' ? 1 : 5) {
        const changed = Uint8Array.from(parts[part], (byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        const forged = { ...parts, [part]: changed };
        const verdicts = VERIFIERS.map(([, verify]) => verdictOf(verify, forged.key, forged.message, forged.signature));
        expect([part, bit, verdicts]).toEqual([
          part,
          bit,
          Array(2).fill(part === 'key' && bit < 27 * 8 ? 'BAD_KEY' : 'reject'),
        ]);
      }
    }
  });

  test('withLowS changes the high s alone, and nothing twice', () => {
    for (const { signature } of p256Vectors().filter(({ signature }) => signature.length === 128)) {
      const once = withLowS(bytesOf(signature));
      expect(withLowS(once)).toEqual(once);
      expect(once.subarray(0, 32)).toEqual(bytesOf(signature).subarray(0, 32));
    }
  });

  test('RFC 6979 section A.2.5, P-256 with SHA-256, message "sample"', () => {
    const x = '60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6';
    const y = '7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299';
    const r = 'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716';
    const s = 'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8';
    const key = bytesOf(`3059301306072a8648ce3d020106082a8648ce3d03010703420004${x}${y}`);
    const message = Uint8Array.from(Buffer.from('sample'));
    for (const [, verify] of VERIFIERS) {
      expect(verify(key, message, bytesOf(r + s))).toBe(false); // the s of the RFC is a high one
      expect(verify(key, message, withLowS(bytesOf(r + s)))).toBe(true);
    }
  });

  test('without the curve a P-256 key is BAD_KEY, and Ed25519 goes on', () => {
    const script = `
      import { verifySignature, publicKeyFromSeed, sign } from '@coinslot/protocol';
      import { enableP256 } from '@coinslot/protocol/p256';
      const [key, message, signature] = process.argv.slice(1).map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')));
      const verdict = () => { try { return verifySignature(key, message, signature); } catch ({ code }) { return code; } };
      const before = verdict();
      enableP256();
      const seed = new Uint8Array(32);
      console.log(before, verdict(), verifySignature(publicKeyFromSeed(seed), message, sign(seed, message)));`;
    const [valid] = p256Vectors();
    const args = ['--conditions=coinslot-source', '--import', 'tsx', '--input-type=module', '-e', script];
    const given = [valid!.publicKey, valid!.message, valid!.signature];
    const { stdout, stderr } = spawnSync(process.execPath, [...args, '--', ...given], {
      encoding: 'utf8',
      cwd: import.meta.dirname,
    });
    expect(stdout + stderr).toBe('BAD_KEY true true\n');
  });
});

describe('both verifiers agree', () => {
  const seed = new Uint8Array(32).fill(7);
  const key = publicKeyFromSeed(seed);

  test('on honest signatures by either signer, with the key in either form', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ maxLength: 300 }),
        (anySeed, message) => {
          const publicKey = publicKeyFromSeed(anySeed);
          const signature = sign(anySeed, message);
          expect(nativeSigner(anySeed).sign(message)).toEqual(signature);
          expect(nativeSigner(anySeed).publicKey).toEqual(publicKey);
          for (const [, verify] of VERIFIERS) {
            expect(verify(publicKey, message, signature)).toBe(true);
            expect(verify(spkiFromRawKey(publicKey), message, signature)).toBe(true);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  test('and refuse every single flipped bit of signature, key and message', () => {
    const message = Uint8Array.from(Buffer.from('level 3'));
    const signature = sign(seed, message);
    const parts = { key, message, signature };
    for (const part of ['key', 'message', 'signature'] as const) {
      for (let bit = 0; bit < 8 * parts[part].length; bit += part === 'message' ? 1 : 5) {
        const changed = Uint8Array.from(parts[part], (byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        const forged = { ...parts, [part]: changed };
        for (const [name, verify] of VERIFIERS) {
          expect([name, part, bit, verify(forged.key, forged.message, forged.signature)]).toEqual([
            name,
            part,
            bit,
            false,
          ]);
        }
      }
    }
  });

  test('on random bytes', () => {
    const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(bytes(32), bytes(20), bytes(64), (anyKey, message, signature) => {
        const verdict = verdictOf(verifySignature, anyKey, message, signature);
        expect(verdictOf(nativeVerifySignature, anyKey, message, signature)).toBe(verdict);
        expect(verdict).toBe('reject');
      }),
      { numRuns: 100 },
    );
  });
});

describe('malformed arguments', () => {
  const key = publicKeyFromSeed(new Uint8Array(32));
  const message = new Uint8Array(1);
  const signature = new Uint8Array(64);
  const text = 'not bytes' as unknown as Uint8Array;

  test.each<readonly [string, Uint8Array, Uint8Array, Uint8Array, string]>([
    ['publicKey', text, message, signature, 'TypeError'],
    ['publicKey', new Uint8Array(44), message, signature, 'ProtocolError'],
    ['message', key, text, signature, 'TypeError'],
    ['signature', key, message, text, 'TypeError'],
    ['signature', key, message, new Uint8Array(63), 'ProtocolError'],
  ])('throw and name %s', (argument, givenKey, givenMessage, givenSignature, kind) => {
    for (const [, verify] of VERIFIERS) {
      expect(() => verify(givenKey, givenMessage, givenSignature)).toThrowError(new RegExp(`^${argument}: `));
      expect(() => verify(givenKey, givenMessage, givenSignature)).toThrowError(
        expect.objectContaining({ name: kind }) as Error,
      );
    }
  });

  test.each([
    ['seed', () => sign(new Uint8Array(31), message)],
    ['seed', () => publicKeyFromSeed(new Uint8Array(33))],
    ['seed', () => ed25519Signer(new Uint8Array(0))],
    ['seed', () => nativeSigner(new Uint8Array(31))],
    ['publicKey', () => requireAdmissibleKey(new Uint8Array(43))],
    ['signature', () => withLowS(new Uint8Array(63))],
    ['raw', () => spkiFromRawKey(new Uint8Array(31))],
  ] as const)('throw and name %s in signing', (argument, call) => {
    expect(call).toThrowError(new RegExp(`^${argument}: `));
  });

  test('a native signer takes private keys of Ed25519 and P-256 only', () => {
    for (const namedCurve of ['P-384', 'secp256k1'])
      expect(() => nativeSigner(generateKeyPairSync('ec', { namedCurve }).privateKey)).toThrowError(/^privateKey: /);
    expect(() => nativeSigner(generateKeyPairSync('x25519').privateKey)).toThrowError(/^privateKey: /);
    expect(() => nativeSigner(createPublicKey(privateKeyFromSeed(new Uint8Array(32))))).toThrowError(/^privateKey: /);
  });
});

describe('signers', () => {
  test('the seed is copied: changing it afterwards changes no signature', () => {
    const seed = new Uint8Array(32).fill(9);
    const signer = ed25519Signer(seed);
    seed.fill(0);
    const message = Uint8Array.from([1, 2, 3]);
    expect(signer.sign(message)).toEqual(sign(new Uint8Array(32).fill(9), message));
    expect(verifySignature(signer.publicKey, message, signer.sign(message))).toBe(true);
  });

  test('RFC 8032 section 7.1, test 3', () => {
    const seed = bytesOf('c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7');
    const expected =
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac' +
      '18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a';
    expect(Buffer.from(publicKeyFromSeed(seed)).toString('hex')).toBe(
      'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    );
    expect(Buffer.from(sign(seed, bytesOf('af82'))).toString('hex')).toBe(expected);
  });

  test('a native signer over a key object', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const message = Uint8Array.from([4, 5]);
    const signer = nativeSigner(createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' })));
    expect(Buffer.from(signer.sign(message))).toEqual(nodeSign(null, message, privateKey));
    expect(verifySignature(signer.publicKey, message, signer.sign(message))).toBe(true);
  });
});
