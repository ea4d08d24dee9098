/** Puts a wallet together and opens its doors: the link for games and the page for the player, on 127.0.0.1 only. */
import { createServer, type Server } from 'node:http';
import { rootIsSandbox, ProtocolError, decodeShown, type Shown } from '@coinslot/protocol';
import { WALLET_PORT } from '@coinslot/protocol/link';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { Account } from './account/account.ts';
import { EvidenceDesk } from './account/evidence-desk.ts';
import { LimitsDesk } from './account/limits-desk.ts';
import { PasswordDesk } from './account/password-desk.ts';
import { pendingLine } from './account/pending-line.ts';
import { RecoveryDesk } from './account/recovery-desk.ts';
import { restoreKeys } from './account/restore-profile.ts';
import { RefundDesk } from './account/refund-desk.ts';
import { Rates } from './account/rates.ts';
import type { Environment, Trust } from './account/server-envelope.ts';
import { besideProfile, Cards } from './cards/cards.ts';
import { machineReaders } from './cards/reader-choice.ts';
import { Revocations } from './cards/revocations.ts';
import { AllowanceDesk } from './consent/allowance-desk.ts';
import { ConsentDesk } from './consent/desk.ts';
import { FairnessGuard } from './consent/fairness-guard.ts';
import { MeansChoice } from './consent/means-choice.ts';
import { WalletError } from './errors.ts';
import { familyRulesOf } from './family/family-rules.ts';
import { GuardianDesk } from './family/guardian-desk.ts';
import type { Payment } from './journal/payments.ts';
import type { Household } from './household/household.ts';
import { WALLET_LIMITS } from './limits.ts';
import { hostsOf } from './link/doors.ts';
import { LinkServer } from './link/link-server.ts';
import { NativePasses } from './link/native-passes.ts';
import { PairingDesk, type AutoPair } from './link/pairing-desk.ts';
import { HttpDoor } from './means/http-door.ts';
import type { Means } from './means/port.ts';
import { walletCards, type WalletCards } from './cards/wallet-cards.ts';
import type { ReaderPort } from '@coinslot/card';
import { serverMeans } from './means/server.ts';
import { Notices } from './notices.ts';
import { loadAssets } from './page/assets.ts';
import { refundAmount } from './page/receipts.ts';
import { PageServer } from './page/page-server.ts';
import { PageSessions } from './page/sessions.ts';
import type { WalletParts } from './parts.ts';
import { Payer } from './payments/payer.ts';
import { silentLog, systemTimers, type Log, type Timers } from './ports.ts';
import { PhraseDesk } from './profile/phrase-desk.ts';
import type { Profile } from './profile/profile.ts';
import { AutoLock } from './vault/auto-lock.ts';
import { passwordTries } from './vault/tries.ts';
import { CONSENT_WORDS } from './words/consent-words.ts';
import { paymentWords } from './words/payment-words.ts';

export interface WalletOptions {
  /** Opened by `openProfile` or `createProfile`; the wallet closes it. */
  profile: Profile;
  /** Default 8373; never another one when it is taken. 0 takes a free one, for tests. */
  port?: number;
  /** Of the payment server: `http://127.0.0.1:8374`. */
  serverUrl: string;
  /** Pinned roots, DER; all of the environment. */
  roots: readonly Uint8Array[];
  environment: Environment;
  log?: Log;
  timers?: Timers;
  /** IANA name for dates in words; default: the machine's. */
  timeZone?: string;
  /** Games that are accepted at first contact without asking; the header must be signed all the same. */
  autoPair?: readonly AutoPair[];
  /** A line for the terminal, when a press has paid. */
  announce?(line: string): void;
  /** Readers of cards; the wallet closes them. Default: those of the machine (`machineReaders`). */
  readers?: ReaderPort;
  /** A folder outside the profile for a part of the software card. Default: beside the profile, `<profile>-card`. */
  softCardFolder?: string;
  /** In place of the payment server, for tests. */
  means?: Means;
  /** Who else has a wallet here, for the page. Set by `startHousehold`. */
  household?: Household;
  /** Of the page, from the wallet that was open before on the same port: the page goes on. */
  sessions?: PageSessions;
}

