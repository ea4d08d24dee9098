/** The publisher's key: Ed25519, PKCS#8 PEM, readable by its owner alone, made once and never overwritten. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { ED25519_SEED_BYTES, type Signer } from '@coinslot/protocol';
import { nativeSigner, privateKeyFromSeed } from '@coinslot/protocol/node';
import { FILE_START, FaultsError } from '../text/faults.ts';
import { writeIfAbsent } from './files.ts';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/** Makes a key from random bytes and writes it; when the file exists, that key is kept and read. */
export function createOrReadKey(
  file: string,
  randomBytes: (length: number) => Uint8Array,
): { key: KeyObject; isNew: boolean } {
  const key = privateKeyFromSeed(randomBytes(ED25519_SEED_BYTES));
  const isNew = writeIfAbsent(file, key.export({ format: 'pem', type: 'pkcs8' }), OWNER_ONLY);
  return isNew ? { key, isNew } : { key: readKey(file), isNew };
}

/** Reads the key. Refuses one that others may read: whoever has it sets prices in the publisher's name. */
export function readKey(file: string): KeyObject {
  const fail = (message: string, hint?: string): never => {
    throw new FaultsError([{ file, ...FILE_START, message, hint }]);
  };
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch {
    return fail('the key cannot be read', 'coinslot init makes one');
  }
  try {
    // Asked of the open file, so that no other can take its place in between. Windows has no such bits.
    const isShared = process.platform !== 'win32' && (fstatSync(handle).mode & OTHERS) !== 0;
    if (isShared) fail('others may read this key', `chmod 600 ${file}`);
    const key = createPrivateKey(readFileSync(handle));
    return key.asymmetricKeyType === 'ed25519' ? key : fail('not an Ed25519 key');
  } catch (error) {
    if (error instanceof FaultsError) throw error;
    return fail('not a private key in PEM, or one under a passphrase');
  } finally {
    closeSync(handle);
  }
}

/** A signer for price lists over a key that was read. */
export const signerOf = (key: KeyObject): Signer => nativeSigner(key);

/** SubjectPublicKeyInfo, DER. */
export const spkiOf = (key: KeyObject): Uint8Array =>
  Uint8Array.from(createPublicKey(key).export({ format: 'der', type: 'spki' }));
