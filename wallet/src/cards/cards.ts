/**
 * Everything about cards, put together: the shelf they lie on, the software card, their making, their exchanges with the
 * issuer, and what happens by itself: records go up, parameters, rates and revocation lists come down, whenever card and
 * server can both be reached.
 */
import type { ReaderPort } from '@coinslot/card';
import type { Account } from '../account/account.ts';
import { consentKeys, type Typed } from '../account/consent-keys.ts';
import type { PasswordDesk } from '../account/password-desk.ts';
import type { Rates } from '../account/rates.ts';
import type { Trust } from '../account/server-envelope.ts';
import { WalletError } from '../errors.ts';
import { hex } from '../hex.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { HttpDoor } from '../means/http-door.ts';
import type { Means } from '../means/port.ts';
import type { Payer } from '../payments/payer.ts';
import type { Log, Timers } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import { CardDoor } from './card-door.ts';
import { CardIssuing } from './card-issuing.ts';
import { CardMemory } from './card-memory.ts';
import { cardMeans } from './card-means.ts';
import { isCardPin, unblockName } from './card-secrets.ts';
import { CardShelf, type ReadyCard } from './card-shelf.ts';
import { CardSync } from './card-sync.ts';
import type { Revocations } from './revocations.ts';
import { SoftCard } from './soft-card.ts';

export interface CardsOptions {
  profile: Profile;
  account: Account;
  passwords: PasswordDesk;
  rates: Rates;
  door: HttpDoor;
  trust: Trust;
  revocations: Revocations;
  timers: Timers;
  log: Log;
  /** Of the software card; outside the profile. */
  outside: string;
}

/** When a card and its issuer last tried to meet, and how often in a row that failed. */
interface Meeting {
  readonly atMs: number;
  readonly failures: number;
}

export class Cards {
  readonly shelf: CardShelf;
  readonly softCard: SoftCard;
  readonly means: readonly Means[];
  readonly memory: CardMemory;
  readonly #options: CardsOptions;
  readonly #door: CardDoor;
  readonly #meetings = new Map<string, Meeting>();
  #issuing: CardIssuing | undefined;
  #sync: CardSync | undefined;
  #payer: Payer | undefined;
  #crlsDueMs = 0;
  #callOff = (): void => undefined;
  #isClosed = false;

