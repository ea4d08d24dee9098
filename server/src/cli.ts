#!/usr/bin/env node
/** `coinslot-server`: starts the server, and does to its store what is done by hand. Errors and their hints go to standard error. */
import { ProtocolError } from '@coinslot/protocol';
import { Command } from 'commander';
import { randomBytes } from 'node:crypto';
import { pino, type Logger } from 'pino';
import { loadCardModule } from './card-module.ts';
import { ConfigError, readConfig, shownConfig, type ServerConfig } from './config.ts';
import { readEcbRates } from './exchange/ecb.ts';
import { rateSource } from './exchange/ecb-source.ts';
import { postReferenceRates } from './exchange/service.ts';
import type { TlsIdentity } from './http/tls.ts';
import { readChain, readRevocationLists, readRoots, readSigner, readTls, readToken } from './key-files.ts';
import { verifyBooks } from './ledger/books.ts';
import { verifyJournal } from './ledger/journal.ts';
import { SERVER_LIMITS } from './limits.ts';
import type { Environment } from './identity.ts';
import { backUp, restore, type VerifiedCopy } from './operation/backup.ts';
import { createPaymentServer, type PaymentServer } from './payment-server.ts';
import { StoreError, type Store } from './store/port.ts';
import { openStore, type StorePlace } from './store/place.ts';

const HOUR_MS = 3_600_000;

async function start(configPath: string | undefined): Promise<void> {
  const config = readConfig(configPath, process.env);
  const log = pino({ level: config.logLevel, base: { service: 'coinslot-server' } });
  log.info({ config: shownConfig(config) }, 'configuration');
  const { operatorTokenPath, cardIssuersModule, revocationListsPath, trustedProxies, ecbUrl } = config;
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
    ...(cardIssuersModule !== undefined && (await loadCardModule(cardIssuersModule))),
    ...(revocationListsPath !== undefined && { revocationLists: readRevocationLists(revocationListsPath) }),
    ...(operatorTokenPath !== undefined && { operatorToken: readToken(operatorTokenPath) }),
    ...(tls !== undefined && { tls }),
    ...(trustedProxies !== undefined && { trustedProxies: trustedProxies.split(',').map((one) => one.trim()) }),
    ...(ecbUrl !== undefined && { rateFeed: { url: ecbUrl, everyMs: Number(config.ecbHours) * HOUR_MS } }),
    ...(config.publicUrl !== undefined && { publicUrl: config.publicUrl }),
    measureProcess: true,
    onFatal: () => process.exit(1),
  });
  const port = await server.listen(Number(config.port), config.host);
  const { id, commonName } = server.identity.leaf.subject;
  log.info({ host: config.host, port, tls: tls !== undefined, server: id, name: commonName }, 'listening');
  if (config.environment === 'live' && tls === undefined && trustedProxies === undefined)
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
async function openNamed(storePath: string | undefined): Promise<Store> {
  const { COINSLOT_SERVER_DATABASE_URL, DATABASE_URL } = process.env;
  const databaseUrl = storePath === undefined ? (COINSLOT_SERVER_DATABASE_URL ?? DATABASE_URL) : undefined;
  if (storePath === undefined && databaseUrl === undefined)
    throw new ConfigError('--store: missing', 'name the SQLite file, or set COINSLOT_SERVER_DATABASE_URL');
  return openStore(
    placeOf({ ...(storePath !== undefined && { storePath }), ...(databaseUrl !== undefined && { databaseUrl }) }),
    SERVER_LIMITS.openCheckBytesMax,
  );
}

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
