/** Rows of bills, payouts and the bank as a database hands them out (every integer a bigint), and what they mean. */
import {
  decodePaymentDecision,
  decodePaymentRequest,
  packWire,
  readEnvelope,
  unpackWire,
  type Wire,
} from '@coinslot/protocol';
import { billNumberOf } from '../bills/make-bill.ts';
import {
  paidOf,
  type AccountClosing,
  type BankAnswers,
  type Bill,
  type BillLine,
  type AnsweredBy,
  type Collection,
  type CollectionState,
  type Mandate,
  type PaymentWay,
} from '../bills/types.ts';
import type { BankFile, BankFileKind } from '../bank/types.ts';
import type { TransferKind } from '../ledger/types.ts';
import type { Plan } from '../players/types.ts';
import { payoutNumberOf } from '../payouts/make-payout.ts';
import type { ListedFile } from '../payouts/store.ts';
import type {
  BankEntryRecord,
  CarryReason,
  EntryOutcome,
  NoticeRecord,
  Payout,
  PayoutCurrency,
  PayoutLine,
  PayoutState,
  SignedBankDetails,
  Withdrawal,
} from '../payouts/types.ts';

/** Plain arrays: the driver's Buffers stay inside the store. */
const plain = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes);

export interface BillRow {
  period: bigint;
  user_id: Uint8Array;
  plan: Plan;
  currency: string;
  opening_minor: bigint;
  closing_minor: bigint;
  purchases: bigint;
  purchases_minor: bigint;
  card_purchases_minor: bigint;
  refunds_minor: bigint;
  paid_in_minor: bigint;
  loaded_minor: bigint;
  other_minor: bigint;
  due_minor: bigint;
  carried: Bill['carried'] | null;
  way: PaymentWay;
  made_at_ms: bigint;
}

export const billOf = (row: BillRow): Bill => ({
  number: billNumberOf(Number(row.period), row.user_id),
  period: Number(row.period),
  userId: plain(row.user_id),
  plan: row.plan,
  currency: row.currency,
  openingMinor: row.opening_minor,
  closingMinor: row.closing_minor,
  purchases: Number(row.purchases),
  purchasesMinor: row.purchases_minor,
  cardPurchasesMinor: row.card_purchases_minor,
  refundsMinor: row.refunds_minor,
  paidInMinor: row.paid_in_minor,
  loadedMinor: row.loaded_minor,
  otherMinor: row.other_minor,
  dueMinor: row.due_minor,
  carried: row.carried ?? undefined,
  way: row.way,
  madeAtMs: Number(row.made_at_ms),
});

/** Period and user in a bill's number; `undefined` for text that is none. */
export function billKeyOf(number: string): { readonly period: number; readonly userId: Uint8Array } | undefined {
  const [, period, user] = /^B-(\d{6})-([0-9a-f]{32})$/.exec(number) ?? [];
  if (period === undefined || user === undefined) return undefined;
  return { period: Number(period), userId: Uint8Array.from(Buffer.from(user, 'hex')) };
}

interface AnswerRow {
  told_paid_minor: bigint;
  told_returned_minor: bigint;
  reason: string | null;
}

function toldOf(row: AnswerRow): { readonly told: BankAnswers; readonly paidMinor: bigint } {
  const told = { paidMinor: row.told_paid_minor, returnedMinor: row.told_returned_minor };
  return { told, paidMinor: paidOf(told) };
}

export interface CollectionRow extends AnswerRow {
  end_to_end_id: string;
  period: bigint;
  user_id: Uint8Array;
  amount_minor: bigint;
  currency: string;
  way: PaymentWay;
  mandate_number: bigint;
  message_id: string | null;
  state: CollectionState;
  /** `<period>:<amount>` of each period with an answer, rising, with blanks between. */
  answered: string | null;
}

function answeredBy(text: string): AnsweredBy {
  const [period = '', answered = ''] = text.split(':');
  return { period: Number(period), answeredMinor: BigInt(answered) };
}

export const collectionOf = (row: CollectionRow): Collection => ({
  endToEndId: row.end_to_end_id,
  billNumber: billNumberOf(Number(row.period), row.user_id),
  userId: plain(row.user_id),
  amountMinor: row.amount_minor,
  currency: row.currency,
  way: row.way,
  mandateNumber: Number(row.mandate_number),
  messageId: row.message_id ?? undefined,
  state: row.state,
  ...toldOf(row),
  reason: row.reason ?? undefined,
  answered: (row.answered ?? '').split(' ').filter(Boolean).map(answeredBy),
});

