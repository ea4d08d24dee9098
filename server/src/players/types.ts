import type { AccountName } from '../ledger/types.ts';

export type Plan = 'prepaid' | 'postpaid';

/** What a player's own press key may spend without more. */
export interface PressLimits {
  readonly pressPaymentMaxMinor: bigint;
  readonly pressDayMaxMinor: bigint;
}

/** A player as enrolled; fixed for ever. */
export interface NewPlayer extends PressLimits {
  /** 16 bytes. */
  readonly userId: Uint8Array;
  readonly plan: Plan;
  readonly currency: string;
  /** Raw Ed25519 keys, 32 bytes each. */
  readonly accountKey: Uint8Array;
  readonly pressKey: Uint8Array;
  readonly pinKey: Uint8Array;
  /** The envelope that enrolled, and the hash of its body. */
  readonly enrolment: Uint8Array;
  readonly enrolmentHash: Uint8Array;
  readonly enrolledAtMs: number;
}

/** A player as they stand. */
export interface Player extends NewPlayer {
  /** Credits less debits; negative = owed. */
  readonly balanceMinor: bigint;
  readonly ceilingMinor: bigint;
  /** Whole days since 1970 (UTC) of the last press payment, and what all presses of that day came to. */
  readonly pressDay: number;
  readonly pressDaySpentMinor: bigint;
  /** Time and body hash of the last accepted change of limits; 0 and empty before the first. */
  readonly limitsTimeMs: number;
  readonly limitsHash: Uint8Array;
  /** Since when the player has closed the account; nothing is charged to it any more. */
  readonly closedAtMs: number | undefined;
}

export const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');

/** The account a player pays from. */
export function playerAccount(player: Pick<NewPlayer, 'userId' | 'plan' | 'currency'>): AccountName {
  const kind = player.plan === 'prepaid' ? 'player-prepaid' : 'player-postpaid';
  return { kind, owner: hex(player.userId), currency: player.currency };
}

/** The largest amount that the player can be charged now. */
export function spendableMinor(player: Pick<Player, 'plan' | 'balanceMinor' | 'ceilingMinor' | 'closedAtMs'>): bigint {
  if (player.closedAtMs !== undefined) return 0n;
  return player.plan === 'prepaid' ? player.balanceMinor : player.balanceMinor + player.ceilingMinor;
}

/** An incoming payment by bank. */
export interface TopUp {
  readonly userId: Uint8Array;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** The bank's own name for the transaction: 1 ... 140 characters. */
  readonly bankReference: string;
}
