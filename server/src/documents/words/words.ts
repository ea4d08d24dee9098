import type { CollectionState, PaymentWay } from '../../bills/types.ts';
import type { Bill } from '../../bills/types.ts';
import type { CarryReason, PayoutLine, PayoutState } from '../../payouts/types.ts';

/** Every word of the documents in one language: one that lacks any does not compile. */
export interface DocumentWords {
  readonly direction: 'ltr' | 'rtl';
  readonly months: readonly [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  readonly month: (name: string, year: number) => string;
  /** Of a decimal number. */
  readonly decimalSign: string;
  readonly bill: string;
  readonly statement: string;
  readonly payout: string;
  readonly number: string;
  readonly period: string;
  readonly periodText: (first: string, last: string) => string;
  readonly account: string;
  readonly holder: string;
  readonly publisher: string;
  readonly made: string;
  readonly state: string;
  readonly reason: string;
  readonly reference: string;
  readonly paid: string;
  readonly test: string;
  readonly page: (page: number, pages: number) => string;
  readonly scriptNote: string;
  readonly utcNote: string;
  readonly summary: string;
  readonly opening: string;
  readonly closing: string;
  readonly purchases: (count: number) => string;
  readonly fromCards: string;
  readonly refunds: string;
  readonly paidIn: string;
  readonly loaded: string;
  readonly other: string;
  readonly due: string;
  readonly balance: string;
  readonly nothingDue: string;
  readonly statementMeans: string;
  readonly carriedBill: Readonly<Record<NonNullable<Bill['carried']>, string>>;
  readonly byDebit: (account: string, mandate: string, creditor: string) => string;
  readonly byCard: string;
  readonly byTransfer: (to: string, reference: string) => string;
  readonly collection: Readonly<Record<CollectionState, string>>;
  readonly ways: Readonly<Record<PaymentWay, string>>;
  readonly way: string;
  readonly games: string;
  readonly game: string;
  readonly uses: string;
  readonly charged: string;
  readonly lines: string;
  readonly noLines: string;
  readonly moreLines: (count: number) => string;
  readonly booked: string;
  readonly spent: (day: string) => string;
  readonly what: string;
  readonly price: string;
  readonly amount: string;
  readonly offer: (hash: string) => string;
  readonly rateTable: (number: number) => string;
  /** Of transfers by kind; others show their own name. */
  readonly kinds: Readonly<Record<string, string>>;
  readonly toPay: string;
  readonly nothingPaid: string;
  readonly carriedPayout: Readonly<Record<CarryReason, string>>;
  readonly payoutStates: Readonly<Record<PayoutState, string>>;
  readonly toAccount: (holder: string, account: string, details: number) => string;
  readonly inCurrency: (currency: string) => string;
  readonly payableBefore: string;
  readonly payableAfter: string;
  readonly sales: (count: number) => string;
  readonly fees: string;
  readonly claims: string;
  readonly paidOut: string;
  readonly corrections: string;
  readonly converted: (currency: string) => string;
  readonly decisions: string;
  readonly decision: string;
  readonly fee: string;
  readonly net: string;
  readonly payoutKinds: Readonly<Record<PayoutLine['kind'], string>>;
  readonly noIdentity: string;
}
