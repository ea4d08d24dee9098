#!/usr/bin/env node
/** `coinslot-server`: starts the server, or verifies the books of a store. Errors and their hints go to standard error. */
import { ProtocolError } from '@coinslot/protocol';
import { Command } from 'commander';
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { loadCardModule } from './card-module.ts';
import { ConfigError, readConfig, shownConfig } from './config.ts';
import { readChain, readRevocationLists, readRoots, readSigner, readToken } from './key-files.ts';
import { verifyBooks } from './ledger/books.ts';
import { SERVER_LIMITS } from './limits.ts';
import type { Environment } from './identity.ts';
import { createPaymentServer } from './payment-server.ts';
import { StoreError } from './store/port.ts';
import { openSqliteStore } from './store/sqlite/sqlite-store.ts';

async function start(configPath: string | undefined): Promise<void> {
  const config = readConfig(configPath, process.env);
  const log = pino({ level: config.logLevel, base: { service: 'coinslot-server' } });
  log.info({ config: shownConfig(config) }, 'configuration');
  const { operatorTokenPath, cardIssuersModule, revocationListsPath } = config;
  const server = await createPaymentServer({
    storePath: config.storePath,
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
    onFatal: () => process.exit(1),
  });
  const port = await server.listen(Number(config.port), config.host);
  const { id, commonName } = server.identity.leaf.subject;
  log.info({ host: config.host, port, server: id, name: commonName }, 'listening');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
}

async function verify(storePath: string): Promise<void> {
  const store = openSqliteStore({ path: storePath, checkBytesMax: SERVER_LIMITS.openCheckBytesMax });
  try {
    const { findings, sums, ...counts } = await verifyBooks(store);
    console.log(
      `${counts.accounts} accounts, ${counts.transfers} transfers, ${counts.decisions} decisions, ${counts.cards} cards`,
    );
    sums.forEach(({ currency, sumMinor }) => console.log(`${currency} sums to ${sumMinor}`));
    findings.forEach((finding) => console.error(`finding: ${finding}`));
    process.exitCode = findings.length === 0 ? 0 : 1;
  } finally {
    await store.close();
  }
}

const program = new Command('coinslot-server').description('The payment server of Coinslot.');
program
  .command('start')
  .description('serve until SIGINT or SIGTERM')
  .option('--config <file>', 'settings as JSON; COINSLOT_SERVER_... in the environment win')
  .action(({ config }: { config?: string }) => start(config));
program
  .command('verify')
  .description('derive every balance again and hold every decision against its bytes')
  .requiredOption('--store <file>', 'the SQLite file')
  .action(({ store }: { store: string }) => verify(store));

try {
  await program.parseAsync();
} catch (error) {
  const isExpected = error instanceof ConfigError || error instanceof ProtocolError || error instanceof StoreError;
  if (!isExpected) throw error;
  console.error(`error: ${error.message}${error instanceof ProtocolError ? ` (${error.code})` : ''}`);
  if ('hint' in error && error.hint !== undefined) console.error(`hint: ${error.hint}`);
  process.exitCode = 1;
}
