import type { BankAnswers } from '../bills/types.ts';

export type PayoutState = 'carried' | 'booked' | 'handed' | 'paid' | 'part-paid' | 'returned';

/** Why a payable stays where it is. */
export type CarryReason =
  | 'below-minimum'
  | 'nothing-owed'
  | 'no-bank-details'
  | 'details-too-new'
  /** The stored details are not those that the publisher signed: a finding. */
  | 'details-differ'
  | 'no-rate';

/** What a period did to a publisher's payable in one currency. */
export interface PayoutCurrency {
  readonly currency: string;
  readonly openingMinor: bigint;
  readonly sales: number;
  /** Prices, fees not taken off. */
  readonly salesMinor: bigint;
  /** Taken for sales and claims, less those given back with refunds and reversals. */
  readonly feesMinor: bigint;
  /** Claims for cards' decisions that never came up, less those that did come after all; prices, fees not taken off. */
  readonly claimsMinor: bigint;
  /** Prices of what was given back. */
  readonly refundsMinor: bigint;
  /** Payouts of earlier periods that were booked in this one (below zero), and those that came back. */
  readonly paidOutMinor: bigint;
  /** Corrections; signed. */
  readonly otherMinor: bigint;
  /** The payable at the seal. */
  readonly closingMinor: bigint;
  /** What it comes to in the payout currency; 0 when carried. */
  readonly convertedMinor: bigint;
}

export interface Payout {
  /** `P-<period>-<publisher id>`. */
  readonly number: string;
  readonly period: number;
  readonly publisherId: string;
  readonly currencies: readonly PayoutCurrency[];
  readonly payoutCurrency: string;
  /** What leaves; 0 when carried. */
  readonly amountMinor: bigint;
  readonly carried: CarryReason | undefined;
  /** Of the bank details that it goes to; 0 when carried. */
  readonly bankDetailsNumber: number;
  /** `P<period>-<20 hex>`; empty when carried. */
  readonly endToEndId: string;
  readonly messageId: string | undefined;
  readonly state: PayoutState;
  readonly told: BankAnswers;
  /** What stands as paid of it: see `paidOf`. */
  readonly paidMinor: bigint;
  readonly reason: string | undefined;
  readonly madeAtMs: number;
}

/** A line of a payout: one decision, and nobody's identity. */
export interface PayoutLine {
  readonly transferId: bigint;
  readonly kind: 'payment' | 'refund' | 'claim' | 'claim-reversal';
  readonly decisionId: Uint8Array;
  readonly offerHash: Uint8Array;
  readonly gameId: string;
  readonly priceMinor: bigint;
  readonly currency: string;
  readonly feeMinor: bigint;
  readonly spentAtMs: number;
  readonly bookedAtMs: number;
}

/** Where a publisher's money goes, as signed by the publisher. */
export interface SignedBankDetails {
  readonly publisherId: string;
  readonly number: number;
  readonly holder: string;
  readonly iban: string;
  readonly bic: string;
  readonly payoutCurrency: string;
  readonly signedAtMs: number;
  readonly takenAtMs: number;
  /** Envelope `bank-details`, with its chain. */
  readonly envelope: Uint8Array;
}

/** The rest of a prepaid account that was closed, on its way to its player. */
export interface Withdrawal {
  /** `P<period>-<20 hex>`. */
  readonly endToEndId: string;
  readonly userId: Uint8Array;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** As the mandate said. */
  readonly holder: string;
  readonly iban: string;
  readonly messageId: string | undefined;
  readonly state: Exclude<PayoutState, 'carried'>;
  readonly told: BankAnswers;
  /** What stands as paid of it: see `paidOf`. */
  readonly paidMinor: bigint;
  readonly reason: string | undefined;
  readonly madeAtMs: number;
}

/** A bank's notice as it came: the evidence of everything that touches `bank`. */
export interface NoticeRecord {
  readonly name: string;
  /** Whether it came by the bank's port, or by the operator's door. */
  readonly source: 'port' | 'door';
  readonly xml: Uint8Array;
  readonly atMs: number;
  /** Everything in it is booked, or it cannot be read. */
  readonly taken: boolean;
  readonly fault: string | undefined;
}

/** What an entry of a notice came to. `nothing`: no money moved. */
export type EntryOutcome = 'bill' | 'top-up' | 'payout' | 'withdrawal' | 'suspense' | 'cleared' | 'nothing';

/** An entry of a notice, once by the bank's own reference. */
export interface BankEntryRecord {
  /** From 1, rising by one. */
  readonly position: bigint;
  readonly bankReference: string;
  readonly noticeName: string;
  readonly outcome: EntryOutcome;
  /** Above zero in, below zero out. */
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly endToEndId: string | undefined;
  readonly remittance: string;
  readonly atMs: number;
}