export interface MandateRow {
  user_id: Uint8Array;
  number: bigint;
  way: PaymentWay;
  mandate_id: string;
  holder: string;
  iban: string;
  token: string;
  signed_at_ms: bigint;
  taken_at_ms: bigint;
  envelope: Uint8Array;
}

export const mandateOf = (row: MandateRow): Mandate => ({
  userId: plain(row.user_id),
  number: Number(row.number),
  way: row.way,
  mandateId: row.mandate_id,
  holder: row.holder,
  iban: row.iban,
  token: row.token,
  signedAtMs: Number(row.signed_at_ms),
  takenAtMs: Number(row.taken_at_ms),
  envelope: plain(row.envelope),
});

export interface ClosingRow {
  request_hash: Uint8Array;
  user_id: Uint8Array;
  envelope: Uint8Array;
  at_ms: bigint;
}

export const closingOf = (row: ClosingRow): AccountClosing => ({
  userId: plain(row.user_id),
  requestHash: plain(row.request_hash),
  atMs: Number(row.at_ms),
  envelope: plain(row.envelope),
});

export interface PayoutRow extends AnswerRow {
  period: bigint;
  publisher_id: string;
  currencies: Uint8Array;
  payout_currency: string;
  amount_minor: bigint;
  carried: CarryReason | null;
  bank_details_number: bigint;
  end_to_end_id: string | null;
  message_id: string | null;
  state: PayoutState;
  made_at_ms: bigint;
}

export const payoutOf = (row: PayoutRow): Payout => ({
  number: payoutNumberOf(Number(row.period), row.publisher_id),
  period: Number(row.period),
  publisherId: row.publisher_id,
  currencies: unpackCurrencies(row.currencies),
  payoutCurrency: row.payout_currency,
  amountMinor: row.amount_minor,
  carried: row.carried ?? undefined,
  bankDetailsNumber: Number(row.bank_details_number),
  endToEndId: row.end_to_end_id ?? '',
  messageId: row.message_id ?? undefined,
  state: row.state,
  ...toldOf(row),
  reason: row.reason ?? undefined,
  madeAtMs: Number(row.made_at_ms),
});

/** Period and publisher in a payout's number; `undefined` for text that is none. */
export function payoutKeyOf(number: string): { readonly period: number; readonly publisherId: string } | undefined {
  const [, period, publisherId] = /^P-(\d{6})-(.+)$/.exec(number) ?? [];
  return period === undefined || publisherId === undefined ? undefined : { period: Number(period), publisherId };
}

/** What happened in each currency, in one column: decimal digits, since a payable may be below zero and the wire has no such integers. */
export const packCurrencies = (currencies: readonly PayoutCurrency[]): Uint8Array =>
  packWire(
    currencies.map((one): Wire => {
      const { currency, sales, ...amounts } = one;
      return [currency, sales, ...AMOUNTS.map((name) => String(amounts[name]))];
    }),
  );

const AMOUNTS = [
  'openingMinor',
  'salesMinor',
  'feesMinor',
  'claimsMinor',
  'refundsMinor',
  'paidOutMinor',
  'otherMinor',
  'closingMinor',
  'convertedMinor',
] as const satisfies readonly (keyof PayoutCurrency)[];

function unpackCurrencies(packed: Uint8Array): readonly PayoutCurrency[] {
  return (unpackWire(plain(packed)) as readonly (readonly Wire[])[]).map(([currency, sales, ...amounts]) => ({
    currency: currency as string,
    sales: Number(sales),
    ...(Object.fromEntries(AMOUNTS.map((name, i) => [name, BigInt(amounts[i] as string)])) as Record<
      (typeof AMOUNTS)[number],
      bigint
    >),
  }));
}

export interface BankDetailsRow {
  publisher_id: string;
  number: bigint;
  holder: string;
  iban: string;
  bic: string;
  payout_currency: string;
  signed_at_ms: bigint;
  taken_at_ms: bigint;
  envelope: Uint8Array;
}

export const bankDetailsOf = (row: BankDetailsRow): SignedBankDetails => ({
  publisherId: row.publisher_id,
  number: Number(row.number),
  holder: row.holder,
  iban: row.iban,
  bic: row.bic,
  payoutCurrency: row.payout_currency,
  signedAtMs: Number(row.signed_at_ms),
  takenAtMs: Number(row.taken_at_ms),
  envelope: plain(row.envelope),
});

export interface WithdrawalRow extends AnswerRow {
  end_to_end_id: string;
  user_id: Uint8Array;
  amount_minor: bigint;
  currency: string;
  holder: string;
  iban: string;
  message_id: string | null;
  state: Withdrawal['state'];
  made_at_ms: bigint;
}

