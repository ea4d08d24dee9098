/**
 * The machine's secret: 32 bytes without which a copy of the vault's file is useless. In the system's keychain where there is one
 * and it works, and the file then only says so; otherwise in the file.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { equalBytes } from '@coinslot/protocol';
import { WalletError } from '../errors.ts';
import type { Random } from '../ports.ts';
import { readPrivate, replaceDurably } from './files.ts';

/** Secrets by name, kept by the system. Every call may throw: no such service, locked, refused. */
export interface Keychain {
  read(name: string): Uint8Array | undefined;
  write(name: string, secret: Uint8Array): void;
}

const SECRET_BYTES = 32;
const IN_KEYCHAIN = new TextEncoder().encode('in the keychain\n');
const SERVICE = 'coinslot-wallet';

/** The secret's file of a profile. One that was made with its secret inside keeps it there, wherever it is opened from. */
export function secretPathOf(profile: string, outside: string | undefined): string {
  const inside = join(profile, 'machine-secret');
  return outside === undefined || existsSync(inside) ? inside : outside;
}

/** Whether the system's keychain keeps the secret that belongs to a file. */
export function isKeptInKeychain(path: string): boolean {
  const found = readPrivate(path);
  return found !== undefined && equalBytes(found, IN_KEYCHAIN);
}

/**
 * The secret that belongs to a file, made on first use. Throws PROFILE_DAMAGED for a file that is none or that others may read, and
 * KEYCHAIN_SHUT when the keychain has it and does not give it: a new one would open nothing.
 */
export function machineSecretAt(path: string, random: Random, keychain?: Keychain): Uint8Array {
  const found = readPrivate(path);
  if (found !== undefined && equalBytes(found, IN_KEYCHAIN)) return fromKeychain(path, keychain);
  if (found?.length === SECRET_BYTES) return found;
  if (found !== undefined) throw new WalletError('PROFILE_DAMAGED', `${path}: not ${SECRET_BYTES} bytes`);
  const kept = keychain && keepIn(keychain, path, random);
  const secret = kept ?? random(SECRET_BYTES);
  replaceDurably(path, kept === undefined ? secret : IN_KEYCHAIN);
  return secret;
}

function fromKeychain(path: string, keychain: Keychain | undefined): Uint8Array {
  let cause: unknown;
  try {
    const secret = keychain?.read(path);
    if (secret?.length === SECRET_BYTES) return secret;
  } catch (fault) {
    cause = fault;
  }
  throw new WalletError('KEYCHAIN_SHUT', `${path}: the system’s keychain does not give the secret that belongs to it`, {
    cause,
    hint: 'Unlock the keychain and start again. If it is lost, remove this file and set a new PIN with the recovery phrase.',
  });
}

/** A keychain counts as working once it has given back what was put in. One that has the name already was interrupted here. */
function keepIn(keychain: Keychain, name: string, random: Random): Uint8Array | undefined {
  try {
    const before = keychain.read(name);
    if (before?.length === SECRET_BYTES) return before;
    const secret = random(SECRET_BYTES);
    keychain.write(name, secret);
    const again = keychain.read(name);
    return again !== undefined && equalBytes(again, secret) ? secret : undefined;
  } catch {
    return undefined;
  }
}

interface KeyringModule {
  Entry: new (
    service: string,
    name: string,
    options: object,
  ) => {
    getSecret(): ArrayLike<number> | null;
    setSecret(secret: Uint8Array): void;
  };
}

/**
 * The system's own: macOS Keychain, Windows Credential Manager, the Secret Service of a Linux desktop (never the kernel's keyring,
 * which forgets). `undefined` where the optional package is not there; whether it works shows at the first call.
 */
export function systemKeychain(service = SERVICE): Keychain | undefined {
  let keyring: KeyringModule;
  try {
    keyring = createRequire(import.meta.url)('@napi-rs/keyring') as KeyringModule;
  } catch {
    return undefined;
  }
  const entry = (name: string) => new keyring.Entry(service, name, { linux: { store: 'secret-service' } });
  return {
    read(name) {
      const secret = entry(name).getSecret();
      return secret === null ? undefined : Uint8Array.from(secret);
    },
    write: (name, secret) => entry(name).setSecret(secret),
  };
}
