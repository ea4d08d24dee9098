#!/usr/bin/env node
/** `coinslot-wallet start | account | status | history | limits | card | bundle | verify | doctor`. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { decodeRoots, ProtocolError } from '@coinslot/protocol';
import { WALLET_PORT } from '@coinslot/protocol/link';
import { Command, InvalidArgumentError, Option } from 'commander';
import { pino } from 'pino';
import { WalletError } from './errors.ts';
import { HISTORY_FORMATS, isHistoryFormat } from './exports/history-file.ts';
import { makePrivateFolder } from './profile/files.ts';
import { readProfile } from './profile/offline.ts';
import { openProfile, type Profile } from './profile/profile.ts';
import { linkAtTerminal } from './account/terminal-sign-in.ts';
import { limitsReport } from './terminal/limits-report.ts';
import {
  doctor,
  saveBundle,
  saveHistory,
  verifyFile,
  type DoctorFlags,
  type Printed,
  type VerifyFlags,
} from './terminal/offline-commands.ts';
import { cardReport, historyReport, statusReport } from './terminal/reports.ts';
import { startWallet, type Wallet } from './wallet.ts';
import { isLanguage, LANGUAGES, type Language } from './words/languages.ts';
import { TERMINAL_WORDS } from './words/terminal-words.ts';

interface StartFlags {
  profile: string;
  port: number;
  server: string;
  roots: string;
  sandbox?: true;
}

const DEFAULT_PROFILE = join(homedir(), '.coinslot-wallet');
/** Outside the profile, so that a copy of the profile alone opens nothing. */
const MACHINE_FOLDER = join(homedir(), '.config', 'coinslot');

const program = new Command('coinslot-wallet').description('Pays for games in small amounts, with your yes each time.');

const profileFlag = ['-p, --profile <folder>', 'folder of the wallet', DEFAULT_PROFILE] as const;

program
  .command('start')
  .description('open the doors for games and for the wallet’s page, on this computer only')
  .option(...profileFlag)
  .option('--port <number>', 'where games look for it; another one only for tests', portOf, WALLET_PORT)
  .requiredOption('--server <url>', 'payment server, such as http://127.0.0.1:8374')
  .requiredOption('--roots <file>', 'roots.coinslot: the authorities that this wallet trusts')
  .option('--sandbox', 'throwaway keys: nothing real is paid')
  .action((flags: StartFlags) => run(() => start(flags)));

program
  .command('account')
  .description('print a link to the account’s pages at the payment server; for a wallet that is not running')
  .option(...profileFlag)
  .requiredOption('--server <url>', 'payment server, such as http://127.0.0.1:8374')
  .requiredOption('--roots <file>', 'roots.coinslot: the authorities that this wallet trusts')
  .option('--sandbox', 'throwaway keys: nothing real is paid')
  .action((flags: Omit<StartFlags, 'port'>) => run(() => account(flags)));

program
  .command('status')
  .description('balance, spending and connected games, from the profile alone')
  .option(...profileFlag)
  .action(({ profile }: { profile: string }) => run(() => print(statusReport(readProfile(profile), place()))));

program
  .command('history')
  .description('every payment, newest first, from the profile alone; as a file with --format')
  .option(...profileFlag)
  .addOption(
    new Option('--format <format>', 'in words, or as a file').choices(['text', ...HISTORY_FORMATS]).default('text'),
  )
  .option('--out <file>', 'where the file goes; json and csv go to standard output where nothing is said')
  .action(({ profile, format, out }: { profile: string; format: string; out?: string }) =>
    run(async () => {
      if (isHistoryFormat(format)) printed(await saveHistory(profile, format, out, place()));
      else print(historyReport(readProfile(profile), place()));
    }),
  );

program
  .command('limits')
  .description('what may be spent, by the wallet and by each game, from the profile alone')
  .option(...profileFlag)
  .action(({ profile }: { profile: string }) => run(() => print(limitsReport(readProfile(profile), place()))));

program
  .command('bundle')
  .description('everything that proves one payment, in one file that anybody can check')
  .argument('<decision>', 'of the payment, as history lists it; its beginning is enough')
  .option(...profileFlag)
  .option('--out <file>', 'where it goes; - is standard output')
  .action((decision: string, { profile, out }: { profile: string; out?: string }) =>
    run(() => printed(saveBundle(profile, decision, out, Date.now()))),
  );

program
  .command('verify')
  .description('check such a file: offline, on any machine, years later; ends with 1 when it does not hold')
  .argument('<file>', 'a .coinslot-bundle')
  .requiredOption('--roots <file>', 'roots.coinslot: the authorities, as of the time of the payment')
  .option('--crls <file>', 'crls.coinslot: revocation lists that are newer than those in the file')
  .addOption(new Option('--language <language>', 'of the report').choices([...LANGUAGES]).default(systemLanguage()))
  .action((file: string, { language, ...flags }: VerifyFlags & { language: Language }) =>
    run(() => printed(verifyFile(file, flags, language))),
  );

