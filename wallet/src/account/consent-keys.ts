/** The keys of what the player consents to beside payments: a recharge, the application of a card. */
import type { Signer } from '@coinslot/protocol';
import { WalletError } from '../errors.ts';
import type { Profile } from '../profile/profile.ts';
import type { DayKeys, PinKeys } from '../vault/keys.ts';
import type { PasswordDesk } from './password-desk.ts';

/** What the player typed: the wallet's PIN, and the password where one is set. */
export interface Typed {
  readonly pin: string;
  readonly password?: string | undefined;
}

export interface ConsentKeys {
  readonly keys: PinKeys;
  readonly day: DayKeys;
  /** The password's, where one is set: the server takes no other in its place. */
  readonly password: Signer | undefined;
}

/** Throws PIN_WRONG or PIN_DELAYED; where a password is set, BAD_REQUEST without one, PASSWORD_WRONG or PASSWORD_DELAYED. */
export async function consentKeys(
  { profile, passwords }: { readonly profile: Profile; readonly passwords: PasswordDesk },
  { pin, password }: Typed,
): Promise<ConsentKeys> {
  const opened = await profile.vault.withPinKeys(pin, (keys, day) => ({ keys, day }));
  if (!passwords.isSet) return { ...opened, password: undefined };
  if (password === undefined) throw new WalletError('BAD_REQUEST', 'password: not acceptable');
  return { ...opened, password: await passwords.prove(password) };
}
