/** The operator's doors for months: closing one, what it made, what the bank says, and what a person puts right. */
import { LIMITS } from '@coinslot/protocol';
import { BANK_XML_LIMITS } from '../bank/xml.ts';
import type { Bill, Collection } from '../bills/types.ts';
import { ACCOUNT_KINDS, type AccountName, type Posting } from '../ledger/types.ts';
import type { BankDesk } from '../payouts/bank-desk.ts';
import type { Corrections } from '../payouts/corrections.ts';
import type { ListedFile } from '../payouts/store.ts';
import type { Payout } from '../payouts/types.ts';
import type { Periods } from '../periods/service.ts';
import type { SealedPeriod } from '../periods/types.ts';
import { hex } from '../players/types.ts';
import type { StoreReader } from '../store/port.ts';
import { json, type Answer } from './answer.ts';
import type { Door, DoorRequest } from './doors.ts';
import {
  queryCount,
  requireAmount,
  requireCount,
  requireHex,
  requireList,
  requireOneOf,
  requireRecord,
  requireText,
  type Fields,
} from './json-fields.ts';
import type { OperatorPost } from './operator.ts';
import { HttpError } from './answer.ts';

export interface OperatorMoneyServices {
  readonly periods: Pick<Periods, 'close'>;
  readonly bank: Pick<BankDesk, 'takeNotice' | 'takeNotices' | 'handFiles'>;
  readonly corrections: Pick<Corrections, 'correct' | 'clearSuspense'>;
  readonly store: StoreReader;
  readonly pageMax: number;
}

const XML_TYPE = 'application/xml';
const PERIOD_MAX = 999_912;
const POSTINGS_MAX = 16;
const USER_ID_BYTES = 16;
const TRANSFER_MAX = 10n ** 18n - 1n;

export function operatorMoneyDoors(services: OperatorMoneyServices, post: OperatorPost): readonly Door[] {
  const { periods, bank, corrections, store } = services;
  const list = (path: string, open: (request: DoorRequest) => Promise<Answer>): Door => ({
    method: 'GET',
    path,
    operator: true,
    open,
  });
  return [
    post('/v1/operator/periods/close', ['period', 'early'], 200, (fields) =>
      periods.close(requireCount(fields, 'period', PERIOD_MAX), { early: isSet(fields, 'early') }),
    ),
    {
      method: 'POST',
      path: '/v1/operator/notices',
      contentType: XML_TYPE,
      operator: true,
      bodyBytesMax: BANK_XML_LIMITS.bytesMax,
      open: async ({ body }) => json(200, await bank.takeNotice(body)),
    },
    post('/v1/operator/bank', [], 200, async () => ({
      handed: await bank.handFiles(),
      notices: await bank.takeNotices(),
    })),
    post('/v1/operator/corrections', ['reference', 'corrects', 'reason', 'postings'], 200, async (fields) => ({
      transferId: await corrections.correct({
        reference: requireText(fields, 'reference'),
        corrects: requireAmount(fields, 'corrects'),
        reason: requireText(fields, 'reason'),
        postings: requireList(fields, 'postings', POSTINGS_MAX).map(postingOf),
      }),
    })),
    post('/v1/operator/suspense', ['bankReference', 'userId'], 200, async (fields) => {
      const bankReference = requireText(fields, 'bankReference');
      await corrections.clearSuspense(bankReference, requireHex(fields, 'userId', USER_ID_BYTES));
      return { bankReference, cleared: true };
    }),
    list('/v1/operator/suspense', async ({ query }) => {
      const count = countOf(query, services.pageMax);
      const rows = await store.periods.listSuspense(queryCount(query, 'after', 0n, TRANSFER_MAX), count);
      return json(200, { entries: rows, next: rows.length < count ? null : (rows.at(-1)?.position ?? null) });
    }),
    list('/v1/operator/periods', async () => {
      const [sealed, oldestOpen] = [await store.periods.listSealed(), await store.periods.findOldestOpen()];
      return json(200, { periods: sealed.map(periodJson), oldestOpen: oldestOpen ?? null });
    }),
    list('/v1/operator/bills', async ({ query }) => {
      const count = countOf(query, services.pageMax);
      const rows = await store.periods.listBills(periodIn(query), query.get('after') ?? '', count);
      return json(200, { bills: rows.map(billJson), next: nextOf(rows, count, ({ number }) => number) });
    }),
    list('/v1/operator/collections', async ({ query }) => {
      const count = countOf(query, services.pageMax);
      const rows = await store.periods.listCollections(periodIn(query), query.get('after') ?? '', count);
      return json(200, { collections: rows.map(collectionJson), next: nextOf(rows, count, (row) => row.billNumber) });
    }),
    list('/v1/operator/payouts', async ({ query }) =>
      json(200, { payouts: (await store.periods.listPayouts(periodIn(query))).map(payoutJson) }),
    ),
    list('/v1/operator/bank-files', async ({ query }) =>
      json(200, { files: (await store.periods.listBankFiles(periodIn(query))).map(fileJson) }),
    ),
    list('/v1/operator/bank-files/content', ({ query }) => contentOf(store, query.get('messageId') ?? '')),
  ];
}

