/**
 * The vault: one master secret in two compartments. `day` (the seed behind press key, account key, player keys and pairing
 * secrets) stays open for as long as the player set; `pin` (the master itself, and so the PIN key) is opened each time it is
 * needed and closed at once. Both are under one PIN, or, in a child's profile, `pin` is under the guardian's own. Tries of the
 * two PINs are counted apart.
 *
 * What a guardian does not hold back: whoever may write this folder can put an older copy of it in place, and whoever has seen the
 * recovery phrase has everything. A child profile belongs under a guardian's hand from its first day.
 */
import { equalBytes } from '@coinslot/protocol';
import { WalletError } from '../errors.ts';
import type { Clock, Random } from '../ports.ts';
import {
  dayKeys,
  daySecretsOf,
  pinKey,
  pinKeys,
  pinSeedOf,
  type DayKeys,
  type DaySecrets,
  type PinKeys,
} from './keys.ts';
import { masterOf, phraseOf, wrongPhrase } from './phrase.ts';
import { compartmentKey, machineKey, seal, SEAL_NONCE_BYTES, stretch, unseal, type ScryptCost } from './sealing.ts';
import { PinTries } from './tries.ts';
import {
  boundTo,
  readVaultFile,
  writeVaultFile,
  type Compartment,
  type CompartmentName,
  type PublicKeys,
  type VaultFile,
} from './vault-file.ts';

export interface VaultOptions {
  path: string;
  /** Where tries of the own PIN, and of a guardian's, are counted. */
  triesPath: string;
  guardianTriesPath: string;
  /** Kept outside the vault's file: 32 bytes. */
  machineSecret: Uint8Array;
  clock: Clock;
  random: Random;
}

export interface VaultSetup {
  /** The PIN compartment gets this PIN in place of the own one: the profile is a child's. */
  guardianPin?: string | undefined;
  /** 32 bytes out of a recovery phrase; drawn when missing. */
  master?: Uint8Array | undefined;
}

const MASTER_BYTES = 32;
const SEED_BYTES = 32;
const SALT_BYTES = 16;
export const PIN_CHARACTERS_MIN = 4;
export const PIN_CHARACTERS_MAX = 64;

export class Vault {
  readonly #options: VaultOptions;
  readonly #tries: PinTries;
  readonly #guardianTries: PinTries;
  #file: VaultFile | undefined;
  #day: DayKeys | undefined;
  /** One after the other: parallel guesses would share one count, and parallel changes could undo each other. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<() => void>();

  constructor(options: VaultOptions) {
    this.#options = options;
    this.#file = readVaultFile(options.path);
    this.#tries = new PinTries(options.triesPath, options.clock, this.isSetUp);
    this.#guardianTries = new PinTries(options.guardianTriesPath, options.clock, this.hasGuardian);
  }

  /** A secret of this machine for another file of the profile: 32 bytes, under a name of its own. */
  machineKey(name: string): Uint8Array {
    return machineKey(this.#options.machineSecret, name);
  }

  get isSetUp(): boolean {
    return this.#file !== undefined;
  }

  /** True for a child's profile: what takes the PIN takes the guardian's. */
  get hasGuardian(): boolean {
    return this.#file?.hasGuardian ?? false;
  }

  /** The open day compartment, or `undefined` while locked. */
  get day(): DayKeys | undefined {
    return this.#day;
  }

  /** When the next own PIN is taken, ms; 0 for at once. */
  get retryAtMs(): number {
    return this.#tries.retryAtMs;
  }

  /** The same of the PIN that opens the PIN compartment: the guardian's where there is one. */
  get pinRetryAtMs(): number {
    return this.#triesOf('pin').retryAtMs;
  }

  /** Known while locked too. Throws NOT_SET_UP. */
  get publicKeys(): PublicKeys {
    return this.#requireFile().publicKeys;
  }

  /** Calls `listener` after every change between locked and open; the returned function ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Draws a new master secret, or takes one out of a phrase, and seals it. Returns the recovery phrase, to be shown once. Throws
   * ALREADY_SET_UP or PIN_FORM.
   */
  create(pin: string, cost: ScryptCost, setup: VaultSetup = {}): Promise<readonly string[]> {
    return this.#inTurn(async () => {
      if (this.isSetUp) throw new WalletError('ALREADY_SET_UP', 'the vault has keys already');
      const { guardianPin, master = this.#options.random(MASTER_BYTES) } = setup;
      requireNewPin(pin);
      if (guardianPin !== undefined) requireNewPin(guardianPin);
      if (guardianPin === pin) throw new WalletError('PIN_FORM', 'PIN: the guardian’s must be another one');
      const words = phraseOf(master);
      this.#tries.clear();
      await this.#sealAnew(master, cost, pin, guardianPin);
      return words;
    });
  }

  /** Opens the day compartment with the own PIN. Throws NOT_SET_UP, PIN_WRONG or PIN_DELAYED. */
  async unlock(pin: string): Promise<void> {
    await this.#inTurn(() => this.#open('day', pin, (opened) => this.#setDay(dayKeys(splitDay(opened)))));
  }

