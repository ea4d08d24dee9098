#!/usr/bin/env node
/** The `coinslot` command of a studio. Results go to stdout, faults and warnings to stderr; 1 when there is any fault. */
import { randomBytes as systemRandomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ALG, formatMoney } from '@coinslot/protocol';
import { Command, InvalidArgumentError, Option } from 'commander';
import { registerLab } from './cli/lab.ts';
import { registerPlacements } from './cli/placements.ts';
import { filesOf, moment, reportFaults, say, warn, type FileOptions } from './cli/terminal.ts';
import { dayOf } from './offers/dates.ts';
import { PUBLISHER_ID } from './offers/schema.ts';
import { flawOfTitle } from './offers/words.ts';
import { refund } from './refunds/refund.ts';
import { sendBankDetails } from './server/bank-details.ts';
import { fetchEncryptionKey, handOverEscrows } from './server/escrow.ts';
import { signIn } from './server/sign-in.ts';
import { formatSchemas } from './schema-files.ts';
import { checkStudio } from './studio/check.ts';
import { replaceFile } from './studio/files.ts';
import { initStudio } from './studio/init.ts';
import { studioFiles } from './studio/layout.ts';
import { signStudio } from './studio/sign.ts';
import { FaultsError, formatFault } from './text/faults.ts';

/** ub-common-name of X.509 (RFC 5280 appendix A.1): the certificate could not hold more. */
const NAME_CHARACTERS_MAX = 64;

const randomBytes = (length: number): Uint8Array => Uint8Array.from(systemRandomBytes(length));
function init(folder: string, options: { name: string; id?: string; country?: string }, command: Command): void {
  const id = options.id ?? slugOf(options.name);
  if (!PUBLISHER_ID.test(id)) command.error('error: --id: expected a-z 0-9 . - with at most 64 characters');
  const flaw = [...options.name].length > NAME_CHARACTERS_MAX ? 'is too long' : flawOfTitle(options.name);
  if (flaw !== undefined) command.error(`error: --name: ${flaw}`);
  const name = { id, commonName: options.name, country: options.country };
  const made = initStudio(folder, name, randomBytes);
  say(...made.map(({ file, isNew }) => `${isNew ? 'made' : 'kept'}  ${file}`));
  const files = studioFiles(folder);
  say(
    '',
    'next:',
    `  1. send ${files.request} to your authority; the key, ${files.key}, goes to nobody`,
    `  2. save its answer as ${files.chain}, and its roots as ${files.roots}`,
    `  3. edit ${files.offers} and ${files.placements}`,
    '  4. coinslot sign, coinslot placements compile, coinslot check',
  );
}

function sign(folder: string, options: FileOptions): void {
  const files = filesOf(folder, options);
  const { changes, publisher, sealed, escrows } = signStudio(files, Date.now(), randomBytes);
  say(...changes.map(({ offerId, change }) => `${change.padEnd(9)}  ${offerId}`));
  say(...sealed.map(({ offerId, to }) => `sealed     ${offerId}: ${to}`));
  if (escrows.length > 0)
    say(`wrote ${escrows.length} escrows to ${files.escrows}; hand them over: coinslot escrow --server <url>`);
  say(`signed ${files.priceList} as ${publisher.subject.commonName} (${publisher.subject.id})`);
  if (publisher.sandbox) warn('warning: a sandbox certificate: nothing real can be charged');
}

function check(folder: string, options: FileOptions & { at?: number; sources?: boolean }): void {
  const { at, sources, ...named } = options;
  const atMs = at ?? Date.now();
  const { faults, warnings, prices } = checkStudio(filesOf(folder, named), atMs, sources === true);
  say(...prices);
  warn(...warnings.map((warning) => formatFault(warning, 'warning')));
  if (faults.length > 0) reportFaults(faults);
  else say(`ok as of ${dayOf(atMs)}`);
}

const REFUND_REASONS = ['requested', 'defect', 'unauthorised'] as const;

