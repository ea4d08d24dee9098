/** Issues revocation lists: X.509 CRL version 2, complete and numbered (RFC 5280 section 5), for `verifyChain` and openssl alike. */
import { readCertificate, readRevocationList } from '@coinslot/protocol';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  CertificateList,
  CRLNumber,
  id_ce_cRLNumber,
  RevokedCertificate,
  TBSCertList,
  Time,
  Version,
} from '@peculiar/asn1-x509';
import { signatureAlgorithmOf, signDer } from './algorithm.ts';
import { AuthorityError } from './errors.ts';
import { extension, issuerKeyIdOf } from './extensions.ts';
import { publicKeyOf } from './keys.ts';
import { requireOwnKey, subjectOf, wholeSeconds, type Issuer } from './sign-certificate.ts';

/** A certificate that counts no more. */
export interface Revoked {
  /** `serialHex` of the certificate. */
  readonly serialHex: string;
  /** What it signed from then on is refused; milliseconds since 1970, whole seconds. */
  readonly revokedAtMs: number;
}

/** A list to be made. */
export interface RevocationListOptions {
  readonly issuer: Issuer;
  /** Above every number that this issuer's key has signed before, from 1. */
  readonly number: number;
  /** All that are revoked, those of earlier lists too; a serial once. */
  readonly revoked: readonly Revoked[];
  /** Milliseconds since 1970, whole seconds. */
  readonly thisUpdateMs: number;
  /** When the next list will be there at the latest. */
  readonly nextUpdateMs: number;
  /** The issuer's list before (DER): the new one must have a higher number and forget nothing of it. */
  readonly previous?: Uint8Array;
}

/**
 * Makes a revocation list, DER.
 * @throws AuthorityError when the issuer signs no lists, the number does not rise, or an entry of the list before is missing.
 */
export function issueRevocationList(options: RevocationListOptions): Uint8Array {
  const { issuer, number, revoked, thisUpdateMs, nextUpdateMs } = options;
  const authority = readCertificate(issuer.certificate);
  requireOwnKey(authority, issuer.privateKey);
  if (!authority.canSignLists) throw new AuthorityError(`${authority.subject.commonName} signs no revocation lists`);
  requireFurther(options);
  const signature = signatureAlgorithmOf(issuer.privateKey);
  const tbsCertList = new TBSCertList({
    version: Version.v2,
    signature,
    issuer: subjectOf(authority),
    thisUpdate: new Time(wholeSeconds(thisUpdateMs)),
    nextUpdate: new Time(wholeSeconds(nextUpdateMs)),
    ...(revoked.length === 0 ? {} : { revokedCertificates: revoked.map(entryOf) }),
    crlExtensions: [
      issuerKeyIdOf(publicKeyOf(issuer.privateKey)),
      extension(id_ce_cRLNumber, false, AsnConvert.serialize(new CRLNumber(number))),
    ],
  });
  const list = new CertificateList({
    tbsCertList,
    signatureAlgorithm: signature,
    signature: signDer(issuer.privateKey, AsnConvert.serialize(tbsCertList)),
  });
  const der = new Uint8Array(AsnConvert.serialize(list));
  readRevocationList(der); // refuses, for one, a serial that stands there twice, or more entries than a list may have
  return der;
}

/** Numbers never go back, and what was revoked stays revoked. */
function requireFurther({ number, revoked, previous }: RevocationListOptions): void {
  if (!Number.isSafeInteger(number) || number < 1) throw new AuthorityError('number: expected 1, 2, 3 ...');
  if (previous === undefined) return;
  const before = readRevocationList(previous);
  if (number <= before.number) throw new AuthorityError(`number: the list before has ${before.number}`);
  for (const [serialHex, revokedAtMs] of before.revokedAtMs) {
    const kept = revoked.find((one) => one.serialHex === serialHex);
    if (kept === undefined || kept.revokedAtMs > revokedAtMs)
      throw new AuthorityError(`${serialHex}: revoked before, and may not be forgotten or put off`);
  }
}

function entryOf({ serialHex, revokedAtMs }: Revoked): RevokedCertificate {
  return new RevokedCertificate({
    userCertificate: Uint8Array.from(Buffer.from(serialHex, 'hex')).buffer,
    revocationDate: new Time(wholeSeconds(revokedAtMs)),
  });
}
