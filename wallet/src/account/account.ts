/**
 * The player's account at the payment server: opened once, its signed statements kept, its press limits raised or lowered.
 * The statement is what the wallet knows of money; it is shown on the wallet's page and never to a game.
 */
import { join } from 'node:path';
import {
  encodeAccountRequest,
  encodeEnrolment,
  endorsementInput,
  equalBytes,
  ProtocolError,
  readCertificate,
  readEnvelope,
  sealEnvelope,
  userIdOf,
  type AccountRequest,
  type AccountStatement,
  type Signer,
} from '@coinslot/protocol';
import { WalletError } from '../errors.ts';
import { currentAttempt } from '../journal/payments.ts';
import type { WalletSpendingLimits } from '../journal/records.ts';
import type { HttpDoor } from '../means/http-door.ts';
import type { Log } from '../ports.ts';
import { readPrivate, replaceDurably } from '../profile/files.ts';
import type { Profile } from '../profile/profile.ts';
import type { DayKeys } from '../vault/keys.ts';
import { askAccount, openStatement, type Answered } from './account-door.ts';
import type { Rates } from './rates.ts';
import { askForLink } from './sign-in.ts';
import type { Trust } from './server-envelope.ts';

export type PressLimits = Pick<WalletSpendingLimits, 'pressPaymentMaxMinor' | 'pressDayMaxMinor'>;

export interface AccountOptions {
  profile: Profile;
  door: HttpDoor;
  rates: Rates;
  trust: Trust;
  log: Log;
}

