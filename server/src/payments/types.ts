import type { CodeName, DecisionCode, PaymentRequest, Quote, VerifiedLeaf } from '@coinslot/protocol';
import type { PostedRateTable } from '../exchange/types.ts';
import type { Transfer } from '../ledger/types.ts';
import type { Player } from '../players/types.ts';
import type { Publisher } from '../publishers/types.ts';

/** A quote as read: its fields, and either who signed it or the code of what is wrong with it. */
export interface ReadQuote {
  readonly quote: Quote;
  /** The publisher's signature, 64 bytes. */
  readonly signature: Uint8Array;
  readonly publisher: VerifiedLeaf | undefined;
  readonly fault: CodeName | undefined;
}

/** Message 2 after its form and the player's signature were found good. */
export interface AdmittedPayment {
  readonly request: PaymentRequest;
  readonly quote: ReadQuote;
  /** SHA-256 over user and nonce: the name of this payment for ever. */
  readonly requestId: Uint8Array;
  /** Hash of the exact body. */
  readonly requestHash: Uint8Array;
  /** The envelope as received. */
  readonly requestBytes: Uint8Array;
  /** A proof that was the player's and is enough no more, as of when it came in. */
  readonly proofFault: CodeName | undefined;
  /** The content key that the quote names, sealed to the player; `undefined` when it names none, or none is held here. */
  readonly sealedKey: Uint8Array | undefined;
  /** A refusal that the sandbox asked for, given when no real check refuses first. */
  readonly forcedRefusal: CodeName | undefined;
}

/** What the record already says of a request id. */
export interface PriorDecision {
  readonly requestHash: Uint8Array;
  readonly requestBytes: Uint8Array;
  /** Envelope, chain by hash. */
  readonly decision: Uint8Array;
  readonly chainHash: Uint8Array;
  readonly code: DecisionCode;
}

/** A player while a batch is decided: what earlier payments of the batch took is already off. */
export interface SpendingPlayer extends Player {
  balanceMinor: bigint;
  pressDay: number;
  pressDaySpentMinor: bigint;
}

/** All that a payment is judged against. Players are shared between the payments of a batch. */
export interface PaymentState {
  readonly prior: PriorDecision | undefined;
  readonly player: SpendingPlayer;
  readonly publisher: Publisher | undefined;
  /** The table that the request names; `undefined` for 0 and for numbers never given. */
  readonly rateTable: PostedRateTable | undefined;
}

/** The outcome of the checks. Amounts in minor units of the player's currency. */
export type Verdict =
  | { readonly code: CodeName }
  | { readonly code: 'APPROVED'; readonly chargedMinor: bigint; readonly roundingMinor: bigint };

/** One decision as recorded, approval or refusal. */
export interface DecisionRecord {
  readonly requestId: Uint8Array;
  readonly userId: Uint8Array;
  readonly publisherId: string;
  readonly code: DecisionCode;
  readonly priceMinor: bigint;
  readonly priceCurrency: string;
  readonly chargedMinor: bigint;
  readonly chargedCurrency: string;
  readonly rateTableId: number;
  readonly offerHash: Uint8Array;
  readonly quoteSignature: Uint8Array;
  readonly requestHash: Uint8Array;
  readonly requestBytes: Uint8Array;
  readonly decisionId: Uint8Array;
  /** Envelope, chain by hash. */
  readonly decision: Uint8Array;
  readonly chainHash: Uint8Array;
  readonly atMs: number;
  /** The debit; `undefined` for refusals and for what is free. */
  readonly transfer: Transfer | undefined;
  /** The player's press spending after this decision; `undefined` when it was not a press or not approved. */
  readonly pressSpending: { readonly day: number; readonly spentMinor: bigint } | undefined;
}

/** A decision with its place in the record. */
export interface PlacedDecision extends Omit<DecisionRecord, 'transfer' | 'pressSpending'> {
  readonly position: bigint;
  readonly transferId: bigint | undefined;
  /** The card that decided; `undefined` for this server's own decisions. */
  readonly cardId: Uint8Array | undefined;
}
