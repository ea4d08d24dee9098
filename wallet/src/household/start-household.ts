/**
 * Several people on one computer: each has a profile of their own under one home, with keys, limits, games and history of its own.
 * One is open at a time, on the one port where games look; a switch closes it, which drops the links of its games and shuts its
 * vault, and opens the other. One process at a time has the household.
 *
 * What this is not: a wall between people who share an account of the operating system. Whoever can open this page can switch, and
 * sees what the other has bought; spending takes the other's PIN.
 */
import { WalletError } from '../errors.ts';
import type { PageSessions } from '../page/sessions.ts';
import { silentLog, systemTimers, type Clock, type Random } from '../ports.ts';
import { makePrivateFolder } from '../profile/files.ts';
import { takeLock } from '../profile/lock.ts';
import type { Keychain } from '../profile/machine-secret.ts';
import { openProfile } from '../profile/profile.ts';
import { startWallet, type Wallet, type WalletOptions } from '../wallet.ts';
import type { Household } from './household.ts';
import { lastProfile, profileNames, profilePath, rememberProfile, requireProfileName } from './profile-names.ts';

export interface HouseholdOptions extends Omit<WalletOptions, 'profile' | 'household' | 'sessions'> {
  /** The folder with everybody's profiles; made when missing. */
  home: string;
  clock: Clock;
  random: Random;
  /** Shared by all profiles; see `ProfileOptions`. */
  machineSecretPath?: string;
  keychain?: Keychain;
  /** Whose profile is opened first. Default: the one that was open last. */
  name?: string;
  /** What differs from profile to profile: the log, the software card's folder. */
  ownOptions?: (path: string) => Pick<WalletOptions, 'log' | 'softCardFolder'>;
  /** A wallet has been opened: the first one, and after each switch. */
  onOpened?: (wallet: Wallet, name: string) => void;
}

export interface RunningHousehold {
  /** The one that is open. */
  readonly wallet: Wallet;
  readonly current: string;
  readonly names: readonly string[];
  /** Closes the open wallet and opens another's on the same port. Throws, with the one before open again, when that fails. */
  switchTo(name: string): Promise<Wallet>;
  close(): Promise<void>;
}

/** The page's answer is on its way by then. */
const SWITCH_AFTER_MS = 100;

/** Throws PROFILE_BUSY while another process has the household, BAD_REQUEST for a bad name, and what `startWallet` throws. */
export async function startHousehold(options: HouseholdOptions): Promise<RunningHousehold> {
  makePrivateFolder(options.home);
  const release = takeLock(options.home);
  const running = new Running(options, release);
  try {
    await running.begin(requireProfileName(options.home, options.name ?? lastProfile(options.home)));
  } catch (cause) {
    release();
    throw cause;
  }
  return running;
}

interface Open {
  readonly name: string;
  readonly wallet: Wallet;
}

class Running implements RunningHousehold, Household {
  readonly #options: HouseholdOptions;
  readonly #release: () => void;
  #open: Open | undefined;
  #sessions: PageSessions | undefined;
  /** Switches one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: HouseholdOptions, release: () => void) {
    this.#options = options;
    this.#release = release;
  }

  get wallet(): Wallet {
    return this.#requireOpen().wallet;
  }

  get current(): string {
    return this.#open?.name ?? '';
  }

  get names(): readonly string[] {
    return profileNames(this.#options.home);
  }

  async begin(name: string): Promise<void> {
    await this.#start(name, this.#options.port);
  }

  requestSwitch(typed: string): void {
    const { home, timers = systemTimers, log = silentLog } = this.#options;
    const name = requireProfileName(home, typed);
    if (name === this.current) return;
    timers.after(SWITCH_AFTER_MS, () => {
      this.switchTo(name).catch((fault: unknown) => log.error({ fault: String(fault) }, 'household: could not switch'));
    });
  }

  switchTo(typed: string): Promise<Wallet> {
    const turn = this.#turn.then(() => this.#switch(requireProfileName(this.#options.home, typed)));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#open?.wallet.close();
    this.#open = undefined;
    this.#release();
  }

  async #switch(name: string): Promise<Wallet> {
    const before = this.#requireOpen();
    if (name === before.name) return before.wallet;
    const { port } = before.wallet;
    // A profile that another process has, or that is damaged, is found out while the one before is still open.
    this.#openProfile(name).close();
    await before.wallet.close();
    try {
      return await this.#start(name, port);
    } catch (cause) {
      await this.#start(before.name, port);
      throw cause;
    }
  }

  async #start(name: string, port: number | undefined): Promise<Wallet> {
    const { home, ownOptions, onOpened, ...shared } = this.#options;
    const profile = this.#openProfile(name);
    try {
      const wallet = await startWallet({
        ...shared,
        ...ownOptions?.(profile.path),
        profile,
        household: this,
        ...(port !== undefined && { port }),
        ...(this.#sessions !== undefined && { sessions: this.#sessions }),
      });
      this.#open = { name, wallet };
      this.#sessions = wallet.sessions;
      rememberProfile(home, name);
      onOpened?.(wallet, name);
      return wallet;
    } catch (cause) {
      profile.close();
      throw cause;
    }
  }

  #openProfile(name: string): ReturnType<typeof openProfile> {
    const { home, clock, random, machineSecretPath, keychain } = this.#options;
    const path = profilePath(home, name);
    return openProfile({
      path,
      clock,
      random,
      ...(machineSecretPath !== undefined && { machineSecretPath }),
      ...(keychain !== undefined && { keychain }),
    });
  }

  #requireOpen(): Open {
    if (this.#open === undefined) throw new WalletError('GONE', 'the household is closed');
    return this.#open;
  }
}
