/**
 * Bills of a sealed month, made once more: one for every player whose account or purses moved, or whose account was not at zero;
 * each total from the transfers, what is due, and the one attempt to collect it. What an operator may set - the least sum that is
 * collected - is taken on the operator's word and counted.
 */
import type { AnsweredBy, Bill, Collection, Mandate } from '../bills/types.ts';
import type { AccountName, TransferKind } from '../ledger/types.ts';
import type { SealedPeriod } from '../periods/types.ts';
import type { Facts } from './audit.ts';
import { hex } from './bytes.ts';
import { rowsOf } from './lists.ts';
import { auditMandate } from './mandates.ts';
import { nameOf } from './model.ts';
import { collectionOf } from './bank.ts';
import { auditAnswers } from './orders.ts';
import { isPlayers, type MonthTally, type Moved, type MovedByKind } from './tallies.ts';
import type { AuditedPlayer } from './witness.ts';

/** A sealed month: what it moved, and what accounts had before it. */
export interface SealedMonth {
  readonly seal: SealedPeriod;
  readonly tally: MonthTally;
  /** By name of account, as the month before ended. */
  readonly openings: ReadonlyMap<string, bigint>;
}

/** Collections that were on their way, by user in hex; kept from month to month. */
export type UnderWay = Map<string, Attempt[]>;

/** What an attempt to collect asked for, and what the bank had answered of it by each month. */
interface Attempt {
  readonly amountMinor: bigint;
  readonly answered: readonly AnsweredBy[];
}

interface BilledPlayer {
  account: AccountName | undefined;
  moved: MovedByKind;
  /** Of all purses in one currency together, by currency. */
  readonly purses: Map<string, MovedByKind>;
}

export async function auditBills(month: SealedMonth, underWay: UnderWay, facts: Facts): Promise<void> {
  const { findings, witness } = facts;
  const { periods } = witness.store;
  const { period, closedAtMs } = month.seal;
  const expected = billedPlayers(month, facts);
  const due = new Map<string, Bill>();
  for await (const bill of rowsOf(
    (after: string, count) => periods.listBills(period, after, count),
    '',
    (row) => row.number,
  )) {
    findings.tick('bills');
    const owner = hex(bill.userId);
    const billed = expected.get(owner);
    if (billed === undefined) findings.find('bill', bill.number, 'one for each player whose account moved', 'one more');
    else await facts.readable(bill.number, () => auditBill({ bill, billed, month, underWay }, facts));
    expected.delete(owner);
    if (bill.dueMinor > 0n) due.set(bill.number, bill);
  }
  if (closedAtMs !== undefined)
    for (const owner of expected.keys()) findings.find('bill', `B-${period}-${owner}`, 'a bill', 'none');
  await auditCollections({ month, due, underWay }, facts);
}

function billedPlayers({ tally, openings }: SealedMonth, { holders }: Facts): Map<string, BilledPlayer> {
  const players = new Map<string, BilledPlayer>();
  const playerOf = (owner: string): BilledPlayer => {
    const known = players.get(owner) ?? { account: undefined, moved: new Map(), purses: new Map() };
    players.set(owner, known);
    return known;
  };
  for (const { account, moved } of tally.accounts) {
    if (isPlayers(account)) Object.assign(playerOf(account.owner), { account, moved });
    if (account.kind === 'card-float') addPurse(playerOf(holders.get(account.owner) ?? account.owner), account, moved);
  }
  for (const [name, balanceMinor] of openings) {
    const [kind, owner = ''] = name.split(' ');
    if (balanceMinor !== 0n && (kind === 'player-prepaid' || kind === 'player-postpaid')) playerOf(owner);
  }
  return players;
}

function addPurse({ purses }: BilledPlayer, { currency }: AccountName, moved: MovedByKind): void {
  const total = purses.get(currency) ?? new Map<TransferKind, Moved>();
  purses.set(currency, total);
  for (const [kind, { count, amountMinor }] of moved) {
    const sum = total.get(kind) ?? { count: 0, amountMinor: 0n };
    total.set(kind, { count: sum.count + count, amountMinor: sum.amountMinor + amountMinor });
  }
}

