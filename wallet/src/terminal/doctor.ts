/**
 * `coinslot-wallet doctor`: looks at everything that can stand between a game and a payment, changes nothing, and says of each
 * what it found and what to do. Nothing here needs the PIN.
 */
import { connect } from 'node:net';
import { machineReaders } from '../cards/reader-choice.ts';
import { LIMITS, ProtocolError, decodeRateTable } from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { openFromServer, type Environment } from '../account/server-envelope.ts';
import { dateText } from '../consent/shown.ts';
import { WalletError } from '../errors.ts';
import { HttpDoor } from '../means/http-door.ts';
import { isProfileHeld } from '../profile/lock.ts';
import { readProfile, type OfflineProfile } from '../profile/offline.ts';
import type { Language } from '../words/languages.ts';
import { TERMINAL_WORDS, type DoctorWords } from '../words/terminal-words.ts';

export interface DoctorOptions {
  /** Of the profile. */
  readonly folder: string;
  readonly language: Language;
  readonly port: number;
  readonly server:
    { readonly url: string; readonly roots: readonly Uint8Array[]; readonly environment: Environment } | undefined;
  readonly nowMs: number;
  readonly timeZone: string;
  /** Whether the system's keychain keeps the machine's secret. */
  readonly isInKeychain: boolean;
}

/** One thing that was looked at. `todo` is said for notes and problems. */
export interface Finding {
  readonly name: keyof DoctorWords['names'];
  readonly state: 'ok' | 'note' | 'problem';
  readonly found: string;
  readonly todo?: string;
}

const ANSWER_MS = 5_000;
const KNOCK_MS = 1_000;
const READERS_MS = 3_000;

/** Every finding, in the order in which they are to be solved. */
export async function examine(options: DoctorOptions): Promise<Finding[]> {
  const words = TERMINAL_WORDS[options.language].doctor;
  const profile = lookAtProfile(options, words);
  const isHeld = isProfileHeld(options.folder);
  const isListening = await answers(options.port);
  return [
    profile.finding,
    ...lookAtDoors(options.port, isHeld, isListening, words),
    ...(await lookAtServer(options, words)),
    lookAtClock(profile.profile, options, words),
    options.isInKeychain
      ? { name: 'keychain', state: 'ok', found: words.keychainUsed }
      : { name: 'keychain', state: 'note', found: words.keychainNotUsed, todo: words.keychainTodo },
    { name: 'browser', state: 'note', found: words.browser, todo: words.browserTodo },
    ...(await lookAtReaders(words)),
  ];
}

export function doctorReport(findings: readonly Finding[], language: Language): string {
  const words = TERMINAL_WORDS[language].doctor;
  const problems = findings.filter(({ state }) => state === 'problem').length;
  const told = findings.map(({ name, state, found, todo }) => {
    const line = `[${words[state]}] ${words.names[name]}: ${found}`;
    return todo === undefined ? line : `${line}\n    ${todo}`;
  });
  return [words.title, '', ...told, '', problems === 0 ? words.allWell : words.problems(problems)].join('\n');
}

function lookAtProfile(
  { folder }: DoctorOptions,
  words: DoctorWords,
): { finding: Finding; profile: OfflineProfile | undefined } {
  try {
    return { finding: { name: 'profile', state: 'ok', found: words.profileGood }, profile: readProfile(folder) };
  } catch (fault) {
    if (!(fault instanceof WalletError) && !(fault instanceof ProtocolError)) throw fault;
    const isMissing = fault.code === 'NOT_SET_UP';
    const found = isMissing ? words.profileMissing : `${fault.message} (${fault.code})`;
    const todo = isMissing ? words.profileMissingTodo : fault.hint;
    return { finding: { name: 'profile', state: 'problem', found, ...(todo && { todo }) }, profile: undefined };
  }
}

/** Who holds the profile and who answers at the port: the wallet tells no stranger what it is, so the two are held together. */
function lookAtDoors(port: number, isHeld: boolean, isListening: boolean, words: DoctorWords): Finding[] {
  if (isHeld && isListening) return [{ name: 'wallet', state: 'ok', found: words.running(port) }];
  if (isHeld)
    return [{ name: 'wallet', state: 'problem', found: words.runningElsewhere, todo: words.runningElsewhereTodo }];
  const wallet: Finding = { name: 'wallet', state: 'note', found: words.notRunning, todo: words.notRunningTodo };
  if (!isListening) return [wallet, { name: 'port', state: 'ok', found: words.portFree(port) }];
  return [wallet, { name: 'port', state: 'problem', found: words.portTaken(port), todo: words.portTakenTodo }];
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: KNOCK_MS });
    const end = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

/** Asks for the rate table: signed, public, and dated, so that it tells of clock and roots as well. */
async function lookAtServer({ server, nowMs }: DoctorOptions, words: DoctorWords): Promise<Finding[]> {
  if (server === undefined)
    return [{ name: 'server', state: 'note', found: words.serverNotAsked, todo: words.serverNotAskedTodo }];
  const { url, roots, environment } = server;
  const wrong: Finding = {
    name: 'server',
    state: 'problem',
    found: words.serverWrong(url),
    todo: words.serverWrongTodo,
  };
  const door = new HttpDoor(url);
  try {
    const answer = await door.get('/v1/rates', ANSWER_MS);
    if (answer.status !== 200) return [wrong];
    const trust = { roots, environment, verify: nativeVerifySignature, crls: [], learn: () => undefined };
    const table = decodeRateTable(openFromServer(answer.body, 'rate-table', nowMs, trust).body);
    const apartMs = Math.max(table.notBeforeMs - nowMs, 0);
    const found: Finding = { name: 'server', state: 'ok', found: words.serverGood(url) };
    if (apartMs <= LIMITS.clockSkewMsMax) return [found];
    const apart = words.clockApart(Math.round(apartMs / 1_000));
    return [found, { name: 'clock', state: 'problem', found: apart, todo: words.clockTodo }];
  } catch (fault) {
    if (fault instanceof ProtocolError) return [{ ...wrong, found: `${wrong.found} (${fault.code})` }];
    if (!(fault instanceof WalletError)) throw fault;
    return [{ name: 'server', state: 'problem', found: words.serverAway(url), todo: words.serverAwayTodo }];
  } finally {
    door.close();
  }
}

/** The journal knows the latest time that it was written at: a clock that shows less was set back. */
function lookAtClock(
  profile: OfflineProfile | undefined,
  { nowMs, language, timeZone }: DoctorOptions,
  words: DoctorWords,
): Finding {
  const lastMs = profile?.state.lastMs ?? 0;
  if (nowMs >= lastMs - LIMITS.clockSkewMsMax) return { name: 'clock', state: 'ok', found: words.clockGood };
  const found = words.clockBack(dateText(lastMs, language, timeZone));
  return { name: 'clock', state: 'problem', found, todo: words.clockTodo };
}

async function lookAtReaders(words: DoctorWords): Promise<Finding[]> {
  const readers = await machineReaders();
  const none: Finding = { name: 'readers', state: 'note', found: words.noReader, todo: words.noReaderTodo };
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the readers do not answer')), READERS_MS);
    });
    const there = await Promise.race([readers.readers(), late]);
    if (there.length === 0) return [none];
    return there.map(({ name, present }) => ({
      name: 'readers',
      state: 'ok',
      found: present ? words.readerHasCard(name) : words.readerEmpty(name),
    }));
  } catch {
    return [none];
  } finally {
    clearTimeout(timer);
    await readers.close();
  }
}
