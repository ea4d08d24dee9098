/**
 * Builds the Ed25519 edge cases of `vectors/ed25519/`, one defect each, with the curve arithmetic of @noble/curves and no
 * code of the verifier under test. Run it to write the files again:
 *
 *     node --import tsx tests/protocol/vectors/ed25519-vectors.ts
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ed25519, ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';

type Point = InstanceType<typeof ed25519.Point>;

export interface Ed25519Vector {
  readonly name: string;
  readonly why: string;
  /** What both verifiers say: a verdict, or the code they throw. */
  readonly expect: 'accept' | 'reject' | 'BAD_SIGNATURE' | 'BAD_KEY';
  /** What `requireAdmissibleKey` says; left out where the key is not 32 bytes. */
  readonly keyAdmissible?: boolean;
  readonly publicKey: string;
  readonly message: string;
  readonly signature: string;
}

const { Point } = ed25519;
const L = Point.Fn.ORDER;
const P = Point.Fp.ORDER;
const SECRET = 0x1d1ce5eed00000000000000000000000000000000000000000000000c0ffeen;
const NONCE = 0x5ca1ab1e0000000000000000000000000000000000000000000000000decaf5n;
const KEY = Point.BASE.multiply(SECRET);
const MESSAGE = Buffer.from('one level, twenty cents');

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

function challenge(encodedR: Uint8Array, encodedA: Uint8Array, message: Uint8Array): bigint {
  const digest = sha512(Uint8Array.from([...encodedR, ...encodedA, ...message]));
  return BigInt(`0x${hex(digest.reverse())}`) % L;
}

interface Parts {
  readonly key?: Uint8Array;
  readonly encodedR?: Uint8Array;
  readonly message?: Uint8Array;
  /** S from the challenge; by default the honest one. */
  readonly s?: (k: bigint) => bigint;
}

function build({ key = KEY.toBytes(), encodedR = Point.BASE.multiply(NONCE).toBytes(), message = MESSAGE, s }: Parts): {
  publicKey: string;
  message: string;
  signature: string;
} {
  const k = challenge(encodedR, key, message);
  const scalar = s ? s(k) : (NONCE + k * SECRET) % L;
  return { publicKey: hex(key), message: hex(message), signature: hex(encodedR) + hex(littleEndian(scalar)) };
}

/** The first message whose challenge has this remainder by eight: then the torsion part of the key plays that role. */
function messageWith(remainder: bigint, encodedR: Uint8Array, key: Uint8Array): Uint8Array {
  for (let i = 0; ; i++) {
    const message = Buffer.from(`torsion ${i}`);
    if (challenge(encodedR, key, message) % 8n === remainder) return message;
  }
}

const torsion: Point[] = ED25519_TORSION_SUBGROUP.map((encoded) => Point.fromHex(encoded));
const order8 = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');

/** Encodings that RFC 8032 section 5.1.3 refuses: y not below p, or x = 0 with the sign set. */
const NON_CANONICAL: readonly [string, bigint][] = [
  ['y-is-p', P],
  ['y-is-p-sign', P + (1n << 255n)],
  ['y-is-p-plus-1', P + 1n],
  ['y-is-p-plus-1-sign', P + 1n + (1n << 255n)],
  ['y-is-1-sign', 1n + (1n << 255n)],
  ['y-is-minus-1-sign', P - 1n + (1n << 255n)],
  ['y-is-p-plus-3', P + 3n],
  ['y-is-all-ones', (1n << 255n) - 1n],
];

function honest(): Ed25519Vector[] {
  const honestParts = build({});
  const { signature } = honestParts;
  const changed = (name: string, why: string, changes: Partial<Ed25519Vector>): Ed25519Vector => ({
    name,
    why,
    expect: 'reject',
    keyAdmissible: true,
    ...honestParts,
    ...changes,
  });
  return [
    changed('valid', 'an honest signature', { expect: 'accept' }),
    changed('valid-empty-message', 'an honest signature of nothing', {
      ...build({ message: new Uint8Array(0) }),
      expect: 'accept',
    }),
    changed('message-changed', 'another message', { message: hex(Buffer.from('one level, twenty cent5')) }),
    changed('s-plus-l', 'S + L, the classic second signature', build({ s: (k) => ((NONCE + k * SECRET) % L) + L })),
    changed('s-is-l', 'S = L', build({ s: () => L })),
    changed('s-all-ones', 'S = 2^256 - 1', build({ s: () => (1n << 256n) - 1n })),
    changed('s-zero', 'S = 0 with an honest R', build({ s: () => 0n })),
    changed('r-negated', 'the sign of R turned', { signature: flipBit(signature, 255) }),
    changed('signature-empty', 'no signature', { signature: '', expect: 'BAD_SIGNATURE' }),
    changed('signature-truncated', '63 bytes', { signature: signature.slice(0, -2), expect: 'BAD_SIGNATURE' }),
    changed('signature-extended', '65 bytes', { signature: `${signature}00`, expect: 'BAD_SIGNATURE' }),
  ];
}

function flipBit(encoded: string, bit: number): string {
  const bytes = Buffer.from(encoded, 'hex');
  bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return hex(bytes);
}

