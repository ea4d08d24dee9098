/** Puts the payment server together: identity, store, services, doors. */
import { readCertificate, type RateTable, type Signer } from '@coinslot/protocol';
import type { BankPort, OwnBank } from './bank/types.ts';
import { MandateDesk } from './bills/mandates.ts';
import type { CardCertifier } from './cards/issuers.ts';
import { CARD_POLICY, type CardPolicy } from './cards/policy.ts';
import { Cards } from './cards/service.ts';
import { Escrows } from './escrows/service.ts';
import { rateSource } from './exchange/ecb-source.ts';
import { FeedFinding } from './exchange/feed-finding.ts';
import { RateFeed } from './exchange/feed.ts';
import { Exchange } from './exchange/service.ts';
import { doorsOf } from './http/doors.ts';
import { createListener, type Listener } from './http/listener.ts';
import { Metrics } from './http/metrics.ts';
import { observed, type ObserveExchange } from './http/observed.ts';
import { trustedProxies } from './http/address.ts';
import { closeHttpServer, createHttpServer, listen } from './http/server.ts';
import { Throttle } from './http/throttle.ts';
import { requireTls, tlsOptions, type TlsIdentity } from './http/tls.ts';
import { createIdentity, type Environment, type Identity } from './identity.ts';
import { verifyBooks, type BooksReport } from './ledger/books.ts';
import { SERVER_LIMITS, type ServerLimits } from './limits.ts';
import type { Clock, Log, Random } from './log.ts';
import type { HeldCertificate } from './pages/parts.ts';
import { createSite } from './pages/site.ts';
import { MONEY_POLICY, SANDBOX_MONEY_POLICY, type MoneyPolicy } from './money-policy.ts';
import { BankDesk } from './payouts/bank-desk.ts';
import { BankDetailsDesk } from './payouts/bank-details.ts';
import { Corrections } from './payouts/corrections.ts';
import { monthsBetween, periodOf } from './periods/calendar.ts';
import { Closing } from './periods/closing.ts';
import { Periods } from './periods/service.ts';
import { QuoteDesk } from './payments/quote-desk.ts';
import { Payments, type PaymentAnswer, type ServerHooks } from './payments/service.ts';
import { Evidence } from './operation/evidence.ts';
import { journalCheck } from './operation/journal-check.ts';
import { monthSums } from './operation/month-sums.ts';
import { SignIns } from './sign-in/service.ts';
import { storeBytes } from './operation/store-size.ts';
import { Nonces } from './players/freshness.ts';
import { Players } from './players/service.ts';
import { Publishers } from './publishers/service.ts';
import { Refunds } from './refunds/service.ts';
import { GroupCommit } from './store/group-commit.ts';
import type { StoreError, StoreReader } from './store/port.ts';
import { openStore, type StorePlace } from './store/place.ts';

export interface PaymentServerOptions extends StorePlace {
  /** The key of the chain's leaf. */
  readonly signer: Signer;
  /** DER, leaf first, without root. */
  readonly chain: readonly Uint8Array[];
  /** Pinned roots, DER; all of the environment. */
  readonly roots: readonly Uint8Array[];
  readonly environment: Environment;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** 32 secret bytes, the same over restarts: what its encryption key is made from. Without them it takes no content keys. */
  readonly encryptionSeed?: Uint8Array;
  /** Opens the operator's doors; 16 characters or more of A-Z a-z 0-9 . _ ~ + / -. */
  readonly operatorToken?: string;
  /** SINT-certified issuers of cards; the first of each algorithm issues new ones. None: no cards. */
  readonly cardIssuers?: readonly CardCertifier[];
  /** What cards may do; `CARD_POLICY` when left out. */
  readonly cardPolicy?: CardPolicy;
  /** Revocation lists of root, SYND and SINT, DER: held against publishers, and handed on to wallets. */
  readonly revocationLists?: readonly Uint8Array[];
  /** Reference rates of the ECB, asked for at start and again; none: tables are posted by hand. */
  readonly rateFeed?: { readonly url: string; readonly everyMs: number };
  /** Its own TLS; left out, `listen` speaks HTTP and a proxy has it. */
  readonly tls?: TlsIdentity;
  /** Addresses and networks of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies?: readonly string[];
  /** Measures memory, descriptors and CPU of the whole process too: for the one server of a process. */
  readonly measureProcess?: boolean;
  /** Milliseconds that only rise, whatever the wall clock does; `performance.now`. */
  readonly monotonic?: () => number;
  /** What browsers have in their address bar: `https://pay.example`. Left out, the pages are for this machine alone. */
  readonly publicUrl?: string;
  /** Where a sandbox's test bank is, at the same address. */
  readonly testBankPath?: string;
  /** Where bank files go and notices come from; without it they are fetched and brought by the operator's doors. */
  readonly bank?: BankPort;
  /** The operator's own account; without it closings make no bank files. */
  readonly ownBank?: OwnBank;
  /** How money is collected and paid out; `MONEY_POLICY`, or `SANDBOX_MONEY_POLICY` in a sandbox, where nothing waits. */
  readonly moneyPolicy?: MoneyPolicy;
  readonly hooks?: ServerHooks;
  /** Sees every request that reached a door, and its answer: for the sandbox's console. */
  readonly onExchange?: ObserveExchange;
  /** Called once when the store has failed and the server has stopped serving. */
  readonly onFatal?: (error: StoreError) => void;
  /** For tests: smaller bounds. */
  readonly limits?: Partial<ServerLimits>;
}