interface BillAt {
  readonly bill: Bill;
  readonly billed: BilledPlayer;
  readonly month: SealedMonth;
  readonly underWay: UnderWay;
}

async function auditBill({ bill, billed, month, underWay }: BillAt, facts: Facts): Promise<void> {
  const { findings, witness } = facts;
  const { number } = bill;
  const { seal, openings } = month;
  const player = await witness.player(bill.userId);
  if (player === undefined) return findings.find('bill', number, 'of a player who enrolled', hex(bill.userId));
  const account: AccountName = { kind: `player-${player.plan}`, owner: hex(player.userId), currency: player.currency };
  const openingMinor = openings.get(nameOf(account)) ?? 0n;
  const totals = totalsOf(openingMinor, billed, player);
  const owedMinor = -totals.closingMinor - underWayOf(underWay, bill, seal.period);
  const due = dueOf(bill, player, { closingMinor: totals.closingMinor, owedMinor });
  const mandate = await mandateAt(bill.userId, seal, facts);
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['number', `B-${seal.period}-${hex(bill.userId)}`, number],
    ['period', seal.period, bill.period],
    ['plan', player.plan, bill.plan],
    ['currency', player.currency, bill.currency],
    ...Object.entries(totals).map(([name, value]) => [name, value, bill[name as keyof typeof totals]] as const),
    ['dueMinor', due.dueMinor, bill.dueMinor],
    ['carried', due.carried, bill.carried],
    ['way', mandate?.way ?? 'transfer', bill.way],
    ['made', seal.sealedAtMs, bill.madeAtMs],
  ];
  for (const [what, expected, found] of pairs) findings.same('bill', `${number}, ${what}`, expected, found);
  if (bill.carried === 'below-minimum')
    findings.takeWord('operator', 'bills carried over, below the least sum', owedMinor, bill.currency);
}

/** Every total of a bill, from its name in the row to what it must be. */
function totalsOf(openingMinor: bigint, { moved, purses }: BilledPlayer, { currency }: AuditedPlayer) {
  const sumOf = (...kinds: readonly TransferKind[]): bigint =>
    kinds.reduce((sum, kind) => sum + (moved.get(kind)?.amountMinor ?? 0n), 0n);
  const bought = purses.get(currency)?.get('payment');
  const all = sumOf(...moved.keys());
  const named = {
    spentMinor: -sumOf('payment'),
    refundsMinor: sumOf('refund'),
    paidInMinor: sumOf('top-up', 'bill-payment', 'bill-return', 'suspense-cleared'),
    loadedMinor: -sumOf('card-load', 'card-return'),
  };
  const cardPurchasesMinor = -(bought?.amountMinor ?? 0n);
  return {
    openingMinor,
    closingMinor: openingMinor + all,
    purchases: (moved.get('payment')?.count ?? 0) + (bought?.count ?? 0),
    purchasesMinor: named.spentMinor + cardPurchasesMinor,
    cardPurchasesMinor,
    refundsMinor: named.refundsMinor,
    paidInMinor: named.paidInMinor,
    loadedMinor: named.loadedMinor,
    otherMinor: all + named.spentMinor - named.refundsMinor - named.paidInMinor + named.loadedMinor,
  };
}

/** Only what a postpaid player owes is due, less what is on its way already; the least sum is the operator's to set. */
function dueOf(
  { carried }: Bill,
  { plan }: AuditedPlayer,
  { closingMinor, owedMinor }: { readonly closingMinor: bigint; readonly owedMinor: bigint },
): Pick<Bill, 'dueMinor' | 'carried'> {
  if (plan === 'prepaid' || closingMinor >= 0n) return { dueMinor: 0n, carried: undefined };
  if (owedMinor <= 0n) return { dueMinor: 0n, carried: 'under-way' };
  return carried === 'below-minimum' ? { dueMinor: 0n, carried } : { dueMinor: owedMinor, carried: undefined };
}

/** Of earlier bills, by debit or card: what was asked for, less what the bank answered in this month or before. */
const underWayOf = (underWay: UnderWay, { userId }: Bill, period: number): bigint =>
  (underWay.get(hex(userId)) ?? []).reduce((sum, one) => sum + leftOf(one, period), 0n);

