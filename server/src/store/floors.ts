/** How far an account may go below zero when it is opened, in both backends. */
import type { AccountKind } from '../ledger/types.ts';

const FLOOR_FREE = -4_611_686_018_427_387_904n;
/** Postpaid starts with a ceiling of 0; a purse, what is held of one, and what is at the bank gives nothing that was not put into it. */
const FLOORS: Partial<Record<AccountKind, bigint>> = {
  'player-prepaid': 0n,
  'player-postpaid': 0n,
  'card-float': 0n,
  'card-dispute': 0n,
  'payout-transit': 0n,
};

export const floorOf = (kind: AccountKind): bigint => FLOORS[kind] ?? FLOOR_FREE;
