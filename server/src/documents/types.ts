import type { RateTable } from '@coinslot/protocol';
import type { OwnBank } from '../bank/types.ts';
import type { Bill, BillLine, Collection, Mandate } from '../bills/types.ts';
import type { Payout, PayoutLine, SignedBankDetails } from '../payouts/types.ts';

interface AnyDocument {
  /** Who makes the document: the operator, with the account that transfers go to. */
  readonly issuer: OwnBank;
  /** A BCP 47 tag; English where there are no words of its language. */
  readonly locale: string;
  /** Of a sandbox: marked on every page. */
  readonly isTest: boolean;
  readonly nameOfPublisher: (publisherId: string) => string;
}

/** Everything that a player's bill is made of. */
export interface BillDocument extends AnyDocument {
  readonly bill: Bill;
  /** Of the bill's period and player, by transfer. */
  readonly lines: readonly BillLine[];
  /** The mandate that the bill is collected by. */
  readonly mandate: Mandate | undefined;
  readonly collection: Collection | undefined;
  /** Those that the lines name; of a table that is missing only the number is shown. */
  readonly rateTables: ReadonlyMap<number, RateTable>;
}

/** Everything that a publisher's payout is made of. */
export interface PayoutDocument extends AnyDocument {
  readonly payout: Payout;
  /** Of the payout's period and publisher, by transfer. Nobody's identity is in them. */
  readonly lines: readonly PayoutLine[];
  /** Those that the payout goes to. */
  readonly details: SignedBankDetails | undefined;
}

/**
 * A document as it is to be read, before it is HTML or PDF: the same words and figures in both. Texts are plain, whatever is in
 * them; figures are formatted.
 */
export interface Sheet {
  /** What is sent as `lang`. */
  readonly locale: string;
  readonly direction: 'ltr' | 'rtl';
  /** "Bill", "Statement", "Payout". */
  readonly kind: string;
  readonly title: string;
  readonly number: string;
  readonly issuerName: string;
  /** Where it is a test, the words that say so. */
  readonly testMark: string | undefined;
  readonly facts: readonly SheetFact[];
  readonly headline: { readonly label: string; readonly figure: string; readonly texts: readonly string[] };
  readonly sections: readonly SheetSection[];
  readonly notes: readonly string[];
  /** What a PDF says where it cannot show a script. */
  readonly scriptNote: string;
  readonly pageOf: (page: number, pages: number) => string;
  readonly madeAtMs: number;
}

export interface SheetFact {
  readonly label: string;
  readonly value: string;
  /** Numbers and names for machines. */
  readonly isCode?: boolean;
}

export interface SheetSums {
  readonly kind: 'sums';
  readonly title: string;
  readonly rows: readonly { readonly label: string; readonly figure: string; readonly isTotal?: boolean }[];
}

export interface SheetColumn {
  readonly name: string;
  readonly isFigure?: boolean;
  /** Of the width, in parts of all columns' together. */
  readonly share: number;
}

export interface SheetCell {
  readonly text: string;
  /** Smaller, below it. */
  readonly sub?: string;
  readonly isCode?: boolean;
}

export interface SheetTable {
  readonly kind: 'table';
  readonly title: string;
  readonly columns: readonly SheetColumn[];
  readonly rows: readonly (readonly SheetCell[])[];
  /** What stands there when there are no rows. */
  readonly empty: string;
  readonly note: string | undefined;
}

export type SheetSection = SheetSums | SheetTable;

/** Lines on one sheet; the others are counted, and in the CSV. */
export const SHEET_LINES_MAX = 1_000;
