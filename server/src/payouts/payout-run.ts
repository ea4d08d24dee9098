/** Makes all payouts of a sealed period, one transaction each, in the order of the publishers; what is there already stays. */
import type { RateTable } from '@coinslot/protocol';
import type { RunContext } from '../bills/bill-run.ts';
import { minimumOf } from '../money-policy.ts';
import type { Publisher } from '../publishers/types.ts';
import type { StoreTransaction } from '../store/port.ts';
import { faultOfDetails, type SignerCheck } from './bank-details.ts';
import { makePayout, payableAccount, payoutNumberOf, type MovedPayable, type PayoutWay } from './make-payout.ts';
import type { Payout } from './types.ts';

export interface PayoutRunContext extends RunContext, SignerCheck {
  readonly find: (finding: string) => void;
}

/** Returns how many payouts the period has, those that are carried among them. */
export async function makePayouts(context: PayoutRunContext): Promise<number> {
  const { store, commit, policy, sealed } = context;
  const { period, sealedAtMs: madeAtMs, rateTableId } = sealed;
  const rateTable: RateTable | undefined = (await store.findRateTable(rateTableId))?.table;
  const minimumMinor = (currency: string): bigint => minimumOf(policy.payoutMinimumMinor, currency);
  const payables = await movedPayables(context);
  const made = new Set((await store.periods.listPayouts(period)).map(({ number }) => number));
  for (const [publisherId, moved] of payables) {
    if (made.has(payoutNumberOf(period, publisherId))) continue;
    await commit.submit(async (tx) => {
      const publisher = await tx.findPublisher(publisherId);
      if (publisher === undefined) throw new Error(`publisher ${publisherId}: is owed and is not there`);
      const { way, fault } = await wayOf(tx, publisher, context);
      const { payout, transfers } = makePayout(publisherId, moved, way, { period, madeAtMs, rateTable, minimumMinor });
      await tx.periods.addPayout(payout, transfers);
      await keepFinding(tx.findings, payout, fault);
    });
  }
  return payables.length;
}

/** What is owed and kept back stays a finding until a payout of its publisher is booked; what is too small to be paid is none. */
async function keepFinding(
  findings: StoreTransaction['findings'],
  { number, publisherId, carried, madeAtMs: atMs }: Payout,
  fault: string | undefined,
): Promise<void> {
  if (carried === undefined) return findings.settleFindings('payout-kept-back', publisherId, atMs);
  if (carried === 'below-minimum' || carried === 'nothing-owed') return;
  const words = `${number}: ${fault ?? carried}`;
  await findings.noteFinding({ kind: 'payout-kept-back', about: publisherId, party: publisherId, words, atMs });
}

/** Every publisher whose payables moved, or did not end at zero in the period before; publishers and currencies in order. */
async function movedPayables({
  store,
  movements,
  previousPeriod,
}: PayoutRunContext): Promise<readonly (readonly [string, readonly MovedPayable[]])[]> {
  const openings = new Map<string, Map<string, bigint>>();
  const openingsOf = (publisherId: string): Map<string, bigint> => {
    const known = openings.get(publisherId) ?? new Map<string, bigint>();
    openings.set(publisherId, known);
    return known;
  };
  for (const { publisherId, currencies } of previousPeriod > 0 ? await store.periods.listPayouts(previousPeriod) : [])
    for (const { currency, closingMinor } of currencies)
      if (closingMinor !== 0n) openingsOf(publisherId).set(currency, closingMinor);
  for (const { account } of movements.of('publisher-payable')) {
    const ofPublisher = openingsOf(account.owner);
    ofPublisher.set(account.currency, ofPublisher.get(account.currency) ?? 0n);
  }
  const inOrder = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
  return [...openings].sort(inOrder).map(([publisherId, currencies]) => [
    publisherId,
    [...currencies].sort(inOrder).map(([currency, openingMinor]) => ({
      currency,
      openingMinor,
      sums: movements.sumsOf(payableAccount(publisherId, currency)),
      fees: movements.feesOf(publisherId, currency),
    })),
  ]);
}

/**
 * The newest details, once they have waited long enough and if they are what the publisher signed. Those before them get nothing
 * any more: the new ones may be there because the account of the old ones is somebody else's. `fault`: how they differ.
 */
async function wayOf(
  tx: StoreTransaction,
  { publisherId, payoutCurrency }: Publisher,
  { policy, sealed, find, ...check }: PayoutRunContext,
): Promise<{ readonly way: PayoutWay; readonly fault?: string }> {
  const details = await tx.periods.findBankDetails(publisherId, sealed.sealedAtMs);
  if (details === undefined) return { way: { carried: 'no-bank-details', payoutCurrency } };
  if (details.takenAtMs >= sealed.sealedAtMs - policy.bankDetailsDelayMs)
    return { way: { carried: 'details-too-new', payoutCurrency } };
  const fault = faultOfDetails(details, check);
  if (fault === undefined)
    return { way: { bankDetailsNumber: details.number, payoutCurrency: details.payoutCurrency } };
  find(fault);
  return { way: { carried: 'details-differ', payoutCurrency }, fault };
}
