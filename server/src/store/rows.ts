/** Rows as both backends hand them out (every integer is a bigint, every byte string a Buffer), and what they mean. */
import { codeName, decodeRateTable, packWire, unpackWire, type DecisionCode } from '@coinslot/protocol';
import type { PostedRateTable } from '../exchange/types.ts';
import type { Account, AccountKind, Posting, RecordedTransfer, TransferKind } from '../ledger/types.ts';
import type { PlacedDecision, PriorDecision } from '../payments/types.ts';
import type { Plan, Player, TopUp } from '../players/types.ts';
import type { Publisher } from '../publishers/types.ts';
import { StoreError } from './port.ts';

export interface PlayerRow {
  user_id: Uint8Array;
  plan: Plan;
  currency: string;
  balance_minor: bigint;
  ceiling_minor: bigint;
  press_payment_max_minor: bigint;
  press_day_max_minor: bigint;
  press_day: bigint;
  press_day_spent_minor: bigint;
  limits_time_ms: bigint;
  limits_hash: Uint8Array;
  account_key: Uint8Array;
  press_key: Uint8Array;
  pin_key: Uint8Array;
  enrolment: Uint8Array;
  enrolment_hash: Uint8Array;
  enrolled_at_ms: bigint;
  closed_at_ms: bigint | null;
}

export const PLAYER_COLUMNS = `p.user_id, p.plan, a.currency, a.balance_minor, p.ceiling_minor, p.press_payment_max_minor,
  p.press_day_max_minor, p.press_day, p.press_day_spent_minor, p.limits_time_ms, p.limits_hash,
  (SELECT public_key FROM player_keys k WHERE k.user_id = p.user_id AND part = 'account') AS account_key,
  (SELECT public_key FROM player_keys k WHERE k.user_id = p.user_id AND part = 'press') AS press_key,
  (SELECT public_key FROM player_keys k WHERE k.user_id = p.user_id AND part = 'pin') AS pin_key,
  p.enrolment, p.enrolment_hash, p.enrolled_at_ms, p.closed_at_ms`;

export const playerOf = (row: PlayerRow): Player => ({
  userId: row.user_id,
  plan: row.plan,
  currency: row.currency,
  balanceMinor: row.balance_minor,
  ceilingMinor: row.ceiling_minor,
  pressPaymentMaxMinor: row.press_payment_max_minor,
  pressDayMaxMinor: row.press_day_max_minor,
  pressDay: Number(row.press_day),
  pressDaySpentMinor: row.press_day_spent_minor,
  limitsTimeMs: Number(row.limits_time_ms),
  limitsHash: row.limits_hash,
  accountKey: row.account_key,
  pressKey: row.press_key,
  pinKey: row.pin_key,
  enrolment: row.enrolment,
  enrolmentHash: row.enrolment_hash,
  enrolledAtMs: Number(row.enrolled_at_ms),
  closedAtMs: row.closed_at_ms === null ? undefined : Number(row.closed_at_ms),
});

export interface DecisionRow {
  position: bigint;
  request_id: Uint8Array;
  user_id: Uint8Array;
  publisher_id: string;
  code: bigint;
  price_minor: bigint;
  price_currency: string;
  charged_minor: bigint;
  charged_currency: string;
  rate_table_id: bigint;
  offer_hash: Uint8Array;
  quote_signature: Uint8Array;
  request_hash: Uint8Array;
  request: Uint8Array;
  decision_id: Uint8Array;
  decision: Uint8Array;
  chain_hash: Uint8Array;
  at_ms: bigint;
  transfer: bigint | null;
  card_id: Uint8Array | null;
}

export const priorOf = (
  row: Pick<DecisionRow, 'request_hash' | 'request' | 'decision' | 'chain_hash' | 'code'>,
): PriorDecision => ({
  requestHash: row.request_hash,
  requestBytes: row.request,
  decision: row.decision,
  chainHash: row.chain_hash,
  code: decisionCodeOf(row.code),
});

