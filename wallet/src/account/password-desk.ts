/**
 * The player's password: set, changed and taken away with the PIN, proven where a payment takes it. Where one is set, it stands in
 * the PIN's place for what the payment server pays: the server takes no proof by the PIN key then.
 *
 * Who knows the PIN alone cannot change it here: that takes the password too, whose key endorses the change, or the recovery phrase
 * where it is forgotten. Without an endorsement the one that stands goes on for a day, here as at the server, and can be kept.
 */
import {
  datedPasswords,
  decodeAccountRequest,
  equalBytes,
  openSigned,
  readEnvelope,
  ProtocolError,
  requireEndorsement,
  type AccountRequest,
  type Signer,
} from '@coinslot/protocol';
import { WalletError } from '../errors.ts';
import type { JournalRecord } from '../journal/records.ts';
import type { Log } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import { passwordSigner, PASSWORD_CHARACTERS_MAX, requireNewPassword } from '../vault/password.ts';
import type { PinTries } from '../vault/tries.ts';
import type { Account } from './account.ts';
import type { Trust } from './server-envelope.ts';

export interface PasswordDeskOptions {
  profile: Profile;
  account: Account;
  trust: Trust;
  log: Log;
  /** Wrong passwords are counted before they are compared, as PINs are. */
  tries: PinTries;
  /** Another one has come that waits: told to the player, who may not be whose word it is. */
  onPending?: (pending: PendingPassword) => void;
}

/** What takes over when its time comes. */
export interface PendingPassword {
  readonly holdsFromMs: number;
  /** No other password: the PIN pays again. */
  readonly isEnd: boolean;
}

/** Who may change the password: the PIN with the password that stands, or the recovery phrase. */
export interface PasswordLeave {
  readonly pin?: string | undefined;
  readonly current?: string | undefined;
  readonly phrase?: string | undefined;
}

/** Questions in one go, 32 passwords each at most: more than a player sets in a life. */
const PAGES_MAX = 32;

export class PasswordDesk {
  readonly #options: PasswordDeskOptions;
  #checking: Promise<boolean> | undefined;
  #isTrying = false;

  constructor(options: PasswordDeskOptions) {
    this.#options = options;
  }

  /** By what the payment server said last. */
  get isSet(): boolean {
    return this.#key !== undefined;
  }

  /** What waits, by the same. */
  get pending(): PendingPassword | undefined {
    const one = this.#options.profile.state.passwords.pendingAt(this.#nowMs);
    return one && { holdsFromMs: one.holdsFromMs, isEnd: one.passwordKey === undefined };
  }

  /** When the next password is taken, ms; 0 for at once. */
  get retryAtMs(): number {
    return this.#options.tries.retryAtMs;
  }

