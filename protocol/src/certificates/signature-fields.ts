/** The signature of a certificate or revocation list: its algorithm, and its value in the one form that verifiers take. */
import { ProtocolError } from '../errors.ts';
import { withLowS } from '../p256-profile.ts';
import { ALG, SIGNATURE_BYTES, type Alg } from '../public-key.ts';
import {
  TAG,
  badDer,
  close,
  cursorOver,
  hex,
  open,
  readContent,
  readInteger,
  readWholeBitString,
  type Cursor,
} from './der.ts';

/** AlgorithmIdentifiers without their header, parameters absent: 1.3.101.112 (RFC 8410 section 3), ecdsa-with-SHA256 (RFC 5758 section 3.2). */
const ALG_BY_IDENTIFIER: Readonly<Record<string, Alg>> = {
  '06032b6570': ALG.ed25519,
  '06082a8648ce3d040302': ALG.p256,
};
const SCALAR_BYTES = 32;

/** Reads an AlgorithmIdentifier of the profile. Throws `BAD_KEY` for any other. */
export function readSignatureAlg(cursor: Cursor): Alg {
  const alg = ALG_BY_IDENTIFIER[hex(readContent(cursor, TAG.sequence, 'signature algorithm'))];
  if (alg === undefined)
    throw new ProtocolError('BAD_KEY', 'signature algorithm: neither Ed25519 nor ECDSA with SHA-256');
  return alg;
}

/**
 * Reads a signature as 64 bytes. ECDSA values stand in DER here (RFC 3279 section 2.2.3), with either s, as openssl writes
 * them; they come back raw with low s. Throws `BAD_SIGNATURE` for another length.
 */
export function readSignatureValue(cursor: Cursor, alg: Alg): Uint8Array {
  const value = readWholeBitString(cursor, 'signature');
  const signature = alg === ALG.ed25519 ? value : rawFromDer(value);
  if (signature.length !== SIGNATURE_BYTES) throw new ProtocolError('BAD_SIGNATURE', 'signature: not 64 bytes');
  return signature;
}

function rawFromDer(value: Uint8Array): Uint8Array {
  const outer = cursorOver(value, 'signature');
  const pair = open(outer, TAG.sequence, outer.part);
  close(outer);
  const raw = new Uint8Array(SIGNATURE_BYTES);
  raw.set(readScalar(pair), 0);
  raw.set(readScalar(pair), SCALAR_BYTES);
  close(pair);
  return withLowS(raw);
}

/** 32 bytes: the minimal INTEGER, whose sign byte goes and whose leading zeros come back. */
function readScalar(pair: Cursor): Uint8Array {
  const content = readInteger(pair, SCALAR_BYTES + 1, pair.part);
  const digits = content.length > SCALAR_BYTES ? content.subarray(1) : content;
  if (content.length > SCALAR_BYTES && content[0] !== 0) throw badDer(pair.part, 'above 32 bytes');
  const scalar = new Uint8Array(SCALAR_BYTES);
  scalar.set(digits, SCALAR_BYTES - digits.length);
  return scalar;
}
