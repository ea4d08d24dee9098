/**
 * Payouts of a sealed month, made once more: one for every publisher whose payable moved or was not at zero; each currency's
 * totals from the transfers, the conversion by the table that the seal names, rounded down, and the transfer that took it out of
 * the payables. Where it goes is what the publisher signed, and nothing else.
 */
import { createHash } from 'node:crypto';
import { decodeBankDetails, readEnvelope, type RateTable } from '@coinslot/protocol';
import type { AccountName, TransferKind } from '../ledger/types.ts';
import type { Payout, PayoutCurrency, SignedBankDetails } from '../payouts/types.ts';
import type { Facts } from './audit.ts';
import type { SealedMonth } from './bills.ts';
import { plain } from './bytes.ts';
import { placeOf } from './expectations.ts';
import { account, nameOf } from './model.ts';
import { worthOf } from './money.ts';
import { auditAnswers } from './orders.ts';
import type { MonthTally, MovedByKind } from './tallies.ts';

export async function auditPayouts(month: SealedMonth, facts: Facts): Promise<void> {
  const { findings, witness } = facts;
  const { period, closedAtMs } = month.seal;
  const expected = payablesOf(month);
  for (const payout of await witness.store.periods.listPayouts(period)) {
    findings.tick('payouts');
    const payables = expected.get(payout.publisherId);
    if (payables === undefined)
      findings.find('payout', payout.number, 'one for each publisher who is owed', 'one more');
    else await facts.readable(payout.number, () => auditPayout({ payout, payables, month }, facts));
    expected.delete(payout.publisherId);
  }
  if (closedAtMs !== undefined)
    for (const publisherId of expected.keys())
      findings.find('payout', `P-${period}-${publisherId}`, 'a payout', 'none');
}

interface Payable {
  readonly account: AccountName;
  readonly openingMinor: bigint;
  readonly moved: MovedByKind;
}

/** By publisher: every payable that moved, or that was not at zero. */
function payablesOf({ tally, openings }: SealedMonth): Map<string, Payable[]> {
  const payables = new Map<string, Payable>();
  for (const [name, openingMinor] of openings) {
    const [kind, owner = '', currency = ''] = name.split(' ');
    if (kind !== 'publisher-payable' || openingMinor === 0n) continue;
    payables.set(name, { account: account(kind, currency, owner), openingMinor, moved: new Map() });
  }
  for (const { account: moving, moved } of tally.accounts) {
    if (moving.kind !== 'publisher-payable') continue;
    payables.set(nameOf(moving), { account: moving, openingMinor: openings.get(nameOf(moving)) ?? 0n, moved });
  }
  const byPublisher = new Map<string, Payable[]>();
  for (const payable of payables.values()) {
    const { owner } = payable.account;
    byPublisher.set(owner, [...(byPublisher.get(owner) ?? []), payable]);
  }
  return byPublisher;
}

interface PayoutAt {
  readonly payout: Payout;
  readonly payables: readonly Payable[];
  readonly month: SealedMonth;
}

async function auditPayout(at: PayoutAt, facts: Facts): Promise<void> {
  const { payout, payables, month } = at;
  const { findings, witness } = facts;
  const { seal } = month;
  const table = await witness.rateTable(seal.rateTableId);
  const currencies = payables
    .map((payable) => totalsOf(payable, month.tally, payout, table))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));
  const amountMinor = currencies.reduce((sum, { convertedMinor }) => sum + convertedMinor, 0n);
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['number', `P-${seal.period}-${payout.publisherId}`, payout.number],
    ['currencies', textOf(currencies), textOf(payout.currencies)],
    ['amount', payout.carried === undefined ? amountMinor : 0n, payout.amountMinor],
    ['state', payout.carried !== undefined, payout.state === 'carried'],
    ['made', seal.sealedAtMs, payout.madeAtMs],
  ];
  for (const [what, expected, found] of pairs) findings.same('payout', `${payout.number}, ${what}`, expected, found);
  if (payout.carried !== undefined) return auditCarried(at, facts);
  await auditWay(payout, seal.sealedAtMs, facts);
  auditAnswers('payout', payout.number, payout, facts);
  const digits = Buffer.from(referenceOf(payout)).toString('hex').slice(0, 20);
  findings.same('payout', `${payout.number}, name`, `P${seal.period}-${digits}`, payout.endToEndId);
  await auditTransfers(at, { currencies, table }, facts);
}

