/** The certificate request (PKCS#10, RFC 2986) that a studio sends to its authority. */
import { sign, type KeyObject } from 'node:crypto';
import { CertificationRequest, CertificationRequestInfo } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
} from '@peculiar/asn1-x509';
import { spkiOf } from './keys.ts';

/** Who asks. What the certificate says in the end is the authority's to decide. */
export interface RequestedName {
  /** The publisher's id, for ever. */
  readonly id: string;
  /** Shown to players as who sells. */
  readonly commonName: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | undefined;
}

/** Ed25519, parameters absent (RFC 8410 section 3). */
const ED25519 = new AlgorithmIdentifier({ algorithm: '1.3.101.112' });
const COUNTRY = '2.5.4.6';
const COMMON_NAME = '2.5.4.3';
const SERIAL_NUMBER = '2.5.4.5';

/** The request as PEM, signed with the key it is about. The same name and key give the same text. */
export function createRequest(name: RequestedName, key: KeyObject): string {
  const certificationRequestInfo = new CertificationRequestInfo({
    subject: subjectOf(name),
    subjectPKInfo: AsnConvert.parse(spkiOf(key), SubjectPublicKeyInfo),
  });
  const signature = sign(null, new Uint8Array(AsnConvert.serialize(certificationRequestInfo)), key);
  const request = new CertificationRequest({
    certificationRequestInfo,
    signatureAlgorithm: ED25519,
    signature: Uint8Array.from(signature).buffer,
  });
  return pemBlock('CERTIFICATE REQUEST', new Uint8Array(AsnConvert.serialize(request)));
}

/** One attribute per set, in the string types that certificates of the profile have. */
function subjectOf({ id, commonName, country }: RequestedName): Name {
  const one = (type: string, value: AttributeValue): RelativeDistinguishedName =>
    new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value })]);
  return new Name([
    ...(country === undefined ? [] : [one(COUNTRY, new AttributeValue({ printableString: country }))]),
    one(COMMON_NAME, new AttributeValue({ utf8String: commonName })),
    one(SERIAL_NUMBER, new AttributeValue({ printableString: id })),
  ]);
}

/** RFC 7468, lines of 64 characters. */
function pemBlock(label: string, der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .match(/.{1,64}/g);
  return [`-----BEGIN ${label}-----`, ...(lines ?? []), `-----END ${label}-----`, ''].join('\n');
}
