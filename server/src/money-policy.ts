/** How an operator collects and pays out. */

export interface MoneyPolicy {
  /** Bills below this are carried over, by currency; `*` for all others. */
  readonly billMinimumMinor: Readonly<Record<string, bigint>>;
  /** Payouts below this are carried over, by payout currency; `*` for all others. */
  readonly payoutMinimumMinor: Readonly<Record<string, bigint>>;
  /** How long new bank details wait before money goes there: time to notice that somebody else signed them. */
  readonly bankDetailsDelayMs: number;
  /** Days from the seal to the collection: the player has the bill before. */
  readonly collectAfterDays: number;
  /** Days from the seal to the payout. */
  readonly payAfterDays: number;
  /** 1 ... ORDERS_PER_FILE_MAX. Smaller files are smaller transactions. */
  readonly ordersPerFile: number;
  /**
   * How far below zero a publisher's own refunds may take what it is owed, by currency of the price; `*` for all others, 0 without
   * both. Money that was paid out is with the publisher: giving it back to the player as well would be the operator's loss.
   */
  readonly publisherDebtMaxMinor: Readonly<Record<string, bigint>>;
  /** Bills that share a transaction: purchases wait for it, some milliseconds. */
  readonly billsPerTransaction: number;
}

const DAY_MS = 86_400_000;

/** Bills from 1.00 and payouts from 10.00 of a currency with two decimals; bank details wait a week. */
export const MONEY_POLICY: MoneyPolicy = Object.freeze({
  billMinimumMinor: Object.freeze({ '*': 100n }),
  payoutMinimumMinor: Object.freeze({ '*': 1_000n }),
  bankDetailsDelayMs: 7 * DAY_MS,
  collectAfterDays: 5,
  payAfterDays: 1,
  ordersPerFile: 1_000,
  publisherDebtMaxMinor: Object.freeze({}),
  billsPerTransaction: 100,
});

/** The same for a sandbox: nothing waits. */
export const SANDBOX_MONEY_POLICY: MoneyPolicy = Object.freeze({ ...MONEY_POLICY, bankDetailsDelayMs: 0 });

/** The minimum for a currency; 1 where the policy says none, since nothing cannot be moved. */
export const minimumOf = (minimums: Readonly<Record<string, bigint>>, currency: string): bigint =>
  minimums[currency] ?? minimums['*'] ?? 1n;
