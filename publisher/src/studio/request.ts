/** The certificate request (PKCS#10, RFC 2986) that a studio sends to its authority. */
import type { KeyObject } from 'node:crypto';
import './reflect-metadata.ts';
import { Name, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
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

const ED25519 = { name: 'Ed25519' };
const COUNTRY = '2.5.4.6';
const COMMON_NAME = '2.5.4.3';
const SERIAL_NUMBER = '2.5.4.5';

/** The request as PEM, signed with the key it is about. */
export async function createRequest(name: RequestedName, key: KeyObject): Promise<string> {
  const pkcs8 = Uint8Array.from(key.export({ format: 'der', type: 'pkcs8' }));
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: new Name([
      ...(name.country === undefined ? [] : [{ [COUNTRY]: [{ printableString: name.country }] }]),
      { [COMMON_NAME]: [{ utf8String: name.commonName }] },
      { [SERIAL_NUMBER]: [{ printableString: name.id }] },
    ]),
    keys: {
      privateKey: await crypto.subtle.importKey('pkcs8', pkcs8, ED25519, false, ['sign']),
      publicKey: await crypto.subtle.importKey('spki', Uint8Array.from(spkiOf(key)), ED25519, true, ['verify']),
    },
    signingAlgorithm: ED25519,
  });
  return `${request.toString('pem')}\n`;
}
