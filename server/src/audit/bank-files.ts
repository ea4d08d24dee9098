/**
 * Files for banks, read back from their bytes: every order in them is a collection, a payout or a withdrawal of its amount, goes to
 * the account that was signed for, and stands in one file once; totals are those of the orders.
 */
import type { BankFile } from '../bank/types.ts';
import type { Facts } from './audit.ts';
import { allAt, amountAt, firstAt, minorOf, readDocument, textAt, type Element } from './xml.ts';

/** An order as the file says it. */
interface FileOrder {
  readonly endToEndId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** IBAN, or the acquirer's token for a card. */
  readonly account: string;
}

/** The files of a sealed month. */
export async function auditBankFiles(period: number, facts: Facts): Promise<void> {
  const { findings, witness } = facts;
  for (const { messageId } of await witness.store.periods.listBankFiles(period)) {
    findings.tick('bankFiles');
    const place = `bank file ${messageId}`;
    const file = await witness.store.periods.findBankFile(messageId);
    if (file !== undefined) await facts.readable(place, () => auditFile(file, place, facts));
  }
}

async function auditFile(file: BankFile, place: string, facts: Facts): Promise<void> {
  const { findings } = facts;
  const { orders, ...said } = file.kind === 'acquirer-csv' ? readCsv(file) : readPain(file);
  const totalMinor = orders.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['name', said.messageId, file.messageId],
    ['orders', orders.length, file.orderCount],
    ['orders that it tells', orders.length, said.count],
    ['total', totalMinor, file.totalMinor],
    ['total that it tells', totalMinor, said.totalMinor],
    ['orders named once', orders.length, new Set(orders.map(({ endToEndId }) => endToEndId)).size],
  ];
  for (const [what, expected, found] of pairs) findings.same('bank-file', `${place}, ${what}`, expected, found);
  for (const order of orders) await auditOrder(order, file, `${place}, ${order.endToEndId}`, facts);
}

async function auditOrder(order: FileOrder, file: BankFile, place: string, facts: Facts): Promise<void> {
  const { findings } = facts;
  const known = await knownOrder(order.endToEndId, file, facts);
  if (known === undefined) return findings.find('bank-file', place, 'an order that was made', 'none');
  const { amountMinor, currency, account, messageId } = known;
  findings.same(
    'bank-file',
    `${place}, amount`,
    `${currency} ${amountMinor}`,
    `${order.currency} ${order.amountMinor}`,
  );
  findings.same('bank-file', `${place}, account`, account, order.account);
  findings.same('bank-file', `${place}, file of its order`, file.messageId, messageId);
}

interface KnownOrder {
  readonly amountMinor: bigint;
  readonly currency: string;
  /** By what was signed, which `mandates.ts` and `payouts.ts` have looked at. */
  readonly account: string;
  readonly messageId: string | undefined;
}

async function knownOrder(endToEndId: string, { kind }: BankFile, { witness }: Facts): Promise<KnownOrder | undefined> {
  const { periods } = witness.store;
  if (kind !== 'pain.001') {
    const collection = await periods.findCollection(endToEndId);
    if (collection === undefined) return undefined;
    const { userId, mandateNumber: number, billNumber } = collection;
    const [mandate] = await periods.loadMandates([{ userId, number }], Number(billNumber.slice(2, 8)));
    return { ...collection, account: (kind === 'pain.008' ? mandate?.iban : mandate?.token) ?? 'none' };
  }
  const payout = await periods.findPayoutByEndToEndId(endToEndId);
  if (payout === undefined) {
    const withdrawal = await periods.findWithdrawal(endToEndId);
    return withdrawal && { ...withdrawal, account: withdrawal.iban };
  }
  const { publisherId, bankDetailsNumber, payoutCurrency: currency } = payout;
  const details = await periods.findBankDetailsByNumber(publisherId, bankDetailsNumber);
  return { ...payout, currency, account: details?.iban ?? 'none' };
}

interface ReadFile {
  readonly messageId: string;
  readonly count: number;
  readonly totalMinor: bigint;
  readonly orders: readonly FileOrder[];
}

function readPain({ bytes, kind, currency }: BankFile): ReadFile {
  const isOut = kind === 'pain.001';
  const root = firstAt(readDocument(bytes), isOut ? 'CstmrCdtTrfInitn' : 'CstmrDrctDbtInitn');
  const orders = allAt(root, 'PmtInf', isOut ? 'CdtTrfTxInf' : 'DrctDbtTxInf');
  return {
    messageId: textAt(root, 'GrpHdr', 'MsgId') ?? '',
    count: Number(textAt(root, 'GrpHdr', 'NbOfTxs')),
    totalMinor: minorOf(textAt(root, 'GrpHdr', 'CtrlSum') ?? '', currency),
    orders: orders.map((order) => orderOf(order, isOut)),
  };
}

function orderOf(order: Element, isOut: boolean): FileOrder {
  const amount = isOut ? amountAt(order, 'Amt', 'InstdAmt') : amountAt(order, 'InstdAmt');
  return {
    endToEndId: textAt(order, 'PmtId', 'EndToEndId') ?? '',
    amountMinor: amount?.amountMinor ?? 0n,
    currency: amount?.currency ?? '',
    account: textAt(order, isOut ? 'CdtrAcct' : 'DbtrAcct', 'Id', 'IBAN') ?? '',
  };
}

/** `message_id, number, end_to_end_id, token, amount, currency, date, text`, and a last line with count and sum. */
function readCsv({ bytes, currency }: BankFile): ReadFile {
  const [, ...lines] = new TextDecoder().decode(bytes).trimEnd().split('\r\n').map(fieldsOf);
  const last = lines.pop() ?? [];
  return {
    messageId: last[0] ?? '',
    count: Number(last[2]),
    totalMinor: minorOf(last[4] ?? '', currency),
    orders: lines.map(([, , endToEndId = '', account = '', amount = '', paidIn = '']) => {
      return { endToEndId, account, amountMinor: minorOf(amount, paidIn), currency: paidIn };
    }),
  };
}

/** RFC 4180: fields in quotes may hold commas, and quotes twice. */
const fieldsOf = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare]) =>
    quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'),
  );
