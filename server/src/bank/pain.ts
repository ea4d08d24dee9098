/**
 * The files for a bank: `pain.001.001.09`, credit transfers (money out), and `pain.008.001.08`, direct debits (money in), both of
 * ISO 20022. Pure: the times are those given, and the same orders give the same bytes.
 *
 * Euro between two countries of SEPA goes by its rulebooks (service level SEPA, charges SLEV, debits by the CORE scheme); every
 * other currency or country in the same message without them, charges shared, for the bank to route. A file has one currency.
 */
import { plainAmount } from '@coinslot/protocol';
import { sepaText } from './sepa-text.ts';
import { ORDERS_PER_FILE_MAX, type BankOrder, type NewBankFile, type OwnBank } from './types.ts';
import { writeXml, type XmlContent } from './xml.ts';

/** The geographical scope of SEPA (EPC409-09, January 2026), by the country code of an IBAN. */
const SEPA_COUNTRIES: ReadonlySet<string> = new Set(
  (
    'AT BE BG HR CY CZ DK EE FI FR DE GR HU IS IE IT LV LI LT LU MT NL NO PL PT RO SK SI ES SE ' +
    'AD AL CH GB MC MD ME MK RS SM VA GI'
  ).split(' '),
);
/** 999,999,999.99 EUR: more than that no order of SEPA can be. */
const SEPA_AMOUNT_MAX = 99_999_999_999n;
/** Eighteen digits: DecimalNumber of the schemas. */
const TOTAL_MAX = 10n ** 18n - 1n;

const NAME_LENGTH_MAX = 70;
const TEXT_LENGTH_MAX = 140;
const ID_LENGTH_MAX = 35;
const IBAN = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/;
const BIC = /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/;
/** What is safe as an id at a bank, and as the name of a file. */
const ID = /^[A-Za-z0-9][A-Za-z0-9.+-]{0,34}$/;
const UNKNOWN_BANK: XmlContent = { FinInstnId: { Othr: { Id: 'NOTPROVIDED' } } };

/** Bytes of a `pain.001`. Throws RangeError for what no bank would take: see `requireOrders`. */
export function writePain001(file: NewBankFile): Uint8Array {
  requireOrders(file);
  const groups = grouped(file, ({ isSepa }) => (isSepa ? 'S' : 'N'));
  return document(
    'pain.001.001.09',
    'CstmrCdtTrfInitn',
    file,
    groups.map((group) => transferGroup(file, group)),
  );
}

/** Bytes of a `pain.008`. Throws RangeError for what no bank would take: see `requireOrders`. */
export function writePain008(file: NewBankFile): Uint8Array {
  requireOrders(file);
  for (const order of file.orders)
    if (order.mandate === undefined) throw new RangeError(`${order.endToEndId}: a direct debit without a mandate`);
  const groups = grouped(
    file,
    ({ isSepa, order }) => `${isSepa ? 'S' : 'N'}${order.mandate?.isFirst === true ? 'F' : 'R'}`,
  );
  return document(
    'pain.008.001.08',
    'CstmrDrctDbtInitn',
    file,
    groups.map((group) => debitGroup(file, group)),
  );
}

/** Sum of the orders, minor units. */
export const totalOf = (orders: readonly BankOrder[]): bigint =>
  orders.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);

/**
 * What holds of every file: 1 ... 5,000 orders, ids of the right form and each once, amounts above zero whose sum has a place in the
 * schema, accounts that are IBANs. Who breaks it has a mistake in the program. Throws RangeError.
 */
export function requireOrders({ messageId, orders, own, kind }: NewBankFile): void {
  if (orders.length < 1 || orders.length > ORDERS_PER_FILE_MAX)
    throw new RangeError(`${messageId}: ${orders.length} orders, expected 1 ... ${ORDERS_PER_FILE_MAX}`);
  for (const id of [messageId, ...orders.map(({ endToEndId }) => endToEndId)])
    if (!ID.test(id)) throw new RangeError(`id: ${JSON.stringify(id)} is none that banks take`);
  if (new Set(orders.map(({ endToEndId }) => endToEndId)).size !== orders.length)
    throw new RangeError(`${messageId}: an end-to-end id stands twice`);
  const wrong = orders.find(({ amountMinor }) => amountMinor <= 0n);
  if (wrong !== undefined) throw new RangeError(`${wrong.endToEndId}: expected an amount above zero`);
  if (totalOf(orders) > TOTAL_MAX) throw new RangeError(`${messageId}: the sum has more than 18 digits`);
  if (kind === 'acquirer-csv') return;
  const stray = [own, ...orders].find(({ iban }) => !IBAN.test(iban));
  if (stray !== undefined) throw new RangeError(`${messageId}: ${JSON.stringify(stray.iban)} is no IBAN`);
}

interface OrderGroup {
  readonly name: string;
  readonly isSepa: boolean;
  readonly orders: readonly BankOrder[];
}

