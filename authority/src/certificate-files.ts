/** Certificates in PEM files: one, or a chain leaf first. RFC 7468. */
import { readFileSync } from 'node:fs';
import { readCertificate } from '@coinslot/protocol';
import { AuthorityError } from './errors.ts';
import { writeNewFile } from './keys.ts';

const ANYONE_MAY_READ = 0o644;
const BLOCK = /-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END CERTIFICATE-----/g;

/** Certificates (DER) as PEM text, in the order given. */
export function toPem(certificates: readonly Uint8Array[]): string {
  return certificates.map((der) => pemBlock('CERTIFICATE', der)).join('');
}

/** One PEM block with lines of 64 characters. */
export function pemBlock(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** The certificates (DER) of a PEM text, each read strictly. Throws ProtocolError for one outside the profile. */
export function fromPem(pem: string): Uint8Array[] {
  const certificates = [...pem.matchAll(BLOCK)].map(([, base64 = '']) =>
    Uint8Array.from(Buffer.from(base64, 'base64')),
  );
  certificates.forEach(readCertificate);
  return certificates;
}

/** Writes certificates to a new PEM file. */
export function writeCertificates(path: string, certificates: readonly Uint8Array[]): void {
  writeNewFile(path, toPem(certificates), ANYONE_MAY_READ);
}

/** Reads the certificates (DER) of a PEM file; at least one. */
export function readCertificates(path: string): [Uint8Array, ...Uint8Array[]] {
  const [first, ...rest] = fromPem(readText(path));
  if (!first) throw new AuthorityError(`${path}: no certificate in it`);
  return [first, ...rest];
}

/** Reads a text file. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AuthorityError(`${path}: cannot be read`, { hint: 'check the path', cause });
  }
}