  /**
   * The key that signs what the player consents to. Throws LOCKED, PASSWORD_WRONG, PASSWORD_DELAYED, or GONE when none is set; counts
   * before it compares.
   */
  async prove(password: string): Promise<Signer> {
    const { tries } = this.#options;
    const publicKey = this.#key;
    if (publicKey === undefined) throw new WalletError('GONE', 'no password is set');
    // None has this length, so none was guessed; and scrypt is not run over a megabyte.
    if (password.length > PASSWORD_CHARACTERS_MAX) throw wrong();
    if (this.#isTrying) throw new WalletError('BAD_REQUEST', 'a password is being tried already');
    this.#isTrying = true;
    try {
      tries.begin();
      const signer = await this.#signerOf(password);
      if (!equalBytes(signer.publicKey, publicKey)) throw wrong(tries.retryAtMs);
      tries.clear();
      return signer;
    } finally {
      this.#isTrying = false;
    }
  }

  /**
   * The first one, or another one in its place: at once with the one that stands, by the phrase after a day (`pending`). Throws
   * PASSWORD_FORM, what `prove` throws, and SERVER_UNREACHABLE.
   */
  async set(password: string, leave: PasswordLeave): Promise<void> {
    requireNewPassword(password, leave.pin);
    const endorser = await this.#requireLeave(leave);
    if (!this.isSet) this.#options.tries.clear();
    const { publicKey } = await this.#signerOf(password);
    await this.#register(publicKey, leave, endorser);
  }

  /** From then on the PIN pays again. When, and what it throws, as with `set`. */
  async takeAway(leave: PasswordLeave): Promise<void> {
    await this.#register(undefined, leave, await this.#requireLeave(leave));
  }

  /** What waits never holds: the one that stands is registered again, by its own word. Throws GONE when nothing waits, and as `set` does. */
  async keep({ pin, current }: Pick<PasswordLeave, 'pin' | 'current'>): Promise<void> {
    await this.#options.profile.vault.provePin(pin ?? '');
    await this.#lookAnew();
    if (this.pending === undefined) throw new WalletError('GONE', 'no other password waits');
    const signer = await this.prove(current ?? '');
    await this.#register(signer.publicKey, { pin }, signer);
  }

  /** Looks at what the server has, once for all who wait. Never throws: what fails now is found at the next look. */
  async check(): Promise<void> {
    const { log } = this.#options;
    try {
      await this.#look();
    } catch (fault) {
      log.warn({ fault: String(fault), ...codeOf(fault) }, 'password: could not be looked for');
    }
  }

  /**
   * `isSet` by the server's own answer, asked for now; no account has no password. Throws LOCKED, SERVER_UNREACHABLE, TOO_LARGE and
   * DECISION_MISMATCH.
   */
  async isSetByServer(): Promise<boolean> {
    const { account, profile } = this.#options;
    if (!account.isOpen) return false;
    if (profile.vault.day === undefined) throw new WalletError('LOCKED', 'the wallet is locked');
    await this.#lookAnew();
    return this.isSet;
  }

  /** By a question asked from now on. Throws as `isSetByServer` does. */
  async #lookAnew(): Promise<void> {
    await this.#checking?.catch(() => undefined);
    if (!(await this.#look())) throw new WalletError('SERVER_UNREACHABLE', 'the payment server was never heard from');
  }

  /** Whether there was an answer. */
  #look(): Promise<boolean> {
    this.#checking ??= this.#check().finally(() => (this.#checking = undefined));
    return this.#checking;
  }

  /** The vault is open afterwards, and whoever asks was allowed to. The key that endorses, where the password was proven. */
  async #requireLeave({ pin, current, phrase }: PasswordLeave): Promise<Signer | undefined> {
    const { vault } = this.#options.profile;
    if (phrase !== undefined) return vault.withPhraseKeys(phrase, () => undefined);
    await vault.provePin(pin ?? '');
    // One that this wallet has not heard of stands all the same: without its word the new one would wait, and nobody had asked for it.
    await this.#lookAnew();
    return this.isSet ? this.prove(current ?? '') : undefined;
  }

