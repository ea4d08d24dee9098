/**
 * The vault: two compartments under one PIN. `day` (the seed behind press key, account key, player keys and pairing secrets)
 * stays open for as long as the player set; `pin` (the PIN key) is opened with the PIN each time and closed at once.
 */
import { WalletError } from '../errors.ts';
import type { Clock, Random } from '../ports.ts';
import { dayKeys, pinKey, pinKeys, type DayKeys, type PinKeys } from './keys.ts';
import { compartmentKey, machineKey, seal, SEAL_NONCE_BYTES, stretch, unseal, type ScryptCost } from './sealing.ts';
import { PinTries } from './tries.ts';
import {
  boundTo,
  COMPARTMENTS,
  readVaultFile,
  writeVaultFile,
  type Compartment,
  type PublicKeys,
  type VaultFile,
} from './vault-file.ts';

export interface VaultOptions {
  path: string;
  triesPath: string;
  /** Kept outside the vault's file: 32 bytes. */
  machineSecret: Uint8Array;
  clock: Clock;
  random: Random;
}

const SEED_BYTES = 32;
const SALT_BYTES = 16;
export const PIN_CHARACTERS_MIN = 4;
export const PIN_CHARACTERS_MAX = 64;

type Seeds = Record<Compartment, Uint8Array>;

export class Vault {
  readonly #options: VaultOptions;
  readonly #tries: PinTries;
  #file: VaultFile | undefined;
  #day: DayKeys | undefined;
  /** PINs are tried one after the other: parallel guesses would share one count. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<() => void>();

  constructor(options: VaultOptions) {
    this.#options = options;
    this.#file = readVaultFile(options.path);
    this.#tries = new PinTries(options.triesPath, options.clock);
  }

  /** A secret of this machine for another file of the profile: 32 bytes, under a name of its own. */
  machineKey(name: string): Uint8Array {
    return machineKey(this.#options.machineSecret, name);
  }

  get isSetUp(): boolean {
    return this.#file !== undefined;
  }

  /** The open day compartment, or `undefined` while locked. */
  get day(): DayKeys | undefined {
    return this.#day;
  }

  /** When the next PIN is taken, ms; 0 for at once. */
  get retryAtMs(): number {
    return this.#tries.retryAtMs;
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

  /** Draws new keys and seals them under a new PIN. Throws ALREADY_SET_UP or PIN_FORM. */
  async create(pin: string, cost: ScryptCost): Promise<void> {
    if (this.isSetUp) throw new WalletError('ALREADY_SET_UP', 'the vault has keys already');
    const { random } = this.#options;
    await this.#write(requireNewPin(pin), cost, { day: random(SEED_BYTES), pin: random(SEED_BYTES) });
  }

  /** Opens the day compartment. Throws NOT_SET_UP, PIN_WRONG or PIN_DELAYED. */
  async unlock(pin: string): Promise<void> {
    await this.#open(pin, ({ day }) => this.#setDay(dayKeys(day)));
  }

  /** Opens both compartments with the PIN and lends the PIN's keys to `use`; the day compartment stays open afterwards. */
  async withPinKeys<T>(pin: string, use: (keys: PinKeys, day: DayKeys) => T): Promise<T> {
    return this.#open(pin, (seeds) => {
      const day = dayKeys(seeds.day);
      this.#setDay(day);
      return use(pinKeys(seeds.pin), day);
    });
  }

  async changePin(pin: string, next: string): Promise<void> {
    requireNewPin(next);
    const seeds = await this.#open(pin, ({ day, pin: own }) => ({ day: day.slice(), pin: own.slice() }));
    await this.#write(next, this.#requireFile().cost, seeds);
  }

  lock(): void {
    this.#setDay(undefined);
  }

  #setDay(day: DayKeys | undefined): void {
    const wasOpen = this.#day !== undefined;
    this.#day = day;
    if (wasOpen !== (day !== undefined)) for (const listener of this.#listeners) listener();
  }

  async #open<T>(pin: string, use: (seeds: Seeds) => T): Promise<T> {
    const turn = this.#turn.then(() => this.#openInTurn(pin, use));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #openInTurn<T>(pin: string, use: (seeds: Seeds) => T): Promise<T> {
    const file = this.#requireFile();
    // No PIN has this length, so none was guessed; and scrypt is not run over a megabyte.
    if (pin.length > PIN_CHARACTERS_MAX) throw new WalletError('PIN_WRONG', 'wrong PIN');
    this.#tries.begin();
    const stretched = await stretch(pin, file.salt, file.cost);
    const seeds = this.#unseal(file, stretched);
    if (seeds === undefined) throw new WalletError('PIN_WRONG', 'wrong PIN', { retryAtMs: this.#tries.retryAtMs });
    this.#tries.succeed();
    try {
      return use(seeds);
    } finally {
      seeds.day.fill(0);
      seeds.pin.fill(0);
    }
  }

  #unseal(file: VaultFile, stretched: Uint8Array): Seeds | undefined {
    const [day, pin] = COMPARTMENTS.map((name) => {
      const key = compartmentKey(stretched, this.#options.machineSecret, name);
      return unseal(key, file.sealed[name], boundTo(name, file.cost, file.salt));
    });
    return day === undefined || pin === undefined ? undefined : { day, pin };
  }

  async #write(pin: string, cost: ScryptCost, seeds: Seeds): Promise<void> {
    const { random, machineSecret, path } = this.#options;
    const salt = random(SALT_BYTES);
    const stretched = await stretch(pin, salt, cost);
    const sealOne = (name: Compartment): Uint8Array => {
      const key = compartmentKey(stretched, machineSecret, name);
      return seal(key, seeds[name], boundTo(name, cost, salt), random(SEAL_NONCE_BYTES));
    };
    const day = dayKeys(seeds.day);
    const publicKeys = {
      press: day.press.publicKey,
      pin: pinKey(seeds.pin).publicKey,
      account: day.account.publicKey,
    };
    writeVaultFile(path, { cost, salt, sealed: { day: sealOne('day'), pin: sealOne('pin') }, publicKeys });
    this.#file = readVaultFile(path);
    this.#setDay(day);
  }

  #requireFile(): VaultFile {
    if (this.#file === undefined) throw new WalletError('NOT_SET_UP', 'the wallet has no keys yet');
    return this.#file;
  }
}

function requireNewPin(pin: string): string {
  if (pin.length < PIN_CHARACTERS_MIN || pin.length > PIN_CHARACTERS_MAX || pin.trim() !== pin) {
    throw new WalletError(
      'PIN_FORM',
      `PIN: ${PIN_CHARACTERS_MIN} to ${PIN_CHARACTERS_MAX} characters, no space at its ends`,
    );
  }
  return pin;
}
