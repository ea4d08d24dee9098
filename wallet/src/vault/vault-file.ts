/** The vault's file: JSON with two compartments, each with its own salt and cost of its PIN, and the public keys in clear. */
import { WalletError } from '../errors.ts';
import { readPrivate, replaceDurably } from '../profile/files.ts';
import { isAcceptableCost, type ScryptCost } from './sealing.ts';

export const COMPARTMENTS = ['day', 'pin'] as const;
export type CompartmentName = (typeof COMPARTMENTS)[number];

export interface PublicKeys {
  readonly press: Uint8Array;
  readonly pin: Uint8Array;
  readonly account: Uint8Array;
}

export interface Compartment {
  readonly cost: ScryptCost;
  readonly salt: Uint8Array;
  readonly sealed: Uint8Array;
}

export interface VaultFile extends Readonly<Record<CompartmentName, Compartment>> {
  /** The PIN compartment has a PIN of its own: a guardian's. */
  readonly hasGuardian: boolean;
  readonly publicKeys: PublicKeys;
}

/** 2: one master secret behind all keys. Files of version 1 held two unrelated seeds, and no release ever wrote one. */
const VERSION = 2;

/** What is authenticated with a compartment: neither its name nor cost, salt or guardian can be swapped under a sealed secret. */
export function boundTo(
  name: CompartmentName,
  hasGuardian: boolean,
  { cost, salt }: Omit<Compartment, 'sealed'>,
): Uint8Array {
  const whose = hasGuardian ? 'guarded' : 'own';
  const words = [VERSION, name, whose, cost.N, cost.r, cost.p, Buffer.from(salt).toString('hex')];
  return new TextEncoder().encode(`coinslot vault ${words.join(' ')}`);
}

export function writeVaultFile(path: string, { hasGuardian, day, pin, publicKeys }: VaultFile): void {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  const one = ({ cost, salt, sealed }: Compartment) => ({ scrypt: cost, salt: text(salt), sealed: text(sealed) });
  const file = {
    version: VERSION,
    guardian: hasGuardian,
    day: one(day),
    pin: one(pin),
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
    const why = cause instanceof TypeError ? `: ${cause.message}` : '';
    throw new WalletError('PROFILE_DAMAGED', `${path}: not a vault that this wallet wrote${why}`, {
      cause,
      hint: 'Nothing was changed. With the recovery phrase, coinslot-wallet restore makes a new profile of the same wallet.',
    });
  }
}

function parse(file: unknown): VaultFile {
  const fields = requireObject(file);
  const { version } = fields;
  if (version !== VERSION) throw new TypeError(`version ${String(version)} where ${VERSION} was expected`);
  if (typeof fields.guardian !== 'boolean') throw new TypeError('guardian: expected true or false');
  const keys = requireObject(fields.publicKeys);
  return {
    hasGuardian: fields.guardian,
    day: compartment(fields.day),
    pin: compartment(fields.pin),
    publicKeys: {
      press: requireBase64(keys.press),
      pin: requireBase64(keys.pin),
      account: requireBase64(keys.account),
    },
  };
}

function compartment(value: unknown): Compartment {
  const { scrypt, salt, sealed } = requireObject(value);
  const { N, r, p } = requireObject(scrypt);
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  if (!isAcceptableCost(cost)) throw new TypeError('scrypt: out of bounds');
  return { cost, salt: requireBase64(salt), sealed: requireBase64(sealed) };
}

function requireObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new TypeError('expected an object');
  return value as Record<string, unknown>;
}

function requireBase64(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw new TypeError('expected base64');
  return new Uint8Array(Buffer.from(value, 'base64'));
}
