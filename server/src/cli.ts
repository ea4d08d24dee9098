#!/usr/bin/env node
/** `coinslot-server`: starts the server, and does to its store what is done by hand. Errors and their hints go to standard error. */
import { ProtocolError } from '@coinslot/protocol';
import { Command } from 'commander';
import { randomBytes } from 'node:crypto';
import { pino, type Logger } from 'pino';
import { folderBank } from './bank/folder.ts';
import { loadCardModule } from './card-module.ts';
import { ConfigError, readConfig, shownConfig, type ServerConfig } from './config.ts';
import { readEcbRates } from './exchange/ecb.ts';
import { rateSource } from './exchange/ecb-source.ts';
import { postReferenceRates } from './exchange/service.ts';
import type { TlsIdentity } from './http/tls.ts';
import {
  readChain,
  readEncryptionSeed,
  readRevocationLists,
  readRoots,
  readSigner,
  readTls,
  readToken,
} from './key-files.ts';
import { verifyBooks } from './ledger/books.ts';
import { verifyJournal } from './ledger/journal.ts';
import { SERVER_LIMITS } from './limits.ts';
import { MONEY_POLICY, SANDBOX_MONEY_POLICY } from './money-policy.ts';
import type { Environment } from './identity.ts';
import { runAudit } from './operation/audit.ts';
import { backUp, restore, type VerifiedCopy } from './operation/backup.ts';
import { createPaymentServer, type PaymentServer, type PaymentServerOptions } from './payment-server.ts';
import { StoreError, type Store } from './store/port.ts';
import { openStore, type StorePlace } from './store/place.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Configured {
  readonly config: ServerConfig;
  readonly log: Logger;
  readonly server: PaymentServer;
}

/** The server of a configuration, not listening yet. One that is only to do something once logs to standard error, and asks for no rates. */
async function configured(configPath: string | undefined, purpose: 'serve' | 'once'): Promise<Configured> {
  const config = readConfig(configPath, process.env);
  const isOnce = purpose === 'once';
  const log = pino({ level: config.logLevel, base: { service: 'coinslot-server' } }, pino.destination(isOnce ? 2 : 1));
  log.info({ config: shownConfig(config) }, 'configuration');
  const { encryptionKeyPath, operatorTokenPath, cardIssuersModule, revocationListsPath, trustedProxies, ecbUrl } =
    config;
  const tls = tlsOf(config);
  const server = await createPaymentServer({
    ...placeOf(config),
    signer: readSigner(config.keyPath, config.keyPassphrase),
    chain: readChain(config.chainPath),
    roots: readRoots(config.rootsPath),
    environment: config.environment as Environment,
    clock: () => Date.now(),
    random: (byteCount) => Uint8Array.from(randomBytes(byteCount)),
    log,
    ...(encryptionKeyPath !== undefined && { encryptionSeed: readEncryptionSeed(encryptionKeyPath) }),
    ...(cardIssuersModule !== undefined && (await loadCardModule(cardIssuersModule))),
    ...(revocationListsPath !== undefined && { revocationLists: readRevocationLists(revocationListsPath) }),
    ...(operatorTokenPath !== undefined && { operatorToken: readToken(operatorTokenPath) }),
    ...(tls !== undefined && { tls }),
    ...(trustedProxies !== undefined && { trustedProxies: trustedProxies.split(',').map((one) => one.trim()) }),
    ...(ecbUrl !== undefined && !isOnce && { rateFeed: { url: ecbUrl, everyMs: Number(config.ecbHours) * HOUR_MS } }),
    ...(config.publicUrl !== undefined && { publicUrl: config.publicUrl }),
    ...moneyOf(config),
    measureProcess: !isOnce,
    onFatal: () => process.exit(1),
  });
  return { config, log, server };
}

/** What a configuration says of the bank and of how money is collected and paid out. */
function moneyOf(config: ServerConfig): Pick<PaymentServerOptions, 'bank' | 'ownBank' | 'moneyPolicy'> {
  const usual = config.environment === 'sandbox' ? SANDBOX_MONEY_POLICY : MONEY_POLICY;
  const { billMinimum, payoutMinimum, bankDetailsDays, bankFolder } = config;
  const { ownBankName: name, ownBankIban: iban, ownBankBic: bic, ownBankCreditorId: creditorId } = config;
  return {
    ...(bankFolder !== undefined && { bank: folderBank(bankFolder) }),
    ...(name !== undefined &&
      iban !== undefined &&
      bic !== undefined &&
      creditorId !== undefined && { ownBank: { name, iban, bic, creditorId } }),
    moneyPolicy: {
      ...usual,
      ...(billMinimum !== undefined && { billMinimumMinor: { '*': BigInt(billMinimum) } }),
      ...(payoutMinimum !== undefined && { payoutMinimumMinor: { '*': BigInt(payoutMinimum) } }),
      ...(bankDetailsDays !== undefined && { bankDetailsDelayMs: Number(bankDetailsDays) * DAY_MS }),
    },
  };
}

