/** What the commands read and write: keys, chains and passphrases by prefix. */
import type { KeyObject } from 'node:crypto';
import { readCertificate } from '@coinslot/protocol';
import { readCertificates, readText, writeCertificates } from './certificate-files.ts';
import { describeCertificate } from './describe.ts';
import { AuthorityError } from './errors.ts';
import { readPrivateKey, writePrivateKey } from './keys.ts';
import type { CommonOptions, IssueCommandOptions } from './options.ts';
import { readRequest, type Subject } from './requests.ts';
import type { Issuer } from './sign-certificate.ts';

/** What the commands need from outside. */
export interface CommandContext {
  /** Now, milliseconds since 1970. */
  readonly nowMs: number;
  /** Prints one line. */
  readonly print: (line: string) => void;
}

/** Mode of files that everybody may read. */
export const PUBLIC_MODE = 0o644;

/** Last before the certificate: a command that was refused leaves no key behind. */
export function writeKeyFile(
  { out, passphraseFile }: Pick<CommonOptions, 'out' | 'passphraseFile'>,
  privateKey: KeyObject,
): void {
  writePrivateKey(`${out}.key.pem`, privateKey, readPassphrase(passphraseFile));
}

/** The issuer, and the certificates that a chain below it carries on: none of them is the root. */
export function readIssuer(options: Pick<IssueCommandOptions, 'issuer' | 'issuerPassphraseFile'>): {
  issuer: Issuer;
  above: Uint8Array[];
} {
  const chain = readCertificates(`${options.issuer}.cert.pem`);
  const [certificate] = chain;
  const privateKey = readPrivateKey(`${options.issuer}.key.pem`, readPassphrase(options.issuerPassphraseFile));
  return { issuer: { certificate, privateKey }, above: isRoot(certificate) ? [] : chain };
}

/** True for a certificate that names itself as its issuer. */
export function isRoot(der: Uint8Array): boolean {
  const { subjectDer, issuerDer } = readCertificate(der);
  return Buffer.compare(subjectDer, issuerDer) === 0;
}

/** Who a request is about, said aloud. */
export function readSubject(path: string, { print }: CommandContext): Subject {
  const subject = readRequest(readText(path));
  print(`certifies ${JSON.stringify(subject.name)}`); // quoted: a name may hold anything until the certificate is issued
  return subject;
}

/** Writes `<prefix>.cert.pem` and says what the first certificate says. */
export function writeChain(
  { print }: CommandContext,
  out: string,
  chain: readonly [Uint8Array, ...Uint8Array[]],
): void {
  writeCertificates(`${out}.cert.pem`, chain);
  describeCertificate(chain[0]).forEach(print);
  print(`wrote ${out}.cert.pem`);
}

function readPassphrase(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const [line = ''] = readText(path).split(/\r?\n/, 1);
  if (line.length === 0) throw new AuthorityError(`${path}: its first line is empty`);
  return line;
}