/** What can be asked of the server inside the process; the operator's doors give the same over HTTP. */
export interface PaymentServerService {
  readonly players: Pick<Players, 'enrol' | 'topUp' | 'setCeiling'>;
  readonly publishers: Pick<Publishers, 'enrol'>;
  readonly cards: Pick<Cards, 'issue' | 'upload' | 'contentKeys' | 'lost' | 'block' | 'list' | 'claim' | 'settle'>;
  readonly escrows: Pick<Escrows, 'take' | 'takeQuote' | 'encryptionKey'>;
  readonly refunds: Pick<Refunds, 'order' | 'byOperator' | 'ask' | 'decline'>;
  readonly mandates: Pick<MandateDesk, 'take'>;
  readonly bankDetails: Pick<BankDetailsDesk, 'take'>;
  readonly periods: Pick<Periods, 'close'>;
  readonly bank: Pick<BankDesk, 'handFiles' | 'takeNotice' | 'takeNotices'>;
  readonly corrections: Pick<Corrections, 'correct' | 'clearSuspense'>;
  readonly putRateTable: Exchange['putRateTable'];
  readonly putReferenceRates: Exchange['putReferenceRates'];
  /** Asks the feed now; `undefined` without a feed, and when the asking came to nothing. */
  askForRates(): Promise<RateTable | undefined>;
  /** Reads of what is committed. */
  readonly records: StoreReader;
  verifyBooks(): Promise<BooksReport>;
}

export interface PaymentServer {
  readonly identity: Identity;
  readonly service: PaymentServerService;
  /** Message 2 in, message 3 out, without HTTP. */
  decide(requestBytes: Uint8Array): Promise<PaymentAnswer>;
  /** All doors as one listener, for a process that has doors of its own beside them. */
  readonly listener: Listener;
  /** Resolves with the port, which is chosen by the system when 0 was asked for. */
  listen(port: number, host: string): Promise<number>;
  /** Answers new connections with another key and chain. Throws ConfigError, and changes nothing, when they cannot be used. */
  renewTls(tls: TlsIdentity): void;
  /** Finishes what is under way, writes the WAL back and closes. */
  close(): Promise<void>;
}

/** RFC 6750 section 2.1, and long enough not to be guessed. */
const OPERATOR_TOKEN = /^[A-Za-z0-9._~+/-]{16,256}=*$/;

/**
 * Opens the store and makes a server that can be asked at once. Throws ProtocolError when key, chain, roots and environment
 * do not fit together (CHAIN_*, BAD_KEY), StoreError when the file must not be served from.
 */
