/**
 * Reads the daily reference rates of the European Central Bank: `eurofxref-daily.xml`, as the bank publishes it on working
 * days about 16:00 in Frankfurt, https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/.
 *
 * The file is input from outside like any other: its size is bounded before it is parsed, a document type (and with it every
 * entity) is refused unread, and a rate goes from its decimal text to an integer without ever being a float.
 */
import { CURRENCIES, LIMITS, ProtocolError, type RateTable } from '@coinslot/protocol';
import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** The file has 1.6 kB; the one of ninety days, which is not this one, has 80. */
export const ECB_BYTES_MAX = 65_536;
const NAMESPACE = 'http://www.ecb.int/vocabulary/2002-08-01/eurofxref';
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Sixteen o'clock in Frankfurt, UTC, in winter; the next day's file is there an hour after it at the latest. */
const PUBLISHED_MS = 15 * HOUR_MS;
/**
 * How long a day's rates are good: five days lie between two files at most (Thursday before Easter to Tuesday after it;
 * Christmas before a week-end), and one more is left for a feed that was down.
 */
const LIFE_MS = 6 * DAY_MS;

/** What one file says. */
export interface EcbRates {
  /** As in the file: `2026-11-20`. */
  readonly date: string;
  /** Until when a table made of it is good, from its date alone. */
  readonly notAfterMs: number;
  /** Major units for one euro, times 10^8; ordered by code. */
  readonly rates: RateTable['rates'];
  /** Codes that are no circulating currency here, such as one that the euro has replaced since; nobody can be charged in them. */
  readonly leftOut: readonly string[];
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  parseTagValue: false,
  processEntities: false,
  removeNSPrefix: false,
});

/**
 * Throws TOO_LARGE, BAD_ENCODING for anything but one day's file, OFFER_CURRENCY for a code that is no code, CLOCK_SKEW for a
 * day that has not come, RATE_STALE for one that is over.
 */
export function readEcbRates(bytes: Uint8Array, nowMs: number): EcbRates {
  const day = requireDay(parse(bytes));
  const date = requireText(day['time'], 'time');
  const atMs = requireDate(date);
  if (atMs > nowMs + LIMITS.clockSkewMsMax)
    throw new ProtocolError('CLOCK_SKEW', `Cube.time: ${date} has not come yet`);
  const notAfterMs = atMs + PUBLISHED_MS + LIFE_MS;
  if (nowMs > notAfterMs) throw new ProtocolError('RATE_STALE', `Cube.time: the rates of ${date} are over`);

  const known: RateTable['rates'][number][] = [];
  const leftOut: string[] = [];
  for (const one of listOf(day['Cube'])) {
    const { currency, rate } = requireRecord(one, 'Cube');
    const code = requireCode(currency);
    const rateE8 = requireRate(rate, code);
    if (CURRENCIES.includes(code)) known.push({ currency: code, rateE8 });
    else leftOut.push(code);
  }
  if (known.length === 0) throw bad('Cube: holds no rate');
  if (known.length > LIMITS.ratesMax) throw bad(`Cube: more than ${LIMITS.ratesMax} rates`);
  known.sort((a, b) => (a.currency < b.currency ? -1 : 1));
  known.forEach(({ currency }, i) => {
    if (currency === known[i - 1]?.currency) throw bad(`Cube.currency: ${currency} stands twice`);
  });
  return { date, notAfterMs, rates: known, leftOut };
}

const bad = (message: string, cause?: unknown): ProtocolError =>
  new ProtocolError('BAD_ENCODING', `reference rates: ${message}`, cause === undefined ? {} : { cause });

type Fields = Readonly<Record<string, unknown>>;

function parse(bytes: Uint8Array): Fields {
  if (bytes.length > ECB_BYTES_MAX)
    throw new ProtocolError('TOO_LARGE', `reference rates: more than ${ECB_BYTES_MAX} bytes`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw bad('not in UTF-8', cause);
  }
  if (/<!(?!--)/.test(text)) throw bad('has a document type or a marked section');
  // The parser forgives much; the validator does not.
  const verdict = XMLValidator.validate(text);
  if (verdict !== true) throw bad(`not XML: ${verdict.err.msg} (line ${verdict.err.line})`);
  try {
    return requireRecord(parser.parse(text), 'document');
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause;
    throw bad('not XML', cause);
  }
}

/** The one element with a date; a file of many days is another file. */
function requireDay(document: Fields): Fields {
  const envelope = requireRecord(document['gesmes:Envelope'], 'gesmes:Envelope');
  if (envelope['xmlns'] !== NAMESPACE) throw bad(`gesmes:Envelope: not of ${NAMESPACE}`);
  const days = listOf(requireRecord(envelope['Cube'], 'Cube')['Cube']);
  if (days.length !== 1) throw bad(`Cube: holds ${days.length} days, not one`);
  return requireRecord(days[0], 'Cube');
}

const listOf = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly unknown[]) : [value];

function requireRecord(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(`${field}: is not there once`);
  return value as Fields;
}

function requireText(value: unknown, field: string): string {
  if (typeof value !== 'string') throw bad(`${field}: is not there`);
  return value;
}

/** Midnight UTC of a calendar date that exists. */
function requireDate(date: string): number {
  const atMs = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : NaN;
  if (!Number.isInteger(atMs) || new Date(atMs).toISOString().slice(0, 10) !== date)
    throw bad(`time: ${JSON.stringify(date.slice(0, 20))} is not a date`);
  return atMs;
}

function requireCode(value: unknown): string {
  const code = requireText(value, 'currency');
  if (/^[A-Z]{3}$/.test(code)) return code;
  throw new ProtocolError(
    'OFFER_CURRENCY',
    `reference rates: ${JSON.stringify(code.slice(0, 20))} is no currency code`,
  );
}

const DECIMALS = 8;

/** `1.0837` to 108370000: digits and one point, at most eight decimals, above 0. */
function requireRate(value: unknown, code: string): bigint {
  const text = requireText(value, `${code} rate`);
  const match = /^(\d{1,9})(?:\.(\d{1,8}))?$/.exec(text);
  if (match === null)
    throw bad(`${code} rate: ${JSON.stringify(text.slice(0, 20))} is not a decimal with at most 8 places`);
  const rateE8 = BigInt((match[1] as string) + (match[2] ?? '').padEnd(DECIMALS, '0'));
  if (rateE8 === 0n || rateE8 > LIMITS.amountMinorMax) throw bad(`${code} rate: is not above 0 and below 2^53`);
  return rateE8;
}
