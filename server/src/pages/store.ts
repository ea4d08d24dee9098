/** What the pages read beside the port of the rest: lists newest first and sums over sets, each by an index. See `store/port.ts`. */
import type { CollectionState, PaymentWay } from '../bills/types.ts';
import type { Card } from '../cards/types.ts';
import type { AccountKind } from '../ledger/types.ts';
import type { PlacedDecision } from '../payments/types.ts';
import type { Player } from '../players/types.ts';

/** What a publisher sold by one offer in one currency on one UTC day, by the time of booking. Free sales are not booked. */
export interface DaySales {
  readonly offerHash: Uint8Array;
  readonly currency: string;
  /** Whole days since 1970. */
  readonly day: number;
  readonly count: number;
  /** Prices, fees not taken off. */
  readonly priceMinor: bigint;
  /** Of the newest of them. */
  readonly position: bigint;
}

/** All accounts of one kind in one currency. */
export interface KindSum {
  readonly kind: AccountKind;
  readonly currency: string;
  readonly accounts: number;
  readonly sumMinor: bigint;
  /** How many are below zero, and what these come to. */
  readonly below: number;
  readonly belowMinor: bigint;
}

/** Collections of one period that stand alike. */
export interface CollectionSum {
  readonly state: CollectionState;
  readonly way: PaymentWay;
  readonly currency: string;
  readonly count: number;
  readonly amountMinor: bigint;
}

/** Reads of what is committed. */
export interface PageReader {
  /** A player's approved decisions before a position, newest first. */
  listPurchases(userId: Uint8Array, before: bigint, count: number): Promise<readonly PlacedDecision[]>;
  findDecisionAt(position: bigint): Promise<PlacedDecision | undefined>;
  /** All cards of a player, newest first. */
  listCardsOf(userId: Uint8Array): Promise<readonly Card[]>;
  /** A publisher's sales of a period, sealed or open, summed by offer, currency and day; refunds are not taken off. */
  sumSales(publisherId: string, period: number): Promise<readonly DaySales[]>;
  sumCollections(period: number): Promise<readonly CollectionSum[]>;
  /** Players by id, after one. */
  listPlayers(after: Uint8Array, count: number): Promise<readonly Player[]>;
  countPlayers(): Promise<number>;
  sumKinds(): Promise<readonly KindSum[]>;
  /** What a publisher is owed in each currency. */
  listPayables(publisherId: string): Promise<readonly { readonly currency: string; readonly balanceMinor: bigint }[]>;
}
