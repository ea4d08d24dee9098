/** Bills and payouts as files, made of what the store has when they are asked for: the books under them do not change. */
import type { RateTable } from '@coinslot/protocol';
import type { OwnBank } from '../bank/types.ts';
import { collectionIdOf } from '../bills/make-bill.ts';
import type { Bill, BillLine } from '../bills/types.ts';
import { billCsvHead, billCsvRow, billPdf, payoutCsvHead, payoutCsvRow, payoutPdf } from '../documents/documents.ts';
import type { BillDocument, PayoutDocument } from '../documents/types.ts';
import type { Payout, PayoutLine } from '../payouts/types.ts';
import type { Publisher } from '../publishers/types.ts';
import type { StoreReader } from '../store/port.ts';
import type { Page } from './page.ts';

const LINES_AT_ONCE = 500;

/** All lines of a list that is read by pages. */
async function allLines<T extends { readonly transferId: bigint }>(
  read: (after: bigint, count: number) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const lines: T[] = [];
  for (;;) {
    const some = await read(lines[lines.length - 1]?.transferId ?? 0n, LINES_AT_ONCE);
    lines.push(...some);
    if (some.length < LINES_AT_ONCE) return lines;
  }
}

/** The operator's own account where it has one; else the server's certified name. */
const issuerOf = ({ parts }: Page): OwnBank =>
  parts.ownBank ?? { name: parts.identity.leaf.subject.commonName, iban: '', bic: '', creditorId: '' };

function common(page: Page, publishers: readonly Publisher[]) {
  const names = new Map(publishers.map(({ publisherId, commonName }) => [publisherId, commonName]));
  return {
    issuer: issuerOf(page),
    locale: page.language,
    isTest: page.parts.environment === 'sandbox',
    nameOfPublisher: (publisherId: string): string => names.get(publisherId) ?? publisherId,
  };
}

async function billDocument(page: Page, bill: Bill): Promise<BillDocument> {
  const { store } = page.parts;
  const { userId, period } = bill;
  const [lines, publishers, collection] = await Promise.all([
    allLines<BillLine>((after, count) => store.periods.listBillLines(userId, period, after, count)),
    store.listPublishers(),
    store.periods.findCollection(collectionIdOf(period, bill.number)),
  ]);
  const mandateNumber = collection?.mandateNumber ?? 0;
  const [mandate] =
    mandateNumber === 0 ? [] : await store.periods.loadMandates([{ userId, number: mandateNumber }], period);
  const rateTables = await tablesOf(store, lines);
  return { ...common(page, publishers), bill, lines, mandate, collection, rateTables };
}

async function tablesOf(store: StoreReader, lines: readonly BillLine[]): Promise<ReadonlyMap<number, RateTable>> {
  const tables = new Map<number, RateTable>();
  for (const id of new Set(lines.flatMap(({ rateTableId = 0 }) => (rateTableId === 0 ? [] : [rateTableId])))) {
    const table = (await store.findRateTable(id))?.table;
    if (table !== undefined) tables.set(id, table);
  }
  return tables;
}

async function payoutDocument(page: Page, payout: Payout): Promise<PayoutDocument> {
  const { store } = page.parts;
  const { publisherId, period, bankDetailsNumber } = payout;
  const [lines, publishers, details] = await Promise.all([
    allLines<PayoutLine>((after, count) => store.periods.listPayoutLines(publisherId, period, after, count)),
    store.listPublishers(),
    bankDetailsNumber === 0 ? undefined : store.periods.findBankDetailsByNumber(publisherId, bankDetailsNumber),
  ]);
  return { ...common(page, publishers), payout, lines, details };
}

export const billAsPdf = async (page: Page, bill: Bill): Promise<Uint8Array> => billPdf(await billDocument(page, bill));

export async function billAsCsv(page: Page, bill: Bill): Promise<string> {
  const { lines, ...document } = await billDocument(page, bill);
  return [billCsvHead(), ...lines.map((line) => billCsvRow(line, document))].join('');
}

export const payoutAsPdf = async (page: Page, payout: Payout): Promise<Uint8Array> =>
  payoutPdf(await payoutDocument(page, payout));

export async function payoutAsCsv(page: Page, payout: Payout): Promise<string> {
  const { lines } = await payoutDocument(page, payout);
  return [payoutCsvHead(), ...lines.map(payoutCsvRow)].join('');
}