async function refundOne(
  decisionIdHex: string,
  options: FileOptions & { folder: string; server: string; reason: (typeof REFUND_REASONS)[number] },
): Promise<void> {
  const { folder, server, reason, ...named } = options;
  const { notice, file } = await refund({
    files: filesOf(folder, named),
    folder: join(folder, 'refunds'),
    serverUrl: server,
    decisionIdHex,
    reason,
    nowMs: Date.now(),
    randomBytes,
    fetch,
  });
  const { amountMinor, currency, timeMs } = notice;
  const amount = amountMinor === 0n ? 'nothing to give back' : formatMoney({ amountMinor, currency }, 'en');
  say(`refunded ${decisionIdHex}: ${amount}, ${dayOf(timeMs)}`, `wrote ${file}`);
}

type ServerOptions = FileOptions & { folder: string; server: string };

async function printLink({ folder, server, ...named }: ServerOptions): Promise<void> {
  const files = filesOf(folder, named);
  const link = await signIn({ files, serverUrl: server, nowMs: Date.now(), randomBytes, fetch });
  say('open your account with this address (it works once, within a minute):', `  ${link}`);
}

async function changeBankDetails(
  options: ServerOptions & { holder: string; iban: string; bic: string; currency: string; number?: number },
): Promise<void> {
  const { folder, server, holder, iban, bic, currency, number, ...named } = options;
  const taken = await sendBankDetails({
    files: filesOf(folder, named),
    folder: join(folder, 'bank-details'),
    serverUrl: server,
    details: { holder, iban: iban.replaceAll(' ', ''), bic, payoutCurrency: currency },
    number,
    nowMs: Date.now(),
    randomBytes,
    fetch,
  });
  say(`the server has your bank details no. ${taken}; it may wait some days before it pays there`);
}

async function fetchKey(options: ServerOptions & { out?: string; cards?: keyof typeof ALG }): Promise<void> {
  const { folder, server, out, cards, ...named } = options;
  const files = filesOf(folder, named);
  const file = out ?? join(folder, `${cards === undefined ? 'payment-server' : `cards-${cards}`}.encryption-key`);
  const input = { files, serverUrl: server, nowMs: Date.now(), fetch };
  const { id } = await fetchEncryptionKey(input, file, cards && ALG[cards]);
  say(`wrote ${file}, the encryption key of ${id}; name it under escrow in offers.yaml`);
}

async function escrow({ folder, server, ...named }: ServerOptions): Promise<void> {
  const files = filesOf(folder, named);
  const count = await handOverEscrows({ files, serverUrl: server, nowMs: Date.now(), fetch });
  say(`the server holds ${count} content ${count === 1 ? 'key' : 'keys'} of yours`);
}

function schema(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of formatSchemas()) {
    replaceFile(join(folder, name), text);
    say(`wrote ${join(folder, name)}`);
  }
}

function slugOf(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64);
}

function decisionId(text: string): string {
  if (!/^[0-9a-f]{32}$/.test(text)) throw new InvalidArgumentError('expected 32 hex digits');
  return text;
}

function detailsNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number above 0');
  return Number(text);
}

