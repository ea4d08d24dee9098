/**
 * Reads the files that the server writes, as a bank does: strictly, and by its own understanding of the formats. What does not add
 * up is refused whole. Throws ProtocolError BAD_ENCODING or TOO_LARGE.
 */
import { exponentOf, isBic, isIban, ProtocolError } from '@coinslot/protocol';
import {
  ACQUIRER_COLUMNS,
  elementAt,
  elementsAt,
  ORDERS_PER_FILE_MAX,
  readXml,
  textAt,
  type XmlElement,
} from '@coinslot/server';
import type { HandedFile, HeardFile, HeardOrder } from './types.ts';

export function hearFile(file: HandedFile): HeardFile {
  const orders = file.kind === 'acquirer-csv' ? hearCsv(file) : hearPain(file, FORMATS[file.kind]);
  if (orders.length > ORDERS_PER_FILE_MAX) throw new ProtocolError('TOO_LARGE', `${file.messageId}: too many orders`);
  const [first] = orders;
  if (first === undefined) throw bad(file, 'no orders');
  if (new Set(orders.map(({ endToEndId }) => endToEndId)).size !== orders.length) throw bad(file, 'an id stands twice');
  if (orders.some(({ currency }) => currency !== first.currency)) throw bad(file, 'several currencies');
  return { messageId: file.messageId, kind: file.kind, currency: first.currency, totalMinor: sumOf(orders), orders };
}

interface PainFormat {
  readonly namespace: string;
  readonly root: string;
  readonly method: string;
  readonly transaction: string;
  readonly direction: 'in' | 'out';
  /** Element names of the operator's side, and of the other. */
  readonly own: string;
  readonly other: string;
}

const FORMATS: Readonly<Record<'pain.001' | 'pain.008', PainFormat>> = {
  'pain.001': {
    namespace: 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09',
    root: 'CstmrCdtTrfInitn',
    method: 'TRF',
    transaction: 'CdtTrfTxInf',
    direction: 'out',
    own: 'Dbtr',
    other: 'Cdtr',
  },
  'pain.008': {
    namespace: 'urn:iso:std:iso:20022:tech:xsd:pain.008.001.08',
    root: 'CstmrDrctDbtInitn',
    method: 'DD',
    transaction: 'DrctDbtTxInf',
    direction: 'in',
    own: 'Cdtr',
    other: 'Dbtr',
  },
};

function hearPain(file: HandedFile, format: PainFormat): HeardOrder[] {
  const document = readXml(file.bytes);
  const root = elementAt(document, format.root);
  if (document.name !== 'Document' || document.attributes['xmlns'] !== format.namespace || root === undefined)
    throw bad(file, `not a ${file.kind}`);
  if (textAt(root, 'GrpHdr', 'MsgId') !== file.messageId) throw bad(file, 'under another message id');
  const groups = elementsAt(root, 'PmtInf');
  const orders = groups.flatMap((group) => hearGroup(file, format, group));
  requireSums(file, elementAt(root, 'GrpHdr'), orders);
  return orders;
}

function hearGroup(file: HandedFile, format: PainFormat, group: XmlElement): HeardOrder[] {
  if (textAt(group, 'PmtMtd') !== format.method) throw bad(file, 'PmtMtd');
  const ownIban = textAt(group, `${format.own}Acct`, 'Id', 'IBAN') ?? '';
  if (!isIban(ownIban)) throw bad(file, `${format.own}Acct: no IBAN`);
  const orders = elementsAt(group, format.transaction).map((one) => hearTransaction(file, format, ownIban, one));
  requireSums(file, group, orders);
  if (format.direction === 'in' && textAt(group, 'PmtTpInf', 'LclInstrm', 'Cd') === 'CORE')
    requireCreditor(file, group);
  return orders;
}

function requireCreditor(file: HandedFile, group: XmlElement): void {
  if (textAt(group, 'CdtrSchmeId', 'Id', 'PrvtId', 'Othr', 'Id') === undefined) throw bad(file, 'no CdtrSchmeId');
}

