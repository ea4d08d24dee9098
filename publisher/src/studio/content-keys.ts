/**
 * The folders of what is sealed: `content-keys/` with one key per offer, readable by the studio alone and kept for ever (a
 * player's purchase opens nothing without it), and `escrows/` with what is handed to deciders.
 */
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SEALING_KEY_BYTES } from '@coinslot/protocol/sealing';
import type { Escrow, SealedFile } from '../price-list/sealed.ts';
import { FILE_START, FaultsError } from '../text/faults.ts';
import { readBytesIfThere, replaceFile, writeIfAbsent } from './files.ts';
import type { StudioFiles } from './layout.ts';

const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

const keyFile = (folder: string, offerId: string): string => join(folder, `${offerId}.key`);

/** The content key of an offer: made from random bytes once, and read ever after. */
export function createOrReadContentKey(
  folder: string,
  offerId: string,
  randomBytes: (length: number) => Uint8Array,
): Uint8Array {
  mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
  const key = randomBytes(SEALING_KEY_BYTES);
  const isNew = writeIfAbsent(keyFile(folder, offerId), `${Buffer.from(key).toString('hex')}\n`, OWNER_ONLY);
  return isNew ? key : readContentKey(folder, offerId);
}

/** Reads a content key. Throws FaultsError when it is not there, is none, or others may read it. */
export function readContentKey(folder: string, offerId: string): Uint8Array {
  const file = keyFile(folder, offerId);
  const fail = (message: string, hint?: string): never => {
    throw new FaultsError([{ file, ...FILE_START, message, hint }]);
  };
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch {
    return fail(
      'the content key cannot be read',
      'coinslot sign makes one; without the old one, those who bought are locked out',
    );
  }
  try {
    const isShared = process.platform !== 'win32' && (fstatSync(handle).mode & OTHERS) !== 0;
    if (isShared) fail('others may read this key', `chmod 600 ${file}`);
    const text = readFileSync(handle, 'utf8').trim();
    if (!/^[0-9a-f]{64}$/.test(text)) fail('not a content key: expected 64 hex digits');
    return Uint8Array.from(Buffer.from(text, 'hex'));
  } finally {
    closeSync(handle);
  }
}

/** Puts sealed files where `offers.yaml` says, and escrows into their folder; what is the same already is left alone. */
export function writeSealed(
  files: StudioFiles,
  { sealed, escrows }: { readonly sealed: readonly SealedFile[]; readonly escrows: readonly Escrow[] },
): void {
  for (const { to, bytes } of sealed) put(resolve(dirname(files.offers), to), bytes);
  for (const { offerId, decider, envelope } of escrows) put(escrowFile(files, offerId, decider.decider), envelope);
}

/** Where the escrow of an offer for a decider (its key hash) is kept. */
export const escrowFile = ({ escrows }: StudioFiles, offerId: string, decider: Uint8Array): string =>
  join(escrows, `${offerId}.${Buffer.from(decider.subarray(0, 8)).toString('hex')}.escrow`);

function put(file: string, bytes: Uint8Array): void {
  const before = readBytesIfThere(file);
  if (before !== undefined && Buffer.compare(before, bytes) === 0) return;
  mkdirSync(dirname(file), { recursive: true });
  replaceFile(file, bytes);
}