async function start(configPath: string | undefined): Promise<void> {
  const { config, log, server } = await configured(configPath, 'serve');
  const tls = tlsOf(config);
  const port = await server.listen(Number(config.port), config.host);
  const { id, commonName } = server.identity.leaf.subject;
  log.info({ host: config.host, port, tls: tls !== undefined, server: id, name: commonName }, 'listening');
  if (config.environment === 'live' && tls === undefined && config.trustedProxies === undefined)
    log.warn({}, 'no TLS and no trusted proxy: whatever is bought can be read on the way');
  process.on('SIGHUP', () => reload(server, config, log));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
}

function placeOf({ storePath, databaseUrl }: Pick<ServerConfig, 'storePath' | 'databaseUrl'>): StorePlace {
  return {
    ...(storePath !== undefined && { storePath }),
    ...(databaseUrl !== undefined && { database: { url: databaseUrl } }),
  };
}

/** The file that a command names, or the database of the environment. */
function namedPlace(storePath: string | undefined): StorePlace {
  const { COINSLOT_SERVER_DATABASE_URL, DATABASE_URL } = process.env;
  const databaseUrl = storePath === undefined ? (COINSLOT_SERVER_DATABASE_URL ?? DATABASE_URL) : undefined;
  if (storePath === undefined && databaseUrl === undefined)
    throw new ConfigError('--store: missing', 'name the SQLite file, or set COINSLOT_SERVER_DATABASE_URL');
  return placeOf({ ...(storePath !== undefined && { storePath }), ...(databaseUrl !== undefined && { databaseUrl }) });
}

const openNamed = (storePath: string | undefined): Promise<Store> =>
  openStore(namedPlace(storePath), SERVER_LIMITS.openCheckBytesMax);

function tlsOf({ tlsKeyPath, tlsChainPath }: ServerConfig): TlsIdentity | undefined {
  return tlsKeyPath === undefined || tlsChainPath === undefined ? undefined : readTls(tlsKeyPath, tlsChainPath);
}

/** At SIGHUP: what is renewed without a restart. What cannot be used is said, and the old stays. */
function reload(server: PaymentServer, config: ServerConfig, log: Logger): void {
  try {
    const tls = tlsOf(config);
    if (tls !== undefined) server.renewTls(tls);
    log.info({ tls: tls !== undefined }, 'reloaded');
  } catch (err) {
    log.error({ err }, 'not reloaded: the old key and chain stay');
  }
}

/** Closes a month, in a process of its own: a running server goes on meanwhile. */
async function closePeriod(period: string, early: boolean, configPath: string | undefined): Promise<void> {
  if (!/^\d{6}$/.test(period)) throw new ConfigError(`--period: ${period}, expected YYYYMM`);
  const { server } = await configured(configPath, 'once');
  try {
    const closed = await server.service.periods.close(Number(period), { early });
    console.log(`${closed.period}: ${closed.bills} bills, ${closed.payouts} payouts, ${closed.files} bank files`);
    closed.handed.forEach((messageId) => console.log(`handed: ${messageId}`));
    const findings = [...closed.findings, ...(closed.handingFault === undefined ? [] : [closed.handingFault])];
    findings.forEach((finding) => console.error(`finding: ${finding}`));
    process.exitCode = findings.length === 0 ? 0 : 1;
  } finally {
    await server.close();
  }
}

/** Hands over what the bank does not have yet, and takes what it says. */
async function serveBank(configPath: string | undefined): Promise<void> {
  const { server } = await configured(configPath, 'once');
  try {
    for (const messageId of await server.service.bank.handFiles()) console.log(`handed: ${messageId}`);
    for (const { name, booked, conflicts, fault } of await server.service.bank.takeNotices()) {
      const counts = Object.entries(booked).map(([outcome, count]) => `${count} ${outcome}`);
      console.log(`${name}: ${counts.join(', ') || 'nothing new'}`);
      const findings = conflicts.map(
        (reference) => `${reference} was booked before as something else: nothing is booked`,
      );
      if (fault !== undefined) findings.push(fault);
      for (const finding of findings) console.error(`finding: ${name}: ${finding}`);
      if (findings.length > 0) process.exitCode = 1;
    }
  } finally {
    await server.close();
  }
}

async function verify(storePath: string | undefined): Promise<void> {
  const store = await openNamed(storePath);
  try {
    const { findings: ofBooks, sums, ...counts } = await verifyBooks(store);
    const { finding: ofJournal, blocks } = await verifyJournal(store);
    const findings = [...ofBooks, ...(ofJournal === undefined ? [] : [ofJournal])];
    console.log(
      `${counts.accounts} accounts, ${counts.transfers} transfers, ${counts.decisions} decisions, ${counts.cards} cards, ${blocks} blocks`,
    );
    sums.forEach(({ currency, sumMinor }) => console.log(`${currency} sums to ${sumMinor}`));
    findings.forEach((finding) => console.error(`finding: ${finding}`));
    process.exitCode = findings.length === 0 ? 0 : 1;
  } finally {
    await store.close();
  }
}