export async function createPaymentServer(options: PaymentServerOptions): Promise<PaymentServer> {
  const { clock, log, random, hooks = {}, operatorToken } = options;
  if (operatorToken !== undefined && !OPERATOR_TOKEN.test(operatorToken))
    throw new TypeError('operatorToken: expected 16 characters or more of A-Z a-z 0-9 . _ ~ + / -');
  const limits: ServerLimits = { ...SERVER_LIMITS, ...options.limits };
  const identity = createIdentity({ ...options, nowMs: clock() });
  const store = await openStore(options, limits.openCheckBytesMax);
  await store.transaction((tx) => tx.putChain(identity.chainHash, identity.chain));
  const state = { stopping: false, failed: false };

  const commit = new GroupCommit({
    store,
    ...limits,
    log,
    onFatal: (error) => void fail(error),
    onCommit: (pieces, durationMs) => metrics.committed(pieces, durationMs),
  });
  const { roots, revocationLists = [] } = options;
  const { cardIssuers: certifiers = [], cardPolicy: policy = CARD_POLICY } = options;
  const quotes = new QuoteDesk({
    roots,
    store,
    revocationLists,
    entriesMax: limits.quoteCacheEntriesMax,
    ageMsMax: limits.quoteCacheAgeMsMax,
  });
  const lastApprovalMs = await store.lastApprovalMs();
  const escrows = new Escrows({
    identity,
    certifiers,
    quotes,
    store,
    commit,
    clock,
    random,
    revocationLists,
    encryptionSeed: options.encryptionSeed,
    openKeysMax: limits.openContentKeysMax,
  });
  const payments = new Payments({ identity, store, commit, quotes, escrows, clock, random, hooks, lastApprovalMs });
  const nonces = new Nonces({ commit, entriesMax: limits.seenNoncesMax });
  const players = new Players({ identity, store, commit, clock, nonces });
  const publishers = new Publishers({ roots, commit, clock });
  const isSandbox = options.environment === 'sandbox';
  const { moneyPolicy = isSandbox ? SANDBOX_MONEY_POLICY : MONEY_POLICY, ownBank } = options;
  const refunds = new Refunds({ identity, store, commit, clock, revocationLists, policy: moneyPolicy });
  const mandates = new MandateDesk({ identity, store, commit, clock });
  const bankDetails = new BankDetailsDesk({ identity, commit, clock, roots, revocationLists });
  const bank = new BankDesk({ store, commit, clock, log, bank: options.bank, ownIban: ownBank?.iban });
  const closing = new Closing({
    identity,
    store,
    commit,
    clock,
    log,
    policy: moneyPolicy,
    isSandbox,
    verifyStretch: journalCheck(store, options),
    sumMonth: monthSums(store, options),
    ownBank,
    roots,
    revocationLists,
  });
  const periods = new Periods({ closing, bank, log });
  const corrections = new Corrections({ commit, clock });
  const exchange = new Exchange({ identity, store, commit, clock });
  const parts = { identity, store, commit, nonces, clock, random, limits };
  const cards = new Cards({ ...parts, certifiers, policy, revocationLists, escrows });

  const isReady = (): boolean => !state.stopping && !state.failed;
  const metrics = new Metrics({
    ofProcess: options.measureProcess ?? false,
    isReady,
    waiting: () => commit.waiting,
    knownQuotes: () => quotes.size,
    storeBytes: () => (options.storePath === undefined ? undefined : storeBytes(options.storePath)),
    async periodsOpen() {
      const oldest = await store.periods.findOldestOpen();
      return oldest === undefined ? 0 : Math.max(0, monthsBetween(oldest, periodOf(clock()))) + 1;
    },
    openFindings: () => store.findings.countOpenFindings(),
    async ratesLeftMs() {
      const newest = await store.findNewestRateTable();
      return newest && newest.table.notAfterMs - clock();
    },
  });
  const feed =
    options.rateFeed &&
    new RateFeed({
      read: rateSource(options.rateFeed.url),
      exchange,
      finding: new FeedFinding({ findings: store.findings, commit, clock, log }),
      clock,
      log,
      everyMs: options.rateFeed.everyMs,
      onAsked: (table) => metrics.ratesAsked(table !== undefined),
    });
  const evidence = new Evidence({
    identity,
    store,
    commit,
    clock,
    log,
    revocationLists,
    onOutcome: metrics.evidenceBrought.bind(metrics),
  });
  const signIns = new SignIns({
    identity,
    store,
    commit,
    revocationLists,
    nonces,
    operatorToken,
    limits,
    clock,
    random,
  });
  const publicUrl = options.publicUrl === undefined ? undefined : new URL(options.publicUrl);
  const doors = doorsOf({
    payments,
    players,
    publishers,
    exchange,
    cards,
    refunds,
    mandates,
    bankDetails,
    periods,
    bank,
    corrections,
    store,
    evidence,
    escrows,
    signIns,
    publicUrl,
    metrics,
    isReady,
    ...limits,
  });
  const throttle = new Throttle(limits, options.monotonic ?? (() => performance.now()), metrics.limited.bind(metrics));
  const proxies = trustedProxies(options.trustedProxies ?? []);
  const doorListener = createListener({
    doors: options.onExchange === undefined ? doors : observed(doors, options.onExchange),
    operatorToken,
    ...limits,
    log,
    metrics,
    throttle,
    proxies,
    isStopping: () => !isReady(),
  });
  const listener = createSite({
    store,
    identity,
    environment: options.environment,
    revocationLists,
    certificates: [identity.chain, ...certifiers.map(({ chain }) => chain)].flatMap(heldCertificate),
    signIns,
    throttle,
    proxies,
    publicUrl,
    testBankPath: options.testBankPath,
    ownBank,
    actions: {
      askForRefund: async (asked) => void (await refunds.ask(asked)),
      declineRefund: async (...declined) => void (await refunds.decline(...declined)),
      refund: async (decisionId, answer) => void (await refunds.byOperator({ decisionId, answer })),
      closePeriod: (period, early) => periods.close(period, { early }),
      takeNotice: (xml) => bank.takeNotice(xml),
      closeFindings: (positions) =>
        commit.submit(async ({ findings }) => {
          for (const position of positions) await findings.closeFinding(position, clock());
        }),
    },
    bankDetailsDelayMs: moneyPolicy.bankDetailsDelayMs,
    limits,
    clock,
    log,
    doors: doorListener,
  });
  const http = createHttpServer(listener, limits, options.tls && requireTls(options.tls));

  /** A failed commit, of which nobody knows what is on the disk, or books that do not hold: nothing more is answered from it. */
  async function fail(error: StoreError): Promise<void> {
    state.failed = true;
    if (error.kind === 'broken') metrics.verified(1, clock());
    log.fatal({ err: error }, 'the store has failed: serving stops');
    await closeHttpServer(http, limits.stopTimeMs);
    options.onFatal?.(error);
  }

  async function close(): Promise<void> {
    state.stopping = true;
    await feed?.stop();
    await closeHttpServer(http, limits.stopTimeMs);
    await commit.drain();
    await store.close();
    log.info({}, 'stopped');
  }

  function renewTls(tls: TlsIdentity): void {
    if (!('setSecureContext' in http)) throw new TypeError('renewTls: this server was started without TLS');
    http.setSecureContext(tlsOptions(requireTls(tls)));
  }

  async function checkBooks(): Promise<BooksReport> {
    const report = await verifyBooks(store);
    metrics.verified(report.findings.length, clock());
    await keepBooks(report);
    return report;
  }

  /** What the books were found to be; a store that takes nothing any more is checked all the same. */
  async function keepBooks({ findings: [first, ...others] }: BooksReport): Promise<void> {
    const isOpen = (await store.findings.listOpenAbout('books')).includes('');
    if (first === undefined && !isOpen) return;
    const words = others.length === 0 ? (first ?? '') : `${first}; and ${others.length} more`;
    try {
      await commit.submit(({ findings }) =>
        first === undefined
          ? findings.settleFindings('books', '', clock())
          : findings.noteFinding({ kind: 'books', about: '', party: '', words, atMs: clock() }),
      );
    } catch (error) {
      log.error({ err: error }, 'what was found in the books could not be kept');
    }
  }

  feed?.start();
  let closed: Promise<void> | undefined;
  return {
    identity,
    service: {
      players,
      publishers,
      cards,
      escrows,
      refunds,
      mandates,
      bankDetails,
      periods,
      bank,
      corrections,
      putRateTable: exchange.putRateTable.bind(exchange),
      putReferenceRates: exchange.putReferenceRates.bind(exchange),
      askForRates: async () => feed?.ask(),
      records: store,
      verifyBooks: checkBooks,
    },
    decide: (requestBytes) => payments.decide(requestBytes),
    listener,
    listen: (port, host) => listen(http, port, host),
    renewTls,
    close: () => (closed ??= close()),
  };
}

/** Name and end of the first certificate of a chain. */
function heldCertificate([leaf]: readonly Uint8Array[]): readonly HeldCertificate[] {
  if (leaf === undefined) return [];
  const { subject, notAfterMs } = readCertificate(leaf);
  return [{ name: `${subject.commonName} (${subject.id ?? ''})`, notAfterMs }];
}
