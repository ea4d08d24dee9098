#!/usr/bin/env node
/** `coinslot-wallet start | profiles | restore | account | password | phrase | status | history | limits | card | bundle | verify | doctor`. */
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
import { takeLock } from './profile/lock.ts';
import { systemKeychain } from './profile/machine-secret.ts';
import { openProfile, type Profile } from './profile/profile.ts';
import { restoreProfile } from './account/restore-profile.ts';
import {
  lastProfile,
  profileNames,
  profilePath,
  rememberProfile,
  requireProfileName,
} from './household/profile-names.ts';
import { startHousehold } from './household/start-household.ts';
import { pendingLine } from './account/pending-line.ts';
import { passwordAtTerminal } from './account/terminal-password.ts';
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
import { cardReport, historyReport, phraseReport, statusReport } from './terminal/reports.ts';
import { startWallet, type Wallet, type WalletOptions } from './wallet.ts';
import { isLanguage, LANGUAGES, type Language } from './words/languages.ts';
import { PASSWORD_WORDS } from './words/password-words.ts';
import { TERMINAL_WORDS } from './words/terminal-words.ts';

interface PasswordFlags {
  profile: string;
  server: string;
  roots: string;
  sandbox?: true;
  end?: true;
  keep?: true;
}

interface StartFlags {
  home: string;
  profile: string;
  port: number;
  server: string;
  roots: string;
  sandbox?: true;
}

/** Everybody's profiles. */
const HOME = join(homedir(), '.coinslot-wallet');
/** Outside the profile, so that a copy of the profile alone opens nothing. */
const MACHINE_FOLDER = join(homedir(), '.config', 'coinslot');
/** `COINSLOT_KEYCHAIN=off` keeps the machine's secret in its file, for machines that are set up anew each time, and for tests. */
const keychain = process.env.COINSLOT_KEYCHAIN === 'off' ? undefined : systemKeychain();
const MACHINE = {
  machineSecretPath: join(MACHINE_FOLDER, 'machine-secret'),
  ...(keychain !== undefined && { keychain }),
};

const program = new Command('coinslot-wallet').description('Pays for games in small amounts, with your yes each time.');

const profileFlag = [
  '-p, --profile <folder>',
  'folder of one wallet, in place of the one that was open last',
  profilePath(HOME, lastProfile(HOME)),
] as const;
const homeFlag = ['--home <folder>', 'folder with everybody’s wallets on this computer', HOME] as const;

program
  .command('start')
  .description('open the doors for games and for the wallet’s page, on this computer only')
  .option(...homeFlag)
  .option(...profileFlag)
  .option('--port <number>', 'where games look for it; another one only for tests', portOf, WALLET_PORT)
  .requiredOption('--server <url>', 'payment server, such as http://127.0.0.1:8374')
  .requiredOption('--roots <file>', 'roots.coinslot: the authorities that this wallet trusts')
  .option('--sandbox', 'throwaway keys: nothing real is paid')
  .action((flags: StartFlags, command: Command) =>
    run(() => (command.getOptionValueSource('profile') === 'default' ? startHome(flags) : startAlone(flags))),
  );

program
  .command('profiles')
  .description('who has a wallet on this computer; with --use, whose is opened at the next start')
  .option(...homeFlag)
  .option('--use <name>', 'one that is not there yet is made')
  .action((flags: { home: string; use?: string }) => run(() => profiles(flags)));

program
  .command('restore')
  .description(
    'the same wallet again on this computer, from its recovery phrase alone; asks for the words and a new PIN',
  )
  .option(...profileFlag)
  .requiredOption('--server <url>', 'payment server, such as http://127.0.0.1:8374')
  .requiredOption('--roots <file>', 'roots.coinslot: the authorities that this wallet trusts')
  .option('--sandbox', 'throwaway keys: nothing real is paid')
  .action((flags: Omit<StartFlags, 'port' | 'home'>) => run(() => restore(flags)));

program
  .command('account')
  .description('print a link to the account’s pages at the payment server; for a wallet that is not running')
  .option(...profileFlag)
  .requiredOption('--server <url>', 'payment server, such as http://127.0.0.1:8374')
  .requiredOption('--roots <file>', 'roots.coinslot: the authorities that this wallet trusts')
  .option('--sandbox', 'throwaway keys: nothing real is paid')
  .action((flags: Omit<StartFlags, 'port' | 'home'>) => run(() => account(flags)));

