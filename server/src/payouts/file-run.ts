/**
 * Puts what is due into bank files: collections, payouts, and withdrawals of accounts that were closed. Orders are taken in one
 * fixed order and a file is kept with the names of its orders in one transaction, so that a rerun goes on where it was.
 */
import { messageIdOf } from '../bank/ids.ts';
import { writeBankFile } from '../bank/files.ts';
import type { BankFileKind, BankOrder, OwnBank } from '../bank/types.ts';
import type { RunContext } from '../bills/bill-run.ts';
import { faultOfMandate } from '../bills/mandates.ts';
import type { Collection } from '../bills/types.ts';
import type { NewFinding } from '../findings/types.ts';
import { hex } from '../players/types.ts';
import { faultOfDetails, type SignerCheck } from './bank-details.ts';
import { turn } from '../turns.ts';
import type { Withdrawal } from './types.ts';

export interface FileRunContext extends Omit<RunContext, 'movements' | 'previousPeriod'>, SignerCheck {
  readonly ownBank: OwnBank;
  readonly find: (finding: string) => void;
}

const PAGE = 500;
const DAY_MS = 86_400_000;

/** Returns how many files the period has. */
export async function makeFiles(context: FileRunContext): Promise<number> {
  const { store, sealed } = context;
  const numbers = new Map<string, number>();
  for (const { kind, currency } of await store.periods.listBankFiles(sealed.period)) {
    const name = `${kind} ${currency}`;
    numbers.set(name, (numbers.get(name) ?? 0) + 1);
  }
  const leftOut = new Set(await store.findings.listOpenAbout('order-left-out'));
  const files = new FileRun(context, numbers, leftOut);
  await files.collect();
  await files.pay();
  return (await store.periods.listBankFiles(sealed.period)).length;
}

class FileRun {
  readonly #context: FileRunContext;
  /** Files that there are, by "<kind> <currency>". */
  readonly #numbers: Map<string, number>;
  /** End-to-end ids of orders that an earlier closing left out. */
  readonly #leftOut: ReadonlySet<string>;
  /** Orders for the next file of each. */
  readonly #waiting = new Map<string, BankOrder[]>();

  constructor(context: FileRunContext, numbers: Map<string, number>, leftOut: ReadonlySet<string>) {
    this.#context = context;
    this.#numbers = numbers;
    this.#leftOut = leftOut;
  }

  async collect(): Promise<void> {
    const { store } = this.#context;
    let after = '';
    for (;;) {
      const page = await store.periods.listOpenCollections(after, PAGE);
      const last = page[page.length - 1];
      if (last === undefined) break;
      after = last.billNumber;
      await this.#addCollections(page);
      await turn();
    }
    await this.#flush();
  }

