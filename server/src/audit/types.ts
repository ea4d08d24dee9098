/** The auditor's words: what it is given, what it finds, what it reports. */
import type { StoreReader } from '../store/port.ts';

/**
 * What is wrong, in one word:
 *  - `unreadable`: bytes that nobody can read any more;
 *  - `signature`: a signature, or the chain of its signer, does not hold;
 *  - `message`: a row says something else than the message that was signed;
 *  - `sale`: a message that was signed and must not have been: price, payee, rate, consent, more than was shown;
 *  - `two-decisions`: one request and two answers;
 *  - `missing-transfer`: what was signed moved no money;
 *  - `transfer`: it moved other money, or at another time, than what was signed asks for;
 *  - `unfounded-transfer`: money moved that nothing asks for;
 *  - `claimed-twice`: two facts stand on one transfer;
 *  - `card-chain`, `card-record`, `purse`: a card's records have a gap, one is not there, or a purse is not what they make;
 *  - `balance`: an account is not what its postings make, or is below zero where none may be;
 *  - `journal`, `period`, `seal`: the chain of blocks, the month of a transfer, the seal of a month;
 *  - `bill`, `collection`, `payout`, `bank-details`, `bank-file`, `notice`: what was made of a sealed month, and what banks said.
 */
export type FindingKind =
  | 'unreadable'
  | 'signature'
  | 'message'
  | 'sale'
  | 'two-decisions'
  | 'missing-transfer'
  | 'transfer'
  | 'unfounded-transfer'
  | 'claimed-twice'
  | 'card-chain'
  | 'card-record'
  | 'purse'
  | 'balance'
  | 'journal'
  | 'period'
  | 'seal'
  | 'bill'
  | 'collection'
  | 'payout'
  | 'bank-details'
  | 'bank-file'
  | 'notice';

/** One difference: where, what follows from the signed facts, what is stored. */
export interface Finding {
  readonly kind: FindingKind;
  /** `decision 12`, `transfer 40 (payment)`, `card <hex>, record 3`. */
  readonly place: string;
  readonly expected: string;
  readonly found: string;
}

export interface AuditOptions {
  readonly store: StoreReader;
  /** Pinned roots, DER: with the signed messages all that the auditor believes. */
  readonly roots: readonly Uint8Array[];
  /** Signatures of every nth decision and card record only; 1, all of them, when left out. Everything else is always looked at. */
  readonly oneIn?: number;
  /** Told now and then how far it has come. */
  readonly onProgress?: (stage: string, done: number) => void;
}

/** What a currency comes to over all accounts, and where it is. Minor units; negative = owed to the server, or held at the bank. */
export interface CurrencyReport {
  readonly currency: string;
  /** Over all accounts: 0, or the books are wrong. */
  readonly sumMinor: bigint;
  /** By kind of account, derived from the facts. */
  readonly byKind: Readonly<Record<string, bigint>>;
}

/** Money that moved on somebody's word, because nobody signs for it. */
export interface OnWord {
  /** Whose word: the bank's, or the operator's. */
  readonly whose: 'bank' | 'operator';
  readonly what: string;
  readonly count: number;
  /** By currency; empty for what is no money. */
  readonly sums: Readonly<Record<string, bigint>>;
}

export interface AuditReport {
  /** No finding. */
  readonly ok: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly signatures: { readonly verified: number; readonly oneIn: number };
  readonly currencies: readonly CurrencyReport[];
  readonly onWord: readonly OnWord[];
  /** All of them; 100 at most are kept, in the order in which they were met. */
  readonly findingCount: number;
  readonly findings: readonly Finding[];
}
