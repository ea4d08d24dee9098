/**
 * Writes certificates with any defect one likes: a small DER writer and node:crypto, independent of the reader under
 * test and of the authority's library. Every field can be replaced, DER included; the signature is made last and holds.
 */
import { createHash, sign } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import type { Alg, Assurance, CertificateRole, Signer } from '@coinslot/protocol';
import { ASSURANCE_OID, roleOid, LIMITS_OID, publicKeyFromSeed, spkiOf } from '@coinslot/protocol';
import { privateKeyFromSeed } from '@coinslot/protocol/node';

/** A forged authority or leaf: its seed, its name, its certificate. */
export interface Forged {
  readonly der: Uint8Array;
  readonly seed: Uint8Array;
  readonly alg: Alg;
  readonly subject: Buffer;
}

/** What a card's certificate is to say. */
export interface ForgedAssurance {
  readonly assurance: Assurance | number;
  readonly ceilings?: readonly (readonly [string, bigint])[];
}

export interface ForgedLimits {
  readonly prices: readonly (readonly [string, bigint])[];
  readonly territories?: readonly string[];
  readonly minimumAge?: number;
}

/** What goes into a certificate; everything has an honest default. `*Der` replace a part by bytes. */
export interface Recipe {
  readonly seed: Uint8Array;
  /** Of the subject's key; 2 is P-256. */
  readonly alg?: Alg;
  readonly issuer?: Forged;
  readonly subjectDer?: Buffer;
  readonly issuerDer?: Buffer;
  readonly serialDer?: Buffer;
  readonly versionDer?: Buffer;
  readonly notBeforeDer?: Buffer;
  readonly notAfterDer?: Buffer;
  readonly algorithmDer?: Buffer;
  readonly outerAlgorithmDer?: Buffer;
  readonly spkiDer?: Buffer;
  readonly afterKeyDer?: Buffer;
  readonly authority?: { readonly pathLength?: number } | undefined;
  readonly keyUsageDer?: Buffer | undefined;
  readonly roles?: readonly CertificateRole[];
  readonly sandbox?: boolean;
  readonly limits?: ForgedLimits | undefined;
  readonly limitsDer?: Buffer;
  readonly assurance?: ForgedAssurance | undefined;
  readonly assuranceDer?: Buffer;
  /** More extensions, after the honest ones. */
  readonly more?: readonly Buffer[];
  /** All extensions, instead of the honest ones. */
  readonly extensionsDer?: Buffer;
  readonly signatureDer?: Buffer;
  /** Bytes after the certificate. */
  readonly trailing?: Buffer;
}

export const seedOf = (name: string): Uint8Array => Uint8Array.from(createHash('sha256').update(name).digest());

/** One DER element with the shortest length. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const header =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => element(0x30, ...parts);
export const integer = (...content: readonly number[]): Buffer => element(0x02, Buffer.from(content));
export const printable = (text: string): Buffer => element(0x13, Buffer.from(text, 'latin1'));
export const utf8 = (text: string): Buffer => element(0x0c, Buffer.from(text));
export const utcTime = (text: string): Buffer => element(0x17, Buffer.from(text));
export const generalizedTime = (text: string): Buffer => element(0x18, Buffer.from(text));
export const TRUE = Buffer.from([0x01, 0x01, 0xff]);
export const ED25519 = sequence(oid('1.3.101.112'));
export const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
/** SPKI of P-256 before its uncompressed point. */
const P256_KEY = sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7'));

export function oid(dotted: string): Buffer {
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  const bytes = [first * 40n + second, ...rest].flatMap((arc) => {
    const digits = [Number(arc & 0x7fn)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) digits.unshift(Number(left & 0x7fn) | 0x80);
    return digits;
  });
  return element(0x06, Buffer.from(bytes));
}

