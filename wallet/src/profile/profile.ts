/** A profile: the folder with everything a wallet keeps, opened by one process at a time. */
import { join } from 'node:path';
import { exponentOf } from '@coinslot/protocol';
import { WalletError } from '../errors.ts';
import { fileDisk, Journal } from '../journal/journal.ts';
import type { FairnessRules } from '@coinslot/plugin/timing';
import type { JournalRecord, WalletSpendingLimits } from '../journal/records.ts';
import { WalletState } from '../journal/state.ts';
import type { Clock, Random } from '../ports.ts';
import { COST_FLOOR, measureCost, type ScryptCost } from '../vault/sealing.ts';
import { Vault } from '../vault/vault.ts';
import { makePrivateFolder } from './files.ts';
import { takeLock } from './lock.ts';
import { isKeptInKeychain, machineSecretAt, secretPathOf, type Keychain } from './machine-secret.ts';
import { PRESET_FAIRNESS, presetWalletLimits, type Region } from './presets.ts';
import { readSettings, writeSettings, type Plan, type Settings } from './settings.ts';
import type { Language } from '../words/languages.ts';

export interface ProfileOptions {
  /** The folder; made when missing. */
  path: string;
  clock: Clock;
  random: Random;
  /** File of the machine's secret; outside the folder, a copy of the folder alone is useless. Default: inside it. */
  machineSecretPath?: string;
  /** Where the secret goes when it is made; the file then only says so. Default: the file. */
  keychain?: Keychain;
}

export interface ProfileSetup {
  /** A PIN or passphrase of 4 to 64 characters. */
  pin: string;
  /** Makes it a child's profile: what takes the PIN takes this one, and `pin` only opens the wallet for the day. */
  guardianPin?: string;
  language: Language;
  /** ISO 4217. */
  currency: string;
  plan: Plan;
  /** In place of the presets. */
  limits?: Partial<WalletSpendingLimits>;
  /** In place of the presets. */
  fairness?: FairnessRules;
  /** Default: `eu`. */
  region?: Region;
  lockAfterMs?: number;
  raiseDelayMs?: number;
  /** In place of a cost measured on this machine, never below the floor. */
  cost?: ScryptCost;
  /** 32 bytes out of a recovery phrase, in place of new ones. */
  master?: Uint8Array;
  /** Written to the journal together with the first records. */
  first?: readonly JournalRecord[];
}

const COST_TARGET_MS = 250;

/** Opens a profile, making an empty one when there is none. Throws PROFILE_BUSY or PROFILE_DAMAGED. */
export function openProfile(options: ProfileOptions): Profile {
  return new Profile(options);
}

/** Opens an empty profile and gives it keys. Throws ALREADY_SET_UP, PIN_FORM and what `openProfile` throws. */
export async function createProfile(options: ProfileOptions & ProfileSetup): Promise<Profile> {
  const profile = openProfile(options);
  try {
    await profile.setUp(options);
  } catch (cause) {
    profile.close();
    throw cause;
  }
  return profile;
}

export class Profile {
  readonly path: string;
  readonly vault: Vault;
  /** Whether the system's keychain keeps the machine's secret. */
  readonly isInKeychain: boolean;
  readonly state = new WalletState();
  readonly clock: Clock;
  readonly random: Random;
  readonly #journal: Journal;
  readonly #release: () => void;
  readonly #listeners = new Set<() => void>();
  #settings: Settings;
  #isSettingUp = false;

  constructor({ path, clock, random, machineSecretPath, keychain }: ProfileOptions) {
    makePrivateFolder(path);
    this.path = path;
    this.clock = clock;
    this.random = random;
    this.#release = takeLock(path);
    try {
      const secretPath = secretPathOf(path, machineSecretPath);
      const machineSecret = machineSecretAt(secretPath, random, keychain);
      this.isInKeychain = isKeptInKeychain(secretPath);
      const inFolder = (name: string): string => join(path, name);
      this.vault = new Vault({
        path: inFolder('vault.json'),
        triesPath: inFolder('pin-tries.json'),
        guardianTriesPath: inFolder('guardian-tries.json'),
        machineSecret,
        clock,
        random,
      });
      this.#settings = readSettings(path);
      const journalPath = inFolder('journal');
      this.#journal = new Journal(fileDisk(journalPath), journalPath, (record) => this.state.apply(record));
    } catch (cause) {
      this.#release();
      throw cause;
    }
  }

  get settings(): Readonly<Settings> {
    return this.#settings;
  }

  /** True once keys, currency and limits are there. */
  get isSetUp(): boolean {
    return this.vault.isSetUp && this.state.walletLimits !== undefined;
  }

  /**
   * First run: keys under a PIN, settings, preset limits. Returns the recovery phrase, to be shown once. A crash half-way leaves a
   * profile that can be set up again with the same PINs.
   */
  async setUp(setup: ProfileSetup): Promise<readonly string[]> {
    // In two tabs at once: the second would lend its currency to the keys and limits of the first.
    if (this.isSetUp || this.#isSettingUp)
      throw new WalletError('ALREADY_SET_UP', `${this.path}: has keys already, or is being given some`);
    this.#isSettingUp = true;
    try {
      return await this.#setUp(setup);
    } finally {
      this.#isSettingUp = false;
    }
  }

  async #setUp(setup: ProfileSetup): Promise<readonly string[]> {
    exponentOf(setup.currency);
    const { language, currency, plan } = setup;
    const own = { lockAfterMs: setup.lockAfterMs, raiseDelayMs: setup.raiseDelayMs, region: setup.region };
    const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
    this.changeSettings({ language, currency, plan, ...given });
    const phrase = this.vault.isSetUp ? await this.#goOnSetUp(setup) : await this.#makeKeys(setup);
    const atMs = this.clock();
    const limits = { ...presetWalletLimits(currency), ...setup.limits };
    const rules = setup.fairness ?? PRESET_FAIRNESS;
    this.record(
      { kind: 'wallet-limits', atMs, effectiveAtMs: atMs, limits },
      { kind: 'fairness', atMs, effectiveAtMs: atMs, rules },
      { kind: 'pin-used', atMs },
      ...(setup.first ?? []),
    );
    return phrase;
  }

  async #makeKeys({ pin, guardianPin, master, ...setup }: ProfileSetup): Promise<readonly string[]> {
    const cost = setup.cost ?? (await measureCost(COST_TARGET_MS, () => performance.now()));
    return this.vault.create(pin, cost, { guardianPin, master });
  }

  async #goOnSetUp({ pin, guardianPin }: ProfileSetup): Promise<readonly string[]> {
    await this.vault.unlock(pin);
    return this.vault.phrase(guardianPin ?? pin);
  }

  changeSettings(change: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...change };
    writeSettings(this.path, this.#settings);
    this.announce();
  }

  /** Writes records to the journal, durably, then takes them into the state. Throws ProtocolError STORAGE. */
  record(...records: readonly JournalRecord[]): void {
    this.#journal.append(...records);
    for (const one of records) this.state.apply(one);
    this.announce();
  }

  /** Calls `listener` after every change of state or settings; the returned function ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells the listeners that something they show has changed. */
  announce(): void {
    for (const listener of this.#listeners) listener();
  }

  close(): void {
    this.vault.lock();
    this.#journal.close();
    this.#release();
  }
}

export { COST_FLOOR };
