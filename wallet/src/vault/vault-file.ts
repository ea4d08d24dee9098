/** The vault's file: JSON with the cost of the PIN, two sealed compartments, and the public keys in clear. */
import { WalletError } from '../errors.ts';
import { readPrivate, replaceDurably } from '../profile/files.ts';
import { isAcceptableCost, type ScryptCost } from './sealing.ts';

export const COMPARTMENTS = ['day', 'pin'] as const;
export type Compartment = (typeof COMPARTMENTS)[number];

export interface PublicKeys {
  readonly press: Uint8Array;
  readonly pin: Uint8Array;
  readonly account: Uint8Array;
}

export interface VaultFile {
  readonly cost: ScryptCost;
  readonly salt: Uint8Array;
  readonly sealed: Readonly<Record<Compartment, Uint8Array>>;
  readonly publicKeys: PublicKeys;
}

const VERSION = 1;

/** What is authenticated with each compartment: neither cost nor salt nor name can be swapped under a sealed seed. */
export function boundTo(compartment: Compartment, cost: ScryptCost, salt: Uint8Array): Uint8Array {
  const words = [VERSION, compartment, cost.N, cost.r, cost.p, Buffer.from(salt).toString('hex')];
  return new TextEncoder().encode(`coinslot vault ${words.join(' ')}`);
}

export function writeVaultFile(path: string, { cost, salt, sealed, publicKeys }: VaultFile): void {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  const file = {
    version: VERSION,
    scrypt: cost,
    salt: text(salt),
    day: text(sealed.day),
    pin: text(sealed.pin),
    publicKeys: { press: text(publicKeys.press), pin: text(publicKeys.pin), account: text(publicKeys.account) },
  };
  replaceDurably(path, new TextEncoder().encode(`${JSON.stringify(file, undefined, 2)}\n`));
}

/** The file, or `undefined` for a profile without keys. Throws PROFILE_DAMAGED. */
export function readVaultFile(path: string): VaultFile | undefined {
  const bytes = readPrivate(path);
  if (bytes === undefined) return undefined;
  try {
    return parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw new WalletError('PROFILE_DAMAGED', `${path}: not a vault that this wallet wrote`, { cause });
  }
}

function parse(file: unknown): VaultFile {
  const fields = requireObject(file);
  if (fields.version !== VERSION) throw new TypeError('version: not known');
  const { N, r, p } = requireObject(fields.scrypt);
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  if (!isAcceptableCost(cost)) throw new TypeError('scrypt: out of bounds');
  const keys = requireObject(fields.publicKeys);
  return {
    cost,
    salt: requireBase64(fields.salt),
    sealed: { day: requireBase64(fields.day), pin: requireBase64(fields.pin) },
    publicKeys: {
      press: requireBase64(keys.press),
      pin: requireBase64(keys.pin),
      account: requireBase64(keys.account),
    },
  };
}

function requireObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new TypeError('expected an object');
  return value as Record<string, unknown>;
}

function requireBase64(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw new TypeError('expected base64');
  return new Uint8Array(Buffer.from(value, 'base64'));
}