  constructor(options: CardsOptions) {
    this.#options = options;
    const { profile, trust, timers, log, outside, door } = options;
    this.memory = new CardMemory(profile.path);
    this.#door = new CardDoor(door, trust, profile.clock);
    this.shelf = new CardShelf({ profile, trust, timers, log, onReady: (card) => this.#cameUp(card) });
    this.softCard = new SoftCard({ profile, outside, log });
    this.shelf.watch(this.softCard.readers(), 'softcard');
    this.means = (['card', 'softcard'] as const).map((id) =>
      cardMeans({ id, shelf: this.shelf, clock: profile.clock, log }),
    );
  }

  /** Starts what happens by itself; the payer is made of these means, so it comes afterwards. */
  begin(payer: Payer): void {
    this.#payer = payer;
    const { shelf, softCard, memory } = this;
    this.#issuing = new CardIssuing({ ...this.#options, door: this.#door, shelf, softCard });
    this.#sync = new CardSync({ ...this.#options, door: this.#door, shelf, memory, payer });
    this.#options.revocations.onChange(() => void shelf.lookAgainAtAll());
    this.#tick();
  }

  /** Readers of cards, watched from now on and closed with the wallet. */
  watch(port: ReaderPort): void {
    if (this.#isClosed) void port.close();
    else this.shelf.watch(port, 'card');
  }

  get issuing(): CardIssuing {
    return begun(this.#issuing);
  }

  /** True while records of this card go up. */
  isSyncing(idHex: string): boolean {
    return begun(this.#sync).isRunning(idHex);
  }

  /** Records up, then parameters and rates down. Throws the code of what keeps it from being done. */
  upload(idHex: string): Promise<void> {
    return this.#exchange(idHex, () => begun(this.#sync).run(idHex));
  }

  /** Records up, then value from the account into a purse. Throws PIN_WRONG, PASSWORD_WRONG, INSUFFICIENT, CEILING, ... */
  async recharge(idHex: string, purse: string, amountMinor: bigint, typed: Typed): Promise<void> {
    const { account } = this.#options;
    const { keys, password } = await consentKeys(this.#options, typed);
    const signer = password ?? keys.signer;
    await this.#exchange(idHex, () => begun(this.#sync).run(idHex, { purse, amountMinor, signer }));
    void account.refresh();
  }

  /**
   * Gives a card up: it is blocked for good. What the software card still has to report goes up first, and then its files go.
   */
  async lose(idHex: string): Promise<void> {
    const { profile } = this.#options;
    const isSoft = profile.state.card(idHex)?.means === 'softcard';
    if (isSoft && this.shelf.byId(idHex) !== undefined) await this.upload(idHex);
    await begun(this.#sync).lose(idHex);
    const { day } = profile.vault;
    if (isSoft && day !== undefined) await this.softCard.destroy(day);
    this.#crlsDueMs = 0;
    this.#tick();
  }

  /** Sets a card's PIN anew with the wallet's PIN, also once it is locked. */
  async setCardPin(idHex: string, pin: string, cardPin: string): Promise<void> {
    if (!isCardPin(cardPin)) throw new WalletError('PIN_FORM', 'cardPin: 4 to 8 digits');
    const card = this.shelf.byId(idHex);
    if (card?.kind !== 'card') throw new WalletError('GONE', 'the card is not in a reader');
    const code = await this.#options.profile.vault.withPinKeys(pin, (keys) => keys.digits(unblockName(idHex)));
    const { verified } = await this.shelf.use(card, (terminal) => terminal.unblock(code, cardPin));
    await this.shelf.lookAgain(card);
    if (!verified) throw new WalletError('CARD_PIN_WRONG', 'the card takes another unblock code', { triesLeft: 0 });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#callOff();
    await this.softCard.close();
    await this.shelf.close();
  }

  #cameUp(card: ReadyCard): void {
    const { trust, profile } = this.#options;
    trust.learn(card.info.card.chain.slice(1));
    this.memory.keep(hex(card.info.card.cardId), card.info, card.leaf.notAfterMs, profile.clock());
    this.#payer?.hurryAll(card.kind);
    if (this.#payer !== undefined) this.#bringUpToDate(card);
  }

  /** What is due, now and every so often. */
  #tick(): void {
    this.#callOff();
    if (this.#isClosed) return;
    for (const kind of ['card', 'softcard'] as const) {
      for (const card of this.shelf.ready(kind)) this.#bringUpToDate(card);
    }
    void this.#refreshCrls();
    this.#callOff = this.#options.timers.after(WALLET_LIMITS.syncSoonMs, () => this.#tick());
  }

  #bringUpToDate({ info }: ReadyCard): void {
    const { profile, account, log } = this.#options;
    const idHex = hex(info.card.cardId);
    const isDue = profile.clock() >= this.#dueMs(idHex, info.standing.records > 0);
    if (!isDue || !account.isOpen || profile.vault.day === undefined || this.isSyncing(idHex)) return;
    const told = (fault: unknown): void => log.info({ fault: String(fault) }, 'card: not brought up to date');
    void this.upload(idHex).catch(told);
  }

  /** At once for a card just seen; soon again while records wait, later after each failure; else every so often. */
  #dueMs(idHex: string, hasRecords: boolean): number {
    const last = this.#meetings.get(idHex);
    if (last === undefined) return 0;
    const soonMs = WALLET_LIMITS.syncSoonMs * 2 ** Math.min(last.failures, 10);
    const pauseMs = hasRecords || last.failures > 0 ? soonMs : WALLET_LIMITS.syncEveryMs;
    return last.atMs + Math.min(pauseMs, WALLET_LIMITS.syncEveryMs);
  }

  async #exchange(idHex: string, work: () => Promise<void>): Promise<void> {
    const { clock } = this.#options.profile;
    const failures = (this.#meetings.get(idHex)?.failures ?? 0) + 1;
    // Held to have failed until it is through.
    this.#meetings.set(idHex, { atMs: clock(), failures });
    await work();
    this.#meetings.set(idHex, { atMs: clock(), failures: 0 });
  }

  async #refreshCrls(): Promise<void> {
    const { profile, revocations, log } = this.#options;
    const nowMs = profile.clock();
    if (nowMs < this.#crlsDueMs) return;
    this.#crlsDueMs = nowMs + WALLET_LIMITS.syncEveryMs;
    try {
      revocations.offer(await this.#door.crls());
    } catch (fault) {
      this.#crlsDueMs = nowMs + WALLET_LIMITS.syncSoonMs;
      log.info({ fault: String(fault) }, 'revocation lists: none came');
    }
  }
}

function begun<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('cards: not begun');
  return part;
}

/** Beside the profile, where the player names no other place. */
export const besideProfile = (path: string): string => `${path.replace(/[/\\]+$/, '')}-card`;
