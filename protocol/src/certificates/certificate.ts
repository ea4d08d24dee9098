/** Reads one X.509 v3 certificate of the profile: Ed25519 (RFC 8410), DER, at most 4 KiB. RFC 5280 section 4.1. */
import { readPublicKey } from '../ed25519-profile.ts';
import { ProtocolError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import {
  TAG,
  badDer,
  close,
  cursorOver,
  hex,
  open,
  readContent,
  readInteger,
  readSmallInteger,
  readWhole,
  readWholeBitString,
  type Cursor,
} from './der.ts';
import { readExtensions, type CertificateExtensions } from './extensions.ts';
import { readName, readValidity, type CertificateName } from './fields.ts';

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
  readonly algorithm: 'ed25519';
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** What the issuer signed, DER. */
  readonly signedBytes: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

const EXPLICIT_VERSION = 0xa0;
const EXPLICIT_EXTENSIONS = 0xa3;
const SERIAL_BYTES_MAX = 20;
/** AlgorithmIdentifier of Ed25519 without its header: 1.3.101.112, parameters absent (RFC 8410 section 3). */
const ED25519_ALGORITHM_HEX = '06032b6570';

/**
 * Reads a certificate without judging it.
 * @param der DER bytes; copied, so a later change of the input changes nothing.
 * @throws ProtocolError `TOO_LARGE`, `BAD_ENCODING`, or `BAD_KEY` for any algorithm but Ed25519.
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
  requireEd25519(certificate, 'signature algorithm');
  const signature = readWholeBitString(certificate, 'signature');
  close(certificate);
  if (signature.length !== 64) throw new ProtocolError('BAD_SIGNATURE', 'certificate: signature is not 64 bytes');
  return Object.freeze({ ...readSignedPart(signedBytes), signedBytes, signature });
}

function readSignedPart(signedBytes: Uint8Array): Omit<Certificate, 'signedBytes' | 'signature'> {
  const tbs = open(cursorOver(signedBytes, 'signed part'), TAG.sequence, 'signed part');
  const version = open(tbs, EXPLICIT_VERSION, 'version');
  if (readSmallInteger(version, 2, 'version') !== 2) throw badDer('version', 'not a version 3 certificate');
  close(version);
  const serial = readInteger(tbs, SERIAL_BYTES_MAX, 'serial');
  if (serial.every((byte) => byte === 0)) throw badDer('serial', 'zero');
  requireEd25519(tbs, 'signature algorithm');
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

function readSubjectKey(tbs: Cursor): Pick<Certificate, 'algorithm' | 'spki' | 'publicKey'> {
  const spki = readWhole(tbs, TAG.sequence, 'public key');
  const inner = open(cursorOver(spki, 'public key'), TAG.sequence, 'public key');
  requireEd25519(inner, 'public key algorithm');
  readWholeBitString(inner, 'public key');
  close(inner);
  const { algorithm, raw } = readPublicKey(spki);
  return { algorithm, spki, publicKey: raw };
}

/** The version of the profile fixes the algorithm; nothing in a certificate or message can choose a weaker one. */
function requireEd25519(cursor: Cursor, part: string): void {
  const algorithm = readContent(cursor, TAG.sequence, part);
  if (hex(algorithm) !== ED25519_ALGORITHM_HEX) throw new ProtocolError('BAD_KEY', `${part}: not Ed25519`);
}