const leftOf = ({ amountMinor, answered }: Attempt, period: number): bigint =>
  amountMinor - (answered.findLast((one) => one.period <= period)?.answeredMinor ?? 0n);

/**
 * What the bank had answered of it at the end of each month with an answer. An answer that moved money counts in the month of its
 * transfer. One that moved none has no transfer: it counts in the month that the row says it reached its sum in.
 */
function answeredBy({ endToEndId, amountMinor, answered }: Collection, { answers }: Facts): AnsweredBy[] {
  const byPeriod = new Map<number, bigint>();
  for (const { answeredMinor: heardMinor, period } of answers.get(endToEndId)?.steps ?? []) {
    const answeredMinor = heardMinor < amountMinor ? heardMinor : amountMinor;
    const counted = period ?? answered.find((one) => one.answeredMinor >= answeredMinor)?.period;
    if (counted !== undefined) byPeriod.set(counted, answeredMinor);
  }
  return [...byPeriod].sort(([a], [b]) => a - b).map(([period, answeredMinor]) => ({ period, answeredMinor }));
}

const wordsOf = (answered: readonly AnsweredBy[]): string =>
  answered.map(({ period, answeredMinor }) => `${period}: ${answeredMinor}`).join(', ') || 'nothing';

/** The newest mandate that was there at the seal, if the player's PIN key signed what it says. */
async function mandateAt(
  userId: Uint8Array,
  { period, sealedAtMs }: SealedPeriod,
  { witness }: Facts,
): Promise<Mandate | undefined> {
  const [state] = await witness.store.periods.loadBilling([userId], { period, previousPeriod: 0, sealedAtMs });
  return state?.mandate;
}

interface DueBills {
  readonly month: SealedMonth;
  /** By number. */
  readonly due: Map<string, Bill>;
  readonly underWay: UnderWay;
}

/** One attempt for each bill on which something is due, and no other. */
async function auditCollections({ month, due, underWay }: DueBills, facts: Facts): Promise<void> {
  const { findings, witness } = facts;
  const { periods } = witness.store;
  const { period, closedAtMs } = month.seal;
  for await (const collection of rowsOf(
    (after: string, count) => periods.listCollections(period, after, count),
    '',
    (row) => row.billNumber,
  )) {
    findings.tick('collections');
    const place = `collection ${collection.endToEndId}`;
    const bill = due.get(collection.billNumber);
    if (bill === undefined)
      findings.find('collection', place, 'a bill on which something is due', collection.billNumber);
    else await facts.readable(place, () => auditCollection(collection, bill, place, facts));
    due.delete(collection.billNumber);
    if (collection.way === 'transfer') continue;
    const owner = hex(collection.userId);
    const attempt = { amountMinor: collection.amountMinor, answered: answeredBy(collection, facts) };
    const open = [...(underWay.get(owner) ?? []), attempt].filter((one) => leftOf(one, period) > 0n);
    underWay.set(owner, open);
  }
  if (closedAtMs !== undefined)
    for (const { number, dueMinor } of due.values())
      findings.find('collection', number, `an attempt to collect ${dueMinor}`, 'none');
}

async function auditCollection(collection: Collection, bill: Bill, place: string, facts: Facts): Promise<void> {
  const { findings, witness } = facts;
  const { number, userId, dueMinor, currency, way } = bill;
  const [used] =
    collection.mandateNumber === 0
      ? []
      : await witness.store.periods.loadMandates([{ userId, number: collection.mandateNumber }], bill.period);
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['name', collectionOf(number), collection.endToEndId],
    ['player', hex(userId), hex(collection.userId)],
    ['amount', `${currency} ${dueMinor}`, `${collection.currency} ${collection.amountMinor}`],
    ['way', way, collection.way],
    ['mandate', way, used?.way ?? 'transfer'],
  ];
  for (const [what, expected, found] of pairs) findings.same('collection', `${place}, ${what}`, expected, found);
  if (used !== undefined) await auditMandate(used, facts);
  auditAnswers('collection', place, collection, facts);
  const expected = answeredBy(collection, facts);
  findings.same('collection', `${place}, answered by month`, wordsOf(expected), wordsOf(collection.answered));
}
