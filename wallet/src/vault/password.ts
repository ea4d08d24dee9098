/**
 * The key of password proofs (`docs/spec/keys.md`): scrypt (RFC 7914) of what is typed, joined with the account secret of this
 * wallet (HKDF, RFC 5869). It is in no file: it is made when the password is typed, and forgotten. The server knows its public half
 * and not the account secret, and so has nothing to try passwords against; a copy of the profile has the secret only once the PIN
 * has opened it.
 *
 * What it does not hold back: the PIN key registers passwords, so whoever has it can set another one. That waits for a day, in which
 * the player is told and can keep their own.
 */
import { createHash, hkdfSync } from 'node:crypto';
import type { Signer } from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';
import { WalletError } from '../errors.ts';
import { stretch, type ScryptCost } from './sealing.ts';

/** 64 MiB, twice the floor of a PIN's. Fixed, and not measured as a PIN's is: another machine has to make the same key from the same password. */
export const PASSWORD_COST: ScryptCost = Object.freeze({ N: 1 << 16, r: 8, p: 1 });
export const PASSWORD_CHARACTERS_MIN = 8;
export const PASSWORD_CHARACTERS_MAX = 128;

export interface PasswordPlace {
  /** 16 bytes, of the day compartment. */
  readonly accountSecret: Uint8Array;
  /** The id in the payment server's certificate: stays when its key changes. */
  readonly serverId: string;
  /** 16 bytes. */
  readonly userId: Uint8Array;
}

/** The same password makes another key for another server, player or wallet. */
export async function passwordSigner(
  password: string,
  { accountSecret, serverId, userId }: PasswordPlace,
): Promise<Signer> {
  const salt = createHash('sha256').update(`coinslot/1 password salt\0${serverId}\0`).update(userId).digest();
  const stretched = await stretch(password, new Uint8Array(salt), PASSWORD_COST);
  return nativeSigner(new Uint8Array(hkdfSync('sha256', stretched, accountSecret, 'coinslot/1 password key', 32)));
}

/** Throws PASSWORD_FORM. */
export function requireNewPassword(password: string, pin: string | undefined): void {
  const isLong = password.length >= PASSWORD_CHARACTERS_MIN && password.length <= PASSWORD_CHARACTERS_MAX;
  if (isLong && password.trim() === password && password !== pin) return;
  throw new WalletError(
    'PASSWORD_FORM',
    `password: ${PASSWORD_CHARACTERS_MIN} to ${PASSWORD_CHARACTERS_MAX} characters, no space at its ends, not the PIN`,
  );
}
