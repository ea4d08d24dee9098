/** S8: an administrator who edits, deletes or adds rows of the ledger breaks the chain of the journal's blocks. */
import { equalBytes, packWire, type Wire } from '@coinslot/protocol';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBlockOf, verifyJournal } from '../../server/src/ledger/journal.ts';
import { TransferPacker } from '../../server/src/ledger/packing.ts';
import {
  ACCOUNT_KINDS,
  TRANSFER_KINDS,
  type AccountName,
  type Posting,
  type RecordedTransfer,
} from '../../server/src/ledger/types.ts';
import { openWriter } from '../../server/src/store/sqlite/open.ts';
import { MIGRATIONS } from '../../server/src/store/sqlite/migrations.ts';
import { makeOffer, makeRequest, seedOf } from '../lib/parties.ts';
import { lastOf, openLedger, postAll, seal, shell, topUp, type OpenedLedger } from './ledger-store.ts';
import { enrolPlayer, startMarket, startServer } from './started-server.ts';

const JANUARY = Date.UTC(2026, 0, 31);

/** As `money.md` says it, by the protocol's own writer. */
const wireOf = ({ id, kind, reference, atMs, period, postings, correction }: RecordedTransfer): Wire => [
  id,
  kind,
  reference,
  BigInt(atMs),
  period,
  ...postings.map(({ debit, credit, amountMinor }) => [
    debit.kind,
    debit.owner,
    credit.kind,
    credit.owner,
    debit.currency,
    amountMinor,
  ]),
  ...(correction === undefined ? [] : [[correction.corrects, correction.reason]]),
];