interface AuditFlags {
  readonly store?: string;
  readonly roots: string;
  readonly json?: boolean;
  readonly oneIn: string;
}

async function auditStore({ store, roots, json = false, oneIn }: AuditFlags): Promise<void> {
  if (!/^[1-9]\d{0,8}$/.test(oneIn)) throw new ConfigError('--one-in: expected a whole number above 0');
  const holds = await runAudit({
    place: namedPlace(store),
    roots: readRoots(roots),
    oneIn: Number(oneIn),
    json,
    out: (text) => console.log(text),
    progress: (line) => console.error(line),
  });
  process.exitCode = holds ? 0 : 1;
}

/** Into the store itself, which a running server reads at its next question. */
async function postRates(storePath: string | undefined, place: string): Promise<void> {
  const bytes = await rateSource(place)();
  const store = await openNamed(storePath);
  try {
    const nowMs = Date.now();
    const reference = readEcbRates(bytes, nowMs);
    const table = await store.transaction((tx) => postReferenceRates(tx, reference, nowMs));
    const until = new Date(table.notAfterMs).toISOString();
    console.log(`table ${table.id}: ${table.rates.length} rates of ${reference.date}, until ${until}`);
    if (reference.leftOut.length > 0) console.log(`left out: ${reference.leftOut.join(', ')}`);
  } finally {
    await store.close();
  }
}

const sayCopy = (path: string, { bytes, accounts, transfers, decisions, block, blockHash }: VerifiedCopy): void =>
  console.log(
    `${path}: ${bytes} bytes, ${accounts} accounts, ${transfers} transfers, ${decisions} decisions; verified\n` +
      `journal: block ${block}, ${blockHash}`,
  );

const program = new Command('coinslot-server').description('The payment server of Coinslot.');
program
  .command('start')
  .description('serve until SIGINT or SIGTERM')
  .option('--config <file>', 'settings as JSON; COINSLOT_SERVER_... in the environment win')
  .action(({ config }: { config?: string }) => start(config));
program
  .command('verify')
  .description('derive every balance again and hold every decision against its bytes')
  .option('--store <file>', 'the SQLite file; without it the database of the environment')
  .action(({ store }: { store?: string }) => verify(store));
program
  .command('audit')
  .description(
    'derive every balance, bill and payout again from signed messages, notices and roots; status 1 for a difference',
  )
  .requiredOption('--roots <file>', 'the pinned roots: PEM or roots.coinslot')
  .option('--store <file>', 'the SQLite file; without it the database of the environment')
  .option('--one-in <n>', 'look at the signatures of every nth decision and card record only', '1')
  .option('--json', 'the report for machines')
  .action((flags: AuditFlags) => auditStore(flags));
program
  .command('close')
  .description('close a month: bills, payouts and bank files; may be started again after a kill')
  .requiredOption('--period <YYYYMM>', 'the month')
  .option('--early', 'in a sandbox: although it is not over', false)
  .option('--config <file>', 'settings as JSON; COINSLOT_SERVER_... in the environment win')
  .action(({ period, early, config }: { period: string; early: boolean; config?: string }) =>
    closePeriod(period, early, config),
  );
program
  .command('notices')
  .description("hand over what the bank does not have yet, and book the bank's notices")
  .option('--config <file>', 'settings as JSON; COINSLOT_SERVER_... in the environment win')
  .action(({ config }: { config?: string }) => serveBank(config));
program
  .command('rates')
  .description("post the ECB's reference rates as the newest table")
  .requiredOption('--ecb <place>', 'eurofxref-daily.xml: a file or an https address')
  .option('--store <file>', 'the SQLite file; without it the database of the environment')
  .action(({ ecb, store }: { ecb: string; store?: string }) => postRates(store, ecb));
program
  .command('backup')
  .description('copy the store while the server runs, and verify the copy')
  .requiredOption('--store <file>', 'the SQLite file')
  .requiredOption('--to <file>', 'where the copy goes; must not be there')
  .action(async ({ store, to }: { store: string; to: string }) => sayCopy(to, await backUp(store, to)));
program
  .command('restore')
  .description('put a backup in the place of a store that is gone; never over one that is there')
  .requiredOption('--from <file>', 'the backup')
  .requiredOption('--store <file>', 'the SQLite file; must not be there')
  .action(async ({ from, store }: { from: string; store: string }) => sayCopy(store, await restore(from, store)));

try {
  await program.parseAsync();
} catch (error) {
  const isExpected = error instanceof ConfigError || error instanceof ProtocolError || error instanceof StoreError;
  if (!isExpected) throw error;
  console.error(`error: ${error.message}${error instanceof ProtocolError ? ` (${error.code})` : ''}`);
  if ('hint' in error && error.hint !== undefined) console.error(`hint: ${error.hint}`);
  process.exitCode = 1;
}
