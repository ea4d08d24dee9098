/** Publishers that the sandbox certifies. Their chains are kept in one folder, so that every start enrols them all. */
import { issuePublisher, publicKeyOf, readCertificates, readRequest, toPem, type Subject } from '@coinslot/authority';
import { equalBytes, readCertificate } from '@coinslot/protocol';
import type { Random } from '@coinslot/server';
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newKey, newSerial, SANDBOX_LIMITS, type SandboxAuthority } from './authority.ts';

/** Who is to be certified. `id` survives changes of key; `name` is what players see. */
export interface PublisherName {
  readonly id: string;
  readonly name: string;
}

export interface CertifiedPublisher extends PublisherName {
  /** DER, leaf first, without root. */
  readonly chain: readonly Uint8Array[];
  /** The same as a PEM file, as an authority hands it out. */
  readonly pem: string;
}

/** The second sample publisher; nobody else ever sees its key, since it sells nothing by itself. */
export const PAPER_MOON: PublisherName = { id: 'paper-moon', name: 'Paper Moon Games' };

const CHAIN_FILE_END = '.cert.pem';

/** Fills the folder on the first start. */
export function makePublishers(folder: string, authority: SandboxAuthority, random: Random): void {
  certifyPublisher(folder, authority, random, publicKeyOf(newKey(random)), PAPER_MOON);
}

/**
 * Certifies whoever asks, by a request (PKCS#10, PEM) or a raw public key; a name of one's own goes before that in the
 * request. The same key asked again gets the same certificate; another key under a known id is a renewal.
 *
 * Throws AuthorityError for what is no request or names nobody, ProtocolError for a key or name outside the profile.
 */
export function certifyPublisher(
  folder: string,
  { synd, validity }: SandboxAuthority,
  random: Random,
  asked: string | Uint8Array,
  name?: PublisherName,
): CertifiedPublisher {
  const subject = subjectOf(asked, name);
  const path = join(folder, `${subject.name.id ?? ''}${CHAIN_FILE_END}`);
  const known = existsSync(path) ? readCertified(path) : undefined;
  const leaf = known?.chain[0];
  if (known !== undefined && leaf !== undefined && isFor(leaf, subject)) return known;
  const serial = newSerial(random);
  const issued = issuePublisher({ ...validity, issuer: synd, subject, limits: SANDBOX_LIMITS, serial });
  writeFileSync(`${path}.unfinished`, toPem([issued, synd.certificate]));
  renameSync(`${path}.unfinished`, path);
  return readCertified(path);
}

/** Everybody who was certified, by id. */
export function listCertified(folder: string): readonly CertifiedPublisher[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(CHAIN_FILE_END));
  return files.sort().map((file) => readCertified(join(folder, file)));
}

function subjectOf(asked: string | Uint8Array, name: PublisherName | undefined): Subject {
  const requested: Subject =
    typeof asked === 'string' ? readRequest(asked) : { name: { commonName: '' }, publicKey: asked };
  if (name === undefined) return requested;
  return { ...requested, name: { ...requested.name, commonName: name.name, id: name.id } };
}

function isFor(leaf: Uint8Array, { name, publicKey }: Subject): boolean {
  const read = readCertificate(leaf);
  return equalBytes(read.publicKey, publicKey) && read.subject.commonName === name.commonName;
}

function readCertified(path: string): CertifiedPublisher {
  const chain = readCertificates(path);
  const { id = '', commonName } = readCertificate(chain[0]).subject;
  return { id, name: commonName, chain, pem: toPem(chain) };
}