program
  .command('password')
  .description(
    'set or change the password that stands in the PIN’s place in payments; for a wallet that is not running',
  )
  .option(...profileFlag)
  .requiredOption('--server <url>', 'payment server, such as http://127.0.0.1:8374')
  .requiredOption('--roots <file>', 'roots.coinslot: the authorities that this wallet trusts')
  .option('--sandbox', 'throwaway keys: nothing real is paid')
  .option('--end', 'take it away: the PIN pays again')
  .option('--keep', 'another one waits, and was not set by you: the one that stands stays')
  .action((flags: PasswordFlags) => run(() => password(flags)));

program
  .command('phrase')
  .description('show the recovery phrase, after the PIN; at a terminal only, for a wallet that is not running')
  .option(...profileFlag)
  .action(({ profile }: { profile: string }) => run(() => phrase(profile)));

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
  .action((flags: DoctorFlags) => run(async () => printed(await doctor(flags, place(), MACHINE.machineSecretPath))));

program
  .command('card')
  .description('cards of this wallet as they were when last read, from the profile alone')
  .option(...profileFlag)
  .action(({ profile }: { profile: string }) => run(() => print(cardReport(readProfile(profile), place()))));

await program.parseAsync();

/** Everybody's wallets, one of them open. */
async function startHome(flags: StartFlags): Promise<void> {
  makePrivateFolder(MACHINE_FOLDER);
  const household = await startHousehold({
    ...walletOptions(flags),
    home: flags.home,
    clock: Date.now,
    random: randomOf,
    ...MACHINE,
    ownOptions: ownOptionsOf,
    onOpened: ({ profile, url }) => {
      const words = TERMINAL_WORDS[profile.settings.language];
      print(words.running(url));
      print(profile.isSetUp ? words.locked : words.firstRun);
    },
  });
  serve(
    () => household.wallet,
    () => household.close(),
  );
}

/** One wallet in a folder of its own. */
async function startAlone(flags: StartFlags): Promise<void> {
  makePrivateFolder(MACHINE_FOLDER);
  const profile = openOwnProfile(flags.profile);
  const wallet = await startWallet({
    ...walletOptions(flags),
    ...ownOptionsOf(flags.profile),
    profile,
  }).catch((cause: unknown) => {
    profile.close();
    throw cause;
  });
  const words = TERMINAL_WORDS[profile.settings.language];
  print(words.running(wallet.url));
  print(profile.isSetUp ? words.locked : words.firstRun);
  serve(
    () => wallet,
    () => wallet.close(),
  );
}

function walletOptions(flags: StartFlags) {
  return {
    port: flags.port,
    serverUrl: flags.server,
    roots: decodeRoots(new Uint8Array(readFileSync(flags.roots))),
    environment: flags.sandbox ? 'sandbox' : 'live',
    announce: print,
  } as const;
}

/** What every profile has for itself. */
function ownOptionsOf(path: string): Pick<WalletOptions, 'log' | 'softCardFolder'> {
  const file = pino.destination({ dest: join(path, 'wallet.log'), mode: 0o600, sync: true });
  return { softCardFolder: softCardFolderOf(path), log: pino({ base: null }, file) };
}

function serve(wallet: () => Wallet, close: () => Promise<void>): void {
  const words = TERMINAL_WORDS[wallet().profile.settings.language];
  print(`${words.openOnce}\n  ${wallet().pageUrl()}`);
  offerAddresses(wallet, words.openOnce, words.anotherAddress);
  stopOnSignals(close, words.stopped);
}

function profiles({ home, use }: { home: string; use?: string }): void {
  if (use !== undefined) {
    makePrivateFolder(home);
    const release = takeLock(home);
    try {
      const name = requireProfileName(home, use);
      makePrivateFolder(profilePath(home, name));
      rememberProfile(home, name);
    } finally {
      release();
    }
  }
  const current = lastProfile(home);
  for (const name of new Set([...profileNames(home), current])) print(`${name === current ? '*' : ' '} ${name}`);
}