function hearTransaction(file: HandedFile, format: PainFormat, ownIban: string, one: XmlElement): HeardOrder {
  const { direction, other } = format;
  const amount = direction === 'out' ? elementAt(one, 'Amt', 'InstdAmt') : elementAt(one, 'InstdAmt');
  const currency = amount?.attributes['Ccy'] ?? '';
  const otherAccount = textAt(one, `${other}Acct`, 'Id', 'IBAN') ?? '';
  const bic = textAt(one, `${other}Agt`, 'FinInstnId', 'BICFI');
  const mandateId = textAt(one, 'DrctDbtTx', 'MndtRltdInf', 'MndtId');
  if (!isIban(otherAccount)) throw bad(file, `${other}Acct: no IBAN`);
  if (bic !== undefined && !isBic(bic)) throw bad(file, `${other}Agt: no BIC`);
  if (direction === 'in' && mandateId === undefined) throw bad(file, 'a debit without a mandate');
  return {
    messageId: file.messageId,
    kind: file.kind,
    endToEndId: textAt(one, 'PmtId', 'EndToEndId') ?? missing(file, 'EndToEndId'),
    direction,
    amountMinor: amountOf(file, amount?.text ?? '', currency),
    currency,
    ownIban,
    otherHolder: textAt(one, other, 'Nm') ?? missing(file, `${other}/Nm`),
    otherAccount,
    remittance: textAt(one, 'RmtInf', 'Ustrd') ?? '',
    mandateId,
  };
}

function requireSums(file: HandedFile, told: XmlElement | undefined, orders: readonly HeardOrder[]): void {
  const { currency } = orders[0] ?? missing(file, 'orders');
  if (textAt(told, 'NbOfTxs') !== String(orders.length)) throw bad(file, 'NbOfTxs is not the number of orders');
  if (amountOf(file, textAt(told, 'CtrlSum') ?? '', currency) !== sumOf(orders))
    throw bad(file, 'CtrlSum is not the sum of the orders');
}

/** Lines of RFC 4180, of which the last has number and sum of the others. */
function hearCsv(file: HandedFile): HeardOrder[] {
  const [head, ...rows] = readCsv(file);
  const last = rows.pop();
  if (head?.join() !== ACQUIRER_COLUMNS.join()) throw bad(file, 'not the columns of an acquirer file');
  const orders = rows.map((row) => hearRow(file, row));
  const [messageId, word, count, , total = ''] = last ?? [];
  if (messageId !== file.messageId || word !== 'TOTAL' || count !== String(orders.length))
    throw bad(file, 'the last line does not have the number of orders');
  if (amountOf(file, total, orders[0]?.currency ?? '') !== sumOf(orders))
    throw bad(file, 'the last line does not have the sum of the orders');
  return orders;
}

function hearRow(file: HandedFile, row: readonly string[]): HeardOrder {
  const [messageId, , endToEndId = '', token = '', amount = '', currency = '', , remittance = ''] = row;
  if (row.length !== ACQUIRER_COLUMNS.length || messageId !== file.messageId || endToEndId === '' || token === '')
    throw bad(file, 'a line that is no order');
  return {
    messageId: file.messageId,
    kind: file.kind,
    endToEndId,
    direction: 'in',
    amountMinor: amountOf(file, amount, currency),
    currency,
    ownIban: '',
    otherHolder: '',
    otherAccount: token,
    remittance,
    mandateId: undefined,
  };
}

const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;

function readCsv(file: HandedFile): string[][] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(file.bytes);
  const rows: string[][] = [[]];
  FIELD.lastIndex = 0;
  while (FIELD.lastIndex < text.length) {
    const match = FIELD.exec(text);
    if (match === null) throw bad(file, 'not RFC 4180');
    rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}

/** Above zero, with exactly the decimals of its currency. */
function amountOf(file: HandedFile, text: string, currency: string): bigint {
  const [whole = '', decimals = '', more] = text.split('.');
  if (!/^\d{1,18}$/.test(whole) || !/^\d*$/.test(decimals) || more !== undefined || !/^[A-Z]{3}$/.test(currency))
    throw bad(file, `${JSON.stringify(text)} is no amount`);
  const minor = BigInt(whole + decimals);
  if (decimals.length !== exponentOf(currency) || minor === 0n) throw bad(file, `${text} is no amount of ${currency}`);
  return minor;
}

const sumOf = (orders: readonly HeardOrder[]): bigint => orders.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);

function missing(file: HandedFile, what: string): never {
  throw bad(file, `${what} is missing`);
}

const bad = ({ messageId }: HandedFile, why: string): ProtocolError =>
  new ProtocolError('BAD_ENCODING', `bank file ${messageId}: ${why}`);
