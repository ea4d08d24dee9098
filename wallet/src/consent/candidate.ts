/** A means that could pay for an offer, and what it would charge. */
import type { MeansId } from '../means/port.ts';
import type { Charge } from './shown.ts';

export interface Candidate {
  readonly means: MeansId;
  /** Hash of the key of the server or card that may decide. */
  readonly audience: Uint8Array;
  readonly charge: Charge;
  /** The charge in the wallet's currency: what counts against the player's limits. */
  readonly countsMinor: bigint;
  readonly sufficiency: 'enough' | 'not-enough';
  /** The card asks for its own PIN. */
  readonly needsCardPin: boolean;
}

/** Showing one and charging by the other is the same: no conversion, and the same money. */
export function chargesTheSame(a: Candidate, b: Candidate): boolean {
  const [one, other] = [a.charge, b.charge];
  if (one.table !== undefined || other.table !== undefined) return false;
  return one.money.currency === other.money.currency && one.money.amountMinor === other.money.amountMinor;
}
