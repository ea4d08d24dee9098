/** Commands that need nothing but files: the history as a file, a payment's proof and its check, how things are. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLE_BYTES_MAX, decodeCrls, decodeRoots, ProtocolError, verifyBundle } from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import type { Environment } from '../account/server-envelope.ts';
import { WalletError } from '../errors.ts';
import { bundleName, bundleOf } from '../exports/bundle.ts';
import { historyFile, type HistoryFormat } from '../exports/history-file.ts';
import { ownWords } from '../consent/own-words.ts';
import { hex } from '../hex.ts';
import type { Payment } from '../journal/payments.ts';
import type { WalletState } from '../journal/state.ts';
import { readPrivate } from '../profile/files.ts';
import { readProfile } from '../profile/offline.ts';
import { readSettings } from '../profile/settings.ts';
import type { Language } from '../words/languages.ts';
import { isKeptInKeychain, secretPathOf } from '../profile/machine-secret.ts';
import { TERMINAL_WORDS } from '../words/terminal-words.ts';
import { doctorReport, examine } from './doctor.ts';
import type { ReportPlace } from './reports.ts';
import { verifyReport } from './verify-report.ts';

export interface Printed {
  readonly text: string;
  /** False for a verdict that is not good: the command then ends with 1. */
  readonly isGood: boolean;
}

const good = (text: string): Printed => ({ text, isGood: true });

/** Where a file goes; `-` is standard output. */
function put(path: string, body: Uint8Array, language: Language): Printed {
  if (path === '-') {
    writeFileSync(1, body);
    return good('');
  }
  try {
    writeFileSync(path, body, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    const why = isThere ? 'there is a file already' : 'could not be written';
    throw new WalletError('BAD_REQUEST', `${path}: ${why}`, { cause, hint: 'Name another with --out <file>.' });
  }
  return good(TERMINAL_WORDS[language].saved(path));
}

/** Throws NOT_SET_UP and PROFILE_DAMAGED as `readProfile`, BAD_REQUEST for a file that is there. */
export async function saveHistory(
  folder: string,
  format: HistoryFormat,
  out: string | undefined,
  { nowMs, timeZone }: ReportPlace,
): Promise<Printed> {
  const { settings, state } = readProfile(folder);
  const { language } = settings;
  const { name, body } = await historyFile(state.payments, format, { language, timeZone, nowMs });
  return put(out ?? (format === 'pdf' ? name : '-'), body, language);
}

/** `decision` may be its beginning or end alone, where that is of one payment. Throws GONE when there is none, or not all of it. */
export function saveBundle(folder: string, decision: string, out: string | undefined, nowMs: number): Printed {
  const { settings, state } = readProfile(folder);
  const payment = paymentOf(state, decision.toLowerCase());
  const kept = readPrivate(join(folder, 'crls.coinslot'));
  const crls = kept === undefined ? [] : decodeCrls(kept);
  return put(out ?? bundleName(payment), bundleOf(payment, { state, crls, nowMs }), settings.language);
}

/** What came back by the recovery phrase has its decision here, and no words of what was shown. */
function requireNotRecovered({ all }: WalletState['recovered'], decision: string, payment: Payment | undefined): void {
  if (payment !== undefined || decision === '') return;
  if (!all.some(({ decisionHex }) => isPartOf(decisionHex, decision))) return;
  throw new WalletError('GONE', `${decision}: bought on another machine, whose journal had what was shown`, {
    hint: 'Its proof is with the payment server: coinslot-wallet account opens the pages of your account.',
  });
}

/** Ids that a server made begin with the time, and their ends are random. */
const isPartOf = (decisionHex: string, part: string): boolean =>
  decisionHex.startsWith(part) || decisionHex.endsWith(part);

function paymentOf({ payments, recovered }: WalletState, decision: string): Payment {
  const found = payments.filter(
    ({ decided }) => decided !== undefined && decision !== '' && isPartOf(hex(decided.decisionId), decision),
  );
  const [payment] = found;
  requireNotRecovered(recovered, decision, payment);
  const hint = 'coinslot-wallet history lists decisions.';
  if (payment === undefined) throw new WalletError('GONE', `${decision}: no such decision`, { hint });
  if (found.length > 1) throw new WalletError('BAD_REQUEST', `${decision}: of several payments`, { hint });
  return payment;
}

export interface VerifyFlags {
  readonly roots: string;
  /** A file of revocation lists, newer than those in the bundle. */
  readonly crls?: string;
}

/** Throws BAD_REQUEST for a file that cannot be read, and what `decodeRoots` throws; a forgery is a verdict. */
export function verifyFile(path: string, { roots, crls }: VerifyFlags, language: Language): Printed {
  const verdict = verifyBundle(readBounded(path), {
    roots: decodeRoots(readBounded(roots)),
    verify: nativeVerifySignature,
    ownWords,
    ...(crls !== undefined && { crls: decodeCrls(readBounded(crls)) }),
  });
  return { text: verifyReport(verdict, language), isGood: verdict.failed === undefined };
}

/** Not more than a bundle may have is ever read; a file above that is TOO_LARGE to whoever decodes it. */
function readBounded(path: string): Uint8Array {
  try {
    if (statSync(path).size > BUNDLE_BYTES_MAX * 2) throw new ProtocolError('TOO_LARGE', `${path}: too large`);
    return new Uint8Array(readFileSync(path));
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause;
    throw new WalletError('BAD_REQUEST', `${path}: cannot be read`, { cause });
  }
}

export interface DoctorFlags {
  readonly profile: string;
  readonly port: number;
  readonly server?: string;
  readonly roots?: string;
  readonly sandbox?: true;
}

export async function doctor(
  flags: DoctorFlags,
  { nowMs, timeZone }: ReportPlace,
  machineSecretPath: string,
): Promise<Printed> {
  const { profile: folder, port, server: url, roots } = flags;
  const { language } = readSettings(folder);
  const environment: Environment = flags.sandbox ? 'sandbox' : 'live';
  const server =
    url === undefined || roots === undefined ? undefined : { url, roots: decodeRoots(readBounded(roots)), environment };
  const isInKeychain = isKeptInKeychain(secretPathOf(folder, machineSecretPath));
  const findings = await examine({ folder, language, port, server, nowMs, timeZone, isInKeychain });
  return {
    text: doctorReport(findings, language),
    isGood: findings.every(({ state }) => state !== 'problem'),
  };
}