function serverUrl(text: string): string {
  if (!/^https?:\/\/[^/?#@\s]+\/?$/.test(text))
    throw new InvalidArgumentError('expected an address such as https://pay.example');
  return text;
}

function country(text: string): string {
  if (!/^[A-Z]{2}$/.test(text)) throw new InvalidArgumentError('expected an ISO 3166 code such as FR');
  return text;
}

const program = new Command('coinslot')
  .description('Offers of a game: keys, the signed price list, checked placements.')
  .showSuggestionAfterError();

program
  .command('init')
  .description('make a key, a certificate request and first files; keep whatever is there')
  .argument('[folder]', 'folder of the studio', '.')
  .requiredOption('--name <name>', 'name that players are shown as the seller')
  .option('--id <id>', 'publisher id, for ever (default: from the name)')
  .option('--country <code>', 'country of the publisher, ISO 3166', country)
  .action(init);

program
  .command('sign')
  .description('sign offers.yaml into price-list.coinslot')
  .argument('[folder]', 'folder of the studio', '.')
  .option('--offers <file>', 'default: offers.yaml')
  .option('--key <file>', 'default: publisher.key.pem')
  .option('--chain <file>', 'certificates, PEM, yours first; default: publisher.chain.pem')
  .option('--roots <file>', 'pinned roots; default: roots.coinslot')
  .option('--price-list <file>', 'list to write, and to carry on from; default: price-list.coinslot')
  .action(sign);

program
  .command('check')
  .description('check offers, placements and what was made from them; show every price as players read it')
  .argument('[folder]', 'folder of the studio', '.')
  .option('--sources', 'only offers.yaml and placements.yaml')
  .option('--at <date>', 'as of this day rather than now', moment)
  .option('--offers <file>', 'default: offers.yaml')
  .option('--placements <file>', 'default: placements.yaml')
  .option('--roots <file>', 'pinned roots; default: roots.coinslot')
  .option('--price-list <file>', 'default: price-list.coinslot')
  .option('--compiled-placements <file>', 'default: placements.json')
  .action(check);

registerPlacements(program);
registerLab(program);

program
  .command('schema')
  .description('write the JSON Schema files of both YAML files, for editors')
  .argument('[folder]', 'where to', '.')
  .action(schema);

program
  .command('refund')
  .description('give the money of one decision back and end what it opened; once, whatever is asked again')
  .argument('<decision-id>', 'of the decision, from the list of a payout', decisionId)
  .requiredOption('--server <url>', 'address of the payment server', serverUrl)
  .addOption(new Option('--reason <reason>', 'what the player is told').choices(REFUND_REASONS).default('requested'))
  .option('--folder <folder>', 'folder of the studio; orders and notices are kept in refunds/', '.')
  .option('--key <file>', 'default: publisher.key.pem')
  .option('--chain <file>', 'certificates, PEM, yours first; default: publisher.chain.pem')
  .option('--roots <file>', 'pinned roots; default: roots.coinslot')
  .action(refundOne);

program
  .command('sign-in')
  .description('print a link that opens your account at a payment server; it works once, within a minute')
  .requiredOption('--server <url>', 'address of the payment server', serverUrl)
  .option('--folder <folder>', 'folder of the studio', '.')
  .option('--key <file>', 'default: publisher.key.pem')
  .option('--chain <file>', 'certificates, PEM, yours first; default: publisher.chain.pem')
  .option('--roots <file>', 'pinned roots; default: roots.coinslot')
  .action(printLink);

program
  .command('encryption-key')
  .description('fetch the key to which content keys are sealed for a payment server, or for its cards')
  .requiredOption('--server <url>', 'address of the payment server', serverUrl)
  .addOption(new Option('--cards <alg>', 'of its issuer of such cards').choices(Object.keys(ALG)))
  .option('--out <file>', 'default: payment-server.encryption-key, or cards-<alg>.encryption-key, in the folder')
  .option('--folder <folder>', 'folder of the studio', '.')
  .option('--roots <file>', 'pinned roots; default: roots.coinslot')
  .action(fetchKey);

program
  .command('escrow')
  .description('hand the content keys of sealed offers to a payment server')
  .requiredOption('--server <url>', 'address of the payment server', serverUrl)
  .option('--folder <folder>', 'folder of the studio; escrows are in escrows/', '.')
  .option('--roots <file>', 'pinned roots; default: roots.coinslot')
  .action(escrow);

program
  .command('bank-details')
  .description('sign where your payouts go, and tell the payment server')
  .requiredOption('--server <url>', 'address of the payment server', serverUrl)
  .requiredOption('--holder <name>', 'name on the account')
  .requiredOption('--iban <iban>', 'account number')
  .option('--bic <bic>', 'of the bank, where it wants one', '')
  .requiredOption('--currency <code>', 'what you are paid in, such as EUR')
  .option('--number <number>', 'of these details; default: one more than those that were signed last', detailsNumber)
  .option('--folder <folder>', 'folder of the studio; what was signed is kept in bank-details/', '.')
  .option('--key <file>', 'default: publisher.key.pem')
  .option('--chain <file>', 'certificates, PEM, yours first; default: publisher.chain.pem')
  .option('--roots <file>', 'pinned roots; default: roots.coinslot')
  .action(changeBankDetails);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof FaultsError)) throw error;
  reportFaults(error.faults);
}
