/** `coinslot-wallet account`: the link without the page, for a wallet that is not running. */
import { userIdOf } from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { WalletError } from '../errors.ts';
import { HttpDoor } from '../means/http-door.ts';
import { silentLog } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import { Rates } from './rates.ts';
import type { Environment, Trust } from './server-envelope.ts';
import { askForLink } from './sign-in.ts';

export interface TerminalSignIn {
  /** Opened, so that no other wallet counts PINs at the same time. */
  readonly profile: Profile;
  readonly pin: string;
  readonly serverUrl: string;
  /** Pinned roots, DER. */
  readonly roots: readonly Uint8Array[];
  readonly environment: Environment;
}

/** Throws NOT_SET_UP, PIN_WRONG, PIN_DELAYED, SERVER_UNREACHABLE, and what `askForLink` throws. */
export async function linkAtTerminal({ profile, pin, serverUrl, roots, environment }: TerminalSignIn): Promise<string> {
  await profile.vault.unlock(pin);
  // A child's PIN opens the wallet and stands for nothing else.
  if (!profile.vault.hasGuardian) profile.record({ kind: 'pin-used', atMs: profile.clock() });
  const { day } = profile.vault;
  if (day === undefined) throw new WalletError('LOCKED', 'the wallet is locked');
  const door = new HttpDoor(serverUrl);
  const trust: Trust = { roots, environment, verify: nativeVerifySignature, crls: [], learn: () => undefined };
  try {
    const rates = new Rates({ folder: profile.path, door, trust, clock: profile.clock, log: silentLog });
    const { audience } = rates.audience === undefined ? await rates.current() : { audience: rates.audience };
    const { clock, random, vault } = profile;
    const userId = userIdOf(vault.publicKeys.account);
    return await askForLink({ door, signer: day.account, userId, audience, nowMs: clock(), random });
  } finally {
    door.close();
    profile.vault.lock();
  }
}
