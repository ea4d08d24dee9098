/**
 * The auditor's own model: which postings a fact must have made. Pure, and written from the pages that say so
 * (`docs/internals/money.md`, `docs/internals/card.md`), not from the code that posts.
 */
import type { Money, RateTable } from '@coinslot/protocol';
import type { AccountKind, AccountName, Posting } from '../ledger/types.ts';
import { hex } from './bytes.ts';
import { feeOf, worthOf } from './money.ts';

export const account = (kind: AccountKind, currency: string, owner: string | Uint8Array = ''): AccountName => ({
  kind,
  owner: typeof owner === 'string' ? owner : hex(owner),
  currency,
});

export const nameOf = ({ kind, owner, currency }: AccountName): string => `${kind} ${owner} ${currency}`;

export const move = (debit: AccountName, credit: AccountName, amountMinor: bigint): Posting => ({
  debit,
  credit,
  amountMinor,
});

/** A sale as signed, and what the operator's books say of its two sides. */
export interface Sale {
  readonly payer: AccountName;
  readonly publisherId: string;
  readonly price: Money;
  /** In the payer's currency. */
  readonly chargedMinor: bigint;
  /** `undefined` when nothing was converted. */
  readonly table: RateTable | undefined;
  readonly feeBasisPoints: number;
}

/**
 * The publisher gets the price less the fee. Where the payer pays in another currency, what the price is worth there goes to
 * the exchange position, whose other side pays the publisher; and what rounding up added goes to the rounding account.
 */
export function salePostings({ payer, publisherId, price, chargedMinor, table, feeBasisPoints }: Sale): Posting[] {
  const feeMinor = feeOf(price.amountMinor, feeBasisPoints);
  const payable = account('publisher-payable', price.currency, publisherId);
  const fees = account('fees', price.currency);
  if (payer.currency === price.currency)
    return whole([move(payer, payable, price.amountMinor - feeMinor), move(payer, fees, feeMinor)]);
  const worthMinor = (table && worthOf(price, payer.currency, table)?.downMinor) ?? chargedMinor;
  const position = account('exchange-position', price.currency);
  return whole([
    move(payer, account('exchange-position', payer.currency), worthMinor),
    move(payer, account('rounding', payer.currency), chargedMinor - worthMinor),
    move(position, payable, price.amountMinor - feeMinor),
    move(position, fees, feeMinor),
  ]);
}

/** A sale undone: everything the other way round, and to whoever stands for the payer now. */
export const undoneSale = (sale: Sale, payee: AccountName): Posting[] =>
  salePostings({ ...sale, payer: payee }).map(({ debit, credit, amountMinor }) => move(credit, debit, amountMinor));

/** Nothing is posted for nothing. */
const whole = (postings: readonly Posting[]): Posting[] => postings.filter(({ amountMinor }) => amountMinor !== 0n);

/** Postings as comparable text, in an order of their own: which one came first says nothing. */
export const linesOf = (postings: readonly Posting[]): string[] =>
  postings.map(({ debit, credit, amountMinor }) => `${nameOf(debit)} -> ${nameOf(credit)} ${amountMinor}`).sort();
