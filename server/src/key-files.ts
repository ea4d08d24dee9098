/** The files a server starts from: its key, its chain, the roots it pins, the operator's token, what its TLS needs. */
import { createPrivateKey } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { decodeCrls, decodeRoots, ProtocolError, type Signer } from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';
import { ConfigError } from './config.ts';
import type { TlsIdentity } from './http/tls.ts';

const OTHERS = 0o077;

/** A signer over a PKCS#8 PEM file. Throws ConfigError when others may read it, or when it is no Ed25519 key. */
export function readSigner(path: string, passphrase?: string): Signer {
  const key = readOwnFile(path);
  try {
    return nativeSigner(createPrivateKey({ key, format: 'pem', ...(passphrase !== undefined && { passphrase }) }));
  } catch (cause) {
    throw new ConfigError(`${path}: not an Ed25519 private key, or not its passphrase`, undefined, cause);
  }
}

/** A file that nobody filled must not open the operator's doors to an empty token. */
const TOKEN = /^[\x21-\x7e]{16,}$/;

/** The one line of a token's file. Throws ConfigError for one that is short, or that no header could carry. */
export function readToken(path: string): string {
  const token = readOwnFile(path).trim();
  if (TOKEN.test(token)) return token;
  throw new ConfigError(`${path}: expected a token of 16 or more printable ASCII characters without spaces`);
}

/** The 32 bytes that the encryption key is made from. Throws ConfigError when others may read them, or when they are none. */
export function readEncryptionSeed(path: string): Uint8Array {
  const text = readOwnFile(path).trim();
  if (/^[0-9a-f]{64}$/.test(text)) return Uint8Array.from(Buffer.from(text, 'hex'));
  throw new ConfigError(`${path}: expected 64 hex digits`, `run: (umask 077; openssl rand -hex 32 > ${path})`);
}

/** PEM of the key and the chain of TLS. Throws ConfigError when others may read the key. */
export const readTls = (keyPath: string, chainPath: string): TlsIdentity => ({
  key: readOwnFile(keyPath),
  chain: readAny(chainPath).toString('latin1'),
});

/** DER certificates of a PEM file, in its order. */
export function readChain(path: string): readonly Uint8Array[] {
  return fromPem(path, readAny(path).toString('latin1'));
}

/** DER certificates of a PEM file or a `roots.coinslot`. */
export function readRoots(path: string): readonly Uint8Array[] {
  const bytes = readAny(path);
  const text = bytes.toString('latin1');
  if (text.includes('-----BEGIN')) return fromPem(path, text);
  try {
    return decodeRoots(Uint8Array.from(bytes));
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new ConfigError(`${path}: neither PEM nor a roots file`, undefined, cause);
  }
}

/** DER revocation lists of a `crls.coinslot`. */
export function readRevocationLists(path: string): readonly Uint8Array[] {
  try {
    return decodeCrls(Uint8Array.from(readAny(path)));
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new ConfigError(`${path}: not a file of revocation lists`, undefined, cause);
  }
}

function fromPem(path: string, text: string): readonly Uint8Array[] {
  const blocks = [...text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)];
  if (blocks.length === 0) throw new ConfigError(`${path}: holds no certificate`);
  return blocks.map(([, base64 = '']) => Uint8Array.from(Buffer.from(base64, 'base64')));
}

/** Looked at and read through one descriptor, so that the file looked at is the file read. */
function readOwnFile(path: string): string {
  const file = guarded(path, () => openSync(path, 'r'));
  try {
    const { mode } = fstatSync(file);
    // Windows has no such bits; there the folder's access list must see to it.
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0)
      throw new ConfigError(`${path}: others may read it`, `run: chmod 600 ${path}`);
    return guarded(path, () => readFileSync(file, 'utf8'));
  } finally {
    closeSync(file);
  }
}

const readAny = (path: string): Buffer => guarded(path, () => readFileSync(path));

function guarded<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new ConfigError(`${path}: cannot be read`, undefined, cause);
  }
}