  async #addCollections(page: readonly Collection[]): Promise<void> {
    const keys = page.map(({ userId, mandateNumber: number }) => ({ userId, number }));
    const mandates = await this.#context.store.periods.loadMandates(keys, this.#context.sealed.period);
    for (const [i, collection] of page.entries()) {
      const mandate = mandates[i];
      if (mandate === undefined) throw new Error('loadMandates: a mandate is missing');
      const { endToEndId, amountMinor, way, billNumber, currency } = collection;
      const isDebit = way === 'bank-debit';
      await this.#add(isDebit ? 'pain.008' : 'acquirer-csv', currency, {
        endToEndId,
        amountMinor,
        holder: isDebit ? mandate.holder : '',
        iban: isDebit ? mandate.iban : '',
        bic: '',
        remittance: `Bill ${billNumber}`,
        mandate: isDebit
          ? { id: mandate.mandateId, signedAtMs: mandate.signedAtMs, isFirst: !mandate.isUsed }
          : undefined,
        token: isDebit ? undefined : mandate.token,
      });
    }
  }

  async pay(): Promise<void> {
    const { store, sealed } = this.#context;
    for (const payout of await store.periods.listOpenPayouts()) {
      const { publisherId, bankDetailsNumber, endToEndId, amountMinor, payoutCurrency, number } = payout;
      const details = await store.periods.findBankDetailsByNumber(publisherId, bankDetailsNumber);
      const fault =
        details === undefined ? `${number}: its bank details are not there` : faultOfDetails(details, this.#context);
      if (details === undefined || fault !== undefined) {
        const money = { amountMinor, currency: payoutCurrency };
        await this.#leaveOut({ about: endToEndId, party: publisherId, words: fault ?? number, money });
        continue;
      }
      const { holder, iban, bic } = details;
      const order = { endToEndId, amountMinor, holder, iban, bic, remittance: `Payout ${number}` };
      await this.#add('pain.001', payoutCurrency, { ...order, mandate: undefined, token: undefined });
    }
    for (const withdrawal of await store.periods.listOpenWithdrawals(sealed.lastTransfer)) {
      const { endToEndId, amountMinor, currency, holder, iban } = withdrawal;
      const fault = await this.#faultOfWithdrawal(withdrawal);
      if (fault !== undefined) {
        const money = { amountMinor, currency };
        await this.#leaveOut({ about: endToEndId, party: hex(withdrawal.userId), words: fault, money });
        continue;
      }
      const order = { endToEndId, amountMinor, holder, iban, bic: '', remittance: 'Balance of a closed account' };
      await this.#add('pain.001', currency, { ...order, mandate: undefined, token: undefined });
    }
    await this.#flush();
  }

  async #leaveOut(order: Pick<NewFinding, 'about' | 'party' | 'words' | 'money'>): Promise<void> {
    const { commit, sealed, find } = this.#context;
    await commit.submit((tx) => tx.findings.noteFinding({ kind: 'order-left-out', ...order, atMs: sealed.sealedAtMs }));
    find(order.words);
  }

  /** A withdrawal goes to where the player signed that it may, whatever its row says. */
  async #faultOfWithdrawal({ userId, endToEndId, holder, iban, madeAtMs }: Withdrawal): Promise<string | undefined> {
    const { store, sealed } = this.#context;
    const player = await store.findPlayer(userId);
    const at = { period: sealed.period, previousPeriod: 0, sealedAtMs: madeAtMs + 1 };
    const [then] = await store.periods.loadBilling([userId], at);
    // The newest too: beside a seal that was dated ahead, a mandate is dated later than what it was used for.
    for (const mandate of [then?.mandate, await store.periods.findMandate(userId)]) {
      if (player === undefined || mandate?.iban !== iban || mandate.holder !== holder) continue;
      const fault = faultOfMandate(mandate, player.pinKey);
      return fault && `withdrawal ${endToEndId}: ${fault}`;
    }
    return `withdrawal ${endToEndId}: goes where no mandate of its player says`;
  }

  async #add(kind: BankFileKind, currency: string, order: BankOrder): Promise<void> {
    const name = `${kind} ${currency}`;
    const waiting = this.#waiting.get(name) ?? [];
    this.#waiting.set(name, waiting);
    waiting.push(order);
    if (waiting.length >= this.#context.policy.ordersPerFile) await this.#write(kind, currency);
  }

  async #flush(): Promise<void> {
    for (const name of [...this.#waiting.keys()].sort()) {
      const [kind, currency] = name.split(' ') as [BankFileKind, string];
      if ((this.#waiting.get(name) ?? []).length > 0) await this.#write(kind, currency);
    }
  }

  async #write(kind: BankFileKind, currency: string): Promise<void> {
    const { sealed, ownBank, policy, commit } = this.#context;
    const name = `${kind} ${currency}`;
    const orders = this.#waiting.get(name) ?? [];
    const number = (this.#numbers.get(name) ?? 0) + 1;
    const file = writeBankFile({
      messageId: messageIdOf(kind, sealed.period, currency, number),
      kind,
      period: sealed.period,
      currency,
      own: ownBank,
      createdAtMs: sealed.sealedAtMs,
      executionDateMs: dayAfter(sealed.sealedAtMs, kind === 'pain.001' ? policy.payAfterDays : policy.collectAfterDays),
      orders,
    });
    const ids = orders.map(({ endToEndId }) => endToEndId);
    const putRight = ids.filter((id) => this.#leftOut.has(id));
    await commit.submit(async (tx) => {
      await tx.periods.addBankFile(file, ids);
      for (const id of putRight) await tx.findings.settleFindings('order-left-out', id, sealed.sealedAtMs);
    });
    this.#numbers.set(name, number);
    this.#waiting.delete(name);
  }
}

/** UTC midnight, some days later. */
const dayAfter = (atMs: number, days: number): number => (Math.floor(atMs / DAY_MS) + days) * DAY_MS;