const GROSS: Partial<Record<TransferKind, 'salesMinor' | 'claimsMinor' | 'refundsMinor'>> = {
  payment: 'salesMinor',
  claim: 'claimsMinor',
  'claim-reversal': 'claimsMinor',
  refund: 'refundsMinor',
};

/** What the month did to one payable, prices with their fees, and what it comes to. */
function totalsOf(
  { account: payable, openingMinor, moved }: Payable,
  tally: MonthTally,
  { payoutCurrency, carried }: Payout,
  table: RateTable | undefined,
): PayoutCurrency {
  const fees = tally.feesOf(payable);
  const sums = { salesMinor: 0n, claimsMinor: 0n, refundsMinor: 0n, feesMinor: 0n, paidOutMinor: 0n, otherMinor: 0n };
  let closingMinor = openingMinor;
  for (const [kind, { amountMinor }] of moved) {
    closingMinor += amountMinor;
    const gross = GROSS[kind];
    const feeMinor = gross === undefined ? 0n : (fees.get(kind) ?? 0n);
    if (gross !== undefined) sums[gross] += amountMinor + feeMinor;
    else if (kind === 'payout' || kind === 'payout-return') sums.paidOutMinor += amountMinor;
    else sums.otherMinor += amountMinor;
    sums.feesMinor += feeMinor;
  }
  return {
    ...sums,
    currency: payable.currency,
    openingMinor,
    sales: moved.get('payment')?.count ?? 0,
    refundsMinor: -sums.refundsMinor,
    closingMinor,
    convertedMinor:
      carried === undefined ? convertedOf(closingMinor, payable.currency, payoutCurrency, table).convertedMinor : 0n,
  };
}

/** Rounded down, also below zero; and the odd unit, which goes to the rounding account. */
function convertedOf(
  amountMinor: bigint,
  from: string,
  to: string,
  table: RateTable | undefined,
): { readonly convertedMinor: bigint; readonly roundingMinor: bigint } {
  if (from === to || amountMinor === 0n) return { convertedMinor: amountMinor, roundingMinor: 0n };
  const isOwed = amountMinor > 0n;
  const worth = table && worthOf({ amountMinor: isOwed ? amountMinor : -amountMinor, currency: from }, to, table);
  if (worth === undefined) return { convertedMinor: 0n, roundingMinor: 0n };
  return {
    convertedMinor: isOwed ? worth.downMinor : -worth.upMinor,
    roundingMinor: worth.upMinor - worth.downMinor,
  };
}

/** Why it stays: nothing is owed, or nobody can say where or by which rate; the least sum and the waiting time are the operator's. */
async function auditCarried({ payout, payables, month }: PayoutAt, facts: Facts): Promise<void> {
  const { findings, witness } = facts;
  const { carried, number, publisherId, payoutCurrency } = payout;
  const { seal, tally } = month;
  const table = await witness.rateTable(seal.rateTableId);
  const paid = { ...payout, carried: undefined };
  const moved = payables.map((payable) => totalsOf(payable, tally, paid, table));
  const isOwed = moved.some(({ closingMinor }) => closingMinor > 0n);
  const details = await witness.store.periods.findBankDetails(publisherId, seal.sealedAtMs);
  const worthMinor = moved.reduce((sum, { convertedMinor }) => sum + convertedMinor, 0n);
  const hasRates = moved.every(
    ({ currency, closingMinor }) =>
      currency === payoutCurrency ||
      closingMinor === 0n ||
      (table !== undefined && worthOf({ amountMinor: 1n, currency }, payoutCurrency, table) !== undefined),
  );
  const holds: Record<NonNullable<Payout['carried']>, boolean> = {
    'nothing-owed': !isOwed || worthMinor <= 0n,
    'no-bank-details': isOwed && details === undefined,
    'details-too-new': isOwed && details !== undefined,
    'details-differ': isOwed && details !== undefined,
    'no-rate': isOwed && !hasRates,
    'below-minimum': isOwed && worthMinor > 0n,
  };
  if (carried === undefined) return;
  if (!holds[carried]) findings.find('payout', `${number}, carried`, 'a reason that holds', carried);
  if (carried === 'below-minimum' || carried === 'details-too-new')
    findings.takeWord('operator', `payouts carried over: ${carried}`, worthMinor, payoutCurrency);
  await facts.expectations.expectNone(`${number} is carried`, 'payout', referenceOf(payout));
}

