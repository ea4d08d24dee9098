/**
 * Between the books and the bank: hands over what was made, and takes what the bank says. A file counts as handed when the bank
 * has said so; killed in between it is handed again, under the same message id, and the bank drops the second.
 */
import { equalBytes, ProtocolError } from '@coinslot/protocol';
import { createHash } from 'node:crypto';
import { readBankNotice } from '../bank/notice.ts';
import type { BankEntry, BankNotice, BankPort } from '../bank/types.ts';
import type { Clock, Log } from '../log.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import { StoreError, type Store } from '../store/port.ts';
import { bookEntry } from './entries.ts';
import type { EntryOutcome, NoticeRecord } from './types.ts';

export interface BankDeskOptions {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly log: Log;
  readonly bank: BankPort | undefined;
  /** The operator's own account: notices of another are not booked. */
  readonly ownIban: string | undefined;
}

/** What a notice came to. */
export interface NoticeReport {
  readonly name: string;
  /** Booked now, by outcome; entries that were booked before are not counted. */
  readonly booked: Readonly<Partial<Record<EntryOutcome, number>>>;
  /** The bank's references that were booked before otherwise, or stand twice in this notice: nothing is booked, and a person must look. */
  readonly conflicts: readonly string[];
  /** Why it cannot be read. */
  readonly fault: string | undefined;
}

/** Entries in one transaction. */
const ENTRIES = 100;

export class BankDesk {
  readonly #options: BankDeskOptions;

  constructor(options: BankDeskOptions) {
    this.#options = options;
  }

  /** Hands over every file that the bank may not have yet; returns the ids of those that it has now. Throws BUSY, and what the port throws. */
  async handFiles(): Promise<readonly string[]> {
    const { store, commit, clock, log, bank } = this.#options;
    if (bank === undefined) return [];
    return this.#exclusively(async () => {
      const handed: string[] = [];
      for (const messageId of await store.periods.listUnhandedFiles()) {
        const file = await store.periods.findBankFile(messageId);
        if (file === undefined) throw new Error(`${messageId}: listed, and not there`);
        const { kind, bytes } = file;
        await bank.hand({ messageId, kind, bytes });
        await commit.submit((tx) => tx.periods.setFileHanded(messageId, clock()));
        log.info({ messageId, orders: file.orderCount }, 'handed to the bank');
        handed.push(messageId);
      }
      return handed;
    });
  }

  /** Takes all notices that have come by the port. Throws BUSY, and what the port throws. */
  async takeNotices(): Promise<readonly NoticeReport[]> {
    const { store, bank } = this.#options;
    if (bank === undefined) return [];
    return this.#exclusively(async () => {
      const reports: NoticeReport[] = [];
      for (;;) {
        const notices = await bank.listNotices(await store.periods.lastNoticeName());
        if (notices.length === 0) return reports;
        for (const { name, xml } of notices) {
          reports.push(await this.#take({ name, source: 'port', xml }));
          await bank.setTaken?.(name);
        }
      }
    });
  }

  /** Takes a notice that somebody brings; the same bytes again book nothing. Throws BAD_ENCODING and TOO_LARGE when it cannot be read. */
  async takeNotice(xml: Uint8Array): Promise<NoticeReport> {
    this.#read(xml);
    const name = `door-${hashOf(xml)}`;
    return this.#exclusively(() => this.#take({ name, source: 'door', xml }));
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#options.store.exclusively('bank', work);
    } catch (error) {
      if (error instanceof StoreError && error.kind === 'busy')
        throw new ProtocolError('BUSY', 'the bank is being served already', { cause: error });
      throw error;
    }
  }

  /** The notice is kept before its entries are booked: it is their evidence. */
  async #take({ name: given, source, xml }: Pick<NoticeRecord, 'name' | 'source' | 'xml'>): Promise<NoticeReport> {
    const { store, commit, clock, log } = this.#options;
    const first = await store.periods.findNotice(given);
    // A name that the bank gives again, for something else.
    const isOther = first !== undefined && !equalBytes(first.xml, xml);
    const name = isOther ? `${given}~${hashOf(xml).slice(0, 16)}` : given;
    const known = isOther ? await store.periods.findNotice(name) : first;
    if (known?.taken === true) return { name, booked: {}, conflicts: [], fault: known.fault };
    if (known === undefined) {
      const notice = { name, source, xml, atMs: clock(), taken: false, fault: undefined };
      await commit.submit((tx) => tx.periods.addNotice(notice));
    }
    const read = this.#readOrFault(xml);
    const booked: Partial<Record<EntryOutcome, number>> = {};
    const conflicts: string[] = [];
    const seen = new Set<string>();
    const entries = 'entries' in read ? read.entries : [];
    for (let from = 0; from < entries.length; from += ENTRIES) {
      const page = entries.slice(from, from + ENTRIES);
      for (const [i, outcome] of (await this.#book(name, page)).entries()) {
        const bankReference = page[i]?.bankReference ?? '';
        // One notice tells of one booking once: what looks the same there is another.
        const isTwice = seen.has(bankReference);
        seen.add(bankReference);
        if (outcome === 'conflict' || isTwice) conflicts.push(bankReference);
        else if (outcome !== 'known') booked[outcome] = (booked[outcome] ?? 0) + 1;
      }
    }
    const fault = 'fault' in read ? read.fault : undefined;
    await commit.submit(async (tx) => {
      await tx.periods.setNoticeTaken(name, fault);
      const words = fault ?? (conflicts.length > 0 && `names given again, not booked: ${conflicts.join(', ')}`);
      if (words !== false)
        await tx.findings.noteFinding({ kind: 'notice', about: name, party: '', words, atMs: clock() });
    });
    if (fault === undefined) log.info({ name, ...booked }, "a bank's notice is booked");
    else log.error({ name, fault }, "a bank's notice cannot be read");
    if (conflicts.length > 0)
      log.error({ name, conflicts }, 'the bank gave names again that other entries have: nothing was booked for them');
    return { name, booked, conflicts, fault };
  }

  #book(noticeName: string, entries: readonly BankEntry[]): Promise<readonly (EntryOutcome | 'known' | 'conflict')[]> {
    const { commit, clock } = this.#options;
    return commit.submit(async (tx) => {
      const outcomes: (EntryOutcome | 'known' | 'conflict')[] = [];
      for (const entry of entries) outcomes.push(await bookEntry(tx, entry, { noticeName, nowMs: clock() }));
      return outcomes;
    });
  }

  /** Throws BAD_ENCODING, TOO_LARGE. */
  #read(xml: Uint8Array): BankNotice {
    const notice = readBankNotice(xml);
    const { ownIban } = this.#options;
    const other = ownIban === undefined ? undefined : notice.accounts.find((iban) => iban !== ownIban);
    if (other === undefined) return notice;
    throw new ProtocolError(
      'BAD_ENCODING',
      `camt.054: Ntfctn/Acct: of ${other}, which is not the account of this server`,
    );
  }

  #readOrFault(xml: Uint8Array): BankNotice | { readonly fault: string } {
    try {
      return this.#read(xml);
    } catch (error) {
      if (error instanceof ProtocolError) return { fault: error.message };
      throw error;
    }
  }
}

const hashOf = (xml: Uint8Array): string => createHash('sha256').update(xml).digest('hex');