/** What shares one `PmtInf`, by name; inside it the order of the file. */
function grouped(
  { orders, own, currency }: NewBankFile,
  nameOf: (placed: { readonly order: BankOrder; readonly isSepa: boolean }) => string,
): OrderGroup[] {
  const groups = new Map<string, { name: string; isSepa: boolean; orders: BankOrder[] }>();
  for (const order of orders) {
    const isSepa = isSepaOrder(order, own, currency);
    const name = nameOf({ order, isSepa });
    const group = groups.get(name) ?? { name, isSepa, orders: [] };
    group.orders.push(order);
    groups.set(name, group);
  }
  return [...groups.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

const isSepaOrder = ({ iban, amountMinor }: BankOrder, own: OwnBank, currency: string): boolean =>
  currency === 'EUR' &&
  amountMinor <= SEPA_AMOUNT_MAX &&
  [iban, own.iban].every((one) => SEPA_COUNTRIES.has(one.slice(0, 2)));

function document(
  schema: string,
  root: string,
  { messageId, createdAtMs, own, orders, currency }: NewBankFile,
  groups: readonly XmlContent[],
): Uint8Array {
  const header: XmlContent = {
    MsgId: messageId,
    CreDtTm: new Date(createdAtMs).toISOString(),
    ...sums(orders, currency),
    InitgPty: { Nm: sepaText(own.name, NAME_LENGTH_MAX) },
  };
  return writeXml({
    Document: { '@xmlns': `urn:iso:std:iso:20022:tech:xsd:${schema}`, [root]: { GrpHdr: header, PmtInf: groups } },
  });
}

const sums = (orders: readonly BankOrder[], currency: string): XmlContent => ({
  NbOfTxs: String(orders.length),
  CtrlSum: amountText(totalOf(orders), currency),
});

/** The currency's own decimals, with a point. */
const amountText = (amountMinor: bigint, currency: string): string => plainAmount({ amountMinor, currency });

const dayText = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

function transferGroup({ messageId, own, executionDateMs, currency }: NewBankFile, group: OrderGroup): XmlContent {
  return {
    PmtInfId: groupId(messageId, group),
    PmtMtd: 'TRF',
    BtchBookg: 'false', // one booking for each, so that each answer names its order
    ...sums(group.orders, currency),
    PmtTpInf: group.isSepa ? { SvcLvl: { Cd: 'SEPA' } } : undefined,
    ReqdExctnDt: { Dt: dayText(executionDateMs) },
    Dbtr: { Nm: sepaText(own.name, NAME_LENGTH_MAX) },
    DbtrAcct: { Id: { IBAN: own.iban }, Ccy: currency },
    DbtrAgt: bank(own.bic) ?? UNKNOWN_BANK,
    ChrgBr: group.isSepa ? 'SLEV' : 'SHAR',
    CdtTrfTxInf: group.orders.map((order) => ({
      PmtId: { EndToEndId: order.endToEndId },
      Amt: { InstdAmt: { '@Ccy': currency, '#text': amountText(order.amountMinor, currency) } },
      CdtrAgt: bank(order.bic),
      Cdtr: { Nm: sepaText(order.holder, NAME_LENGTH_MAX) },
      CdtrAcct: { Id: { IBAN: order.iban } },
      RmtInf: { Ustrd: sepaText(order.remittance, TEXT_LENGTH_MAX) },
    })),
  };
}

function debitGroup({ messageId, own, executionDateMs, currency }: NewBankFile, group: OrderGroup): XmlContent {
  const scheme: XmlContent = group.isSepa ? { SvcLvl: { Cd: 'SEPA' }, LclInstrm: { Cd: 'CORE' } } : {};
  return {
    PmtInfId: groupId(messageId, group),
    PmtMtd: 'DD',
    BtchBookg: 'false',
    ...sums(group.orders, currency),
    PmtTpInf: { ...scheme, SeqTp: group.name.endsWith('F') ? 'FRST' : 'RCUR' },
    ReqdColltnDt: dayText(executionDateMs),
    Cdtr: { Nm: sepaText(own.name, NAME_LENGTH_MAX) },
    CdtrAcct: { Id: { IBAN: own.iban }, Ccy: currency },
    CdtrAgt: bank(own.bic) ?? UNKNOWN_BANK,
    ChrgBr: group.isSepa ? 'SLEV' : 'SHAR',
    CdtrSchmeId: creditor(own, group.isSepa),
    DrctDbtTxInf: group.orders.map((order) => debit(order, currency)),
  };
}

function debit(order: BankOrder, currency: string): XmlContent {
  const { mandate } = order;
  return {
    PmtId: { EndToEndId: order.endToEndId },
    InstdAmt: { '@Ccy': currency, '#text': amountText(order.amountMinor, currency) },
    DrctDbtTx: {
      MndtRltdInf: mandate && { MndtId: sepaText(mandate.id, ID_LENGTH_MAX), DtOfSgntr: dayText(mandate.signedAtMs) },
    },
    DbtrAgt: bank(order.bic) ?? UNKNOWN_BANK,
    Dbtr: { Nm: sepaText(order.holder, NAME_LENGTH_MAX) },
    DbtrAcct: { Id: { IBAN: order.iban } },
    RmtInf: { Ustrd: sepaText(order.remittance, TEXT_LENGTH_MAX) },
  };
}

const groupId = (messageId: string, { name }: OrderGroup): string => `${messageId}-${name}`.slice(-ID_LENGTH_MAX);

/** The banks of SEPA are found by the IBAN, so that a BIC may be missing; one of the wrong form is left out as well. */
const bank = (bic: string): XmlContent | undefined => (BIC.test(bic) ? { FinInstnId: { BICFI: bic } } : undefined);

function creditor({ creditorId }: OwnBank, isSepa: boolean): XmlContent | undefined {
  if (creditorId === '' && !isSepa) return undefined;
  if (creditorId === '') throw new RangeError('own.creditorId: direct debits in SEPA need one');
  const scheme = isSepa ? { SchmeNm: { Prtry: 'SEPA' } } : {};
  return { Id: { PrvtId: { Othr: { Id: creditorId.slice(0, ID_LENGTH_MAX), ...scheme } } } };
}