export class Account {
  readonly #options: AccountOptions;
  #statement: AccountStatement | undefined;
  #serverId: string | undefined;
  #asking: Promise<void> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(options: AccountOptions) {
    this.#options = options;
    this.#readKept();
  }

  get isOpen(): boolean {
    return this.#options.profile.state.enrolled !== undefined;
  }

  /** The newest signed statement, or `undefined` before the account is open. */
  get statement(): AccountStatement | undefined {
    return this.#statement;
  }

  /** The id in the payment server's certificate; `undefined` before the first statement. */
  get serverId(): string | undefined {
    return this.#serverId;
  }

  /** 16 bytes; known as soon as there are keys. */
  get userId(): Uint8Array {
    return userIdOf(this.#options.profile.vault.publicKeys.account);
  }

  /** What is left to spend by the last statement, less what came after it; `undefined` when nothing is known. */
  get spendableMinor(): bigint | undefined {
    const statement = this.#statement;
    if (statement === undefined) return undefined;
    const { plan, balanceMinor, ceilingMinor, owedMinor, timeMs } = statement;
    const left = plan === 'prepaid' ? balanceMinor : ceilingMinor - owedMinor;
    const later = this.#options.profile.state.spent(
      (one) => currentAttempt(one).means === 'server' && (one.decided?.timeMs ?? Infinity) > timeMs,
    );
    return left > later ? left - later : 0n;
  }

  /**
   * Opens the account. The exact bytes are journalled before they are sent, so that a lost answer is healed by sending them
   * again. Throws LOCKED, SERVER_UNREACHABLE, or the server's refusal as a ProtocolError.
   */
  async open(): Promise<void> {
    if (this.isOpen) return;
    const { profile, rates } = this.#options;
    const day = this.#requireDay();
    const earlier = profile.state.enrolling?.enrolment;
    if (earlier !== undefined && (await this.#enrolAgain(earlier))) return;
    const { audience } = await rates.current().catch((cause: unknown) => {
      throw new WalletError('SERVER_UNREACHABLE', 'the payment server does not answer', { cause });
    });
    const enrolment = this.#makeEnrolment(day, audience);
    profile.record({ kind: 'enrolling', atMs: profile.clock(), enrolment, currency: profile.settings.currency });
    await this.#enrol(enrolment);
  }

  /** Asks for a new statement, once for all who wait; quietly keeps the old one when locked or unanswered. */
  refresh(): Promise<void> {
    this.#asking ??= this.#refresh().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  /** The same, by a question asked from now on: one that is under way may have been answered before the money came. */
  async refreshAnew(): Promise<void> {
    await this.#asking;
    await this.refresh();
  }

  /** An address of the account's pages at the server; it works once, within a minute. Throws LOCKED and what `askForLink` throws. */
  async signIn(): Promise<string> {
    const { profile, door, rates } = this.#options;
    const { account } = this.#requireDay();
    const { audience } = rates.audience === undefined ? await rates.current() : { audience: rates.audience };
    const { clock, random } = profile;
    return askForLink({ door, signer: account, userId: this.userId, audience, nowMs: clock(), random });
  }

  /** Calls back after every new statement that was asked for. */
  onRefreshed(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** The statement with what is in a list after a position; `undefined` while locked or not open. Throws as `open` does. */
  async askList(
    ask: 'decisions' | 'requests' | 'countersignatures' | 'refunds' | 'passwords',
    after: bigint,
  ): Promise<AccountStatement | undefined> {
    const { profile, door, rates, trust } = this.#options;
    const day = profile.vault.day;
    const { audience } = rates;
    if (!this.isOpen || day === undefined || audience === undefined) return undefined;
    const asked = { ask, after, pressPaymentMaxMinor: 0n, pressDayMaxMinor: 0n };
    const envelope = this.#sign(day.account, audience, asked);
    return (await askAccount(door, 'account-request', envelope, profile.clock(), trust)).statement;
  }

  /** Signs what a press may spend from now on; sent by `send`. Throws SERVER_UNREACHABLE. */
  signPressLimits(pinKey: Signer, limits: PressLimits): Uint8Array {
    const { audience } = this.#options.rates;
    if (audience === undefined) throw new WalletError('SERVER_UNREACHABLE', 'the payment server was never heard from');
    const { pressPaymentMaxMinor, pressDayMaxMinor } = limits;
    return this.#sign(pinKey, audience, { ask: 'limits', pressPaymentMaxMinor, pressDayMaxMinor });
  }

  /**
   * Signs which key is to prove the password, or that none does, with the word of the key that stands (`endorser`) where there is one;
   * sent by `send`. Throws SERVER_UNREACHABLE.
   */
  signPassword(
    pinKey: Signer,
    { endorser, ...asked }: Pick<AccountRequest, 'passwordKey' | 'timeMs'> & { readonly endorser: Signer | undefined },
  ): Uint8Array {
    const { audience } = this.#options.rates;
    if (audience === undefined) throw new WalletError('SERVER_UNREACHABLE', 'the payment server was never heard from');
    const none = { pressPaymentMaxMinor: 0n, pressDayMaxMinor: 0n };
    return this.#sign(pinKey, audience, { ask: 'password', ...asked, ...none }, endorser);
  }

  /** Sends what the PIN key has signed. Throws SERVER_UNREACHABLE or the server's refusal. */
  async send(envelope: Uint8Array): Promise<void> {
    await this.#send(envelope);
  }

  async #refresh(): Promise<void> {
    const { profile, rates, log } = this.#options;
    const day = profile.vault.day;
    if (!this.isOpen || day === undefined) return;
    try {
      const { audience } = rates.audience === undefined ? await rates.current() : { audience: rates.audience };
      if (!(await this.#askStatus(day, audience))) await this.#openAgain(day, audience);
      for (const listener of this.#listeners) listener();
    } catch (fault) {
      log.warn({ fault: String(fault) }, 'account: no new statement');
    }
  }

  /** False when the server knows nobody by this wallet's keys, or has another key itself. */
  async #askStatus(day: DayKeys, audience: Uint8Array): Promise<boolean> {
    const asked = { ask: 'status', pressPaymentMaxMinor: 0n, pressDayMaxMinor: 0n } as const;
    try {
      await this.#send(this.#sign(day.account, audience, asked));
      return true;
    } catch (fault) {
      if (fault instanceof ProtocolError && fault.code === 'BAD_KEY') return false;
      throw fault;
    }
  }

  /**
   * The server was put back to a time before this account was opened: it is opened again by the same keys, and is the same
   * account. Nobody signs that it is forgotten; a server that knows it refuses a second opening, which changes nothing.
   */
  async #openAgain(day: DayKeys, known: Uint8Array): Promise<void> {
    const { rates, log } = this.#options;
    await rates.refresh();
    const audience = rates.audience ?? known;
    if (!equalBytes(audience, known) && (await this.#askStatus(day, audience))) return;
    log.warn({}, 'account: the payment server does not know it any more: opened again');
    await this.#enrol(this.#makeEnrolment(day, audience));
  }

  #sign(
    signer: Signer,
    audience: Uint8Array,
    asked: Pick<AccountRequest, 'ask'> &
      Partial<Pick<AccountRequest, 'after' | 'passwordKey' | 'timeMs'>> &
      PressLimits,
    endorser?: Signer,
  ): Uint8Array {
    const { profile } = this.#options;
    const request: AccountRequest = {
      after: 0n,
      passwordKey: undefined,
      timeMs: profile.clock(),
      ...asked,
      userId: this.userId,
      nonce: profile.random(16),
      audience,
    };
    const endorsement = endorser?.sign(endorsementInput(request));
    return sealEnvelope('account-request', encodeAccountRequest({ ...request, endorsement }), signer, []);
  }

  async #send(envelope: Uint8Array): Promise<void> {
    const { profile, door, trust } = this.#options;
    this.#keep(await askAccount(door, 'account-request', envelope, profile.clock(), trust));
  }

  /** True when bytes sent earlier did open the account; false when the server wants new ones. */
  async #enrolAgain(enrolment: Uint8Array): Promise<boolean> {
    try {
      await this.#enrol(enrolment);
      return true;
    } catch (fault) {
      if (fault instanceof ProtocolError) return false;
      throw fault;
    }
  }

  async #enrol(enrolment: Uint8Array): Promise<void> {
    const { profile, door, trust } = this.#options;
    const answered = await askAccount(door, 'enrolment', enrolment, profile.clock(), trust);
    profile.record({ kind: 'enrolled', atMs: profile.clock(), statement: answered.envelope });
    this.#keep(answered);
  }

  #makeEnrolment(day: DayKeys, audience: Uint8Array): Uint8Array {
    const { profile } = this.#options;
    const { publicKeys } = profile.vault;
    const nowMs = profile.clock();
    const limits = profile.state.walletLimits?.at(nowMs);
    if (limits === undefined) throw new WalletError('NOT_SET_UP', 'the wallet has no limits yet');
    const body = encodeEnrolment({
      accountKey: publicKeys.account,
      pressKey: publicKeys.press,
      pinKey: publicKeys.pin,
      currency: profile.settings.currency,
      plan: profile.settings.plan,
      pressPaymentMaxMinor: limits.pressPaymentMaxMinor,
      pressDayMaxMinor: limits.pressDayMaxMinor,
      timeMs: nowMs,
      nonce: profile.random(16),
      audience,
    });
    return sealEnvelope('enrolment', body, day.account, []);
  }

  /** Statements never go back in time: a replayed older one changes nothing. */
  #keep({ envelope, statement }: Answered): void {
    if (this.#statement !== undefined && statement.timeMs < this.#statement.timeMs) return;
    this.#statement = statement;
    this.#serverId = serverIdOf(envelope);
    replaceDurably(this.#path, envelope);
    this.#options.profile.announce();
  }

  /** The last statement, as of its own time: it was verified when it came. */
  #readKept(): void {
    const { profile, trust, log } = this.#options;
    const kept = readPrivate(this.#path) ?? profile.state.enrolled?.statement;
    if (kept === undefined) return;
    try {
      this.#statement = openStatement(kept, profile.clock(), trust);
      this.#serverId = serverIdOf(kept);
    } catch (fault) {
      log.warn({ fault: String(fault) }, 'account: the kept statement does not verify');
    }
  }

  #requireDay(): DayKeys {
    const { day } = this.#options.profile.vault;
    if (day === undefined) throw new WalletError('LOCKED', 'the wallet is locked');
    return day;
  }

  get #path(): string {
    return join(this.#options.profile.path, 'statement');
  }
}

/** Of a statement that was verified. */
function serverIdOf(envelope: Uint8Array): string | undefined {
  const [leaf] = readEnvelope(envelope).chain;
  return leaf === undefined ? undefined : readCertificate(leaf).subject.id;
}
