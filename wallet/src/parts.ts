/** The parts of a running wallet, as the page and the program that started it see them. */
import type { Account } from './account/account.ts';
import type { RestoreWish } from './account/restore-profile.ts';
import type { PasswordDesk } from './account/password-desk.ts';
import type { LimitsDesk } from './account/limits-desk.ts';
import type { Trust } from './account/server-envelope.ts';
import type { Cards } from './cards/cards.ts';
import type { AllowanceDesk } from './consent/allowance-desk.ts';
import type { ConsentDesk } from './consent/desk.ts';
import type { GuardianDesk } from './family/guardian-desk.ts';
import type { Household } from './household/household.ts';
import type { LinkServer } from './link/link-server.ts';
import type { NativePasses } from './link/native-passes.ts';
import type { PairingDesk } from './link/pairing-desk.ts';
import type { Notices } from './notices.ts';
import type { Log } from './ports.ts';
import type { Payer } from './payments/payer.ts';
import type { PhraseDesk } from './profile/phrase-desk.ts';
import type { Profile } from './profile/profile.ts';
import type { AutoLock } from './vault/auto-lock.ts';

export interface WalletParts {
  readonly profile: Profile;
  readonly account: Account;
  readonly limits: LimitsDesk;
  readonly passwords: PasswordDesk;
  readonly consent: ConsentDesk;
  readonly allowances: AllowanceDesk;
  readonly guardian: GuardianDesk;
  readonly phrase: PhraseDesk;
  /** Keys and account of another machine into this empty wallet, and then what was bought. Throws as `restoreKeys` does. */
  readonly restore: (wish: RestoreWish) => Promise<void>;
  /** `undefined` for a wallet that was started alone. */
  readonly household: Household | undefined;
  readonly payer: Payer;
  readonly pairing: PairingDesk;
  readonly passes: NativePasses;
  readonly links: LinkServer;
  readonly notices: Notices;
  readonly cards: Cards;
  readonly autoLock: AutoLock;
  readonly trust: Trust;
  readonly serverUrl: string;
  readonly timeZone: string;
  readonly log: Log;
}
