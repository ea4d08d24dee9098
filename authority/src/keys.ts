/** Private keys: made here, kept by their owner in PKCS#8 PEM files that nobody else can read. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { ALG, type Alg } from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';
import { AuthorityError } from './errors.ts';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/** A new private key from the system's randomness: Ed25519, or P-256 for a card issuer. */
export function generatePrivateKey(alg: Alg = ALG.ed25519): KeyObject {
  return alg === ALG.ed25519
    ? generateKeyPairSync('ed25519').privateKey
    : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

/** The public key as `verifySignature` takes it: 32 raw bytes of Ed25519, or the SPKI of P-256. */
export function publicKeyOf(privateKey: KeyObject): Uint8Array {
  return nativeSigner(requireKnown(privateKey)).publicKey;
}

/**
 * Writes a private key as PKCS#8 PEM, mode 0600, on disk before it returns; encrypted when a passphrase is given.
 *
 * The encryption is PBES2 with AES-256 and the 2,048 rounds that OpenSSL fixes: it wants a long passphrase.
 * @throws AuthorityError when the file exists: a key is never overwritten.
 */
export function writePrivateKey(path: string, privateKey: KeyObject, passphrase?: string): void {
  const pem = requireKnown(privateKey).export({
    format: 'pem',
    type: 'pkcs8',
    ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase: requirePassphrase(passphrase) }),
  });
  writeNewFile(path, pem, OWNER_ONLY);
}

/**
 * Reads a private key written by `writePrivateKey`.
 * @throws AuthorityError when others may read the file, when the passphrase is missing or wrong, or when it is no key.
 */
export function readPrivateKey(path: string, passphrase?: string): KeyObject {
  const pem = readOwnFile(path);
  if (pem.includes('ENCRYPTED') && passphrase === undefined) {
    throw new AuthorityError(`${path}: the key is encrypted`, { hint: 'give its passphrase' });
  }
  try {
    return requireKnown(
      createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) }),
    );
  } catch (cause) {
    if (cause instanceof AuthorityError) throw cause;
    throw new AuthorityError(`${path}: not a private key, or not its passphrase`, { cause });
  }
}

/** Writes a file that must not exist yet, and its bytes to the disk. */
export function writeNewFile(path: string, content: string | Uint8Array, mode: number): void {
  const file = openNew(path, mode);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function openNew(path: string, mode: number): number {
  try {
    return openSync(path, 'wx', mode);
  } catch (cause) {
    const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    const hint = isThere ? 'choose another name: nothing is ever overwritten' : 'check that the folder exists';
    throw new AuthorityError(isThere ? `${path}: exists already` : `${path}: cannot be written`, { hint, cause });
  }
}

function readOwnFile(path: string): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw new AuthorityError(`${path}: cannot be read`, { hint: 'check the path', cause });
  }
  try {
    // Asked of the open file, so that no other file can take its place in between. Windows has no such bits.
    const isShared = process.platform !== 'win32' && (fstatSync(file).mode & OTHERS) !== 0;
    if (isShared) throw new AuthorityError(`${path}: others may read this key`, { hint: `chmod 600 ${path}` });
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function requireKnown(key: KeyObject): KeyObject {
  try {
    nativeSigner(key);
    return key;
  } catch (cause) {
    throw new AuthorityError('not an Ed25519 or P-256 private key', { cause });
  }
}

function requirePassphrase(passphrase: string): string {
  if (passphrase.length > 0) return passphrase;
  throw new AuthorityError('the passphrase is empty');
}