/** One attribute in a set of its own. */
export const attribute = (type: string, value: Buffer): Buffer => element(0x31, sequence(oid(type), value));
export const nameDer = (commonName: string, ...more: readonly Buffer[]): Buffer =>
  sequence(attribute('2.5.4.3', utf8(commonName)), ...more);
export const extension = (type: string, value: Uint8Array, critical = false): Buffer =>
  sequence(oid(type), ...(critical ? [TRUE] : []), element(0x04, value));
export const usageBits = (unused: number, ...bytes: readonly number[]): Buffer =>
  element(0x03, Buffer.from([unused, ...bytes]));

export function limitsValue({ prices, territories = [], minimumAge = 0 }: ForgedLimits): Buffer {
  const topPrices = prices.map(([currency, value]) => sequence(unsigned(value), printable(currency)));
  return sequence(sequence(...topPrices), sequence(...territories.map(printable)), integer(minimumAge));
}

export function assuranceValue({ assurance, ceilings = [['EUR', 5000n]] }: ForgedAssurance): Buffer {
  const number = typeof assurance === 'number' ? assurance : assurance === 'chip' ? 1 : 2;
  const pairs = ceilings.map(([currency, value]) => sequence(printable(currency), unsigned(value)));
  return sequence(integer(number), sequence(...pairs));
}

function unsigned(value: bigint): Buffer {
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex');
  return element(0x02, ...(bytes.readUInt8(0) >= 0x80 ? [Buffer.from([0])] : []), bytes);
}

/** SPKI of a seed's key. */
export function spkiOfSeed(seed: Uint8Array, alg: Alg): Buffer {
  if (alg === 1) return Buffer.from(spkiOf(publicKeyFromSeed(seed)));
  return sequence(P256_KEY, element(0x03, Buffer.from([0]), p256.getPublicKey(seed, false)));
}

/** A deterministic signer of P-256 (RFC 6979), low s unless `high`; for messages and cards. */
export function p256Signer(seed: Uint8Array): Signer {
  return {
    publicKey: Uint8Array.from(spkiOfSeed(seed, 2)),
    sign: (bytes) => p256.sign(bytes, seed, { lowS: true, prehash: true }),
  };
}

/** Signs DER as X.509 carries it; P-256 with the high s, which is as good there. */
export function signForged(bytes: Uint8Array, { seed, alg }: Pick<Forged, 'seed' | 'alg'>): Uint8Array {
  if (alg === 1) return sign(null, bytes, privateKeyFromSeed(seed));
  const { r, s } = p256.Signature.fromBytes(p256.sign(bytes, seed, { lowS: true, prehash: true }));
  return sequence(unsigned(r), unsigned(p256.Point.Fn.ORDER - s));
}

/** Makes a certificate; self-signed without an issuer. */
export function forge(recipe: Recipe): Forged {
  const { alg = 1 } = recipe;
  const subject = recipe.subjectDer ?? nameDer('Somebody', attribute('2.5.4.5', printable('somebody')));
  const spki = recipe.spkiDer ?? spkiOfSeed(recipe.seed, alg);
  const signer = recipe.issuer ?? { seed: recipe.seed, alg };
  const algorithm = signer.alg === 1 ? ED25519 : ECDSA_SHA256;
  const signed = sequence(
    recipe.versionDer ?? element(0xa0, integer(2)),
    recipe.serialDer ?? integer(0x11, 0x22, 0x33),
    recipe.algorithmDer ?? algorithm,
    recipe.issuerDer ?? recipe.issuer?.subject ?? subject,
    sequence(recipe.notBeforeDer ?? utcTime('260101000000Z'), recipe.notAfterDer ?? utcTime('351231235959Z')),
    subject,
    spki,
    recipe.afterKeyDer ?? Buffer.alloc(0),
    element(0xa3, recipe.extensionsDer ?? sequence(...honestExtensions(recipe), ...(recipe.more ?? []))),
  );
  const signature = signForged(signed, signer);
  const der = sequence(
    signed,
    recipe.outerAlgorithmDer ?? algorithm,
    recipe.signatureDer ?? element(0x03, Buffer.from([0]), signature),
  );
  const whole = Buffer.concat([der, recipe.trailing ?? Buffer.alloc(0)]);
  return { der: Uint8Array.from(whole), seed: recipe.seed, alg, subject };
}

