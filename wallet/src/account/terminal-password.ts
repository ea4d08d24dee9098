/** `coinslot-wallet password`: the password without the page, for a wallet that is not running. */
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { WalletError } from '../errors.ts';
import { HttpDoor } from '../means/http-door.ts';
import { silentLog } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import { passwordTries } from '../vault/tries.ts';
import { Account } from './account.ts';
import { PasswordDesk, type PasswordLeave, type PendingPassword } from './password-desk.ts';
import { Rates } from './rates.ts';
import type { Environment, Trust } from './server-envelope.ts';

export interface TerminalPassword {
  /** Opened, so that no other wallet counts tries at the same time. */
  readonly profile: Profile;
  readonly leave: PasswordLeave;
  /** Another password; or the one that stands is kept against one that waits, or taken away. */
  readonly change: { readonly password: string } | 'keep' | 'end';
  readonly serverUrl: string;
  /** Pinned roots, DER. */
  readonly roots: readonly Uint8Array[];
  readonly environment: Environment;
}

/** What then waits. Throws NOT_SET_UP, SERVER_UNREACHABLE, and what `PasswordDesk.set` and `keep` throw. */
export async function passwordAtTerminal(options: TerminalPassword): Promise<PendingPassword | undefined> {
  const { profile, leave, change, serverUrl, roots, environment } = options;
  const door = new HttpDoor(serverUrl);
  const trust: Trust = { roots, environment, verify: nativeVerifySignature, crls: [], learn: () => undefined };
  const log = silentLog;
  try {
    const rates = new Rates({ folder: profile.path, door, trust, clock: profile.clock, log });
    await rates.refresh();
    const account = new Account({ profile, door, rates, trust, log });
    if (!account.isOpen) throw new WalletError('NOT_SET_UP', 'no account is open');
    const desk = new PasswordDesk({ profile, account, trust, log, tries: passwordTries(profile) });
    if (change === 'keep') await desk.keep(leave);
    else await (change === 'end' ? desk.takeAway(leave) : desk.set(change.password, leave));
    return desk.pending;
  } finally {
    door.close();
    profile.vault.lock();
  }
}
