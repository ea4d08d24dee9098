/**
 * One publisher's payout of a sealed period. Pure: what moved, what was owed before, where the money goes, and by which rates.
 * What is carried stays in the payable as it is: the next payout begins with it.
 */
import { ProtocolError, type RateTable } from '@coinslot/protocol';
import { createHash } from 'node:crypto';
import { endToEndIdOf } from '../bank/ids.ts';
import type { AccountName, Posting, Transfer, TransferKind } from '../ledger/types.ts';
import type { KindSums } from '../periods/movements.ts';
import { convertDown } from './conversion.ts';
import type { CarryReason, Payout, PayoutCurrency } from './types.ts';

/** What a period did to one payable. */
export interface MovedPayable {
  readonly currency: string;
  /** What the payout of the period before ended with. */
  readonly openingMinor: bigint;
  readonly sums: KindSums;
  /** By kind of transfer: taken from sales, less what was given back. */
  readonly fees: ReadonlyMap<TransferKind, bigint>;
}

/** Where the money goes, or why it cannot. */
export type PayoutWay =
  | { readonly bankDetailsNumber: number; readonly payoutCurrency: string }
  | { readonly carried: CarryReason; readonly payoutCurrency: string };

export interface PayoutTerms {
  readonly period: number;
  /** The seal's time; also the booking's. */
  readonly madeAtMs: number;
  /** The seal's table; `undefined` when it names none. */
  readonly rateTable: RateTable | undefined;
  readonly minimumMinor: (currency: string) => bigint;
}

export interface MadePayout {
  readonly payout: Payout;
  /** None when carried. */
  readonly transfers: readonly Transfer[];
}

/** Payables in one transfer; with their sum and the odd units that makes 14 postings. */
const CURRENCIES_PER_TRANSFER = 12;

export const payoutNumberOf = (period: number, publisherId: string): string => `P-${period}-${publisherId}`;

/** The reference of a payout's transfer; a payout of very many currencies has several. */
export const payoutReference = (period: number, publisherId: string, part = 0): Uint8Array =>
  hashOf('payout', String(period), publisherId, ...(part === 0 ? [] : [String(part)]));

/** SHA-256 over words, with a zero byte between them: none of the words has one. */
export const hashOf = (...words: readonly string[]): Uint8Array =>
  Uint8Array.from(createHash('sha256').update(words.join('\0')).digest());

export function makePayout(
  publisherId: string,
  payables: readonly MovedPayable[],
  way: PayoutWay,
  terms: PayoutTerms,
): MadePayout {
  const { period, madeAtMs } = terms;
  const number = payoutNumberOf(period, publisherId);
  const moved = payables.map((payable) => currencyOf(number, payable));
  const judged = judge(moved, way, terms);
  const base = {
    number,
    period,
    publisherId,
    payoutCurrency: way.payoutCurrency,
    messageId: undefined,
    told: { paidMinor: 0n, returnedMinor: 0n },
    paidMinor: 0n,
    reason: undefined,
    madeAtMs,
  };
  if ('carried' in judged)
    return {
      payout: {
        ...base,
        currencies: moved,
        amountMinor: 0n,
        carried: judged.carried,
        bankDetailsNumber: 0,
        endToEndId: '',
        state: 'carried',
      },
      transfers: [],
    };
  const { converted, amountMinor, bankDetailsNumber } = judged;
  return {
    payout: {
      ...base,
      currencies: moved.map((one, i) => ({ ...one, convertedMinor: converted[i]?.convertedMinor ?? 0n })),
      amountMinor,
      carried: undefined,
      bankDetailsNumber,
      endToEndId: endToEndIdOf('P', period, payoutReference(period, publisherId)),
      state: 'booked',
    },
    transfers: transfersOf(publisherId, converted, way.payoutCurrency, terms),
  };
}

const GROSS: Partial<Record<TransferKind, 'sales' | 'claims' | 'refunds' | 'paidOut'>> = {
  payment: 'sales',
  claim: 'claims',
  'claim-reversal': 'claims',
  refund: 'refunds',
  payout: 'paidOut',
  'payout-return': 'paidOut',
};

function currencyOf(number: string, { currency, openingMinor, sums, fees }: MovedPayable): PayoutCurrency {
  const parts = { sales: 0n, claims: 0n, refunds: 0n, paidOut: 0n, other: 0n };
  let [feesMinor, closingMinor] = [0n, openingMinor];
  for (const [kind, { amountMinor }] of sums) {
    const column = GROSS[kind] ?? 'other';
    const fee = column === 'other' || column === 'paidOut' ? 0n : (fees.get(kind) ?? 0n);
    parts[column] += amountMinor + fee;
    feesMinor += fee;
    closingMinor += amountMinor;
  }
  const made: PayoutCurrency = {
    currency,
    openingMinor,
    sales: sums.get('payment')?.count ?? 0,
    salesMinor: parts.sales,
    feesMinor,
    claimsMinor: parts.claims,
    refundsMinor: -parts.refunds,
    paidOutMinor: parts.paidOut,
    otherMinor: parts.other,
    closingMinor,
    convertedMinor: 0n,
  };
  if (!addsUp(made)) throw new Error(`${number}, ${currency}: its parts do not make what is payable`);
  return made;
}