/** What goes into a revocation list; everything has an honest default. `*Der` replace a part by bytes. */
export interface ListRecipe {
  readonly issuer: Forged;
  readonly number?: number;
  readonly numberDer?: Buffer;
  /** Serials as DER INTEGERs, with the UTCTime of each. */
  readonly entries?: readonly (readonly [Buffer, Buffer, ...Buffer[]])[];
  readonly entriesDer?: Buffer;
  readonly issuerDer?: Buffer;
  readonly versionDer?: Buffer;
  readonly thisUpdateDer?: Buffer;
  readonly nextUpdateDer?: Buffer;
  readonly algorithmDer?: Buffer;
  readonly outerAlgorithmDer?: Buffer;
  readonly more?: readonly Buffer[];
  readonly signatureDer?: Buffer;
  readonly trailing?: Buffer;
}

/** Makes a revocation list, signed by its issuer's key. */
export function forgeList(recipe: ListRecipe): Uint8Array {
  const { issuer, number = 1, entries = [] } = recipe;
  const algorithm = issuer.alg === 1 ? ED25519 : ECDSA_SHA256;
  const listed = entries.length === 0 ? Buffer.alloc(0) : sequence(...entries.map((parts) => sequence(...parts)));
  const extensions = [extension('2.5.29.20', recipe.numberDer ?? unsigned(BigInt(number))), ...(recipe.more ?? [])];
  const signed = sequence(
    recipe.versionDer ?? integer(1),
    recipe.algorithmDer ?? algorithm,
    recipe.issuerDer ?? issuer.subject,
    recipe.thisUpdateDer ?? utcTime('270501000000Z'),
    recipe.nextUpdateDer ?? utcTime('270701000000Z'),
    recipe.entriesDer ?? listed,
    element(0xa0, sequence(...extensions)),
  );
  const signature = recipe.signatureDer ?? element(0x03, Buffer.from([0]), signForged(signed, issuer));
  const der = sequence(signed, recipe.outerAlgorithmDer ?? algorithm, signature);
  return Uint8Array.from(Buffer.concat([der, recipe.trailing ?? Buffer.alloc(0)]));
}

/** The extensions of an honest certificate; the ids are those of RFC 5280 section 4.2.1. */
export function honestExtensions(recipe: Recipe): Buffer[] {
  const { authority, roles = [], sandbox = false, limits, limitsDer, assurance, assuranceDer } = recipe;
  // keyCertSign and cRLSign, for a card issuer digitalSignature too; a leaf digitalSignature alone.
  const issues = roles.join() === 'card-issuer' ? usageBits(1, 0x86) : usageBits(1, 0x06);
  const usage = 'keyUsageDer' in recipe ? recipe.keyUsageDer : authority ? issues : usageBits(7, 0x80);
  const constraints =
    authority && sequence(TRUE, ...(authority.pathLength === undefined ? [] : [integer(authority.pathLength)]));
  const value = limitsDer ?? (limits && limitsValue(limits));
  const card = assuranceDer ?? (assurance && assuranceValue(assurance));
  return [
    ...(constraints ? [extension('2.5.29.19', constraints, true)] : []),
    ...(usage ? [extension('2.5.29.15', usage, true)] : []),
    ...(roles.length > 0
      ? [extension('2.5.29.37', sequence(...roles.map((role) => oid(roleOid(role, sandbox)))))]
      : []),
    ...(value ? [extension(LIMITS_OID, value, true)] : []),
    ...(card ? [extension(ASSURANCE_OID, card, true)] : []),
  ];
}