export interface Wallet {
  readonly port: number;
  readonly url: string;
  readonly profile: Profile;
  readonly sessions: PageSessions;
  /** An address that opens the page once. */
  pageUrl(): string;
  /** Opens the vault. Throws PIN_WRONG, PIN_DELAYED or NOT_SET_UP. */
  unlock(pin: string): Promise<void>;
  lock(): void;
  /** Opens the account at the payment server; does nothing when it is open. Throws LOCKED or SERVER_UNREACHABLE. */
  openAccount(): Promise<void>;
  /** Asks the payment server for a new statement. */
  refresh(): Promise<void>;
  /** 16 bytes: what a top-up names. */
  readonly userId: Uint8Array;
  /** Cards within reach, their making, recharging and uploading. */
  readonly cards: WalletCards;
  close(): Promise<void>;
}

/**
 * Starts a wallet. Throws PORT_TAKEN, or CHAIN_UNTRUSTED when a root is not of the environment: a live wallet takes no
 * throwaway roots, and the reverse.
 */
export async function startWallet(options: WalletOptions): Promise<Wallet> {
  const { profile, roots, environment, serverUrl, log = silentLog, timers = systemTimers } = options;
  for (const root of roots) {
    if (rootIsSandbox(root) !== (environment === 'sandbox')) {
      throw new ProtocolError('CHAIN_UNTRUSTED', `roots: not of the ${environment} environment`);
    }
  }
  const http = createServer({
    headersTimeout: WALLET_LIMITS.headersMs,
    requestTimeout: WALLET_LIMITS.requestMs,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: WALLET_LIMITS.headerBytesMax,
    keepAliveTimeout: WALLET_LIMITS.headersMs,
  });
  http.maxConnections = WALLET_LIMITS.socketsMax;
  const assets = await loadAssets();
  const port = await listen(http, options.port ?? WALLET_PORT);
  const url = `http://127.0.0.1:${port}/`;
  const hosts = hostsOf(port);

  const verify = nativeVerifySignature;
  const revocations = new Revocations({ folder: profile.path, roots, verify, log });
  const trust: Trust = {
    roots,
    environment,
    verify,
    get crls() {
      return revocations.lists;
    },
    learn: (authorities) => revocations.learn(authorities),
  };
  const timeZone = options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const door = new HttpDoor(serverUrl);
  const rates = new Rates({ folder: profile.path, door, trust, clock: profile.clock, log });
  const account = new Account({ profile, door, rates, trust, log });
  const passwords = new PasswordDesk({
    profile,
    account,
    trust,
    log,
    tries: passwordTries(profile),
    onPending: (pending) => options.announce?.(pendingLine(pending, profile, timeZone)),
  });
  account.onRefreshed(() => void passwords.check());
  const outside = options.softCardFolder ?? besideProfile(profile.path);
  const cards = new Cards({ profile, account, passwords, rates, door, trust, revocations, timers, log, outside });
  const { shelf } = cards;
  const means = [options.means ?? serverMeans(door, log), ...cards.means];
  const payer = new Payer({ profile, means, trust, timers, log });
  const choice = new MeansChoice({ profile, account, rates, door, shelf, timers });
  const notices = new Notices(profile.clock, profile.random);
  const allowances = new AllowanceDesk(profile);
  const consent = new ConsentDesk({
    profile,
    account,
    passwords,
    rates,
    payer,
    choice,
    shelf,
    allowances,
    fairness: new FairnessGuard(profile),
    trust,
    timers,
    log,
    timeZone,
    onAsked: (shown) => options.announce?.(askedLine(shown, profile)),
    onUnheard: (payment) => links.sendEntitled(payment),
    onPress(payment) {
      notices.add(payment.allowanceHex === undefined ? 'press' : 'automatic', payment.nonceHex);
      options.announce?.(pressLine(payment, profile));
      autoLock.used();
    },
  });
  const pairing = new PairingDesk(profile, options.autoPair ?? []);
  const passes = new NativePasses(profile, timers);
  const links = new LinkServer({
    profile,
    pairing,
    passes,
    consent,
    trust,
    timers,
    log,
    hosts,
    canPay: () => account.isOpen && familyRulesOf(profile)?.mode !== 'off',
    crls: () => revocations.lists,
    onFlood: (game) => {
      notices.add('flood', game.idHex);
      profile.announce();
    },
  });
  revocations.onChange(() => links.sendCrls());
  const refunds = new RefundDesk({
    profile,
    account,
    trust,
    log,
    onRefund(payment) {
      links.sendRefund(payment);
      notices.add('refund', payment.nonceHex);
      options.announce?.(refundLine(payment, profile));
    },
  });
  account.onRefreshed(() => void refunds.check());
  const evidence = new EvidenceDesk({ profile, account, rates, door, log });
  account.onRefreshed(() => void evidence.check());
  const recovery = new RecoveryDesk({ profile, account, trust, log });
  account.onRefreshed(() => void recovery.check());
  const autoLock = new AutoLock(profile.vault, timers, () => profile.settings.lockAfterMs);
  const limits = new LimitsDesk(profile, account);
  const parts: WalletParts = {
    profile,
    account,
    phrase: new PhraseDesk(profile),
    async restore(wish) {
      await restoreKeys({ profile, door, rates, trust }, wish);
      // A new statement is what the recovery desk goes on from.
      void account.refresh();
    },
    household: options.household,
    limits,
    passwords,
    consent,
    allowances,
    guardian: new GuardianDesk(profile, consent),
    payer,
    pairing,
    passes,
    links,
    notices,
    cards,
    autoLock,
    trust,
    serverUrl,
    timeZone,
    log,
  };
  const sessions = options.sessions ?? new PageSessions(port, profile.clock, profile.random);
  const page = new PageServer({ parts, sessions, assets, hosts });

  http.on('request', (request, response) => void page.take(request, response));
  http.on('upgrade', (request, socket, head) => links.upgrade(request, socket, head));
  cards.begin(payer);
  const readers = options.readers === undefined ? machineReaders() : Promise.resolve(options.readers);
  const watching = readers.then((port) => cards.watch(port));
  payer.heal();
  void rates.refresh();
  void account.refresh();

  return {
    port,
    url,
    profile,
    sessions,
    pageUrl: () => `${url}?open=${sessions.mint()}`,
    async unlock(pin) {
      await profile.vault.unlock(pin);
      if (!profile.vault.hasGuardian) profile.record({ kind: 'pin-used', atMs: profile.clock() });
      void account.refresh();
    },
    lock: () => profile.vault.lock(),
    openAccount: () => account.open(),
    async refresh() {
      await account.refresh();
      await refunds.check();
      await evidence.check();
      await recovery.check();
      await passwords.check();
    },
    get userId() {
      return account.userId;
    },
    cards: walletCards(cards),
    async close() {
      autoLock.close();
      links.close();
      passes.closeCode();
      page.close();
      payer.close();
      await watching;
      await cards.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      profile.close();
    },
  };
}

