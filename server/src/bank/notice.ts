/**
 * Reads a bank's notice: ISO 20022 `camt.054` (written for version 08; older ones differ where this looks by names that are
 * missing there, and are read as well). Everything in it was written by others. What cannot be read for certain makes the whole
 * notice unreadable: half a notice must not be booked.
 */
import { exponentOf, LIMITS, ProtocolError } from '@coinslot/protocol';
import { elementAt, elementsAt, readXml, textAt, type XmlElement } from './xml.ts';
import type { BankEntry, BankNotice } from './types.ts';

const ENTRIES_MAX = 20_000;
const ID_LENGTH_MAX = 35;
const TEXT_LENGTH_MAX = 500;
/** Reason of a return for which the bank gave words only (ISO 20022, ExternalReturnReason1Code: narrative). */
const NARRATIVE = 'NARR';
const NOT_PROVIDED = 'NOTPROVIDED';

/** Throws ProtocolError TOO_LARGE (size, number of entries) or BAD_ENCODING, with the path of what is wrong. */
export function readBankNotice(xml: Uint8Array): BankNotice {
  const root = readXml(xml);
  const notification = elementAt(root, 'BkToCstmrDbtCdtNtfctn');
  if (root.name !== 'Document' || notification === undefined) throw bad('Document', 'not a camt.054');
  const messageId = idAt(notification, 'GrpHdr', 'MsgId') ?? missing('GrpHdr/MsgId');
  const createdAtMs = timeOf(textAt(notification, 'GrpHdr', 'CreDtTm') ?? missing('GrpHdr/CreDtTm'));
  const parts = elementsAt(notification, 'Ntfctn');
  const accounts = parts.flatMap((one) => textAt(one, 'Acct', 'Id', 'IBAN')?.replace(/\s/g, '').toUpperCase() ?? []);
  const booked = parts.flatMap((one) => elementsAt(one, 'Ntry'));
  const read = booked.flatMap((entry) => readEntry(entry, createdAtMs));
  const entries = read.filter(({ isBooked, isReturn }) => isBooked || isReturn);
  if (entries.length > ENTRIES_MAX)
    throw new ProtocolError('TOO_LARGE', `camt.054: ${entries.length} entries, ${ENTRIES_MAX} at most`);
  return { messageId, createdAtMs, accounts, entries };
}

/** One booking, or each of the transactions that were booked as one. */
function readEntry(entry: XmlElement, createdAtMs: number): BankEntry[] {
  const status = textAt(entry, 'Sts', 'Cd') ?? textAt(entry, 'Sts');
  const details = elementsAt(entry, 'NtryDtls').flatMap((one) => elementsAt(one, 'TxDtls'));
  const isBooked = status === 'BOOK';
  const rejected = details.filter((one) => elementAt(one, 'RtrInf') !== undefined);
  if (!isBooked && (status !== 'INFO' || rejected.length === 0)) return [];
  const money = amountAt(entry, 'Amt') ?? missing('Ntry/Amt');
  const common = { entry, isBooked, bookedAtMs: bookedAt(entry) ?? createdAtMs };
  const reference = idAt(entry, 'AcctSvcrRef') ?? idAt(entry, 'NtryRef');
  if (details.length <= 1) {
    const own = reference ?? idAt(details[0], 'Refs', 'AcctSvcrRef') ?? missing('Ntry/AcctSvcrRef');
    return money.amountMinor === 0n ? [] : [entryOf(common, details[0], money, own)];
  }
  return readBatch(common, details, money, reference);
}

interface Common {
  readonly entry: XmlElement;
  readonly isBooked: boolean;
  readonly bookedAtMs: number;
}

interface EntryMoney {
  readonly amountMinor: bigint;
  readonly currency: string;
}

/** The parts of a batch must be its sum: else the bank means something that is not understood here. */
function readBatch(
  common: Common,
  details: readonly XmlElement[],
  whole: EntryMoney,
  reference: string | undefined,
): BankEntry[] {
  const parts = details.map(
    (one) => amountAt(one, 'Amt') ?? amountAt(one, 'AmtDtls', 'TxAmt', 'Amt') ?? missing('TxDtls/Amt'),
  );
  if (parts.some(({ currency }) => currency !== whole.currency))
    throw bad('TxDtls/Amt', 'not in the currency of the entry');
  if (parts.reduce((sum, { amountMinor }) => sum + amountMinor, 0n) !== whole.amountMinor)
    throw bad('Ntry/Amt', 'not the sum of its transactions');
  const own = details.map((one) => idAt(one, 'Refs', 'AcctSvcrRef'));
  const areOwn = new Set(own).size === own.length && !own.includes(undefined) && !own.includes(reference);
  return details.flatMap((one, i) => {
    const name = areOwn ? own[i] : `${reference ?? missing('Ntry/AcctSvcrRef')}/${i + 1}`;
    const money = parts[i] as EntryMoney;
    return money.amountMinor === 0n ? [] : [entryOf(common, one, money, name as string)];
  });
}

