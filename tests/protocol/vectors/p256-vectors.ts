/**
 * Builds the ECDSA P-256 edge cases of `vectors/p256/`, one defect each, with the curve arithmetic of @noble/curves and no code
 * of the verifier under test. Run it to write the files again:
 *
 *     node --import tsx tests/protocol/vectors/p256-vectors.ts
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Ed25519Vector } from './ed25519-vectors.ts';

/** As for Ed25519; the key is an SPKI, the signature r then s. */
export type P256Vector = { -readonly [Field in keyof Ed25519Vector]: Ed25519Vector[Field] };

const { Point } = p256;
type P256Point = InstanceType<typeof Point>;
const { Fn } = Point;
const N = Fn.ORDER;
const P = Point.Fp.ORDER;
const SECRET = 0x1d1ce5eed00000000000000000000000000000000000000000000000c0ffeen;
const NONCE = 0x5ca1ab1e0000000000000000000000000000000000000000000000000decaf5n;
const KEY = Point.BASE.multiply(SECRET);
const MESSAGE = Buffer.from('one level, twenty cents');

const SPKI_PREFIX = '3059301306072a8648ce3d020106082a8648ce3d030107034200';
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const word = (value: bigint): string => value.toString(16).padStart(64, '0');
const spkiOf = (x: bigint, y: bigint): string => `${SPKI_PREFIX}04${word(x)}${word(y)}`;
const digest = (message: Uint8Array): bigint => Fn.create(BigInt(`0x${hex(sha256(message))}`));
const low = (s: bigint): bigint => (s > N / 2n ? N - s : s);

function signed(message: Uint8Array = MESSAGE): { r: bigint; s: bigint } {
  const r = Fn.create(Point.BASE.multiply(NONCE).toAffine().x);
  return { r, s: low(Fn.mul(Fn.inv(NONCE), Fn.create(digest(message) + r * SECRET))) };
}

interface Parts {
  readonly key?: string;
  readonly message?: Uint8Array;
  readonly r?: bigint;
  readonly s?: bigint;
}

function vector(
  name: string,
  why: string,
  expect: P256Vector['expect'],
  parts: Parts = {},
  keyAdmissible = true,
): P256Vector {
  const { message = MESSAGE, key = spkiOf(KEY.x, KEY.y) } = parts;
  const { r = signed(message).r, s = signed(message).s } = parts;
  return { name, why, expect, keyAdmissible, publicKey: key, message: hex(message), signature: word(r) + word(s) };
}

function ranges(): P256Vector[] {
  const { r, s } = signed();
  return [
    vector('valid', 'an honest signature', 'accept'),
    vector('valid-empty-message', 'an honest signature of nothing', 'accept', { message: new Uint8Array(0) }),
    vector('s-high', 'n - s, the classic second signature, which the equation takes', 'reject', { s: N - s }),
    vector('s-zero', 's = 0', 'reject', { s: 0n }),
    vector('r-zero', 'r = 0', 'reject', { r: 0n }),
    vector('r-and-s-zero', 'r = s = 0', 'reject', { r: 0n, s: 0n }),
    vector('s-is-n', 's = n', 'reject', { s: N }),
    vector('r-is-n', 'r = n', 'reject', { r: N }),
    vector('s-all-ones', 's = 2^256 - 1', 'reject', { s: 2n ** 256n - 1n }),
    vector('r-all-ones', 'r = 2^256 - 1', 'reject', { r: 2n ** 256n - 1n }),
    vector('r-is-p', 'r = p', 'reject', { r: P }),
    vector('r-and-s-one', 'r = s = 1', 'reject', { r: 1n, s: 1n }),
    vector('s-half-n', 's = (n - 1) / 2, the highest that is low', 'reject', { s: N / 2n }),
    vector('r-negated', 'n - r', 'reject', { r: N - r }),
    vector('r-and-s-swapped', 's then r', 'reject', { r: s, s: r }),
    { ...vector('message-changed', 'another message', 'reject'), message: hex(Buffer.from('one level, twenty cent5')) },
  ];
}

/** Signatures whose equation is built backwards: a key for a chosen R, or an r that makes the sum vanish. */
function backwards(): P256Vector[] {
  const e = digest(MESSAGE);
  const s = low(12345678901234567890123456789012345678901234567890n);
  const keyFor = (point: P256Point, r: bigint): string => {
    const { x, y } = point.multiply(s).subtract(Point.BASE.multiply(e)).multiply(Fn.inv(r)).toAffine();
    return spkiOf(x, y);
  };
  const wide = pointFrom(N); // the first x at or above n
  const r = Fn.create(wide.x);
  return [
    vector('r-from-x-above-n', 'x of R is above n, so that r = x - n: rare, and right', 'accept', {
      key: keyFor(wide, r),
      r,
      s,
    }),
    vector('r-unreduced', 'the same with r = x, not reduced', 'reject', { key: keyFor(wide, r), r: wide.x, s }),
    vector('sum-is-infinity', '[e/s]G + [r/s]Q is infinity, which has no x', 'reject', {
      r: Fn.neg(Fn.mul(e, Fn.inv(SECRET))),
      s: 1n,
    }),
    vector('sum-is-a-doubling', '[e/s]G = [r/s]Q: adding a point to itself', 'accept', doubling(e)),
  ];
}