  async #register(
    passwordKey: Uint8Array | undefined,
    { pin, phrase }: PasswordLeave,
    endorser: Signer | undefined,
  ): Promise<void> {
    const { profile, account } = this.#options;
    const sign = (signer: Signer): Uint8Array =>
      account.signPassword(signer, { passwordKey, timeMs: this.#timeMs(), endorser });
    const envelope =
      phrase === undefined
        ? await profile.vault.withPinKeys(pin ?? '', ({ signer }) => sign(signer))
        : await profile.vault.withPhraseKeys(phrase, ({ signer }) => sign(signer));
    await account.send(envelope);
    // A look that began before it was sent does not show it.
    await this.#checking?.catch(() => undefined);
    await this.check();
  }

  /** Later than the last one, which the server asks for, and not before the one that endorses it stood. */
  #timeMs(): number {
    const { clock, state } = this.#options.profile;
    const { passwords } = state;
    const standsFromMs = passwords.standingAt(this.#nowMs)?.holdsFromMs ?? 0;
    return Math.max(clock(), (passwords.listed.at(-1)?.timeMs ?? 0) + 1, standsFromMs);
  }

  /** What stands is asked by the server's clock where that is ahead: the server asks by its own. */
  get #nowMs(): number {
    const { profile, account } = this.#options;
    return Math.max(profile.clock(), account.statement?.timeMs ?? 0);
  }

  get #key(): Uint8Array | undefined {
    return this.#options.profile.state.passwords.keyAt(this.#nowMs);
  }

  async #check(): Promise<boolean> {
    const { profile, account, tries } = this.#options;
    const found = await this.#listed(account);
    if (found === undefined) return false;
    const known = profile.state.passwords.listed.map(({ envelope }) => envelope);
    const isLonger = known.every((one, i) => found[i] !== undefined && equalBytes(one, found[i]));
    const atMs = profile.clock();
    const forgotten: JournalRecord[] = isLonger ? [] : [{ kind: 'password', atMs, envelope: new Uint8Array() }];
    const fresh = isLonger ? found.slice(known.length) : found;
    const records = [...forgotten, ...fresh.map((envelope) => ({ kind: 'password', atMs, envelope }) as const)];
    // The count of tries begins with the first one: once a password is journalled, a count that is gone is held to be the highest.
    if (profile.state.passwords.all.length === 0 && fresh.length > 0) tries.clear();
    if (records.length > 0) profile.record(...records);
    const { pending } = this;
    if (fresh.length > 0 && pending !== undefined) this.#options.onPending?.(pending);
    return true;
  }

  /**
   * All that the server has; `undefined` while locked. What this wallet's PIN key did not sign is no password of it. Each is later
   * than the one before, so that none is given twice, and no old one as the newest: DECISION_MISMATCH; and endorsed by the one that
   * stood, where it says so: BAD_SIGNATURE. TOO_LARGE without an end.
   */
  async #listed(account: Account): Promise<readonly Uint8Array[] | undefined> {
    const all: Uint8Array[] = [];
    const requests: AccountRequest[] = [];
    let after = 0n;
    for (let page = 0; page < PAGES_MAX; page++) {
      const answered = await account.askList('passwords', after);
      if (answered === undefined) return undefined;
      for (const one of answered.decisions.filter((envelope) => this.#isOwn(envelope))) {
        const request = decodeAccountRequest(readEnvelope(one).body);
        if (request.timeMs <= (requests.at(-1)?.timeMs ?? -1))
          throw new ProtocolError('DECISION_MISMATCH', 'AccountStatement.decisions: a password out of its order');
        requireEndorsement(datedPasswords(requests), request, this.#options.trust.verify);
        requests.push(request);
        all.push(one);
      }
      if (answered.next <= after) return all;
      after = answered.next;
    }
    throw new ProtocolError('TOO_LARGE', `AccountStatement.next: passwords go on after ${PAGES_MAX} answers`);
  }

  #isOwn(envelope: Uint8Array): boolean {
    const { profile, account, trust, log } = this.#options;
    const publicKey = profile.vault.publicKeys.pin;
    try {
      openSigned(envelope, { type: 'account-request', publicKey, verify: trust.verify });
      const { ask, userId } = decodeAccountRequest(readEnvelope(envelope).body);
      return ask === 'password' && equalBytes(userId, account.userId);
    } catch (fault) {
      if (!(fault instanceof ProtocolError)) throw fault;
      log.error({ code: fault.code }, 'password: one that this wallet never registered');
      return false;
    }
  }

  async #signerOf(password: string): Promise<Signer> {
    const { profile, account } = this.#options;
    const { day } = profile.vault;
    const { serverId, userId } = account;
    if (day === undefined) throw new WalletError('LOCKED', 'the wallet is locked');
    if (serverId === undefined) throw new WalletError('SERVER_UNREACHABLE', 'the payment server was never heard from');
    return passwordSigner(password, { accountSecret: day.accountSecret, serverId, userId });
  }
}

const codeOf = (fault: unknown): { code?: string } =>
  fault instanceof ProtocolError || fault instanceof WalletError ? { code: fault.code } : {};

function wrong(retryAtMs = 0): WalletError {
  return new WalletError('PASSWORD_WRONG', 'wrong password', { retryAtMs });
}