function entryOf(
  { entry, isBooked, bookedAtMs }: Common,
  details: XmlElement | undefined,
  money: EntryMoney,
  bankReference: string,
): BankEntry {
  const direction = directionOf(textAt(details, 'CdtDbtInd') ?? textAt(entry, 'CdtDbtInd'));
  const returned = elementAt(details, 'RtrInf');
  const isReturn = returned !== undefined || isTrue(textAt(entry, 'RvslInd'));
  const endToEndId = idAt(details, 'Refs', 'EndToEndId');
  const side = direction === 'in' ? 'Dbtr' : 'Cdtr';
  const party = elementAt(details, 'RltdPties', side);
  return {
    bankReference,
    endToEndId: endToEndId === NOT_PROVIDED ? undefined : endToEndId,
    direction,
    isBooked,
    isReturn,
    reason: isReturn ? (reasonOf(returned) ?? NARRATIVE) : undefined,
    ...money,
    bookedAtMs,
    otherHolder: lineOf(textAt(party, 'Pty', 'Nm') ?? textAt(party, 'Nm')),
    otherIban: lineOf(textAt(details, 'RltdPties', `${side}Acct`, 'Id', 'IBAN')),
    remittance: remittanceOf(details),
  };
}

function directionOf(indicator: string | undefined): 'in' | 'out' {
  if (indicator === 'CRDT') return 'in';
  if (indicator === 'DBIT') return 'out';
  throw bad('CdtDbtInd', 'expected CRDT or DBIT');
}

const isTrue = (text: string | undefined): boolean => text === 'true' || text === '1';

/** A code is four capital letters or digits; anything else is the bank's own words. */
function reasonOf(returned: XmlElement | undefined): string | undefined {
  const code = textAt(returned, 'Rsn', 'Cd');
  return code !== undefined && /^[A-Z0-9]{4}$/.test(code) ? code : undefined;
}

function remittanceOf(details: XmlElement | undefined): string {
  const written = elementAt(details, 'RmtInf');
  const free = elementsAt(written, 'Ustrd').map(({ text }) => text);
  const references = elementsAt(written, 'Strd').map((one) => textAt(one, 'CdtrRefInf', 'Ref') ?? '');
  return lineOf([...free, ...references].filter((one) => one !== '').join(' '));
}

/** On one line and of bounded length: it is shown to people and stands in logs. */
const lineOf = (text = ''): string =>
  [...text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim()].slice(0, TEXT_LENGTH_MAX).join('');

function idAt(element: XmlElement | undefined, ...path: readonly string[]): string | undefined {
  const id = textAt(element, ...path);
  if (id !== undefined && (id.length > ID_LENGTH_MAX || /[\p{Cc}\p{Cf}]/u.test(id)))
    throw bad(path.join('/'), `expected at most ${ID_LENGTH_MAX} characters`);
  return id;
}

/** Exact, or not at all: decimals beyond the currency's must be zeros. */
function amountAt(element: XmlElement | undefined, ...path: readonly string[]): EntryMoney | undefined {
  const written = elementAt(element, ...path);
  if (written === undefined) return undefined;
  const at = path.join('/');
  const currency = written.attributes['Ccy'] ?? missing(`${at}@Ccy`);
  const exponent = exponentAt(at, currency);
  const match = /^\+?(\d{1,18})(?:\.(\d{0,17}))?$/.exec(written.text);
  const decimals = match?.[2] ?? '';
  if (match === null || /[^0]/.test(decimals.slice(exponent))) throw bad(at, `not an amount of ${currency}`);
  const amountMinor = BigInt((match[1] as string) + decimals.slice(0, exponent).padEnd(exponent, '0'));
  if (amountMinor > LIMITS.amountMinorMax) throw bad(at, 'more than 2^53-1 minor units');
  return { amountMinor, currency };
}

function exponentAt(at: string, currency: string): number {
  try {
    return exponentOf(currency);
  } catch (cause) {
    throw new ProtocolError('BAD_ENCODING', `camt.054: ${at}: ${JSON.stringify(currency)} is no currency`, { cause });
  }
}

function bookedAt(entry: XmlElement): number | undefined {
  for (const name of ['BookgDt', 'ValDt']) {
    const text = textAt(entry, name, 'DtTm') ?? textAt(entry, name, 'Dt');
    if (text !== undefined) return timeOf(text);
  }
  return undefined;
}

const TIME = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?)?(Z|([+-])(\d{2}):(\d{2}))?$/;

/** Dates begin at midnight UTC; times without a zone are taken for UTC. A leap second is the second before it. */
function timeOf(text: string): number {
  const match = TIME.exec(text);
  if (match === null) throw bad(text.slice(0, ID_LENGTH_MAX), 'not a date or time');
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((digits) => Number(digits ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const midnight = new Date(Date.UTC(year, month - 1, day));
  const isDay = midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day && year >= 1970;
  if (!isDay || hour > 23 || minute > 59 || second > 60) throw bad(text, 'not a date or time');
  const milliseconds = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const zoneMinutes = Number(`${match[9] ?? '+'}1`) * (Number(match[10] ?? 0) * 60 + Number(match[11] ?? 0));
  const seconds = hour * 3_600 + (minute - zoneMinutes) * 60 + Math.min(second, 59);
  return Math.max(midnight.getTime() + seconds * 1_000 + milliseconds, 0);
}

function missing(at: string): never {
  throw bad(at, 'missing');
}

const bad = (at: string, why: string): ProtocolError => new ProtocolError('BAD_ENCODING', `camt.054: ${at}: ${why}`);