function badKeys(): Ed25519Vector[] {
  const parts = build({});
  const secp256k1 = '3056301006072a8648ce3d020106052b8104000a034200' + '04'.padEnd(130, 'a1');
  const x25519 = `302a300506032b656e032100${parts.publicKey}`;
  const offCurve = hex(littleEndian(2n)); // no x belongs to y = 2
  return [
    { ...parts, name: 'key-empty', why: 'no key', expect: 'BAD_KEY', publicKey: '' },
    { ...parts, name: 'key-31-bytes', why: 'cut', expect: 'BAD_KEY', publicKey: parts.publicKey.slice(2) },
    { ...parts, name: 'key-33-bytes', why: 'extended', expect: 'BAD_KEY', publicKey: `${parts.publicKey}00` },
    { ...parts, name: 'key-secp256k1', why: 'SPKI of another curve', expect: 'BAD_KEY', publicKey: secp256k1 },
    { ...parts, name: 'key-x25519', why: 'SPKI of a key agreement key', expect: 'BAD_KEY', publicKey: x25519 },
    { ...parts, name: 'key-off-curve', why: 'no point', expect: 'reject', keyAdmissible: false, publicKey: offCurve },
    {
      ...parts,
      name: 'r-off-curve',
      why: 'R is no point',
      expect: 'reject',
      keyAdmissible: true,
      signature: offCurve + parts.signature.slice(64),
    },
  ];
}

function smallOrder(): Ed25519Vector[] {
  const ofKeys = torsion.map((point, i): Ed25519Vector => {
    const key = point.toBytes();
    const message = messageWith(0n, Point.BASE.multiply(NONCE).toBytes(), key);
    const parts = build({ key, message, s: () => NONCE });
    return {
      name: `a-small-order-${i}`,
      why: 'A of small order: the equation holds, and nobody had to know a secret',
      expect: 'reject',
      keyAdmissible: false,
      ...parts,
    };
  });
  const ofR = torsion.map((point, i): Ed25519Vector => {
    const parts = build({ encodedR: point.toBytes(), s: (k) => (k * SECRET) % L });
    return {
      name: `r-small-order-${i}`,
      why: 'R of small order; for the neutral element even the cofactorless equation holds',
      expect: 'reject',
      keyAdmissible: true,
      ...parts,
    };
  });
  return [...ofKeys, ...ofR];
}

function nonCanonical(): Ed25519Vector[] {
  return NON_CANONICAL.flatMap(([name, encoding]): Ed25519Vector[] => {
    const encoded = littleEndian(encoding);
    const why = 'an encoding that RFC 8032 does not decode';
    const ofKey = build({ key: encoded, s: () => NONCE });
    const ofR = build({ encodedR: encoded, s: (k) => (k * SECRET) % L });
    return [
      { name: `a-non-canonical-${name}`, why, expect: 'reject', keyAdmissible: false, ...ofKey },
      { name: `r-non-canonical-${name}`, why, expect: 'reject', keyAdmissible: true, ...ofR },
    ];
  });
}

function mixedOrder(): Ed25519Vector[] {
  const mixedR = Point.BASE.multiply(NONCE).add(order8).toBytes();
  const mixedKey = KEY.add(order8).toBytes();
  const plainR = Point.BASE.multiply(NONCE).toBytes();
  return [
    {
      name: 'r-mixed-order',
      why: 'R with a torsion part: passes with the cofactor (noble, whatever its options), fails in node:crypto',
      expect: 'reject',
      keyAdmissible: true,
      ...build({ encodedR: mixedR }),
    },
    {
      name: 'a-mixed-order-residue',
      why: 'A with a torsion part that stays in the equation',
      expect: 'reject',
      keyAdmissible: false,
      ...build({ key: mixedKey, message: messageWith(3n, plainR, mixedKey) }),
    },
    {
      name: 'a-mixed-order-no-residue',
      why: 'A with a torsion part that the challenge wipes out: the signature holds, the key is refused where it is admitted',
      expect: 'accept',
      keyAdmissible: false,
      ...build({ key: mixedKey, message: messageWith(0n, plainR, mixedKey) }),
    },
    {
      name: 'a-and-r-mixed-order-cancel',
      why: 'torsion parts of A and R that cancel: the signature holds, the key is refused where it is admitted',
      expect: 'accept',
      keyAdmissible: false,
      ...build({ key: mixedKey, encodedR: mixedR, message: messageWith(7n, mixedR, mixedKey) }),
    },
  ];
}

/** Every vector, in a fixed order; the same bytes at every call. */
export function ed25519Vectors(): Ed25519Vector[] {
  return [...honest(), ...badKeys(), ...smallOrder(), ...nonCanonical(), ...mixedOrder()];
}

/** The folder of the vector files. */
export const ED25519_VECTOR_FOLDER = join(fileURLToPath(new URL('.', import.meta.url)), 'ed25519');

/** The text of a vector's file. */
export function vectorText(vector: Ed25519Vector): string {
  return `${JSON.stringify(vector, null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(ED25519_VECTOR_FOLDER, { recursive: true });
  for (const vector of ed25519Vectors()) {
    writeFileSync(join(ED25519_VECTOR_FOLDER, `${vector.name}.json`), vectorText(vector));
  }
}
