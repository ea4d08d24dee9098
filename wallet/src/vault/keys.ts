/**
 * Every key of a wallet. One master secret of 32 bytes stands behind all: the day compartment's seed, the PIN compartment's seed
 * and the account secret are drawn from it, and every key from one of the seeds, each under a label of its own (HKDF, RFC 5869).
 */
import { hkdfSync } from 'node:crypto';
import type { Signer } from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';
import { openContentKey, sealingSecretOfSeed } from '@coinslot/protocol/sealing';

const SALT = new TextEncoder().encode('coinslot/1 wallet keys');

function derive(seed: Uint8Array, label: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', seed, SALT, label, 32));
}

const ACCOUNT_SECRET_BYTES = 16;

/** What is in the day compartment: enough for its keys, and nothing that leads back to the master. */
export interface DaySecrets {
  /** 32 bytes. */
  readonly seed: Uint8Array;
  /** 16 bytes: what a password is mixed with, so that no server can try passwords against the key that it stores. */
  readonly accountSecret: Uint8Array;
}

export function daySecretsOf(master: Uint8Array): DaySecrets {
  const accountSecret = derive(master, 'account secret').slice(0, ACCOUNT_SECRET_BYTES);
  return { seed: derive(master, 'day seed'), accountSecret };
}

/** The seed behind the PIN key: 32 bytes. */
export function pinSeedOf(master: Uint8Array): Uint8Array {
  return derive(master, 'pin seed');
}

/** A content key as a decision carries it. */
export interface SealedToPlayer {
  readonly publisherId: string;
  readonly sealedKey: Uint8Array;
  /** Of the decision. */
  readonly requestHash: Uint8Array;
  readonly contentKeyId: Uint8Array;
}

/** What the day compartment gives while it is open. */
export interface DayKeys {
  /** Signs payments within the limits that the player granted to a press. */
  readonly press: Signer;
  /** Signs requests about the account; the user id is derived from it. */
  readonly account: Signer;
  /** The player's pseudonym at one publisher. */
  player(publisherId: string): Signer;
  /**
   * Opens the content key that a decision has sealed to the player's pseudonym at its publisher. Throws ProtocolError BAD_KEY when
   * it is sealed to somebody else, for another request, or is not the key of that id.
   */
  openContentKey(sealed: SealedToPlayer): Uint8Array;
  /** The secret shared with one paired game: 32 bytes. */
  linkSecret(pairingId: Uint8Array): Uint8Array;
  /** What the software card's store is sealed under, beside the machine's secret: 32 bytes. */
  readonly softCardSecret: Uint8Array;
  /** 16 bytes, for the password proof. */
  readonly accountSecret: Uint8Array;
}

/** Keeps its own copy of the secrets: the vault wipes those that it opened. */
export function dayKeys(opened: DaySecrets): DayKeys {
  const seed = Uint8Array.from(opened.seed);
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
    openContentKey({ publisherId, sealedKey, requestHash, contentKeyId }) {
      const secret = sealingSecretOfSeed(derive(seed, `player ${publisherId}`));
      return openContentKey(sealedKey, { holder: 'player', requestHash }, secret, contentKeyId);
    },
    linkSecret: (pairingId) => derive(seed, `link ${Buffer.from(pairingId).toString('hex')}`),
    softCardSecret: derive(seed, 'software card'),
    accountSecret: Uint8Array.from(opened.accountSecret),
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