export const decisionOf = (row: DecisionRow): PlacedDecision => ({
  ...priorOf(row),
  position: row.position,
  requestId: row.request_id,
  userId: row.user_id,
  publisherId: row.publisher_id,
  priceMinor: row.price_minor,
  priceCurrency: row.price_currency,
  chargedMinor: row.charged_minor,
  chargedCurrency: row.charged_currency,
  rateTableId: Number(row.rate_table_id),
  offerHash: row.offer_hash,
  quoteSignature: row.quote_signature,
  decisionId: row.decision_id,
  atMs: Number(row.at_ms),
  transferId: row.transfer ?? undefined,
  cardId: row.card_id ?? undefined,
});

function decisionCodeOf(number: bigint): DecisionCode {
  const code = number === 0n ? 'APPROVED' : codeName(Number(number));
  if (code === undefined) throw new StoreError('failed', `decisions: code ${number} is not in the list`);
  return code;
}

export interface PublisherRow {
  publisher_id: string;
  common_name: string;
  payout_currency: string;
  bank_holder: string;
  bank_iban: string;
  fee_basis_points: bigint;
  chain_hash: Uint8Array;
  enrolled_at_ms: bigint;
}

export const publisherOf = (row: PublisherRow): Publisher => ({
  publisherId: row.publisher_id,
  commonName: row.common_name,
  payoutCurrency: row.payout_currency,
  bank: { holder: row.bank_holder, iban: row.bank_iban },
  feeBasisPoints: Number(row.fee_basis_points),
  chainHash: row.chain_hash,
  enrolledAtMs: Number(row.enrolled_at_ms),
});

export interface RateTableRow {
  body: Uint8Array;
  superseded_at_ms: bigint | null;
}

export const rateTableOf = (row: RateTableRow): PostedRateTable => ({
  table: decodeRateTable(row.body),
  supersededAtMs: row.superseded_at_ms === null ? undefined : Number(row.superseded_at_ms),
});

export interface AccountRow {
  id: bigint;
  kind: AccountKind;
  owner: string;
  currency: string;
  balance_minor: bigint;
}

export const accountOf = ({ id, kind, owner, currency, balance_minor }: AccountRow): Account => ({
  id,
  kind,
  owner,
  currency,
  balanceMinor: balance_minor,
});

export interface TransferRow {
  id: bigint;
  kind: TransferKind;
  reference: Uint8Array;
  at_ms: bigint;
  period: bigint;
  corrects: bigint | null;
  reason: string | null;
}

export interface PostingRow {
  transfer: bigint;
  amount_minor: bigint;
  currency: string;
  debit_kind: AccountKind;
  debit_owner: string;
  credit_kind: AccountKind;
  credit_owner: string;
}

export const transferOf = (row: TransferRow, postings: readonly PostingRow[]): RecordedTransfer => ({
  id: row.id,
  kind: row.kind,
  reference: row.reference,
  atMs: Number(row.at_ms),
  period: Number(row.period),
  postings: postings.map(postingOf),
  ...(row.corrects !== null && { correction: { corrects: row.corrects, reason: row.reason ?? '' } }),
});

const postingOf = (row: PostingRow): Posting => ({
  debit: { kind: row.debit_kind, owner: row.debit_owner, currency: row.currency },
  credit: { kind: row.credit_kind, owner: row.credit_owner, currency: row.currency },
  amountMinor: row.amount_minor,
});

export interface TopUpRow {
  user_id: Uint8Array;
  amount_minor: bigint;
  currency: string;
  bank_reference: string;
}

export const topUpOf = (row: TopUpRow): TopUp => ({
  userId: row.user_id,
  amountMinor: row.amount_minor,
  currency: row.currency,
  bankReference: row.bank_reference,
});

/** A chain in one column: the canonical list of its certificates. */
export const packChain = (chain: readonly Uint8Array[]): Uint8Array => packWire(chain);
export const unpackChain = (packed: Uint8Array): readonly Uint8Array[] =>
  (unpackWire(Uint8Array.from(packed)) as readonly Uint8Array[]).map((one) => Uint8Array.from(one));