/** Opening, and everything that happened, make the payable at the seal. */
export function addsUp(of: PayoutCurrency): boolean {
  const { openingMinor, salesMinor, feesMinor, claimsMinor, refundsMinor, paidOutMinor, otherMinor } = of;
  return (
    of.closingMinor === openingMinor + salesMinor - feesMinor + claimsMinor - refundsMinor + paidOutMinor + otherMinor
  );
}

interface Converted extends PayoutCurrency {
  readonly roundingMinor: bigint;
}

type Judged =
  | { readonly carried: CarryReason }
  | { readonly converted: readonly Converted[]; readonly amountMinor: bigint; readonly bankDetailsNumber: number };

function judge(moved: readonly PayoutCurrency[], way: PayoutWay, { rateTable, minimumMinor }: PayoutTerms): Judged {
  if (moved.every(({ closingMinor }) => closingMinor <= 0n)) return { carried: 'nothing-owed' };
  if ('carried' in way) return { carried: way.carried };
  const converted: Converted[] = [];
  for (const one of moved) {
    const result = convert(one, way.payoutCurrency, rateTable);
    if (result === undefined) return { carried: 'no-rate' };
    converted.push({ ...one, ...result });
  }
  const amountMinor = converted.reduce((sum, { convertedMinor }) => sum + convertedMinor, 0n);
  if (amountMinor <= 0n) return { carried: 'nothing-owed' };
  if (amountMinor < minimumMinor(way.payoutCurrency)) return { carried: 'below-minimum' };
  return { converted, amountMinor, bankDetailsNumber: way.bankDetailsNumber };
}

function convert(
  { closingMinor, currency }: PayoutCurrency,
  to: string,
  table: RateTable | undefined,
): Pick<Converted, 'convertedMinor' | 'roundingMinor'> | undefined {
  if (currency === to || closingMinor === 0n) return { convertedMinor: closingMinor, roundingMinor: 0n };
  if (table === undefined) return undefined;
  try {
    return convertDown(closingMinor, currency, to, table);
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'RATE_STALE') return undefined;
    throw error;
  }
}

const own = (kind: 'exchange-position' | 'rounding', currency: string): AccountName => ({ kind, owner: '', currency });

/** From one account to another, the other way round below zero; nothing for nothing. */
const move = (from: AccountName, to: AccountName, amountMinor: bigint): Posting[] =>
  amountMinor === 0n
    ? []
    : amountMinor > 0n
      ? [{ debit: from, credit: to, amountMinor }]
      : [{ debit: to, credit: from, amountMinor: -amountMinor }];

/** The account of what is handed to the bank and not confirmed yet. */
export const transitAccount = (owner: string, currency: string): AccountName => ({
  kind: 'payout-transit',
  owner,
  currency,
});

export const payableAccount = (publisherId: string, currency: string): AccountName => ({
  kind: 'publisher-payable',
  owner: publisherId,
  currency,
});

/**
 * What is converted meets in the exchange position, as with purchases. The highest come first, so that nothing ever leaves the
 * transit account before it is there.
 */
function transfersOf(
  publisherId: string,
  converted: readonly Converted[],
  payoutCurrency: string,
  { period, madeAtMs }: PayoutTerms,
): Transfer[] {
  const owed = converted.filter(({ closingMinor }) => closingMinor !== 0n);
  const sorted = [...owed].sort(
    (a, b) => Number(a.convertedMinor < b.convertedMinor) - Number(a.convertedMinor > b.convertedMinor),
  );
  const transfers: Transfer[] = [];
  for (let part = 0; part * CURRENCIES_PER_TRANSFER < sorted.length; part++) {
    const group = sorted.slice(part * CURRENCIES_PER_TRANSFER, (part + 1) * CURRENCIES_PER_TRANSFER);
    const postings = postingsOf(publisherId, group, payoutCurrency);
    transfers.push({ kind: 'payout', reference: payoutReference(period, publisherId, part), atMs: madeAtMs, postings });
  }
  return transfers;
}

function postingsOf(publisherId: string, group: readonly Converted[], payoutCurrency: string): Posting[] {
  const transit = transitAccount(publisherId, payoutCurrency);
  const position = own('exchange-position', payoutCurrency);
  const foreign = group.filter(({ currency }) => currency !== payoutCurrency);
  const sameMinor = group.find(({ currency }) => currency === payoutCurrency)?.closingMinor ?? 0n;
  const foreignMinor = foreign.reduce((sum, { convertedMinor }) => sum + convertedMinor, 0n);
  const roundingMinor = foreign.reduce((sum, one) => sum + one.roundingMinor, 0n);
  const same = move(payableAccount(publisherId, payoutCurrency), transit, sameMinor);
  const exchanged = move(position, transit, foreignMinor);
  return [
    ...foreign.flatMap(({ currency, closingMinor }) =>
      move(payableAccount(publisherId, currency), own('exchange-position', currency), closingMinor),
    ),
    ...(sameMinor > 0n ? [...same, ...exchanged] : [...exchanged, ...same]),
    ...move(position, own('rounding', payoutCurrency), roundingMinor),
  ];
}
