/** The signature algorithms of the tree: Ed25519, and ECDSA P-256 with SHA-256 for card issuers. */
import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { ALG, readPublicKey, type Alg } from '@coinslot/protocol';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import { publicKeyOf } from './keys.ts';

/** Parameters absent in both (RFC 8410 section 3, RFC 5758 section 3.2). */
const IDENTIFIERS: Readonly<Record<Alg, string>> = {
  [ALG.ed25519]: '1.3.101.112',
  [ALG.p256]: '1.2.840.10045.4.3.2',
};

/** What a key signs with, as X.509 names it. */
export function signatureAlgorithmOf(privateKey: KeyObject): AlgorithmIdentifier {
  return new AlgorithmIdentifier({ algorithm: IDENTIFIERS[readPublicKey(publicKeyOf(privateKey)).alg] });
}

/** Signs the DER of a certificate, request or list; ECDSA in DER, as X.509 carries it. */
export function signDer(privateKey: KeyObject, der: ArrayBuffer): ArrayBuffer {
  const digest = privateKey.asymmetricKeyType === 'ec' ? 'sha256' : null;
  return Uint8Array.from(sign(digest, new Uint8Array(der), privateKey)).buffer;
}

/** Whether a DER structure is signed by this key (SPKI), which must have been admitted; the counterpart of `signDer`. */
export function holdsDer(spki: Uint8Array, der: ArrayBuffer, signature: ArrayBuffer): boolean {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const digest = key.asymmetricKeyType === 'ec' ? 'sha256' : null;
  return verify(digest, new Uint8Array(der), key, new Uint8Array(signature));
}