/** A key and signature with [e/s]G = [r/s]Q = kG, so that the sum is 2kG and r its x. */
function doubling(e: bigint): Parts {
  const k = Fn.inv(2n); // 2k = 1
  const r = Fn.create(Point.BASE.x);
  const s = Fn.mul(e, Fn.inv(k));
  const isLow = s <= N / 2n;
  const kept = isLow ? s : N - s; // with n - s the sum is -2kG, whose x is the same
  const { x, y } = Point.BASE.multiply(Fn.mul(e, Fn.inv(r))).toAffine();
  return { key: spkiOf(x, y), r, s: kept };
}

function pointFrom(first: bigint): P256Point {
  for (let x = first; ; x++) {
    try {
      return Point.fromHex(`02${word(x)}`);
    } catch {
      continue; // no y for this x
    }
  }
}

function keys(): P256Vector[] {
  const { x, y } = KEY.toAffine();
  const zero = Point.fromHex(`02${word(0n)}`).toAffine();
  const key = (name: string, why: string, publicKey: string): P256Vector => {
    const made = vector(`key-${name}`, why, 'BAD_KEY', { key: publicKey });
    delete made.keyAdmissible; // asked of keys that can be read
    return made;
  };
  return [
    vector('key-of-another', 'another key', 'reject', { key: spkiOf(zero.x, zero.y) }),
    vector('key-negated', '-Q', 'reject', { key: spkiOf(x, P - y) }),
    vector('key-off-curve', 'no point', 'reject', { key: spkiOf(x, y ^ 1n) }, false),
    vector('key-0-0', 'x = y = 0, what some libraries take for infinity', 'reject', { key: spkiOf(0n, 0n) }, false),
    vector('key-x-is-p', 'x = p, which is 0 written otherwise', 'reject', { key: spkiOf(P, zero.y) }, false),
    vector('key-y-is-p', 'y = p', 'reject', { key: spkiOf(x, P) }, false),
    key(
      'compressed',
      'the point compressed',
      `3039301306072a8648ce3d020106082a8648ce3d030107032200${hex(KEY.toBytes(true))}`,
    ),
    key('hybrid', 'the point in the hybrid form', `${SPKI_PREFIX}06${word(x)}${word(y)}`),
    key('infinity', 'infinity as its one byte', '3018301306072a8648ce3d020106082a8648ce3d03010703020000'),
    key('raw-point', 'the point without SPKI', `04${word(x)}${word(y)}`),
    key('trailing-byte', 'a byte after the SPKI', `${spkiOf(x, y)}00`),
    key('cut', 'the last byte is missing', spkiOf(x, y).slice(0, -2)),
    key('unused-bits', 'a bit string that leaves a bit unused', spkiOf(x, y).replace('034200', '034201')),
    key('long-length', 'a length in the long form', `30813059${spkiOf(x, y).slice(4)}`),
    key(
      'p384',
      'the name of another curve',
      `3056301006072a8648ce3d020106052b81040022034200${'04'}${word(x)}${word(y)}`,
    ),
    key(
      'ecdh',
      'id-ecDH instead of id-ecPublicKey',
      `305a${'3010'}06052b8104010c06082a8648ce3d030107034200${'04'}${word(x)}${word(y)}`,
    ),
  ];
}

function lengths(): P256Vector[] {
  const honest = vector('', '', 'BAD_SIGNATURE');
  const { r, s } = signed();
  const der = hex(new p256.Signature(r, s).toBytes('der'));
  return [
    { ...honest, name: 'signature-empty', why: 'no signature', signature: '' },
    { ...honest, name: 'signature-truncated', why: '63 bytes', signature: honest.signature.slice(0, -2) },
    { ...honest, name: 'signature-extended', why: '65 bytes', signature: `${honest.signature}00` },
    { ...honest, name: 'signature-in-der', why: 'the right signature in DER', signature: der },
  ];
}

/** Every vector, in a fixed order; the same bytes at every call. */
export function p256Vectors(): P256Vector[] {
  return [...ranges(), ...backwards(), ...keys(), ...lengths()];
}

/** The folder of the vector files. */
export const P256_VECTOR_FOLDER = join(fileURLToPath(new URL('.', import.meta.url)), 'p256');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  rmSync(P256_VECTOR_FOLDER, { recursive: true, force: true });
  mkdirSync(P256_VECTOR_FOLDER);
  for (const one of p256Vectors()) {
    writeFileSync(join(P256_VECTOR_FOLDER, `${one.name}.json`), `${JSON.stringify(one, null, 2)}\n`);
  }
}
