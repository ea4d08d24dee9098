/** Every key of a wallet, each drawn from its compartment's 32-byte seed under a label of its own (HKDF, RFC 5869). */
import { hkdfSync } from 'node:crypto';
import type { Signer } from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';

const SALT = new TextEncoder().encode('coinslot/1 wallet keys');

function derive(seed: Uint8Array, label: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', seed, SALT, label, 32));
}

/** What the day compartment gives while it is open. */
export interface DayKeys {
  /** Signs payments within the limits that the player granted to a press. */
  readonly press: Signer;
  /** Signs requests about the account; the user id is derived from it. */
  readonly account: Signer;
  /** The player's pseudonym at one publisher. */
  player(publisherId: string): Signer;
  /** The secret shared with one paired game: 32 bytes. */
  linkSecret(pairingId: Uint8Array): Uint8Array;
  /** What the software card's store is sealed under, beside the machine's secret: 32 bytes. */
  readonly softCardSecret: Uint8Array;
}

/** Keeps its own copy of the seed: the vault wipes the one that it opened. */
export function dayKeys(opened: Uint8Array): DayKeys {
  const seed = Uint8Array.from(opened);
  const players = new Map<string, Signer>();
  return {
    press: nativeSigner(derive(seed, 'press')),
    account: nativeSigner(derive(seed, 'account')),
    player(publisherId) {
      const known = players.get(publisherId);
      if (known !== undefined) return known;
      const signer = nativeSigner(derive(seed, `player ${publisherId}`));
      players.set(publisherId, signer);
      return signer;
    },
    linkSecret: (pairingId) => derive(seed, `link ${Buffer.from(pairingId).toString('hex')}`),
    softCardSecret: derive(seed, 'software card'),
  };
}

/** The key that signs what a press may not: payments above the granted limits, and higher limits. */
export function pinKey(seed: Uint8Array): Signer {
  return nativeSigner(derive(seed, 'pin'));
}

/** What the PIN compartment gives while it is lent out. */
export interface PinKeys {
  /** Signs what a press may not: payments above the granted limits, higher limits, and recharges. */
  readonly signer: Signer;
  /** A PIN or unblock code of a card's that nobody has to remember: eight digits from a name. */
  readonly digits: (name: string) => string;
}

const DIGITS = 8;

/** Keeps nothing of the seed but the key made of it, and what `digits` is asked for before the seed is wiped. */
export function pinKeys(opened: Uint8Array): PinKeys {
  const seed = Uint8Array.from(opened);
  return {
    signer: pinKey(seed),
    digits(name) {
      const number = Buffer.from(derive(seed, `digits ${name}`)).readBigUInt64BE() % 10n ** BigInt(DIGITS);
      return number.toString().padStart(DIGITS, '0');
    },
  };
}
