/** The cards of this server's players, and what is kept of them. */
import type { Assurance, CardParameters, CodeName, DecisionCode } from '@coinslot/protocol';
import type { Transfer } from '../ledger/types.ts';

/** A card as issued; fixed for ever. */
export interface NewCard {
  /** 16 bytes, a pseudonym. */
  readonly cardId: Uint8Array;
  readonly userId: Uint8Array;
  readonly assurance: Assurance;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** SubjectPublicKeyInfo of the issuer whose objects this card takes. */
  readonly issuerKey: Uint8Array;
  /** The issuer's certified id. */
  readonly issuerId: string;
  readonly serialHex: string;
  /** Card, card issuer, SINT. */
  readonly chainHash: Uint8Array;
  readonly issuedAtMs: number;
  readonly notAfterMs: number;
}

/** A card as it stands. */
export interface Card extends NewCard {
  /** Counter and hash of the last record booked. */
  readonly counter: number;
  readonly head: Uint8Array;
  /** Number of the last acknowledgement; 0 before the first. */
  readonly acknowledgement: number;
  /** Time of the last upload. */
  readonly seenAtMs: number | undefined;
  /** On the blocked list since; never taken back. */
  readonly blockedAtMs: number | undefined;
  readonly blockedReason: string | undefined;
  /** When what was left on it went back, long after its end. */
  readonly settledAtMs: number | undefined;
}

/** An answer to an application, kept so that it can be given again. */
export interface CardIssueRecord {
  readonly cardId: Uint8Array;
  readonly applicationHash: Uint8Array;
  readonly application: Uint8Array;
  /** Envelope `card-issue`. */
  readonly issue: Uint8Array;
  readonly atMs: number;
}

/** Parameters of a card: envelope `card-parameters`, and what it says. */
export interface StoredParameters {
  readonly envelope: Uint8Array;
  readonly parameters: CardParameters;
}

/**
 * What became of a record that came up.
 *  - `booked`: the publisher has been paid, by whoever it was to be paid by;
 *  - `refused`: the card itself refused, so nothing is owed;
 *  - `void`: the sale does not hold (`code` says why), the player gets the charge back and the publisher nothing;
 *  - `disputed`: nobody has shown the player's own message 2 (`code` CONSENT_REQUIRED): the charge is held for the publisher's
 *    claim, or for the player at the end of the card;
 *  - `conflict`: the same request is paid already, here or by another card, so the player is not charged again;
 *  - `unpaid`: more than the card can have had, and beyond what the issuer stands for.
 */
export type CardRecordOutcome = 'booked' | 'refused' | 'void' | 'disputed' | 'conflict' | 'unpaid';

/** A record as it is kept, with its proofs. */
export interface CardRecordRow {
  readonly cardId: Uint8Array;
  /** `cardRecordHash` of the record. */
  readonly head: Uint8Array;
  readonly counter: number;
  readonly previous: Uint8Array;
  readonly requestId: Uint8Array;
  readonly purse: string;
  readonly chargedMinor: bigint;
  readonly chargedCurrency: string;
  /** The encoded CardRecord, and the envelopes of messages 2 and 3: both or neither. */
  readonly record: Uint8Array;
  readonly request: Uint8Array | undefined;
  readonly decision: Uint8Array | undefined;
  readonly outcome: CardRecordOutcome;
  readonly code: CodeName | undefined;
  readonly forked: boolean;
  readonly excess: boolean;
  readonly spentAtMs: number;
  readonly bookedAtMs: number;
  /** The transfer that paid the publisher. */
  readonly transferId: bigint | undefined;
}

/** A record to be kept. */
export interface NewCardRecord extends Omit<CardRecordRow, 'transferId'> {
  /** The payment; `undefined` where nothing is paid. */
  readonly transfer: Transfer | undefined;
  /** The decision to stand under the request's id, where there is none yet. */
  readonly placed: NewCardDecision | undefined;
}

/** What a card's approval adds to the record of decisions, so that its request is closed here too. */
export interface NewCardDecision {
  readonly publisherId: string;
  readonly code: DecisionCode;
  readonly priceMinor: bigint;
  readonly priceCurrency: string;
  readonly rateTableId: number;
  readonly offerHash: Uint8Array;
  readonly quoteSignature: Uint8Array;
  readonly requestHash: Uint8Array;
  readonly decisionId: Uint8Array;
  readonly userId: Uint8Array;
  readonly chainHash: Uint8Array;
}

/** An upload that was answered. */
export interface AnsweredUpload {
  readonly cardId: Uint8Array;
  readonly challenge: Uint8Array;
  readonly number: number;
  /** Envelope `upload-acknowledgement`. */
  readonly acknowledgement: Uint8Array;
  readonly upload: Uint8Array;
  readonly atMs: number;
}

/** A publisher's claim for a decision whose record never came up. */
export interface CardClaim {
  readonly cardId: Uint8Array;
  readonly head: Uint8Array;
  readonly counter: number;
  readonly publisherId: string;
  readonly purse: string;
  readonly chargedMinor: bigint;
  readonly chargedCurrency: string;
  readonly decision: Uint8Array;
  readonly quote: Uint8Array;
  readonly spentAtMs: number;
  readonly atMs: number;
  readonly transferId: bigint;
  /** Set when the record came after all. */
  readonly reversalId: bigint | undefined;
}

export type NewCardClaim = Omit<CardClaim, 'transferId' | 'reversalId'> & { readonly transfer: Transfer };