function packed(transfers: readonly RecordedTransfer[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  const packer = new TransferPacker((piece) => void pieces.push(Uint8Array.from(piece)));
  transfers.forEach((transfer) => packer.add(transfer));
  packer.flush();
  return Buffer.concat(pieces);
}

describe('packed transfers', () => {
  const text = (maxLength: number) => fc.oneof(fc.string({ maxLength }), fc.string({ unit: 'grapheme', maxLength }));
  const counted = fc.bigInt({ min: 0n, max: 2n ** 53n - 1n });
  const account = (currency: string): fc.Arbitrary<AccountName> =>
    fc.record({ kind: fc.constantFrom(...ACCOUNT_KINDS), owner: text(64), currency: fc.constant(currency) });
  const posting: fc.Arbitrary<Posting> = fc
    .constantFrom('EUR', 'JPY')
    .chain((currency) => fc.record({ debit: account(currency), credit: account(currency), amountMinor: counted }));
  const transfer: fc.Arbitrary<RecordedTransfer> = fc.record(
    {
      id: counted,
      kind: fc.constantFrom(...TRANSFER_KINDS),
      reference: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      atMs: fc.integer({ min: 0, max: 253_402_300_799_999 }),
      period: fc.integer({ min: 197_001, max: 999_912 }),
      postings: fc.array(posting, { minLength: 1, maxLength: 16 }),
      correction: fc.record({ corrects: counted, reason: text(140) }),
    },
    { requiredKeys: ['id', 'kind', 'reference', 'atMs', 'period', 'postings'] },
  );

  it('are the canonical messages of the protocol, one behind the other', () => {
    fc.assert(
      fc.property(fc.array(transfer, { maxLength: 8 }), (transfers) => {
        expect(equalBytes(packed(transfers), Buffer.concat(transfers.map((one) => packWire(wireOf(one)))))).toBe(true);
      }),
    );
  });

  it('have room for the longest there is', () => {
    const widest = (kind: AccountName['kind']): AccountName => ({
      kind,
      owner: '\u{20000}'.repeat(32),
      currency: 'EUR',
    });
    const debit = widest('exchange-position');
    const posted = { debit, credit: widest('publisher-payable'), amountMinor: 2n ** 53n - 1n };
    const longest: RecordedTransfer = {
      id: 2n ** 53n - 1n,
      kind: 'suspense-cleared',
      reference: seedOf('longest'),
      atMs: 253_402_300_799_999,
      period: 999_912,
      postings: Array<Posting>(16).fill(posted),
      correction: { corrects: 1n, reason: '\u{20000}'.repeat(140) },
    };
    const twelve = Array<RecordedTransfer>(12).fill(longest);
    expect(equalBytes(packed(twelve), Buffer.concat(twelve.map((one) => packWire(wireOf(one)))))).toBe(true);
  });
});

/** Three blocks: 1, 2 to 4, 5; January is sealed at transfer 4. */
async function journalled(): Promise<OpenedLedger> {
  const ledger = openLedger();
  await postAll(ledger, topUp({ atMs: JANUARY }));
  await postAll(ledger, topUp({ atMs: JANUARY }), topUp({ atMs: JANUARY, owner: 'bob' }), topUp({ atMs: JANUARY }));
  await seal(ledger, 202601);
  await postAll(ledger, topUp());
  return ledger;
}

describe('blocks', () => {
  it('are one for each transaction that posts, and go on from one another', async () => {
    const ledger = await journalled();
    await ledger.store.transaction(async () => Promise.resolve());
    const transfers = await ledger.store.listTransfers(0n, 10);
    const blocks = await ledger.store.periods.listBlocks(0n, 10);
    expect(blocks.map(({ number, lastTransfer }) => [number, lastTransfer])).toEqual([
      [1n, 1n],
      [2n, 4n],
      [3n, 5n],
    ]);
    const hashOf = (previous: Uint8Array, from: number, to: number): Uint8Array => {
      const hash = createHash('sha256').update('coinslot/1 journal\0').update(previous);
      transfers.slice(from, to).forEach((transfer) => {
        hash.update(packWire(wireOf({ ...transfer, reference: Uint8Array.from(transfer.reference) })));
      });
      return Uint8Array.from(hash.digest());
    };
    const first = hashOf(new Uint8Array(32), 0, 1);
    const second = hashOf(first, 1, 4);
    expect(blocks.map(({ hash }) => hash)).toEqual([first, second, hashOf(second, 4, 5)]);
    expect(await verifyJournal(ledger.store)).toEqual({ finding: undefined, blocks: 3n, transfers: 5n });
    expect(await verifyJournal(ledger.store, 2n, 2n)).toEqual({ finding: undefined, blocks: 1n, transfers: 3n });
    expect(await verifyJournal(ledger.store, 4n)).toMatchObject({ finding: undefined, blocks: 0n });
    expect(await verifyJournal(ledger.store, 5n)).toMatchObject({ finding: 'block 4: not there' });
  });

  it('are found by the transfers that stand in them', async () => {
    const ledger = await journalled();
    const blocks = await Promise.all([1n, 2n, 3n, 4n, 5n].map((transfer) => findBlockOf(ledger.store, transfer)));
    expect(blocks).toEqual([1n, 2n, 2n, 2n, 3n]);
  });

  it('are packed by pages as one by one: pages that are plain, that have a correction, that end early', async () => {
    const ledger = await journalled();
    const correction = { corrects: 3n, reason: 'to the wrong Bob' };
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) => {
        const one = topUp({
          owner: `bob-${i % 300}`,
          currency: i % 7 === 0 ? 'JPY' : 'EUR',
          amountMinor: 1n + BigInt(i),
        });
        return { ...one, postings: Array<Posting>(1 + (i % 16)).fill(one.postings[0] as Posting) };
      });
    await postAll(ledger, ...many(2_100));
    await postAll(ledger, topUp({ kind: 'correction', correction }), ...many(2_300));
    const transfers = await ledger.store.listTransfers(0n, 10_000);
    for (const [after, through] of [
      [0n, 4_406n],
      [1_999n, 4_001n],
      [4_000n, 9_000n],
    ] as const) {
      const pages: Uint8Array[] = [];
      let count = 0;
      for await (const { bytes, ends } of ledger.store.listPacked(after, through)) {
        expect(ends.at(-1)).toBe(bytes.length);
        pages.push(bytes);
        count += ends.length;
      }
      const asked = transfers.filter(({ id }) => id > after && id <= through);
      expect(count).toBe(asked.length);
      expect(equalBytes(Buffer.concat(pages), packed(asked))).toBe(true);
    }
    expect(await verifyJournal(ledger.store)).toMatchObject({ finding: undefined, transfers: 4_406n });
  });

  it('are verified and summed by processes of their own in the same way, and one that cannot stops the closing', async () => {
    const [sound, edited] = [await journalled(), await journalled()];
    const db = shell(edited.path, 'postings_no_update');
    db.exec('UPDATE postings SET amount_minor = 99 WHERE transfer IN (3, 5)');
    const flags = ['--conditions=coinslot-source', '--import', 'tsx'];
    const program = resolve(import.meta.dirname, 'closing-children-child.ts');
    const { stdout, stderr } = spawnSync(process.execPath, [...flags, program, sound.path, edited.path], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual([
      '5 holds',
      // Blocks 2 and 3 do not hold: the lowest is told, whichever process is first.
      '1 block 2: its hash does not hold',
      expect.stringMatching(/the journal could not be verified: .*cannot be opened/),
      'bank -400, player-prepaid 100, player-prepaid 300',
      expect.stringMatching(/the month could not be summed: .*cannot be opened/),
    ]);
  });

  it('are missed at the end of a stretch too, with others behind it', async () => {
    const ledger = await journalled();
    shell(ledger.path, 'journal_no_delete').exec('DELETE FROM journal WHERE number = 2');
    expect(await verifyJournal(ledger.store, 1n, 2n)).toMatchObject({ finding: 'block 2: not there' });
  });

  it('are not written when the transaction is undone', async () => {
    const ledger = await journalled();
    const undone = ledger.store.transaction(async (tx) => {
      await tx.postTransfer(topUp());
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await ledger.store.periods.findNewestBlock()).toMatchObject({ number: 3n });
    await postAll(ledger, topUp());
    expect(await verifyJournal(ledger.store)).toMatchObject({ finding: undefined, blocks: 4n });
  });

  it('cover corrections with what they correct and why', async () => {
    const ledger = await journalled();
    const correction = { corrects: 3n, reason: 'paid to the wrong Bob' };
    const { postings } = topUp({ owner: 'bob' });
    await postAll(ledger, topUp({ kind: 'correction', correction, postings }));
    expect(await lastOf(ledger)).toMatchObject({ kind: 'correction', correction });
    expect(await verifyJournal(ledger.store)).toMatchObject({ finding: undefined });
    const db = shell(ledger.path);
    expect(() => db.exec("UPDATE corrections SET reason = 'another'")).toThrow('append only');
    expect(() => db.exec('DELETE FROM corrections')).toThrow('append only');
    db.exec("DROP TRIGGER corrections_no_update; UPDATE corrections SET reason = 'another'");
    expect(await verifyJournal(ledger.store)).toMatchObject({ finding: 'block 4: its hash does not hold' });
  });

  it.each([
    ['a correction without what it corrects', { kind: 'correction' as const }],
    ['a correction of what is not there', { correction: { corrects: 77n, reason: 'x' }, kind: 'correction' as const }],
    ['a correction of itself', { correction: { corrects: 6n, reason: 'x' }, kind: 'correction' as const }],
    ['a correction without a reason', { correction: { corrects: 1n, reason: '' }, kind: 'correction' as const }],
    ['a reason too long', { correction: { corrects: 1n, reason: 'x'.repeat(141) }, kind: 'correction' as const }],
    ['something else that corrects', { correction: { corrects: 1n, reason: 'x' } }],
  ])('are refused with %s', async (_, changes) => {
    const ledger = await journalled();
    await expect(postAll(ledger, topUp(changes))).rejects.toMatchObject({ kind: 'refused' });
    expect(await verifyJournal(ledger.store)).toMatchObject({ finding: undefined, transfers: 5n });
  });

  it.each([
    ['a block edited', 'UPDATE journal SET hash = zeroblob(32)', 'append only'],
    ['a block deleted', 'DELETE FROM journal WHERE number = 3', 'append only'],
    ['a block of nothing', 'INSERT INTO journal VALUES (4, 5, zeroblob(32))', 'not behind'],
    ['a block that leaves a number out', 'INSERT INTO journal VALUES (5, 6, zeroblob(32))', 'numbers'],
    ['a block replaced', 'INSERT OR REPLACE INTO journal VALUES (3, 5, zeroblob(32))', 'numbers'],
    ['a block past the ledger', 'INSERT INTO journal VALUES (4, 9, zeroblob(32))', 'where the ledger does'],
    ['a block that stops before the end', 'INSERT INTO journal VALUES (4, 4, zeroblob(32))', 'where the ledger does'],
    [
      'a block of a transfer without its postings',
      `INSERT INTO transfers VALUES (6, 'top-up', randomblob(32), 1, ${Date.UTC(2026, 2, 1)}, 202603);
       INSERT INTO journal VALUES (4, 6, zeroblob(32))`,
      'not complete',
    ],
  ])('S8: refused by the schema: %s', async (_, statement, message) => {
    const ledger = await journalled();
    const db = shell(ledger.path);
    expect(() => db.exec(`BEGIN; ${statement}`)).toThrow(message);
    db.exec('ROLLBACK');
    expect(await verifyJournal(ledger.store)).toMatchObject({ finding: undefined });
  });
});

describe('S8: found in the journal', () => {
  const HASH_2 = 'block 2: its hash does not hold';
  const WITHOUT: Record<string, readonly string[]> = {
    transfers: ['transfers_no_update', 'transfers_no_delete', 'transfers_insert'],
    postings: ['postings_no_update', 'postings_no_delete', 'postings_insert', 'postings_apply'],
    accounts: ['accounts_update', 'accounts_no_delete'],
    journal: ['journal_no_update', 'journal_no_delete', 'journal_insert'],
  };
  it.each([
    ['an amount', 'postings', 'UPDATE postings SET amount_minor = 99 WHERE transfer = 3', HASH_2],
    ['whose money it is', 'postings', 'UPDATE postings SET credit = 2 WHERE transfer = 3', HASH_2],
    [
      'a posting the other way round',
      'postings',
      'UPDATE postings SET debit = credit, credit = debit WHERE transfer = 3',
      HASH_2,
    ],
    ['a currency', 'postings', "UPDATE postings SET currency = 'USD' WHERE transfer = 3", HASH_2],
    ['an account gone', 'accounts', "DELETE FROM accounts WHERE owner = 'bob'", HASH_2],
    ['a posting gone', 'postings', 'DELETE FROM postings WHERE transfer = 3', HASH_2],
    ['a posting more', 'postings', "INSERT INTO postings VALUES (3, 1, 1, 2, 'EUR', 1)", HASH_2],
    ['a time', 'transfers', 'UPDATE transfers SET at_ms = at_ms + 1 WHERE id = 4', HASH_2],
    ['a period', 'transfers', 'UPDATE transfers SET period = 202602 WHERE id = 4', HASH_2],
    ['a kind', 'transfers', "UPDATE transfers SET kind = 'refund' WHERE id = 4", HASH_2],
    ['a reference', 'transfers', 'UPDATE transfers SET reference = zeroblob(32) WHERE id = 4', HASH_2],
    ['a transfer gone', 'transfers', 'DELETE FROM transfers WHERE id = 3', 'block 2: transfer 3 is not there'],
    ['the first gone', 'transfers', 'DELETE FROM transfers WHERE id = 1', 'block 1: transfer 1 is not there'],
    ['the last gone', 'transfers', 'DELETE FROM transfers WHERE id = 5', 'block 3: transfer 5 is not there'],
    [
      'a transfer moved to the end',
      'transfers',
      'UPDATE transfers SET id = 6 WHERE id = 3',
      'block 2: transfer 3 is not there',
    ],
    [
      'a transfer behind the last block',
      'transfers',
      `INSERT INTO transfers VALUES (6, 'top-up', randomblob(32), 1, 1, 197001)`,
      'transfer 6: in no block',
    ],
    ["an account's owner", 'accounts', "UPDATE accounts SET owner = 'mallory' WHERE owner = 'bob'", HASH_2],
    ['a hash', 'journal', 'UPDATE journal SET hash = zeroblob(32) WHERE number = 2', HASH_2],
    ['a block gone', 'journal', 'DELETE FROM journal WHERE number = 2', 'block 2: not there'],
    ['the last block gone', 'journal', 'DELETE FROM journal WHERE number = 3', 'transfer 5: in no block'],
    [
      'two blocks made one',
      'journal',
      'DELETE FROM journal WHERE number = 2; UPDATE journal SET number = 2 WHERE number = 3',
      HASH_2,
    ],
    ['a block of more', 'journal', 'UPDATE journal SET last_transfer = 3 WHERE number = 2', HASH_2],
  ])('%s', async (_, table, statement, finding) => {
    const ledger = await journalled();
    shell(ledger.path, ...(WITHOUT[table] as readonly string[])).exec(statement);
    expect(await verifyJournal(ledger.store)).toMatchObject({ finding });
  });

  it('a chain made anew from the edited row on holds by itself, and no longer under the seal', async () => {
    const ledger = await journalled();
    const sealed = await ledger.store.periods.findNewestSealed();
    shell(ledger.path, 'postings_no_update').exec('UPDATE postings SET amount_minor = 99 WHERE transfer = 3');
    const db = shell(ledger.path, 'journal_no_update', 'journal_no_delete', 'journal_insert');
    db.exec('DELETE FROM journal WHERE number > 0');
    let previous: Uint8Array = new Uint8Array(32);
    const transfers = await ledger.store.listTransfers(0n, 10);
    [1, 4, 5].forEach((last, i, ends) => {
      const hash = createHash('sha256').update('coinslot/1 journal\0').update(previous);
      hash.update(packed(transfers.slice(ends[i - 1] ?? 0, last)));
      previous = hash.digest();
      db.prepare('INSERT INTO journal VALUES (?, ?, ?)').run(i + 1, last, previous);
    });
    expect(await verifyJournal(ledger.store)).toMatchObject({ finding: undefined, transfers: 5n });
    const block = await ledger.store.periods.findBlock(sealed?.block as bigint);
    expect(block?.hash).not.toEqual(sealed?.blockHash);
  });

  it.each([
    ['deleted', 'transfers_no_delete', 'DELETE FROM transfers WHERE id = 5'],
    ['added', 'transfers_insert', "INSERT INTO transfers VALUES (6, 'top-up', randomblob(32), 1, 1, 197001)"],
  ])('by the next transaction, and at the next opening: the last one %s', async (_, trigger, statement) => {
    const ledger = await journalled();
    shell(ledger.path, trigger).exec(statement);
    await expect(postAll(ledger, topUp())).rejects.toMatchObject({ kind: 'broken' });
    await ledger.store.close();
    expect(() => openLedger(ledger.path)).toThrow(/the journal ends at 5, the ledger at/);
  });

  it('by a server that serves: it stops, and what was under way was not recorded', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const { server, holder, publisher, storePath } = started;
    shell(storePath, 'transfers_no_delete').exec('DELETE FROM transfers');
    const request = makeRequest(player, holder, makeOffer(publisher));
    await expect(server.decide(request)).rejects.toMatchObject({ code: 'STORAGE', charged: 'no' });
    await expect(server.decide(request)).rejects.toMatchObject({ code: 'STORAGE', charged: 'no' });
    expect(await server.service.records.listAllDecisions(0n, 10)).toEqual([]);
    const { findings } = await server.service.verifyBooks();
    expect(findings.join()).toMatch(/balance is/);
    expect(findings.join()).toMatch(/block 1: transfer 1 is not there/);
    await server.close();
    await expect(startServer({ storePath })).rejects.toThrow(/the journal ends at 1, the ledger at 0/);
  });
});

