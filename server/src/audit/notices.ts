/**
 * What banks said: every entry of every stored notice, read from its XML, against the row that was kept of it. The notice is the
 * evidence; it is taken on the bank's word and counted.
 */
import type { BankEntryRecord, NoticeRecord } from '../payouts/types.ts';
import type { Facts } from './audit.ts';
import { rowsOf } from './lists.ts';
import { allAt, amountAt, firstAt, readDocument, textAt, type Element } from './xml.ts';

/** One booking, or rejection, as the bank told it. */
export interface ToldEntry {
  readonly bankReference: string;
  readonly endToEndId: string | undefined;
  /** Above zero in, below zero out. */
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly isBooked: boolean;
}

/** By bank reference: whether money moved. */
export type Bookings = Map<string, boolean>;

/** Reads all notices; what each entry of them was, for those that follow. */
export async function auditNotices(facts: Facts): Promise<Bookings> {
  const { findings, witness } = facts;
  const { periods } = witness.store;
  const bookings: Bookings = new Map();
  for await (const notice of rowsOf(periods.listNotices.bind(periods), '', ({ name }) => name)) {
    findings.tick('notices');
    const place = `notice ${notice.name}`;
    if (notice.fault !== undefined) findings.takeWord('bank', 'notices that could not be read');
    else await facts.readable(place, () => auditNotice(notice, place, bookings, facts));
  }
  return bookings;
}

async function auditNotice(notice: NoticeRecord, place: string, bookings: Bookings, facts: Facts): Promise<void> {
  const { findings, witness } = facts;
  for (const told of entriesOf(notice.xml)) {
    const row = await witness.store.periods.findBankEntry(told.bankReference);
    const at = `${place}, entry ${told.bankReference}`;
    if (row === undefined) {
      if (notice.taken) findings.find('notice', at, 'booked, since the notice was taken', 'no such entry');
    } else if (row.noticeName === notice.name) {
      compare(told, row, at, facts);
      bookings.set(told.bankReference, told.isBooked);
    } else if (told.amountMinor !== row.amountMinor || told.currency !== row.currency) {
      findings.takeWord('bank', 'names given again for something else, not booked', sizeOf(told), told.currency);
    }
  }
}

function compare(told: ToldEntry, row: BankEntryRecord, at: string, { findings }: Facts): void {
  const amounts = [told, row].map(({ currency, amountMinor }) => `${currency} ${amountMinor}`);
  findings.same('notice', `${at}, amount`, ...(amounts as [string, string]));
  findings.same('notice', `${at}, order`, told.endToEndId, row.endToEndId);
  const way = told.amountMinor > 0n ? 'came in' : 'went out';
  findings.takeWord(
    'bank',
    told.isBooked ? `bookings that ${way}` : 'rejections',
    told.isBooked ? sizeOf(told) : 0n,
    told.currency,
  );
}

const sizeOf = ({ amountMinor }: ToldEntry): bigint => (amountMinor < 0n ? -amountMinor : amountMinor);

/** All bookings and rejections of a `camt.054`; what is only expected is left out. Throws BAD_ENCODING. */
export function entriesOf(xml: Uint8Array): readonly ToldEntry[] {
  return allAt(readDocument(xml), 'BkToCstmrDbtCdtNtfctn', 'Ntfctn', 'Ntry').flatMap(toldBy);
}

function toldBy(entry: Element): ToldEntry[] {
  const status = textAt(entry, 'Sts', 'Cd') ?? textAt(entry, 'Sts');
  const details = allAt(entry, 'NtryDtls', 'TxDtls');
  const isBooked = status === 'BOOK';
  if (!isBooked && (status !== 'INFO' || details.every((one) => firstAt(one, 'RtrInf') === undefined))) return [];
  const whole = textAt(entry, 'AcctSvcrRef') ?? textAt(entry, 'NtryRef');
  if (details.length <= 1) {
    const reference = whole ?? textAt(details[0], 'Refs', 'AcctSvcrRef') ?? '';
    return told(entry, details[0], { reference, isBooked, money: entry });
  }
  const own = details.map((one) => textAt(one, 'Refs', 'AcctSvcrRef'));
  const isNamed = new Set([...own, undefined, whole]).size === own.length + (whole === undefined ? 1 : 2);
  return details.flatMap((one, i) => {
    const reference = isNamed ? (own[i] as string) : `${whole}/${i + 1}`;
    const money = firstAt(one, 'Amt') === undefined ? (firstAt(one, 'AmtDtls', 'TxAmt') ?? one) : one;
    return told(entry, one, { reference, isBooked, money });
  });
}

function told(
  entry: Element,
  details: Element | undefined,
  { reference, isBooked, money }: { readonly reference: string; readonly isBooked: boolean; readonly money: Element },
): ToldEntry[] {
  const amount = amountAt(money, 'Amt');
  if (amount === undefined || amount.amountMinor === 0n) return [];
  const isReturn = firstAt(details, 'RtrInf') !== undefined;
  if (!isBooked && !isReturn) return [];
  const isIn = (textAt(details, 'CdtDbtInd') ?? textAt(entry, 'CdtDbtInd')) === 'CRDT';
  const name = textAt(details, 'Refs', 'EndToEndId');
  return [
    {
      bankReference: reference,
      endToEndId: name === 'NOTPROVIDED' || name === '' ? undefined : name,
      amountMinor: isIn ? amount.amountMinor : -amount.amountMinor,
      currency: amount.currency,
      isBooked,
    },
  ];
}