export const withdrawalOf = (row: WithdrawalRow): Withdrawal => ({
  endToEndId: row.end_to_end_id,
  userId: plain(row.user_id),
  amountMinor: row.amount_minor,
  currency: row.currency,
  holder: row.holder,
  iban: row.iban,
  messageId: row.message_id ?? undefined,
  state: row.state,
  ...toldOf(row),
  reason: row.reason ?? undefined,
  madeAtMs: Number(row.made_at_ms),
});

export interface BankFileRow {
  message_id: string;
  kind: BankFileKind;
  period: bigint;
  currency: string;
  order_count: bigint;
  total_minor: bigint;
  bytes: Uint8Array;
  made_at_ms: bigint;
  handed_at_ms: bigint | null;
}

export const bankFileOf = (row: BankFileRow): BankFile => ({ ...listedFileOf(row), bytes: plain(row.bytes) });

export const listedFileOf = (row: Omit<BankFileRow, 'bytes'>): ListedFile => ({
  messageId: row.message_id,
  kind: row.kind,
  period: Number(row.period),
  currency: row.currency,
  orderCount: Number(row.order_count),
  totalMinor: row.total_minor,
  madeAtMs: Number(row.made_at_ms),
  handedAtMs: row.handed_at_ms === null ? undefined : Number(row.handed_at_ms),
});

export interface NoticeRow {
  name: string;
  source: 'port' | 'door';
  xml: Uint8Array;
  at_ms: bigint;
  taken: bigint;
  fault: string | null;
}

export const noticeOf = (row: NoticeRow): NoticeRecord => ({
  name: row.name,
  source: row.source,
  xml: plain(row.xml),
  atMs: Number(row.at_ms),
  taken: row.taken === 1n,
  fault: row.fault ?? undefined,
});

export interface EntryRow {
  position: bigint;
  bank_reference: string;
  notice: string;
  outcome: EntryOutcome;
  amount_minor: bigint;
  currency: string;
  end_to_end_id: string | null;
  remittance: string;
  at_ms: bigint;
}

export const entryOf = (row: EntryRow): BankEntryRecord => ({
  position: row.position,
  bankReference: row.bank_reference,
  noticeName: row.notice,
  outcome: row.outcome,
  amountMinor: row.amount_minor,
  currency: row.currency,
  endToEndId: row.end_to_end_id ?? undefined,
  remittance: row.remittance,
  atMs: Number(row.at_ms),
});

/** A transfer that touches a player, with what its payment was about. */
export interface BillLineRow {
  id: bigint;
  kind: TransferKind;
  at_ms: bigint;
  /** What it did to the player's account, and to their purses; null where it did not touch them. */
  account_minor: bigint | null;
  purses_minor: bigint | null;
  /** Envelopes of messages 2 and 3 of the payment or of what was refunded. */
  request: Uint8Array | null;
  decision: Uint8Array | null;
  card_id: Uint8Array | null;
  spent_at_ms: bigint | null;
}

export function billLineOf(row: BillLineRow): BillLine {
  const request = row.request === null ? undefined : decodePaymentRequest(readEnvelope(plain(row.request)).body);
  const decision = row.decision === null ? undefined : decodePaymentDecision(readEnvelope(plain(row.decision)).body);
  return {
    transferId: row.id,
    kind: row.kind,
    bookedAtMs: Number(row.at_ms),
    spentAtMs: row.spent_at_ms === null ? undefined : Number(row.spent_at_ms),
    amountMinor: row.account_minor ?? row.purses_minor ?? 0n,
    decisionId: decision?.decisionId,
    publisherId: request?.publisherId,
    gameId: decision?.gameId,
    priceMinor: decision?.amountMinor,
    priceCurrency: decision?.currency,
    rateTableId: decision?.rateTableId,
    cardId: row.card_id === null ? undefined : plain(row.card_id),
  };
}

/** A transfer that touches a publisher's payable, with the decision that it was for. */
export interface PayoutLineRow {
  id: bigint;
  kind: PayoutLine['kind'];
  at_ms: bigint;
  decision: Uint8Array;
  fee_minor: bigint;
  /** A card's own word for the time; null for the server's decisions, which say it themselves. */
  spent_at_ms: bigint | null;
}

export function payoutLineOf(row: PayoutLineRow): PayoutLine {
  const decision = decodePaymentDecision(readEnvelope(plain(row.decision)).body);
  return {
    transferId: row.id,
    kind: row.kind,
    decisionId: decision.decisionId,
    offerHash: decision.offerHash,
    gameId: decision.gameId,
    priceMinor: decision.amountMinor,
    currency: decision.currency,
    feeMinor: row.fee_minor,
    spentAtMs: Number(row.spent_at_ms ?? BigInt(decision.timeMs)),
    bookedAtMs: Number(row.at_ms),
  };
}