/** The details that it goes to: the publisher's own word, older than the seal, of the currency that is paid. */
async function auditWay(payout: Payout, sealedAtMs: number, facts: Facts): Promise<void> {
  const { findings, witness } = facts;
  const { publisherId, bankDetailsNumber, number, payoutCurrency } = payout;
  const details = await witness.store.periods.findBankDetailsByNumber(publisherId, bankDetailsNumber);
  if (details === undefined)
    return findings.find('bank-details', `${number}, bank details`, `number ${bankDetailsNumber}`, 'not there');
  await auditBankDetails(details, facts);
  findings.same('payout', `${number}, payout currency`, details.payoutCurrency, payoutCurrency);
  if (details.takenAtMs >= sealedAtMs)
    findings.find('bank-details', `${number}, bank details`, `taken before ${sealedAtMs}`, details.takenAtMs);
}

/** S10: the row of bank details against the message that the publisher signed. */
export async function auditBankDetails(row: SignedBankDetails, { findings, witness }: Facts): Promise<void> {
  const place = `bank details ${row.number} of ${row.publisherId}`;
  const said = decodeBankDetails(readEnvelope(plain(row.envelope)).body);
  const options = { type: 'bank-details', role: 'publisher', atMs: said.timeMs } as const;
  const leaf = await witness.open(place, plain(row.envelope), options);
  if (leaf !== undefined) findings.same('bank-details', `${place}, signer`, leaf.subject.id, row.publisherId);
  for (const field of ['publisherId', 'number', 'holder', 'iban', 'bic', 'payoutCurrency'] as const)
    findings.same('bank-details', `${place}, ${field}`, said[field], row[field]);
  findings.same('bank-details', `${place}, time`, said.timeMs, row.signedAtMs);
}

/** The name of a payout's transfer; very many currencies take several, numbered from 1 behind the first. */
function referenceOf({ period, publisherId }: Payout, part = 0): Uint8Array {
  const words = ['payout', String(period), publisherId, ...(part === 0 ? [] : [String(part)])];
  return Uint8Array.from(createHash('sha256').update(words.join('\0')).digest());
}

interface Conversions {
  readonly currencies: readonly PayoutCurrency[];
  readonly table: RateTable | undefined;
}

/** All its transfers together against what each account must have had: how they are cut into transfers says nothing. */
async function auditTransfers(
  { payout, month }: PayoutAt,
  { currencies, table }: Conversions,
  facts: Facts,
): Promise<void> {
  const { findings, expectations } = facts;
  const { number, publisherId, payoutCurrency } = payout;
  const expected = new Map<string, bigint>();
  for (const { currency, closingMinor } of currencies) {
    const { convertedMinor, roundingMinor } = convertedOf(closingMinor, currency, payoutCurrency, table);
    add(expected, account('publisher-payable', currency, publisherId), -closingMinor);
    add(expected, account('payout-transit', payoutCurrency, publisherId), convertedMinor);
    if (currency === payoutCurrency) continue;
    add(expected, account('exchange-position', currency), closingMinor);
    add(expected, account('exchange-position', payoutCurrency), -convertedMinor - roundingMinor);
    add(expected, account('rounding', payoutCurrency), roundingMinor);
  }
  const moved = new Map<string, bigint>();
  for (let part = 0; ; part++) {
    const found = await expectations.take(number, 'payout', referenceOf(payout, part));
    if (found === undefined) {
      if (part > 0) break;
      return findings.find('missing-transfer', number, `payout of ${payout.amountMinor}`, 'no such transfer');
    }
    findings.same('transfer', `${placeOf(found)} of ${number}, time`, month.seal.sealedAtMs, found.atMs);
    for (const { debit, credit, amountMinor } of found.postings) {
      add(moved, debit, -amountMinor);
      add(moved, credit, amountMinor);
    }
  }
  for (const name of new Set([...expected.keys(), ...moved.keys()]))
    findings.same('transfer', `payout of ${number}, ${name}`, expected.get(name) ?? 0n, moved.get(name) ?? 0n);
}

function add(sums: Map<string, bigint>, to: AccountName, amountMinor: bigint): void {
  sums.set(nameOf(to), (sums.get(nameOf(to)) ?? 0n) + amountMinor);
}

const textOf = (currencies: readonly PayoutCurrency[]): string =>
  JSON.stringify(currencies.map(inOrder), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));

/** The fields of a currency's totals in an order of their own. */
const inOrder = (currency: PayoutCurrency): readonly (readonly [string, unknown])[] =>
  Object.entries(currency).sort(([a], [b]) => (a < b ? -1 : 1));