function listen(http: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EADDRINUSE') return reject(cause);
      const hint = 'Close the other program: games look for the wallet at this port and nowhere else.';
      reject(new WalletError('PORT_TAKEN', `port ${port} is taken by another program`, { cause, hint }));
    });
    http.listen({ port, host: '127.0.0.1' }, () => {
      const address = http.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** One line, whatever a publisher wrote: controls were refused or made visible, and line feeds are none in a title. */
function pressLine(payment: Payment, profile: Profile): string {
  const shown = decodeShown(payment.shown);
  const words = paymentWords(profile.settings.language);
  const how = payment.allowanceHex === undefined ? 'pressed' : 'automatic';
  return words[how](shown.total.text, shown.title, shown.payee);
}

/** A child waits for its guardian, who may be looking at the terminal. */
function askedLine({ gameName, title, total }: Shown, profile: Profile): string {
  const { child } = CONSENT_WORDS[profile.settings.language];
  return `${child.asks(gameName)} ${title}, ${total.text}. ${child.answerOnPage}`;
}

/** The same when a payment was undone. */
function refundLine(payment: Payment, profile: Profile): string {
  const { language } = profile.settings;
  const { title, payee } = decodeShown(payment.shown);
  return paymentWords(language).refunded(refundAmount(payment, language), title, payee);
}
