/**
 * Months and seals. A transfer's month is that of its booking, or the first one that was open then; after a seal nothing is posted
 * into its month or an earlier one. The seal itself is a message of the server: what it names is held against the journal.
 */
import { decodePeriodSeal, readEnvelope } from '@coinslot/protocol';
import type { RecordedTransfer } from '../ledger/types.ts';
import type { SealedPeriod } from '../periods/types.ts';
import type { Facts } from './audit.ts';
import { auditBankFiles } from './bank-files.ts';
import { auditBills, type UnderWay } from './bills.ts';
import { hex, plain } from './bytes.ts';
import { placeOf } from './expectations.ts';
import { nameOf } from './model.ts';
import { monthAfter, monthOf } from './money.ts';
import { auditPayouts } from './payouts.ts';
import { MonthTally } from './tallies.ts';

export class Months {
  readonly #facts: Facts;
  readonly #seals: readonly SealedPeriod[];
  /** Seals whose last transfer has passed. */
  #passed = 0;
  /** Last transfer of each month so far. */
  readonly #lastOf = new Map<number, bigint>();
  /** Of months whose seal has not passed. */
  readonly #tallies = new Map<number, MonthTally>();
  /** Balances of players and payables as the last sealed month ended, by name of account. */
  readonly #endings = new Map<string, bigint>();
  readonly #underWay: UnderWay = new Map();

  private constructor(facts: Facts, seals: readonly SealedPeriod[]) {
    this.#facts = facts;
    this.#seals = seals;
  }

  static async open(facts: Facts): Promise<Months> {
    const seals = [...(await facts.witness.store.periods.listSealed())].sort((a, b) => a.period - b.period);
    const months = new Months(facts, seals);
    for (const [i, seal] of seals.entries())
      await facts.readable(`seal of ${seal.period}`, () => months.#auditSeal(seal, seals[i - 1]));
    return months;
  }

  /** Signed by the server, in order, and naming a block that is there. */
  async #auditSeal(row: SealedPeriod, before: SealedPeriod | undefined): Promise<void> {
    const { findings, witness } = this.#facts;
    findings.tick('seals');
    const place = `seal of ${row.period}`;
    const said = decodePeriodSeal(readEnvelope(plain(row.seal)).body);
    await witness.open(place, plain(row.seal), { type: 'period-seal', role: 'payment-server', atMs: said.timeMs });
    const pairs: readonly (readonly [string, unknown, unknown])[] = [
      ['period', said.period, row.period],
      ['last transfer', said.lastTransfer, row.lastTransfer],
      ['block', said.block, row.block],
      ['block hash', hex(said.blockHash), hex(row.blockHash)],
      ['rate table', said.rateTableId, row.rateTableId],
      ['time', said.timeMs, row.sealedAtMs],
    ];
    for (const [what, signed, stored] of pairs) findings.same('seal', `${place}, ${what}`, signed, stored);
    if (before !== undefined && row.lastTransfer < before.lastTransfer)
      findings.find('seal', `${place}, last transfer`, `${before.lastTransfer} or later`, row.lastTransfer);
  }

  /** Before anything else is asked of a transfer: seals behind which it stands look at their payouts, whose transfers follow them. */
  async reach(transferId: bigint): Promise<void> {
    while ((this.#seals[this.#passed]?.lastTransfer ?? transferId) < transferId) await this.#pass();
  }

  take(transfer: RecordedTransfer): void {
    const sealed = this.#seals[this.#passed - 1]?.period ?? 0;
    const month = monthOf(transfer.atMs);
    const expected = month > sealed ? month : monthAfter(sealed);
    this.#facts.findings.same('period', `${placeOf(transfer)}, month`, expected, transfer.period);
    this.#lastOf.set(transfer.period, transfer.id);
    this.#tallyOf(transfer.period).add(transfer);
  }

  #tallyOf(period: number): MonthTally {
    const tally = this.#tallies.get(period) ?? new MonthTally();
    this.#tallies.set(period, tally);
    return tally;
  }

  async end(): Promise<void> {
    while (this.#passed < this.#seals.length) await this.#pass();
    for (const seal of this.#seals) await this.#auditBlock(seal);
    for (const period of this.#tallies.keys()) await this.#auditOpen(period);
    const { periods } = this.#facts.witness.store;
    for (const messageId of await periods.listUnhandedFiles()) {
      const period = (await periods.findBankFile(messageId))?.period ?? 0;
      if (!this.#seals.some((seal) => seal.period === period))
        this.#facts.findings.find('bank-file', `bank file ${messageId}`, 'of a sealed month', period);
    }
  }

  /** Past a seal nobody makes the journal anew: whoever changed a row of it and hashed on is found here, if nowhere else. */
  async #auditBlock({ period, block, blockHash }: SealedPeriod): Promise<void> {
    const found = await this.#facts.witness.store.periods.findBlock(block);
    const hash = found === undefined ? 'no such block' : hex(found.hash);
    this.#facts.findings.same('seal', `seal of ${period}, block hash of the journal`, hex(blockHash), hash);
  }

  /** Nothing is made of a month before its seal. */
  async #auditOpen(period: number): Promise<void> {
    const { findings, witness } = this.#facts;
    const { periods } = witness.store;
    const [bill] = await periods.listBills(period, '', 1);
    const [payout] = await periods.listPayouts(period);
    const [file] = await periods.listBankFiles(period);
    if (bill !== undefined) findings.find('bill', bill.number, 'none before the seal', 'a bill');
    if (payout !== undefined) findings.find('payout', payout.number, 'none before the seal', 'a payout');
    if (file !== undefined) findings.find('bank-file', `bank file ${file.messageId}`, 'none before the seal', 'a file');
  }

  /** Nothing of this month or an earlier one can follow any more: its bills and payouts are looked at, and its totals forgotten. */
  async #pass(): Promise<void> {
    const seal = this.#seals[this.#passed] as SealedPeriod;
    this.#passed += 1;
    let last = 0n;
    for (const [period, id] of this.#lastOf) if (period <= seal.period && id > last) last = id;
    this.#facts.findings.same('seal', `seal of ${seal.period}, last transfer of the month`, last, seal.lastTransfer);
    const tally = this.#tallyOf(seal.period);
    const month = { seal, tally, openings: this.#endings };
    await auditBills(month, this.#underWay, this.#facts);
    await auditPayouts(month, this.#facts);
    await auditBankFiles(seal.period, this.#facts);
    for (const { account, moved } of tally.accounts) {
      let balanceMinor = this.#endings.get(nameOf(account)) ?? 0n;
      for (const { amountMinor } of moved.values()) balanceMinor += amountMinor;
      this.#endings.set(nameOf(account), balanceMinor);
    }
    this.#tallies.delete(seal.period);
  }
}
