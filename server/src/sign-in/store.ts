/** What is good for a short time, over all processes of a store: nonces that were used, links, sessions. Part of `store/port.ts`. */

export type PassKind = 'nonce' | 'link' | 'session';

/** Kept by the hash of its secret, so that nobody who reads the store can use one. */
export interface Pass {
  readonly kind: PassKind;
  /** SHA-256. */
  readonly digest: Uint8Array;
  /** Whose: see `nameOf`; empty for a nonce. */
  readonly subject: string;
  readonly openedAtMs: number;
  /** It is over behind this moment. */
  readonly untilMs: number;
}

export interface PassReader {
  /** Also one that is over and not forgotten yet. */
  findPass(kind: PassKind, digest: Uint8Array): Promise<Pass | undefined>;
}

/** Changes, inside a transaction. */
export interface PassWriter extends PassReader {
  /** The digest must be a new one. */
  addPass(pass: Pass): Promise<void>;
  setPassUntil(kind: PassKind, digest: Uint8Array, untilMs: number): Promise<void>;
  /** Says whether it was there. */
  removePass(kind: PassKind, digest: Uint8Array): Promise<boolean>;
  /** Those of a kind that were over before a moment. */
  forgetPasses(kind: PassKind, beforeMs: number): Promise<void>;
  countPasses(kind: PassKind): Promise<number>;
  /** All but so many, those first whose time is over first; of one subject, or of everybody. */
  trimPasses(kind: PassKind, keep: number, subject?: string): Promise<void>;
}