program
  .command('doctor')
  .description('look for what stands between games and payments, and say what to do; ends with 1 for a problem')
  .option(...profileFlag)
  .option('--port <number>', 'where games look for the wallet', portOf, WALLET_PORT)
  .option('--server <url>', 'payment server to ask, such as http://127.0.0.1:8374')
  .option('--roots <file>', 'roots.coinslot: what it must be vouched for by')
  .option('--sandbox', 'throwaway keys: nothing real is paid')
  .action((flags: DoctorFlags) => run(async () => printed(await doctor(flags, place()))));

program
  .command('card')
  .description('cards of this wallet as they were when last read, from the profile alone')
  .option(...profileFlag)
  .action(({ profile }: { profile: string }) => run(() => print(cardReport(readProfile(profile), place()))));

await program.parseAsync();

async function start(flags: StartFlags): Promise<void> {
  makePrivateFolder(flags.profile);
  makePrivateFolder(MACHINE_FOLDER);
  const profile = openOwnProfile(flags.profile);
  const wallet = await startWallet({
    profile,
    port: flags.port,
    serverUrl: flags.server,
    roots: decodeRoots(new Uint8Array(readFileSync(flags.roots))),
    environment: flags.sandbox ? 'sandbox' : 'live',
    softCardFolder: softCardFolderOf(flags.profile),
    log: pino({ base: null }, pino.destination({ dest: join(flags.profile, 'wallet.log'), mode: 0o600, sync: true })),
    announce: print,
  }).catch((cause: unknown) => {
    profile.close();
    throw cause;
  });
  const words = TERMINAL_WORDS[profile.settings.language];
  print(words.running(wallet.url));
  print(profile.isSetUp ? words.locked : words.firstRun);
  print(`${words.openOnce}\n  ${wallet.pageUrl()}`);
  offerAddresses(wallet, words.openOnce, words.anotherAddress);
  stopOnSignals(wallet, words.stopped);
}

async function account(flags: Omit<StartFlags, 'port'>): Promise<void> {
  const profile = openOwnProfile(flags.profile);
  const words = TERMINAL_WORDS[profile.settings.language];
  try {
    const link = await linkAtTerminal({
      profile,
      pin: await readSecret(words.pin),
      serverUrl: flags.server,
      roots: decodeRoots(new Uint8Array(readFileSync(flags.roots))),
      environment: flags.sandbox ? 'sandbox' : 'live',
    });
    print(`${words.accountOnce}\n  ${link}`);
  } finally {
    profile.close();
  }
}

function openOwnProfile(path: string): Profile {
  return openProfile({
    path,
    clock: Date.now,
    random: (length) => new Uint8Array(randomBytes(length)),
    machineSecretPath: join(MACHINE_FOLDER, 'machine-secret'),
  });
}

/** A line of standard input; at a terminal it is not shown. */
async function readSecret(prompt: string): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: unseen, terminal: process.stdin.isTTY });
  process.stderr.write(prompt);
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

/** One folder for each profile, beside the machine's secret. */
function softCardFolderOf(profile: string): string {
  const name = createHash('sha256').update(resolve(profile)).digest('hex').slice(0, 16);
  return join(MACHINE_FOLDER, `software-card-${name}`);
}

/** A person at a terminal can have a new one-time address whenever they need one. */
function offerAddresses(wallet: Wallet, openOnce: string, hint: string): void {
  if (!process.stdin.isTTY) return;
  print(hint);
  process.stdin.on('data', () => print(`${openOnce}\n  ${wallet.pageUrl()}`));
}

function stopOnSignals(wallet: Wallet, stopped: string): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void wallet.close().then(() => {
        print(stopped);
        process.exit(0);
      });
    });
  }
}

/** A fault that has a name is one line and a hint; anything else is a mistake here, and keeps its trace. */
async function run(task: () => void | Promise<void>): Promise<void> {
  try {
    await task();
  } catch (fault) {
    if (!(fault instanceof WalletError) && !(fault instanceof ProtocolError)) throw fault;
    console.error(`coinslot-wallet: ${fault.message} (${fault.code})`);
    if (fault.hint !== undefined) console.error(fault.hint);
    process.exitCode = 1;
  }
}

function place(): { nowMs: number; timeZone: string } {
  return { nowMs: Date.now(), timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone };
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('expected 0 ... 65535');
  return port;
}

function printed({ text, isGood }: Printed): void {
  if (text !== '') print(text);
  if (!isGood) process.exitCode = 1;
}

/** For reports that belong to no profile: what the terminal is set to, where the wallet speaks it. */
function systemLanguage(): Language {
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  const language = (LC_ALL || LC_MESSAGES || LANG || '').slice(0, 2);
  return isLanguage(language) ? language : 'en';
}

function print(text: string): void {
  console.log(text);
}
