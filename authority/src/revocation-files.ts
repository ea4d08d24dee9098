/**
 * Revocation lists in files: `<prefix>.crl.<number>.pem` beside the issuer's certificate, one file a list, none ever
 * overwritten. The highest number is the newest, and so the next can only be higher.
 */
import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { crlNumber, readRevocationList } from '@coinslot/protocol';
import { pemBlock, readText } from './certificate-files.ts';
import { AuthorityError } from './errors.ts';
import { writeNewFile } from './keys.ts';

const ANYONE_MAY_READ = 0o644;
const LABEL = 'X509 CRL';
const BLOCK = /-----BEGIN X509 CRL-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END X509 CRL-----/g;

/** The lists (DER) of a PEM text, each read strictly; none for a text of other things. */
export function listsFromPem(pem: string): Uint8Array[] {
  const lists = [...pem.matchAll(BLOCK)].map(([, base64 = '']) => Uint8Array.from(Buffer.from(base64, 'base64')));
  lists.forEach(readRevocationList);
  return lists;
}

/** Reads the one list (DER) of a PEM file. */
export function readList(path: string): Uint8Array {
  const [list, ...more] = listsFromPem(readText(path));
  if (list !== undefined && more.length === 0) return list;
  throw new AuthorityError(`${path}: expected one revocation list`);
}

/** The newest list of an issuer (by prefix), or `undefined` when there is none yet. */
export function newestList(prefix: string): Uint8Array | undefined {
  const name = basename(prefix);
  const numbers = readdirSync(dirname(prefix))
    .map((file) =>
      file.startsWith(`${name}.crl.`) ? /^(\d+)\.pem$/.exec(file.slice(name.length + 5))?.[1] : undefined,
    )
    .map(Number)
    .filter((number) => Number.isSafeInteger(number));
  if (numbers.length === 0) return undefined;
  const path = pathOf(prefix, Math.max(...numbers));
  const list = readList(path);
  if (pathOf(prefix, crlNumber(list)) === path) return list;
  throw new AuthorityError(`${path}: holds list ${crlNumber(list)}`);
}

/** Writes a list (DER) under its number; refused when that number is there. Returns the path. */
export function writeList(prefix: string, list: Uint8Array): string {
  const path = pathOf(prefix, crlNumber(list));
  writeNewFile(path, pemBlock(LABEL, list), ANYONE_MAY_READ);
  return path;
}

const pathOf = (prefix: string, number: number): string => `${prefix}.crl.${number}.pem`;
