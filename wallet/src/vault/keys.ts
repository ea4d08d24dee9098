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
  };
}

/** The key that signs what a press may not: payments above the granted limits, and higher limits. */
export function pinKey(seed: Uint8Array): Signer {
  return nativeSigner(derive(seed, 'pin'));
}