  /** Opens the PIN compartment, with the guardian's PIN where there is one, and the day compartment with it. Throws as `unlock`. */
  async provePin(pin: string): Promise<void> {
    await this.withPinKeys(pin, () => undefined);
  }

  /** As `provePin`, and lends the PIN's keys to `use`; the day compartment stays open afterwards. */
  async withPinKeys<T>(pin: string, use: (keys: PinKeys, day: DayKeys) => T): Promise<T> {
    const lend = (master: Uint8Array): T => {
      const day = dayKeys(daySecretsOf(master));
      this.#setDay(day);
      return use(pinKeys(pinSeedOf(master)), day);
    };
    return this.#inTurn(() => this.#open('pin', pin, lend));
  }

  /** As `withPinKeys`, for whoever has the recovery phrase in the PIN's place. Throws PHRASE_WRONG or NOT_SET_UP. */
  async withPhraseKeys<T>(phrase: string, use: (keys: PinKeys, day: DayKeys) => T): Promise<T> {
    return this.#inTurn(() => {
      const master = this.#requireOwnPhrase(phrase);
      const day = dayKeys(daySecretsOf(master));
      this.#setDay(day);
      return Promise.resolve(use(pinKeys(pinSeedOf(master)), day));
    });
  }

  /** The recovery phrase again. Throws as `unlock` does. */
  async phrase(pin: string): Promise<readonly string[]> {
    return this.#inTurn(() => this.#open('pin', pin, phraseOf));
  }

  /** A new own PIN; in a child's profile, the child's. Throws PIN_FORM, and as `unlock` does. */
  changePin(pin: string, next: string): Promise<void> {
    return this.#inTurn(async () => {
      requireNewPin(next);
      const { hasGuardian, day } = this.#requireFile();
      const name = hasGuardian ? 'day' : 'pin';
      const secret = await this.#open(name, pin, (opened) => opened.slice());
      if (hasGuardian) this.#replace({ day: await this.#sealOne('day', secret, next, day.cost) });
      else await this.#sealAnew(secret, day.cost, next);
    });
  }

  /** A new guardian's PIN. Throws NOT_SET_UP without a guardian, PIN_FORM, and as `unlock` does. */
  changeGuardianPin(pin: string, next: string): Promise<void> {
    return this.#inTurn(async () => {
      requireNewPin(next);
      const { cost } = this.#requireGuarded().pin;
      const master = await this.#open('pin', pin, (opened) => opened.slice());
      this.#replace({ pin: await this.#sealOne('pin', master, next, cost) });
    });
  }

  /** The guardian gives the child a new PIN for a forgotten one. Throws as `changeGuardianPin` does. */
  resetOwnPin(guardianPin: string, next: string): Promise<void> {
    return this.#inTurn(async () => {
      requireNewPin(next);
      const { cost } = this.#requireGuarded().day;
      const secrets = await this.#open('pin', guardianPin, (master) => joinDay(daySecretsOf(master)));
      this.#replace({ day: await this.#sealOne('day', secrets, next, cost) });
      this.#tries.clear();
    });
  }

  /** From now on what takes the PIN takes the guardian's; the own PIN stays for the rest. Throws as `changePin` does. */
  appointGuardian(pin: string, guardianPin: string): Promise<void> {
    return this.#inTurn(async () => {
      const { hasGuardian, day } = this.#requireFile();
      if (hasGuardian) throw new WalletError('ALREADY_SET_UP', 'the profile has a guardian already');
      requireNewPin(guardianPin);
      if (guardianPin === pin) throw new WalletError('PIN_FORM', 'PIN: the guardian’s must be another one');
      const master = await this.#open('pin', pin, (opened) => opened.slice());
      await this.#sealAnew(master, day.cost, pin, guardianPin);
    });
  }

  /** One PIN for everything again, by the guardian's leave. Throws as `changeGuardianPin` does. */
  dismissGuardian(guardianPin: string, pin: string): Promise<void> {
    return this.#inTurn(async () => {
      requireNewPin(pin);
      const { cost } = this.#requireGuarded().day;
      const master = await this.#open('pin', guardianPin, (opened) => opened.slice());
      await this.#sealAnew(master, cost, pin);
    });
  }

  /**
   * A new PIN by the recovery phrase, for a forgotten one: the guardian's where there is one. Works with another machine's secret
   * than the vault was made with. Throws PHRASE_WRONG, PIN_FORM or NOT_SET_UP.
   */
  resetPin(phrase: string, next: string): Promise<void> {
    return this.#inTurn(async () => {
      requireNewPin(next);
      const { hasGuardian, pin } = this.#requireFile();
      const master = this.#requireOwnPhrase(phrase);
      if (hasGuardian) this.#replace({ pin: await this.#sealOne('pin', master, next, pin.cost) });
      else await this.#sealAnew(master, pin.cost, next);
      this.#triesOf('pin').clear();
    });
  }

  lock(): void {
    this.#setDay(undefined);
  }

  /** The master secret. Throws PHRASE_WRONG or NOT_SET_UP. */
  #requireOwnPhrase(phrase: string): Uint8Array {
    const { publicKeys } = this.#requireFile();
    const master = masterOf(phrase);
    if (!equalBytes(publicKeysOf(master).account, publicKeys.account))
      throw wrongPhrase('recovery phrase: of another wallet');
    return master;
  }

  #setDay(day: DayKeys | undefined): void {
    const wasOpen = this.#day !== undefined;
    this.#day = day;
    if (wasOpen !== (day !== undefined)) for (const listener of this.#listeners) listener();
  }

  #triesOf(name: CompartmentName): PinTries {
    return name === 'pin' && this.hasGuardian ? this.#guardianTries : this.#tries;
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(task);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #open<T>(name: CompartmentName, pin: string, use: (opened: Uint8Array) => T): Promise<T> {
    const file = this.#requireFile();
    const { cost, salt, sealed } = file[name];
    // No PIN has this length, so none was guessed; and scrypt is not run over a megabyte.
    if (pin.length > PIN_CHARACTERS_MAX) throw new WalletError('PIN_WRONG', 'wrong PIN');
    const tries = this.#triesOf(name);
    tries.begin();
    const key = compartmentKey(await stretch(pin, salt, cost), this.#options.machineSecret, name);
    const opened = unseal(key, sealed, boundTo(name, file.hasGuardian, { cost, salt }));
    if (opened === undefined) throw new WalletError('PIN_WRONG', 'wrong PIN', { retryAtMs: tries.retryAtMs });
    tries.clear();
    try {
      return use(opened);
    } finally {
      opened.fill(0);
    }
  }

  /** Writes both compartments: under one PIN with one salt, or each under its own. The day compartment is open afterwards. */
  async #sealAnew(master: Uint8Array, cost: ScryptCost, pin: string, guardianPin?: string): Promise<void> {
    const hasGuardian = guardianPin !== undefined;
    const own = await this.#keyedBy(pin, cost);
    const other = hasGuardian ? await this.#keyedBy(guardianPin, cost) : own;
    const secrets = daySecretsOf(master);
    const day = this.#seal('day', joinDay(secrets), hasGuardian, own);
    const sealedMaster = this.#seal('pin', master, hasGuardian, other);
    // Before the file that has a guardian: a count that is missing then is held to be the highest.
    if (hasGuardian) this.#guardianTries.clear();
    this.#write({ hasGuardian, day, pin: sealedMaster, publicKeys: publicKeysOf(master) });
    this.#setDay(dayKeys(secrets));
  }

  async #sealOne(name: CompartmentName, secret: Uint8Array, pin: string, cost: ScryptCost): Promise<Compartment> {
    return this.#seal(name, secret, this.hasGuardian, await this.#keyedBy(pin, cost));
  }

  async #keyedBy(pin: string, cost: ScryptCost): Promise<Keyed> {
    const salt = this.#options.random(SALT_BYTES);
    return { cost, salt, stretched: await stretch(pin, salt, cost) };
  }

  #seal(name: CompartmentName, secret: Uint8Array, hasGuardian: boolean, { stretched, ...under }: Keyed): Compartment {
    const { random, machineSecret } = this.#options;
    const key = compartmentKey(stretched, machineSecret, name);
    return { ...under, sealed: seal(key, secret, boundTo(name, hasGuardian, under), random(SEAL_NONCE_BYTES)) };
  }

  #replace(changed: Partial<Record<CompartmentName, Compartment>>): void {
    this.#write({ ...this.#requireFile(), ...changed });
  }

  #write(file: VaultFile): void {
    writeVaultFile(this.#options.path, file);
    this.#file = readVaultFile(this.#options.path);
  }

  #requireFile(): VaultFile {
    if (this.#file === undefined) throw new WalletError('NOT_SET_UP', 'the wallet has no keys yet');
    return this.#file;
  }

  #requireGuarded(): VaultFile {
    const file = this.#requireFile();
    if (!file.hasGuardian) throw new WalletError('NOT_SET_UP', 'the profile has no guardian');
    return file;
  }
}

/** A PIN's key before the machine's secret is mixed in, and what it was made with. */
interface Keyed extends Omit<Compartment, 'sealed'> {
  readonly stretched: Uint8Array;
}

function publicKeysOf(master: Uint8Array): PublicKeys {
  const day = dayKeys(daySecretsOf(master));
  return { press: day.press.publicKey, pin: pinKey(pinSeedOf(master)).publicKey, account: day.account.publicKey };
}

/** seed ‖ account secret. */
function joinDay({ seed, accountSecret }: DaySecrets): Uint8Array {
  return new Uint8Array(Buffer.concat([seed, accountSecret]));
}

function splitDay(opened: Uint8Array): DaySecrets {
  return { seed: opened.subarray(0, SEED_BYTES), accountSecret: opened.subarray(SEED_BYTES) };
}

function requireNewPin(pin: string): void {
  if (pin.length < PIN_CHARACTERS_MIN || pin.length > PIN_CHARACTERS_MAX || pin.trim() !== pin) {
    throw new WalletError(
      'PIN_FORM',
      `PIN: ${PIN_CHARACTERS_MIN} to ${PIN_CHARACTERS_MAX} characters, no space at its ends`,
    );
  }
}
