/** Words of the terminal, by language. Each language has all of it: a gap does not compile. */
import type { BundleCheck } from '@coinslot/protocol';
import type { Language } from './languages.ts';
import { arTerminalWords } from './terminal-words-ar.ts';
import { deTerminalWords } from './terminal-words-de.ts';
import { enTerminalWords } from './terminal-words-en.ts';
import { esTerminalWords } from './terminal-words-es.ts';
import { frTerminalWords } from './terminal-words-fr.ts';
import { jaTerminalWords } from './terminal-words-ja.ts';

export interface TerminalWords {
  running(url: string): string;
  openOnce: string;
  anotherAddress: string;
  firstRun: string;
  locked: string;
  stopped: string;
  balance: string;
  owed: string;
  asOf(time: string): string;
  noStatement: string;
  today: string;
  month: string;
  paused: string;
  notPaused: string;
  games: string;
  none: string;
  pending: string;
  blocked: string;
  test: string;
  /** Asked for at the terminal. */
  pin: string;
  /** The 24 words, on one line. */
  phrase: string;
  newPin: string;
  accountOnce: string;
  /** A wallet was restored from its phrase. */
  restored(purchases: number): string;
  /** The server stopped answering half-way. */
  restoredInPart: string;
  /** The server knows nobody by this phrase. */
  restoredEmpty: string;
  /** Where a file was put. */
  saved(path: string): string;
  verify: VerifyWords;
  doctor: DoctorWords;
}

/** Of the report on a dispute bundle, for people who never used this wallet. */
export interface VerifyWords {
  title: string;
  holds: string;
  fails: string;
  notReached: string;
  unread: string;
  checks: Readonly<Record<BundleCheck, string>>;
  /** Beside the check of what was shown, in a language that this wallet does not speak. */
  foreignWords: string;
  /** Only what the file says, where the checks did not get so far. */
  unproven: string;
  shown: string;
  game: string;
  /** Title, description, grant and so on stand under the words that the page has for them. */
  language: string;
  total: string;
  charged: string;
  nothingCharged(code: string): string;
  decidedAt: string;
  publisher: string;
  decider: string;
  player: string;
  consent(proof: string, place: string): string;
  proofs: Readonly<Record<'press' | 'pin' | 'password' | 'card', string>>;
  places: Readonly<Record<'overlay' | 'wallet-page' | 'reader-pad' | 'automatic', string>>;
  refunded: string;
  decision: string;
  lists(count: number, date: string): string;
  /** Said of a software card, whose time is its own word. */
  cardTime: string;
  test: string;
}

export interface DoctorWords {
  title: string;
  ok: string;
  note: string;
  problem: string;
  allWell: string;
  problems(count: number): string;
  /** A name for each thing that is looked at. */
  names: Readonly<
    Record<'profile' | 'wallet' | 'port' | 'server' | 'clock' | 'keychain' | 'browser' | 'readers', string>
  >;
  profileGood: string;
  profileMissing: string;
  profileMissingTodo: string;
  running(port: number): string;
  runningElsewhere: string;
  runningElsewhereTodo: string;
  notRunning: string;
  notRunningTodo: string;
  portFree(port: number): string;
  portTaken(port: number): string;
  portTakenTodo: string;
  serverGood(url: string): string;
  serverNotAsked: string;
  serverNotAskedTodo: string;
  serverAway(url: string): string;
  serverAwayTodo: string;
  serverWrong(url: string): string;
  serverWrongTodo: string;
  clockGood: string;
  clockBack(date: string): string;
  clockApart(seconds: number): string;
  clockTodo: string;
  keychainUsed: string;
  keychainNotUsed: string;
  keychainTodo: string;
  browser: string;
  browserTodo: string;
  noReader: string;
  noReaderTodo: string;
  readerEmpty(name: string): string;
  readerHasCard(name: string): string;
}

export const TERMINAL_WORDS: Readonly<Record<Language, TerminalWords>> = {
  en: enTerminalWords,
  fr: frTerminalWords,
  de: deTerminalWords,
  es: esTerminalWords,
  ja: jaTerminalWords,
  ar: arTerminalWords,
};
