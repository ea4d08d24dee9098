/** The options of the commands: their names, their checks, and what they come to. */
import { InvalidArgumentError, type Command } from 'commander';
import {
  ALG,
  MINIMUM_AGE_MAX,
  parseMoney,
  type Alg,
  type CertificateName,
  type SalesLimits,
  type TopPrice,
} from '@coinslot/protocol';
import { AuthorityError } from './errors.ts';
import type { IntermediaryKind } from './issue.ts';
import type { Validity } from './sign-certificate.ts';

/** Options of a distinguished name. */
export interface NameOptions {
  readonly name: string;
  readonly organization?: string;
  readonly country?: string;
  readonly id?: string;
}
/** Options of sales limits. */
export interface LimitOptions {
  readonly topPrice: TopPrice[];
  readonly territory: string[];
  readonly minimumAge: number;
}
/** Options of a command that writes a certificate. */
export interface CommonOptions {
  readonly out: string;
  readonly days: number;
  readonly passphraseFile?: string;
}
/** Options of a command that issues under an authority. */
export interface IssueCommandOptions extends CommonOptions {
  readonly issuer: string;
  readonly issuerPassphraseFile?: string;
}

const DAY_MS = 86_400_000;
const DAYS_MAX = 40_000;

/** Options that make a distinguished name. */
export function withName(command: Command): Command {
  return command
    .requiredOption('--name <text>', 'common name; a publisher is shown to players under it')
    .option('--organization <text>', 'legal name')
    .option('--country <code>', 'ISO 3166-1 alpha-2')
    .option('--id <identifier>', 'short id that outlives keys, such as lumen-works; publishers and servers need one');
}

/** Options of a command that makes a key. */
export function withKeyOutput(command: Command, days: number): Command {
  return withValidity(command, days)
    .requiredOption('--out <prefix>', 'writes <prefix>.key.pem and <prefix>.cert.pem')
    .option('--passphrase-file <file>', 'encrypts the new key with the first line of this file');
}

/** Options of a command that certifies a request. */
export function withRequest(command: Command, days: number): Command {
  return withValidity(command, days)
    .requiredOption('--request <file>', 'PKCS#10 request, PEM')
    .requiredOption('--out <prefix>', 'writes <prefix>.cert.pem');
}

function withValidity(command: Command, days: number): Command {
  return command.option('--days <number>', 'validity from now', parseDays, days);
}

/** Options that name the issuer. */
export function withIssuer(command: Command): Command {
  return command
    .requiredOption('--issuer <prefix>', 'reads <prefix>.key.pem and <prefix>.cert.pem')
    .option('--issuer-passphrase-file <file>', "opens the issuer's key with the first line of this file");
}

/** Options that make sales limits. */
export function withLimits(command: Command): Command {
  return command
    .option(
      '--top-price <currency=amount>',
      'highest price of one offer, such as EUR=50.00; repeatable',
      collectTopPrice,
      [],
    )
    .option(
      '--territory <code>',
      'where it may be sold, ISO 3166-1 alpha-2; repeatable; none means everywhere',
      collectCode,
      [],
    )
    .option('--minimum-age <years>', 'nothing under a lower age rating may be sold', parseAge, 0);
}

/** From the start of this second, so that what was just issued is valid at once. */
export function validityOf({ days }: Pick<CommonOptions, 'days'>, nowMs: number): Validity {
  const notBeforeMs = nowMs - (nowMs % 1000);
  return { notBeforeMs, notAfterMs: notBeforeMs + days * DAY_MS };
}

/** The distinguished name the options come to. */
export function nameOf({ name, organization, country, id }: NameOptions): CertificateName {
  return {
    commonName: name,
    ...(organization === undefined ? {} : { organization }),
    ...(country === undefined ? {} : { country }),
    ...(id === undefined ? {} : { id }),
  };
}

/** The sales limits the options come to. Throws AuthorityError without any top price. */
export function limitsOf({ topPrice, territory, minimumAge }: LimitOptions): SalesLimits {
  if (topPrice.length > 0) return { topPrices: topPrice, territories: territory, minimumAge };
  throw new AuthorityError('no top price', { hint: 'give at least one --top-price, such as EUR=50.00' });
}

function collectTopPrice(text: string, soFar: TopPrice[]): TopPrice[] {
  const [currency = '', amount = ''] = text.split('=');
  try {
    const { amountMinor } = parseMoney(amount, currency);
    return [...soFar, { amountMinor, currency }];
  } catch (cause) {
    throw new InvalidArgumentError(
      `expected a price such as EUR=50.00 (${cause instanceof Error ? cause.message : 'not one'})`,
    );
  }
}

function collectCode(text: string, soFar: string[]): string[] {
  if (!/^[A-Z]{2}$/.test(text)) throw new InvalidArgumentError('expected a country code such as FR');
  return [...soFar, text];
}

/** Reads `--kind`. */
export function parseKind(text: string): IntermediaryKind {
  if (text === 'SYND' || text === 'SINT') return text;
  throw new InvalidArgumentError('expected SYND or SINT');
}

/** Reads `--alg`. */
export function parseAlg(text: string): Alg {
  if (text === 'ed25519' || text === 'p256') return ALG[text];
  throw new InvalidArgumentError('expected ed25519 or p256');
}

/** Reads a moment such as 2027-01-31 or 2027-01-31T18:00:00Z; whole seconds. */
export function parseMoment(text: string): number {
  const atMs = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs))
    throw new InvalidArgumentError('expected a moment such as 2027-01-31 or 2027-01-31T18:00:00Z');
  return atMs;
}

/** Reads a number of days. */
export function parseDays(text: string): number {
  return parseWhole(text, 1, DAYS_MAX);
}

function parseAge(text: string): number {
  return parseWhole(text, 0, MINIMUM_AGE_MAX);
}

function parseWhole(text: string, min: number, max: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : -1;
  if (value < min || value > max) throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}`);
  return value;
}
