/** `coinslot-wallet password`: the password without the page, for a wallet that is not running. */
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { WalletError } from '../errors.ts';
import { HttpDoor } from '../means/http-door.ts';
import { silentLog } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import { passwordTries } from '../vault/tries.ts';
import { Account } from './account.ts';
import { PasswordDesk, type PasswordLeave } from './password-desk.ts';
import { Rates } from './rates.ts';
import type { Environment, Trust } from './server-envelope.ts';

export interface TerminalPassword {
  /** Opened, so that no other wallet counts tries at the same time. */
  readonly profile: Profile;
  readonly leave: PasswordLeave;
  /** `undefined` takes the password away. */
  readonly password: string | undefined;
  readonly serverUrl: string;
  /** Pinned roots, DER. */
  readonly roots: readonly Uint8Array[];
  readonly environment: Environment;
}

/** Throws NOT_SET_UP, SERVER_UNREACHABLE, and what `PasswordDesk.set` throws. */
export async function passwordAtTerminal(options: TerminalPassword): Promise<void> {
  const { profile, leave, password, serverUrl, roots, environment } = options;
  const door = new HttpDoor(serverUrl);
  const trust: Trust = { roots, environment, verify: nativeVerifySignature, crls: [], learn: () => undefined };
  const log = silentLog;
  try {
    const rates = new Rates({ folder: profile.path, door, trust, clock: profile.clock, log });
    await rates.refresh();
    const account = new Account({ profile, door, rates, trust, log });
    if (!account.isOpen) throw new WalletError('NOT_SET_UP', 'no account is open');
    const desk = new PasswordDesk({ profile, account, trust, log, tries: passwordTries(profile) });
    await (password === undefined ? desk.takeAway(leave) : desk.set(password, leave));
  } finally {
    door.close();
    profile.vault.lock();
  }
}
