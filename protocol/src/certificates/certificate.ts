/** Reads one X.509 v3 certificate of the profile: Ed25519 (RFC 8410) or, for cards, P-256 (RFC 5480); DER, at most 4 KiB. RFC 5280 section 4.1. */
import { ProtocolError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { ALG, readPublicKey, type Alg } from '../public-key.ts';
import {
  TAG,
  badDer,
  close,
  cursorOver,
  hex,
  open,
  readInteger,
  readSmallInteger,
  readWhole,
  type Cursor,
} from './der.ts';
import { readExtensions, type CertificateExtensions } from './extensions.ts';
import { readName, readValidity, type CertificateName } from './fields.ts';
import type { CertificateRole } from './roles.ts';
import { readSignatureAlg, readSignatureValue } from './signature-fields.ts';

/** A certificate, read and not yet believed: nothing here says that its signature holds. */
export interface Certificate extends CertificateExtensions {
  readonly serialHex: string;
  readonly issuer: CertificateName;
  readonly subject: CertificateName;
  /** The Name's DER, for byte-wise matching. */
  readonly issuerDer: Uint8Array;
  readonly subjectDer: Uint8Array;
  /** Milliseconds since 1970, inclusive. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Of the subject's key. */
  readonly alg: Alg;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** The subject's key as `verifySignature` takes it: 32 raw bytes of Ed25519, or the SPKI of P-256. */
  readonly publicKey: Uint8Array;
  /** What the issuer signed with; must be the issuer's own. */
  readonly signatureAlg: Alg;
  /** What the issuer signed, DER. */
  readonly signedBytes: Uint8Array;
  /** 64 bytes, as `verifySignature` takes them. */
  readonly signature: Uint8Array;
}

const EXPLICIT_VERSION = 0xa0;
const EXPLICIT_EXTENSIONS = 0xa3;
const SERIAL_BYTES_MAX = 20;
/** What may have a P-256 key: what cards on sale can be, and who issues them. */
const P256_ROLES: readonly CertificateRole[] = ['card-issuer', 'card'];

/**
 * Reads a certificate without judging it.
 * @param der DER bytes; copied, so a later change of the input changes nothing.
 * @throws ProtocolError `TOO_LARGE`, `BAD_ENCODING`, or `BAD_KEY` for an algorithm that the profile does not know or the
 * role may not have.
 */
export function readCertificate(der: Uint8Array): Certificate {
  if (!(der instanceof Uint8Array)) throw new TypeError('der: expected a Uint8Array');
  if (der.length > LIMITS.certificateBytesMax) {
    throw new ProtocolError('TOO_LARGE', `certificate: above ${LIMITS.certificateBytesMax} bytes`);
  }
  const whole = cursorOver(Uint8Array.from(der), 'certificate');
  const certificate = open(whole, TAG.sequence, 'certificate');
  close(whole);
  const signedBytes = readWhole(certificate, TAG.sequence, 'signed part');
  const signatureAlg = readSignatureAlg(certificate);
  const signature = readSignatureValue(certificate, signatureAlg);
  close(certificate);
  const signed = readSignedPart(signedBytes);
  if (signed.signatureAlg !== signatureAlg)
    throw new ProtocolError('BAD_KEY', 'signature algorithm: two different ones');
  requireAlgOfRole(signed);
  return Object.freeze({ ...signed, signedBytes, signature });
}

/** Only cards and their issuers have P-256 keys; everybody else's algorithm is fixed by the version of the profile. */
function requireAlgOfRole({
  alg,
  liveRoles,
  sandboxRoles,
}: Pick<Certificate, 'alg' | 'liveRoles' | 'sandboxRoles'>): void {
  const [role, ...more] = [...liveRoles, ...sandboxRoles];
  if (alg === ALG.ed25519 || (role !== undefined && more.length === 0 && P256_ROLES.includes(role))) return;
  throw new ProtocolError('BAD_KEY', 'public key algorithm: P-256 is for cards and card issuers only');
}

function readSignedPart(signedBytes: Uint8Array): Omit<Certificate, 'signedBytes' | 'signature'> {
  const tbs = open(cursorOver(signedBytes, 'signed part'), TAG.sequence, 'signed part');
  const version = open(tbs, EXPLICIT_VERSION, 'version');
  if (readSmallInteger(version, 2, 'version') !== 2) throw badDer('version', 'not a version 3 certificate');
  close(version);
  const serial = readInteger(tbs, SERIAL_BYTES_MAX, 'serial');
  if (serial.every((byte) => byte === 0)) throw badDer('serial', 'zero');
  const signatureAlg = readSignatureAlg(tbs);
  const issuer = readNameAndDer(tbs, 'issuer');
  const validity = readValidity(tbs);
  const subject = readNameAndDer(tbs, 'subject');
  const key = readSubjectKey(tbs);
  const wrapper = open(tbs, EXPLICIT_EXTENSIONS, 'extensions');
  const extensions = readExtensions(wrapper);
  close(wrapper);
  close(tbs); // the unique identifiers of X.509 v2 are not part of the profile
  return {
    serialHex: hex(serial),
    signatureAlg,
    issuer: issuer.name,
    issuerDer: issuer.der,
    subject: subject.name,
    subjectDer: subject.der,
    ...validity,
    ...key,
    ...extensions,
  };
}

function readNameAndDer(tbs: Cursor, part: string): { name: CertificateName; der: Uint8Array } {
  const der = readWhole(tbs, TAG.sequence, part);
  return { name: readName(cursorOver(der, part), part), der };
}

function readSubjectKey(tbs: Cursor): Pick<Certificate, 'alg' | 'spki' | 'publicKey'> {
  const spki = readWhole(tbs, TAG.sequence, 'public key');
  const { alg, raw } = readPublicKey(spki);
  return { alg, spki, publicKey: alg === ALG.ed25519 ? raw : spki };
}