async function restore(flags: Omit<StartFlags, 'port' | 'home'>): Promise<void> {
  makePrivateFolder(MACHINE_FOLDER);
  const language = systemLanguage();
  const words = TERMINAL_WORDS[language];
  const [phrase = '', newPin = ''] = await readSecrets(words.phrase, words.newPin);
  const { profile, hasAccount, recovered, isComplete } = await restoreProfile({
    path: flags.profile,
    clock: Date.now,
    random: randomOf,
    ...MACHINE,
    phrase,
    newPin,
    language,
    serverUrl: flags.server,
    roots: decodeRoots(new Uint8Array(readFileSync(flags.roots))),
    environment: flags.sandbox ? 'sandbox' : 'live',
  });
  profile.close();
  print(hasAccount ? words.restored(recovered) : words.restoredEmpty);
  if (!isComplete) print(words.restoredInPart);
}

async function account(flags: Omit<StartFlags, 'port' | 'home'>): Promise<void> {
  const profile = openOwnProfile(flags.profile);
  const words = TERMINAL_WORDS[profile.settings.language];
  try {
    const link = await linkAtTerminal({
      profile,
      pin: (await readSecrets(words.pin))[0] ?? '',
      serverUrl: flags.server,
      roots: decodeRoots(new Uint8Array(readFileSync(flags.roots))),
      environment: flags.sandbox ? 'sandbox' : 'live',
    });
    print(`${words.accountOnce}\n  ${link}`);
  } finally {
    profile.close();
  }
}

async function password(flags: PasswordFlags): Promise<void> {
  const profile = openOwnProfile(flags.profile);
  try {
    const words = PASSWORD_WORDS[profile.settings.language];
    const { pin } = TERMINAL_WORDS[profile.settings.language];
    if (flags.end && flags.keep) throw new WalletError('BAD_REQUEST', 'password: --end or --keep, not both');
    // What waits may be news to this profile, and then so is what stands.
    const takesCurrent = flags.keep || profile.state.passwords.keyAt(profile.clock()) !== undefined;
    const twice = flags.end || flags.keep ? [] : [`${words.next}: `, `${words.repeat}: `];
    const typed = await readSecrets(pin, ...(takesCurrent ? [`${words.current}: `] : []), ...twice);
    const [next, repeated] = typed.slice(takesCurrent ? 2 : 1);
    // Nobody sees what they type, and a password that they never meant is gone with its payments.
    if (next !== repeated) throw new WalletError('PASSWORD_FORM', words.different);
    const pending = await passwordAtTerminal({
      profile,
      leave: { pin: typed[0], current: takesCurrent ? typed[1] : undefined },
      change: flags.keep ? 'keep' : flags.end ? 'end' : { password: next ?? '' },
      serverUrl: flags.server,
      roots: decodeRoots(new Uint8Array(readFileSync(flags.roots))),
      environment: flags.sandbox ? 'sandbox' : 'live',
    });
    if (pending !== undefined) print(pendingLine(pending, profile, Intl.DateTimeFormat().resolvedOptions().timeZone));
    else print(flags.keep ? words.kept : flags.end ? words.ended : words.saved);
  } finally {
    profile.close();
  }
}

/** On a screen and nowhere else: what is piped ends in a file, or in another program's log. */
async function phrase(path: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new WalletError('BAD_REQUEST', 'phrase: only at a terminal', {
      hint: 'Run it by hand, without a pipe; the wallet’s page shows the words too.',
    });
  const profile = openOwnProfile(path);
  try {
    const words = TERMINAL_WORDS[profile.settings.language];
    const found = await profile.vault.phrase((await readSecrets(words.pin))[0] ?? '');
    print(phraseReport(found, profile.settings.language));
  } finally {
    profile.close();
  }
}

function openOwnProfile(path: string): Profile {
  return openProfile({
    path,
    clock: Date.now,
    random: randomOf,
    ...MACHINE,
  });
}

function randomOf(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length));
}

/** A line of standard input for each prompt; at a terminal they are not shown. */
async function readSecrets(...prompts: readonly string[]): Promise<readonly string[]> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: unseen, terminal: process.stdin.isTTY });
  const read: string[] = [];
  process.stderr.write(prompts[0] ?? '');
  try {
    for await (const line of lines) {
      read.push(line);
      if (read.length === prompts.length) break;
      process.stderr.write(`\n${prompts[read.length]}`);
    }
    return read;
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
function offerAddresses(wallet: () => Wallet, openOnce: string, hint: string): void {
  if (!process.stdin.isTTY) return;
  print(hint);
  process.stdin.on('data', () => print(`${openOnce}\n  ${wallet().pageUrl()}`));
}

function stopOnSignals(close: () => Promise<void>, stopped: string): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void close().then(() => {
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