describe('a ledger from before the journal', () => {
  /** What version 2 wrote: the rows of a real store, copied under the schema of that version. */
  async function oldLedger(): Promise<OpenedLedger> {
    const newer = await journalled();
    const path = `${newer.path}.old`;
    const old = openWriter({ path, checkBytesMax: 1e12, busyMs: 100, migrations: MIGRATIONS.slice(0, 2) });
    old.exec(`ATTACH '${newer.path}' AS newer;
      INSERT INTO accounts SELECT id, kind, owner, currency, 0, floor_minor, 0 FROM newer.accounts;
      INSERT INTO transfers SELECT id, kind, reference, lines, at_ms FROM newer.transfers;
      INSERT INTO postings SELECT * FROM newer.postings`);
    old.close();
    return { store: newer.store, path };
  }

  it('comes forward: each transfer in the month of its booking, and all of them in block 1', async () => {
    const { store, path } = await oldLedger();
    const forward = openLedger(path);
    expect((await forward.store.listTransfers(0n, 10)).map(({ id, period }) => [id, period])).toEqual([
      ...[1n, 2n, 3n, 4n].map((id) => [id, 202601]),
      [5n, 202603],
    ]);
    expect(await forward.store.listAccounts(0n, 10)).toEqual(await store.listAccounts(0n, 10));
    expect(await verifyJournal(forward.store)).toMatchObject({ finding: undefined, blocks: 1n, transfers: 5n });
    await postAll(forward, topUp());
    expect(await verifyJournal(forward.store)).toMatchObject({ finding: undefined, blocks: 2n, transfers: 6n });
    expect(await verifyJournal(forward.store, 2n)).toMatchObject({ finding: undefined, blocks: 1n, transfers: 1n });
    expect(await forward.store.periods.findSealPoint(202601)).toMatchObject({ lastTransfer: 4n, block: 1n });
    await seal(forward, 202601);
    await forward.store.close();
    expect(await verifyJournal(openLedger(path).store)).toMatchObject({ finding: undefined, blocks: 2n });
  });

  it('comes forward after a kill between the step and the first block', async () => {
    const { path } = await oldLedger();
    const killed = openWriter({ path, checkBytesMax: 1e12, busyMs: 100 });
    expect(killed.prepare('SELECT number, last_transfer FROM journal').all()).toEqual([
      { number: 0n, last_transfer: 5n },
    ]);
    killed.close();
    expect(await verifyJournal(openLedger(path).store)).toMatchObject({ finding: undefined, blocks: 1n });
  });

  it('S8: a journal that was emptied is not begun again', async () => {
    const ledger = await journalled();
    await ledger.store.close();
    const db = shell(ledger.path, 'journal_no_delete');
    db.exec('DELETE FROM journal WHERE number > 0');
    expect(() => openLedger(ledger.path)).toThrow(/the journal ends at 0, the ledger at 5/);
    db.exec('DELETE FROM journal');
    expect(() => openLedger(ledger.path)).toThrow(/the journal ends at nothing, the ledger at 5/);
  });
});

it('a copy of the store is a store: the chain goes on from where it was', async () => {
  const ledger = await journalled();
  await ledger.store.close();
  cpSync(ledger.path, `${ledger.path}.copy`);
  const copy = openLedger(`${ledger.path}.copy`);
  await postAll(copy, topUp());
  expect(await verifyJournal(copy.store)).toMatchObject({ finding: undefined, blocks: 4n });
});
