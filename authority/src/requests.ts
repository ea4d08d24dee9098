/** Certificate requests (PKCS#10, RFC 2986): how a publisher or server asks for a certificate and keeps its key. */
import type { KeyObject } from 'node:crypto';
import { ALG, readPublicKey, requireAdmissibleKey, spkiOf, type CertificateName } from '@coinslot/protocol';
import { CertificationRequest, CertificationRequestInfo } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import { SubjectPublicKeyInfo } from '@peculiar/asn1-x509';
import { holdsDer, signatureAlgorithmOf, signDer } from './algorithm.ts';
import { pemBlock } from './certificate-files.ts';
import { AuthorityError } from './errors.ts';
import { publicKeyOf } from './keys.ts';
import { fromAsn1Name, toAsn1Name } from './names.ts';

/** Who is to be certified: a name and the public key that goes with it, as `verifySignature` takes it. */
export interface Subject {
  readonly name: CertificateName;
  readonly publicKey: Uint8Array;
}

const REQUEST_CHARACTERS_MAX = 8_192;
const BLOCK = /-----BEGIN CERTIFICATE REQUEST-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END CERTIFICATE REQUEST-----/;

/** Makes a request, PEM, signed with the key it is about. */
export function createRequest(name: CertificateName, privateKey: KeyObject): string {
  const spki = Uint8Array.from(spkiOf(publicKeyOf(privateKey)));
  const certificationRequestInfo = new CertificationRequestInfo({
    subject: toAsn1Name(name),
    subjectPKInfo: AsnConvert.parse(spki, SubjectPublicKeyInfo),
  });
  const request = new CertificationRequest({
    certificationRequestInfo,
    signatureAlgorithm: signatureAlgorithmOf(privateKey),
    signature: signDer(privateKey, AsnConvert.serialize(certificationRequestInfo)),
  });
  return pemBlock('CERTIFICATE REQUEST', new Uint8Array(AsnConvert.serialize(request)));
}

/**
 * Reads a request (PEM), whose signature proves that the asker holds the key. What it asks for besides name and key is
 * ignored: role and limits are the issuer's to give.
 * @throws AuthorityError when it is no request or not signed by its key, ProtocolError `BAD_KEY` for a key not to be used.
 */
export function readRequest(pem: string): Subject {
  const { certificationRequestInfo, certificationRequestInfoRaw, signature } = parseRequest(pem);
  const spki = new Uint8Array(AsnConvert.serialize(certificationRequestInfo.subjectPKInfo));
  const { alg, raw } = readPublicKey(requireAdmissibleKey(spki));
  if (!certificationRequestInfoRaw || !holdsDer(spki, certificationRequestInfoRaw, signature)) {
    throw new AuthorityError('request: not signed by the key in it');
  }
  const publicKey = alg === ALG.ed25519 ? Uint8Array.from(raw) : spki;
  return { name: fromAsn1Name(certificationRequestInfo.subject), publicKey };
}

function parseRequest(pem: string): CertificationRequest {
  const hint = 'make one with: coinslot-authority request';
  const base64 = pem.length > REQUEST_CHARACTERS_MAX ? undefined : BLOCK.exec(pem)?.[1];
  if (base64 === undefined) throw new AuthorityError('request: no PEM certificate request', { hint });
  try {
    return AsnConvert.parse(Uint8Array.from(Buffer.from(base64, 'base64')), CertificationRequest);
  } catch (cause) {
    throw new AuthorityError('request: not a PKCS#10 request', { hint, cause });
  }
}
