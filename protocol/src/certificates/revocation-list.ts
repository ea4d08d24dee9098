/**
 * Reads one certificate revocation list: X.509 CRL version 2, DER, complete and numbered. RFC 5280 section 5.
 *
 * Delta and indirect lists and those of one distribution point carry critical extensions, which this reader does not know
 * and therefore refuses. What it does not prove: that anybody signed the list; `verifyChain` does.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { BoundedCache } from '../bounded-cache.ts';
import { ProtocolError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Alg } from '../public-key.ts';
import {
  TAG,
  badDer,
  close,
  cursorOver,
  hasMore,
  hex,
  isNext,
  open,
  readInteger,
  readSmallInteger,
  readWhole,
  type Cursor,
} from './der.ts';
import { collectExtensions, type RawExtension } from './extensions.ts';
import { readName, readTime, type CertificateName } from './fields.ts';
import { readSignatureAlg, readSignatureValue } from './signature-fields.ts';

/** A list, read and not yet believed. */
export interface RevocationList {
  /** SHA-256 of the whole list, hex. */
  readonly hash: string;
  readonly issuer: CertificateName;
  /** The issuer's Name, DER, for byte-wise matching. */
  readonly issuerDer: Uint8Array;
  /** Rises with every list of an issuer, 0 ... 2^31-1. */
  readonly number: number;
  readonly thisUpdateMs: number;
  /** When a newer one will be there. */
  readonly nextUpdateMs: number;
  /** When, by serial in hex; milliseconds since 1970. */
  readonly revokedAtMs: ReadonlyMap<string, number>;
  /** The authorityKeyIdentifier extension, hex: which key the list says has signed it. Only the signature tells. */
  readonly issuerKeyId: string;
  readonly signatureAlg: Alg;
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
}

const EXPLICIT_EXTENSIONS = 0xa0;
const NUMBER_MAX = 0x7fff_ffff;
const CRL_NUMBER = '551d14';
const AUTHORITY_KEY_ID = '551d23';
const LISTS_READ_MAX = 32;

/** Reading changes nothing, so a list that was read under its hash need not be read again. */
const listsRead = new BoundedCache<RevocationList>(LISTS_READ_MAX);

/**
 * Reads a revocation list without judging it.
 * @throws ProtocolError `TOO_LARGE`, `BAD_ENCODING`, `BAD_KEY`, `BAD_SIGNATURE`, or `CHAIN_CRITICAL` for an unknown critical
 * extension.
 */
export function readRevocationList(der: Uint8Array): RevocationList {
  if (!(der instanceof Uint8Array)) throw new TypeError('der: expected a Uint8Array');
  if (der.length > LIMITS.crlBytesMax) throw new ProtocolError('TOO_LARGE', `crl: above ${LIMITS.crlBytesMax} bytes`);
  const hash = hex(sha256(der));
  const known = listsRead.get(hash);
  if (known) return known;
  const list = Object.freeze({ hash, ...readAnew(Uint8Array.from(der)) });
  listsRead.set(hash, list);
  return list;
}

/** The number of a list (DER), by which holders keep the newest of each issuer. Throws as `readRevocationList` does. */
export const crlNumber = (der: Uint8Array): number => readRevocationList(der).number;

function readAnew(der: Uint8Array): Omit<RevocationList, 'hash'> {
  const whole = cursorOver(der, 'crl');
  const outer = open(whole, TAG.sequence, 'crl');
  close(whole);
  const signedBytes = readWhole(outer, TAG.sequence, 'crl signed part');
  const signatureAlg = readSignatureAlg(outer);
  const signature = readSignatureValue(outer, signatureAlg);
  close(outer);
  const tbs = open(cursorOver(signedBytes, 'crl'), TAG.sequence, 'crl');
  if (readSmallInteger(tbs, 1, 'crl version') !== 1) throw badDer('crl', 'not a version 2 list');
  if (readSignatureAlg(tbs) !== signatureAlg)
    throw new ProtocolError('BAD_KEY', 'signature algorithm: two different ones');
  const issuerDer = readWhole(tbs, TAG.sequence, 'crl issuer');
  const issuer = readName(cursorOver(issuerDer, 'crl issuer'), 'crl issuer');
  const thisUpdateMs = readTime(tbs, 'thisUpdate');
  const nextUpdateMs = readTime(tbs, 'nextUpdate');
  if (nextUpdateMs < thisUpdateMs) throw badDer('crl', 'ends before it begins');
  const revokedAtMs = isNext(tbs, TAG.sequence)
    ? readEntries(open(tbs, TAG.sequence, 'crl entries'))
    : new Map<string, number>();
  const extensions = readListExtensions(tbs);
  close(tbs);
  return {
    issuer,
    issuerDer,
    thisUpdateMs,
    nextUpdateMs,
    revokedAtMs,
    ...extensions,
    signatureAlg,
    signedBytes,
    signature,
  };
}

/** At least one entry, since an empty list is left out (RFC 5280 section 5.1.2.6); no serial twice. */
function readEntries(list: Cursor): ReadonlyMap<string, number> {
  const entries = new Map<string, number>();
  do {
    const entry = open(list, TAG.sequence, 'crl entry');
    const serial = hex(readInteger(entry, 20, 'crl serial'));
    if (entries.has(serial)) throw badDer('crl', 'serial twice');
    entries.set(serial, readTime(entry, 'revocationDate'));
    if (hasMore(entry)) requireNoneCritical(collectExtensions(open(entry, TAG.sequence, 'crl entry')));
    close(entry);
  } while (hasMore(list));
  return entries;
}

function readListExtensions(tbs: Cursor): Pick<RevocationList, 'number' | 'issuerKeyId'> {
  const wrapper = open(tbs, EXPLICIT_EXTENSIONS, 'crl extensions');
  const found = collectExtensions(open(wrapper, TAG.sequence, 'crl extensions'));
  close(wrapper);
  requireNoneCritical(found);
  const number = cursorOver(found.get(CRL_NUMBER)?.value ?? new Uint8Array(), 'crl number');
  const value = readSmallInteger(number, NUMBER_MAX, 'crl number');
  close(number);
  return { number: value, issuerKeyId: hex(found.get(AUTHORITY_KEY_ID)?.value ?? new Uint8Array()) };
}

function requireNoneCritical(found: ReadonlyMap<string, RawExtension>): void {
  for (const { isCritical } of found.values())
    if (isCritical) throw new ProtocolError('CHAIN_CRITICAL', 'crl: unknown critical extension');
}