const isSet = (fields: Fields, field: string): boolean =>
  field in fields && requireOneOf({ [field]: String(fields[field]) }, field, ['true', 'false']) === 'true';
const countOf = (query: URLSearchParams, pageMax: number): number =>
  Number(queryCount(query, 'count', BigInt(pageMax), BigInt(pageMax)));
const periodIn = (query: URLSearchParams): number => Number(queryCount(query, 'period', 0n, BigInt(PERIOD_MAX)));

const nextOf = <Row>(rows: readonly Row[], count: number, key: (row: Row) => string): string | null => {
  const last = rows[rows.length - 1];
  return rows.length < count || last === undefined ? null : key(last);
};

function postingOf(value: unknown, i: number): Posting {
  const at = `postings[${i}]`;
  const fields = requireRecord(value, at, ['debit', 'credit', 'amountMinor', 'currency']);
  const currency = requireText(fields, 'currency');
  const side = (name: 'debit' | 'credit'): AccountName => {
    const account = requireRecord(fields[name], `${at}.${name}`, ['kind', 'owner']);
    const owner = 'owner' in account ? requireText(account, 'owner') : '';
    return { kind: requireOneOf(account, 'kind', ACCOUNT_KINDS), owner, currency };
  };
  return { debit: side('debit'), credit: side('credit'), amountMinor: requireAmount(fields, 'amountMinor') };
}

async function contentOf(store: StoreReader, messageId: string): Promise<Answer> {
  const file = await store.periods.findBankFile(messageId.slice(0, LIMITS.identifierBytesMax));
  if (file === undefined) throw new HttpError(404, 'BAD_ENCODING', 'messageId: no such file');
  const isCsv = file.kind === 'acquirer-csv';
  return {
    status: 200,
    contentType: isCsv ? 'text/csv; charset=utf-8' : XML_TYPE,
    body: file.bytes,
    headers: { 'content-disposition': `attachment; filename="${file.messageId}.${isCsv ? 'csv' : 'xml'}"` },
  };
}

const periodJson = (sealed: SealedPeriod): object => ({
  ...sealed,
  blockHash: hex(sealed.blockHash),
  seal: Buffer.from(sealed.seal).toString('base64'),
  closedAtMs: sealed.closedAtMs ?? null,
});
const billJson = (bill: Bill): object => ({ ...bill, userId: hex(bill.userId), carried: bill.carried ?? null });
const collectionJson = (collection: Collection): object => ({ ...collection, userId: hex(collection.userId) });
const payoutJson = (payout: Payout): object => ({ ...payout, carried: payout.carried ?? null });
const fileJson = (file: ListedFile): object => ({ ...file, handedAtMs: file.handedAtMs ?? null });
