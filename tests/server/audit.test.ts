/** The audit: a world that holds, and every fault that somebody with a SQL shell can plant in it, found and named. */
import { reportJson, reportText, type Finding, type FindingKind } from '@coinslot/server';
import {
  decodePaymentDecision,
  decodeRateTable,
  encodePaymentDecision,
  encodeRateTable,
  hashChain,
  readEnvelope,
  sealEnvelope,
  type PaymentDecision,
} from '@coinslot/protocol';
import type Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { seedOf } from '../lib/parties.ts';
import { PUBLISHERS_IBAN } from './month-world.ts';
import { auditOf, changedCopy, putRight, type Change } from './audited-store.ts';
import { makeWorld, type World } from './audit-world.ts';

let made: Promise<World> | undefined;
const world = (): Promise<World> => (made ??= makeWorld());
const nothing = (): void => undefined;

describe('I16: a world of everything', () => {
  it('is derived once more from its signed messages, to the last unit', async () => {
    const here = await world();
    const report = await auditOf(changedCopy(here, nothing), here);
    expect(report.findings).toEqual([]);
    expect(report.counts).toMatchObject({
      players: 5,
      cards: 1,
      claims: 1,
      refunds: 4,
      seals: 2,
      bills: 10,
      payouts: 4,
    });
    expect(report.counts).toMatchObject({ bankEntries: 9, notices: 2, withdrawals: 1 });
    expect(report.currencies.map(({ currency, sumMinor }) => [currency, sumMinor])).toEqual(
      ['EUR', 'JPY', 'KWD', 'USD'].map((currency) => [currency, 0n]),
    );
    const said = (whose: string, what: string) => report.onWord.find((one) => one.whose === whose && one.what === what);
    expect(said('bank', 'top-ups entered by the operator')).toMatchObject({
      count: 4,
      sums: { EUR: 12_000n, JPY: 50_000n, USD: 500n },
    });
    expect(said('bank', 'top-ups told by notices')).toMatchObject({ count: 1, sums: { EUR: 1_234n } });
    expect(said('operator', "publishers' fees")).toMatchObject({ count: 2 });
    expect(said('operator', 'rate tables')).toMatchObject({ count: 2 });
    expect(said('operator', 'refunds')).toMatchObject({ count: 1, sums: { USD: 99n } });
    expect(report.onWord.filter(({ what }) => what.startsWith('corrections'))).toEqual([
      {
        whose: 'operator',
        what: expect.stringMatching(/^corrections: transfer \d+ of transfer 1: goodwill$/) as string,
        count: 1,
        sums: { EUR: 3n },
      },
    ]);
    expect(reportText(report)).toContain('no difference');
    expect(JSON.parse(reportJson(report))).toMatchObject({ ok: true, findingCount: 0 });
  });

  it('is told to be sampled where not every signature was looked at', async () => {
    const here = await world();
    const path = changedCopy(here, nothing);
    const [all, some] = [await auditOf(path, here), await auditOf(path, here, 10)];
    expect(some.signatures.verified).toBeLessThan(all.signatures.verified);
    expect(reportText(some)).toContain('of one decision and card record in 10');
  });
});

// ---------------------------------------------------------------- what is planted

const valueOf = <T>(db: Database.Database, sql: string, ...args: unknown[]): T =>
  db
    .prepare<unknown[], T>(sql)
    .pluck()
    .get(...args) as T;
const run = (db: Database.Database, sql: string, ...args: unknown[]): void => void db.prepare(sql).run(...args);

/** Number of the transfer of an approved decision that was paid on line, in its own currency or converted. */
const debitOf = (db: Database.Database, converted = false): bigint =>
  valueOf(
    db,
    `SELECT transfer FROM decisions WHERE card_id IS NULL AND transfer IS NOT NULL
       AND (price_currency <> charged_currency) = ? ORDER BY position LIMIT 1`,
    converted ? 1 : 0,
  );
const firstOf = (db: Database.Database, kind: string): bigint =>
  valueOf(db, 'SELECT id FROM transfers WHERE kind = ? ORDER BY id LIMIT 1', kind);

/** The same transfer again under another reference. */
function again(db: Database.Database, id: bigint): void {
  run(
    db,
    `INSERT INTO transfers (kind, reference, lines, at_ms, period)
       SELECT kind, ?, lines, at_ms, (SELECT max(period) FROM transfers) FROM transfers WHERE id = ?`,
    seedOf('again'),
    id,
  );
  run(
    db,
    `INSERT INTO postings SELECT (SELECT max(id) FROM transfers), line, debit, credit, currency, amount_minor
       FROM postings WHERE transfer = ?`,
    id,
  );
}

function without(db: Database.Database, id: bigint): void {
  run(db, 'DELETE FROM postings WHERE transfer = ?', id);
  run(db, 'DELETE FROM transfers WHERE id = ?', id);
}

/** A decision that says something else, signed by the server itself. */
function decidedAnew({ server }: World, envelope: Uint8Array, changes: Partial<PaymentDecision>): Uint8Array {
  const said = decodePaymentDecision(readEnvelope(Uint8Array.from(envelope)).body);
  const body = encodePaymentDecision({ ...said, ...changes });
  return sealEnvelope('payment-decision', body, server.signer, [hashChain(server.chain)]);
}

/** One bit of its signature turned. */
function broken(envelope: Uint8Array): Uint8Array {
  const bytes = Buffer.from(envelope);
  const at = bytes.indexOf(Buffer.from(readEnvelope(Uint8Array.from(bytes)).signature));
  bytes[at + 40]! ^= 1;
  return bytes;
}

interface Plant {
  readonly fault: string;
  readonly change: (db: Database.Database, here: World) => void;
  readonly kind: FindingKind;
  readonly place: RegExp;
}

const PLANTS: readonly Plant[] = [
  {
    fault: 'an edited posting',
    change: (db) =>
      run(db, 'UPDATE postings SET amount_minor = amount_minor + 1 WHERE transfer = ? AND line = 0', debitOf(db)),
    kind: 'transfer',
    place: /^transfer \d+ \(payment .*\) of decision \d+$/,
  },
  {
    fault: 'S8: a deleted transfer',
    change: (db) => without(db, debitOf(db)),
    kind: 'missing-transfer',
    place: /^decision \d+$/,
  },
  {
    fault: 'an inserted transfer',
    change: (db) => {
      again(db, firstOf(db, 'top-up'));
      run(db, 'UPDATE postings SET amount_minor = 1 WHERE transfer = (SELECT max(id) FROM transfers)');
    },
    kind: 'unfounded-transfer',
    place: /^transfer \d+ \(top-up/,
  },
  {
    fault: 'a missing posting',
    change: (db) => run(db, 'DELETE FROM postings WHERE transfer = ? AND line = 1', debitOf(db, true)),
    kind: 'transfer',
    place: /^transfer \d+ \(payment .*\) of decision \d+$/,
  },
  {
    fault: 'I3: a doubled debit',
    change: (db) => again(db, debitOf(db)),
    kind: 'unfounded-transfer',
    place: /^transfer \d+ \(payment/,
  },
  {
    fault: 'S2: a decision without its debit',
    change: (db) => {
      const id = debitOf(db, true);
      run(db, 'UPDATE decisions SET transfer = NULL WHERE transfer = ?', id);
      without(db, id);
    },
    kind: 'missing-transfer',
    place: /^decision \d+$/,
  },
  {
    fault: 'I4: a debit without its decision',
    change: (db) => run(db, 'DELETE FROM decisions WHERE transfer = ?', debitOf(db)),
    kind: 'unfounded-transfer',
    place: /^transfer \d+ \(payment/,
  },
  {
    fault: 'I6: a charge above what was shown, with its debit',
    change: (db, here) => {
      const id = debitOf(db);
      const charged: bigint = valueOf(db, 'SELECT charged_minor FROM decisions WHERE transfer = ?', id);
      const envelope: Uint8Array = valueOf(db, 'SELECT decision FROM decisions WHERE transfer = ?', id);
      const dearer = decidedAnew(here, envelope, { chargedMinor: charged + 1n });
      run(db, 'UPDATE decisions SET decision = ?, charged_minor = charged_minor + 1 WHERE transfer = ?', dearer, id);
      run(db, 'UPDATE postings SET amount_minor = amount_minor + 1 WHERE transfer = ? AND line = 0', id);
    },
    kind: 'sale',
    place: /^decision \d+, more than was shown$/,
  },
  {
    fault: 'wrong rounding: the odd unit kept in the exchange',
    change: (db) => {
      const id: bigint = valueOf(
        db,
        `SELECT p.transfer FROM postings p JOIN accounts a ON a.id = p.credit JOIN transfers t ON t.id = p.transfer
           WHERE a.kind = 'rounding' AND t.kind = 'payment' ORDER BY p.transfer LIMIT 1`,
      );
      run(db, 'DELETE FROM postings WHERE transfer = ? AND line = 1', id);
      run(db, 'UPDATE postings SET amount_minor = amount_minor + 1 WHERE transfer = ? AND line = 0', id);
    },
    kind: 'transfer',
    place: /^transfer \d+ \(payment .*\) of decision \d+$/,
  },
  {
    fault: 'S4: a rate table that says something else now',
    change: (db) => {
      const table = decodeRateTable(
        Uint8Array.from(valueOf<Uint8Array>(db, 'SELECT body FROM rate_tables WHERE id = 1')),
      );
      const rates = table.rates.map((rate) => ({ ...rate, rateE8: rate.rateE8 * 2n }));
      run(db, 'UPDATE rate_tables SET body = ? WHERE id = 1', encodeRateTable({ ...table, rates }));
    },
    kind: 'sale',
    place: /^decision \d+, charge by rate table 1$/,
  },
  {
    fault: 'a decision put to another rate table',
    change: (db) => run(db, 'UPDATE decisions SET rate_table_id = 2 WHERE transfer = ?', debitOf(db, true)),
    kind: 'message',
    place: /^decision \d+, rate table$/,
  },
  {
    fault: 'a wrong fee',
    change: (db) => {
      const id = debitOf(db);
      run(db, 'UPDATE postings SET amount_minor = amount_minor - 1 WHERE transfer = ? AND line = 0', id);
      run(db, 'UPDATE postings SET amount_minor = amount_minor + 1 WHERE transfer = ? AND line = 1', id);
    },
    kind: 'transfer',
    place: /^transfer \d+ \(payment .*\) of decision \d+$/,
  },
  {
    fault: 'a wrong payee',
    change: (db) =>
      run(
        db,
        `UPDATE postings SET credit = (SELECT b.id FROM accounts a JOIN accounts b USING (kind, currency)
           WHERE a.id = postings.credit AND b.id <> a.id) WHERE transfer = ? AND line = 0`,
        debitOf(db),
      ),
    kind: 'transfer',
    place: /^transfer \d+ \(payment .*\) of decision \d+$/,
  },
  {
    fault: 'P18: a refund twice',
    change: (db) => again(db, firstOf(db, 'refund')),
    kind: 'unfounded-transfer',
    place: /^transfer \d+ \(refund/,
  },
  {
    fault: 'a refund of another amount',
    change: (db) =>
      run(db, 'UPDATE postings SET amount_minor = amount_minor + 1 WHERE transfer = ?', firstOf(db, 'refund')),
    kind: 'transfer',
    place: /^transfer \d+ \(refund .*\) of refund \d+$/,
  },
  {
    fault: 'a refund to another player',
    change: (db) =>
      run(
        db,
        `UPDATE postings SET credit = (SELECT id FROM accounts WHERE kind = 'player-prepaid' AND currency = postings.currency
           AND id <> postings.credit) WHERE transfer = (SELECT transfer FROM refunds WHERE currency = 'EUR') AND credit IN
           (SELECT id FROM accounts WHERE kind = 'player-prepaid')`,
      ),
    kind: 'transfer',
    place: /^transfer \d+ \(refund .*\) of refund \d+$/,
  },
  {
    fault: 'a top-up booked twice',
    change: (db) => again(db, firstOf(db, 'top-up')),
    kind: 'unfounded-transfer',
    place: /^transfer \d+ \(top-up/,
  },
  {
    fault: 'P9: a card record dropped',
    change: (db) => run(db, "DELETE FROM card_records WHERE outcome = 'disputed'"),
    kind: 'card-chain',
    place: /^card [0-9a-f]{32}, record \d+, place in the chain$/,
  },
  {
    fault: 'the last card record dropped, and the card put back to the one before',
    change: (db) => {
      const last = 'SELECT head FROM card_records WHERE forked = 0 ORDER BY counter DESC LIMIT 1';
      const before = 'SELECT previous FROM card_records WHERE head = (SELECT head FROM cards)';
      run(db, `UPDATE cards SET counter = counter - 1, head = (${before})`);
      run(db, `DELETE FROM decisions WHERE request_id = (SELECT request_id FROM card_records WHERE head = (${last}))`);
      run(db, `DELETE FROM card_records WHERE head = (${last})`);
    },
    kind: 'card-record',
    place: /^card [0-9a-f]{32}, record [0-9a-f]{64}$/,
  },
  {
    fault: 'I2: a card credit doubled',
    change: (db) =>
      run(db, 'UPDATE postings SET amount_minor = amount_minor * 2 WHERE transfer = ?', firstOf(db, 'card-load')),
    kind: 'transfer',
    place: /^transfer \d+ \(card-load .*\) of card .*, upload 1, credit of prepaid-EUR$/,
  },
  {
    fault: 'a card credit booked twice',
    change: (db) => again(db, firstOf(db, 'card-load')),
    kind: 'unfounded-transfer',
    place: /^transfer \d+ \(card-load/,
  },
  {
    fault: 'a claim paid by the wrong hand',
    change: (db) =>
      run(
        db,
        `UPDATE postings SET debit = (SELECT id FROM accounts WHERE kind = 'card-float') WHERE transfer = ?`,
        firstOf(db, 'claim'),
      ),
    kind: 'transfer',
    place: /^transfer \d+ \(claim .*\) of card .*, claim on record 4$/,
  },
  {
    fault: "a player's signature broken",
    change: (db) => {
      const id = debitOf(db);
      const request = broken(valueOf<Uint8Array>(db, 'SELECT request FROM decisions WHERE transfer = ?', id));
      run(db, 'UPDATE decisions SET request = ? WHERE transfer = ?', request, id);
    },
    kind: 'signature',
    place: /^decision \d+$/,
  },
  {
    fault: 'S2: two decisions for one request',
    change: (db, here) => {
      const id = debitOf(db);
      const envelope: Uint8Array = valueOf(db, 'SELECT decision FROM decisions WHERE transfer = ?', id);
      const decisionId = seedOf('other decision').slice(0, 16);
      const other = decidedAnew(here, envelope, { decisionId });
      const columns = `user_id, publisher_id, code, price_minor, price_currency, charged_minor, charged_currency, rate_table_id,
        offer_hash, quote_signature, request_hash, request, chain_hash, at_ms`;
      run(
        db,
        `INSERT INTO decisions (request_id, decision_id, decision, ${columns})
           SELECT ?, ?, ?, ${columns} FROM decisions WHERE transfer = ?`,
        seedOf('other request'),
        decisionId,
        other,
        id,
      );
    },
    kind: 'two-decisions',
    place: /^decision \d+$/,
  },
  {
    fault: "a player's key swapped",
    change: (db) =>
      run(
        db,
        `UPDATE player_keys SET public_key = ? WHERE part = 'pin' AND user_id = (SELECT user_id FROM decisions LIMIT 1)`,
        seedOf('a key of mine'),
      ),
    kind: 'message',
    place: /^player [0-9a-f]{32}, pinKey$/,
  },
  {
    fault: 'a transfer put into another month',
    change: (db) => run(db, 'UPDATE transfers SET period = 202607 WHERE id = ?', debitOf(db)),
    kind: 'period',
    place: /^transfer \d+ \(payment .*\), month$/,
  },
  {
    fault: 'I15: a line of March put into April',
    change: (db) => run(db, 'UPDATE transfers SET period = 202604 WHERE id = ?', debitOf(db)),
    kind: 'period',
    place: /^transfer \d+ \(payment .*\), month$/,
  },
  {
    fault: 'S8: a time that nobody signed, in a sealed month, the journal hashed anew',
    change: (db) => run(db, 'UPDATE transfers SET at_ms = at_ms + 1 WHERE id = ?', firstOf(db, 'top-up')),
    kind: 'seal',
    place: /^seal of 202603, block hash of the journal$/,
  },
  {
    fault: 'a seal put to another rate table',
    change: (db) => run(db, 'UPDATE sealed_periods SET rate_table_id = 2 WHERE period = 202603'),
    kind: 'seal',
    place: /^seal of 202603, rate table$/,
  },
  {
    fault: "a seal's signature broken",
    change: (db) => {
      const seal = broken(valueOf<Uint8Array>(db, 'SELECT seal FROM sealed_periods WHERE period = 202603'));
      run(db, 'UPDATE sealed_periods SET seal = ? WHERE period = 202603', seal);
    },
    kind: 'signature',
    place: /^seal of 202603$/,
  },
  {
    fault: 'C12: a bill twice',
    change: (db) => {
      db.exec('ALTER TABLE bills RENAME TO bills_before; CREATE TABLE bills AS SELECT * FROM bills_before');
      db.exec('INSERT INTO bills SELECT * FROM bills_before WHERE period = 202603 ORDER BY user_id LIMIT 1');
    },
    kind: 'bill',
    place: /^B-202603-[0-9a-f]{32}$/,
  },
  {
    fault: 'a missing bill',
    change: (db) =>
      run(
        db,
        `DELETE FROM bills WHERE (period, user_id) IN (
      SELECT period, user_id FROM bills WHERE due_minor = 0 AND period = 202604 LIMIT 1)`,
      ),
    kind: 'bill',
    place: /^B-202604-[0-9a-f]{32}$/,
  },
  {
    fault: 'a wrong opening',
    change: (db) =>
      run(
        db,
        `UPDATE bills SET opening_minor = opening_minor + 1, closing_minor = closing_minor + 1
        WHERE period = 202604 AND plan = 'prepaid'`,
      ),
    kind: 'bill',
    place: /^B-202604-[0-9a-f]{32}, openingMinor$/,
  },
  {
    fault: "S3: a bill with another's purchase on it",
    change: (db) =>
      run(
        db,
        `UPDATE bills SET purchases = purchases + 1, purchases_minor = purchases_minor + 20,
        closing_minor = closing_minor - 20 WHERE period = 202603 AND plan = 'prepaid'`,
      ),
    kind: 'bill',
    place: /^B-202603-[0-9a-f]{32}, closingMinor$/,
  },
  {
    fault: 'more due than is owed',
    change: (db) => run(db, 'UPDATE bills SET due_minor = due_minor + 1 WHERE period = 202603 AND due_minor > 0'),
    kind: 'bill',
    place: /^B-202603-[0-9a-f]{32}, dueMinor$/,
  },
  {
    fault: 'a bill in a month that is not sealed',
    change: (db) =>
      run(
        db,
        `INSERT INTO bills SELECT 202605, user_id, plan, currency, opening_minor, closing_minor,
      purchases_minor, card_purchases_minor, refunds_minor, paid_in_minor, loaded_minor, other_minor, purchases, due_minor,
      carried, way, made_at_ms FROM bills WHERE period = 202604 LIMIT 1`,
      ),
    kind: 'bill',
    place: /^B-202605-[0-9a-f]{32}$/,
  },
  {
    fault: 'a collection of another amount',
    change: (db) => run(db, 'UPDATE collections SET amount_minor = amount_minor + 1 WHERE period = 202603'),
    kind: 'collection',
    place: /^collection C202603-[0-9a-f]{20}, amount$/,
  },
  {
    fault: 'an answer of the bank in another month',
    change: (db) => run(db, 'UPDATE collection_answers SET period = period + 1'),
    kind: 'collection',
    place: /^collection C202603-[0-9a-f]{20}, answered by month$/,
  },
  {
    fault: 'a cent that answers a whole collection',
    change: (db) => run(db, 'UPDATE collection_answers SET answered_minor = answered_minor + 1'),
    kind: 'collection',
    place: /^collection C202603-[0-9a-f]{20}, answered by month$/,
  },
  {
    fault: 'a collection said to be paid that was returned',
    change: (db) => run(db, "UPDATE collections SET state = 'paid', told_returned_minor = 0 WHERE state = 'returned'"),
    kind: 'collection',
    place: /^collection C202603-[0-9a-f]{20}, paid and returned$/,
  },
  {
    fault: "a mandate to another's account",
    change: (db) =>
      run(
        db,
        `UPDATE mandates SET iban = 'DE02120300000000202051' WHERE way = 'bank-debit'
          AND user_id IN (SELECT user_id FROM players WHERE plan = 'postpaid')`,
      ),
    kind: 'message',
    place: /^mandate 1 of [0-9a-f]{32}, iban$/,
  },
  {
    fault: 'S10: a payout to a swapped IBAN',
    change: (db) =>
      run(db, "UPDATE bank_details SET iban = 'DE02120300000000202051' WHERE publisher_id = 'lumen-works'"),
    kind: 'bank-details',
    place: /^bank details 1 of lumen-works, iban$/,
  },
  {
    fault: 'S10: a bank file with a swapped IBAN',
    change: (db) => {
      const text = Buffer.from(
        valueOf<Uint8Array>(db, "SELECT bytes FROM bank_files WHERE message_id = 'CS-P-202603-EUR-1'"),
      );
      const swapped = text.toString().replace(PUBLISHERS_IBAN, 'DE02120300000000202051');
      run(db, "UPDATE bank_files SET bytes = ? WHERE message_id = 'CS-P-202603-EUR-1'", Buffer.from(swapped));
    },
    kind: 'bank-file',
    place: /^bank file CS-P-202603-EUR-1, P202603-[0-9a-f]{20}, account$/,
  },
  {
    fault: 'a bank file whose total is another',
    change: (db) =>
      run(db, "UPDATE bank_files SET total_minor = total_minor + 1 WHERE message_id = 'CS-P-202603-EUR-1'"),
    kind: 'bank-file',
    place: /^bank file CS-P-202603-EUR-1, total$/,
  },
  {
    fault: 'C13: a payout in two files',
    change: (db) =>
      run(
        db,
        `INSERT INTO bank_files (message_id, kind, period, currency, order_count, total_minor, bytes, made_at_ms)
        SELECT 'CS-P-202603-EUR-2', kind, period, currency, order_count, total_minor,
          CAST(replace(CAST(bytes AS TEXT), 'CS-P-202603-EUR-1', 'CS-P-202603-EUR-2') AS BLOB), made_at_ms
        FROM bank_files WHERE message_id = 'CS-P-202603-EUR-1'`,
      ),
    kind: 'bank-file',
    place: /^bank file CS-P-202603-EUR-2, P202603-[0-9a-f]{20}, file of its order$/,
  },
  {
    fault: 'a payout booked twice',
    change: (db) => again(db, firstOf(db, 'payout')),
    kind: 'unfounded-transfer',
    place: /^transfer \d+ \(payout /,
  },
  {
    fault: 'a wrong sum of a payout',
    change: (db) =>
      run(
        db,
        "UPDATE payouts SET amount_minor = amount_minor + 1 WHERE period = 202603 AND publisher_id = 'lumen-works'",
      ),
    kind: 'payout',
    place: /^P-202603-lumen-works, amount$/,
  },
  {
    fault: 'a payout that moved more than is owed',
    change: (db) =>
      run(
        db,
        'UPDATE postings SET amount_minor = amount_minor + 1 WHERE transfer = ? AND line = 0',
        firstOf(db, 'payout'),
      ),
    kind: 'transfer',
    place: /^payout of P-202603-lumen-works, /,
  },
  {
    fault: 'a payout that is not there',
    change: (db) => run(db, "DELETE FROM payouts WHERE period = 202604 AND publisher_id = 'orbit-forge'"),
    kind: 'payout',
    place: /^P-202604-orbit-forge$/,
  },
  {
    fault: "a bank's entry of another amount",
    change: (db) => run(db, "UPDATE bank_entries SET amount_minor = amount_minor + 1 WHERE bank_reference = 'B-1'"),
    kind: 'notice',
    place: /^notice door-.*, entry B-1, amount$/,
  },
  {
    fault: "a bank's entry dropped",
    change: (db) => run(db, "DELETE FROM bank_entries WHERE bank_reference = 'B-5'"),
    kind: 'notice',
    place: /^notice door-.*, entry B-5$/,
  },
  {
    fault: 'an entry that no bank told',
    change: (db) =>
      run(
        db,
        `INSERT INTO bank_entries (bank_reference, notice, outcome, amount_minor, currency, end_to_end_id, remittance, at_ms)
        SELECT 'B-99', notice, outcome, amount_minor, currency, end_to_end_id, remittance, at_ms FROM bank_entries
        WHERE bank_reference = 'B-5'`,
      ),
    kind: 'notice',
    place: /^bank entry B-99$/,
  },
  {
    fault: 'a payment of a bill that was another',
    change: (db) =>
      run(db, 'UPDATE postings SET amount_minor = amount_minor + 1 WHERE transfer = ?', firstOf(db, 'bill-payment')),
    kind: 'transfer',
    place: /^transfer \d+ \(bill-payment .*\) of bank entry B-1$/,
  },
  {
    fault: "a withdrawal to another's account",
    change: (db) => run(db, "UPDATE withdrawals SET iban = 'DE02120300000000202051'"),
    kind: 'bank-details',
    place: /^withdrawal P202604-[0-9a-f]{20}, account$/,
  },
  {
    fault: 'a withdrawal of less than there was',
    change: (db) =>
      run(db, 'UPDATE postings SET amount_minor = amount_minor - 1 WHERE transfer = ?', firstOf(db, 'withdrawal')),
    kind: 'payout',
    place: /^withdrawal P202604-[0-9a-f]{20}, amount$/,
  },
];

describe('a fault planted by SQL, balances and journal put right after it', () => {
  it.each(PLANTS)('$fault is found and named', async ({ change, kind, place }) => {
    const here = await world();
    const path = changedCopy(here, (db) => change(db, here));
    await putRight(path);
    const { findings, ok } = await auditOf(path, here);
    expect(ok).toBe(false);
    const [first] = findings as readonly [Finding, ...Finding[]];
    expect([first.kind, first.place]).toEqual([kind, expect.stringMatching(place)]);
  });
});

describe('a fault that only balances and journal can tell', () => {
  const PLAIN: readonly (readonly [string, Change, FindingKind, RegExp])[] = [
    [
      'an edited balance',
      (db) =>
        run(
          db,
          "UPDATE accounts SET balance_minor = balance_minor + 1 WHERE kind = 'player-prepaid' AND currency = 'JPY'",
        ),
      'balance',
      /^player-prepaid [0-9a-f]{32} JPY$/,
    ],
    [
      'a time of booking that nobody signed',
      (db) => run(db, 'UPDATE transfers SET at_ms = at_ms + 1 WHERE id = ?', firstOf(db, 'top-up')),
      'journal',
      /^block \d+, hash$/,
    ],
    [
      'a block of the journal taken out',
      (db) => run(db, 'DELETE FROM journal WHERE number = 3'),
      'journal',
      /^block 3, number$/,
    ],
    [
      'the last transfer taken out of the journal',
      (db) => run(db, 'DELETE FROM journal WHERE number = (SELECT max(number) FROM journal)'),
      'journal',
      /^transfer \d+$/,
    ],
  ];

  it.each(PLAIN)('%s is found and named', async (_, change, kind, place) => {
    const here = await world();
    const { findings } = await auditOf(changedCopy(here, change), here);
    const [first] = findings as readonly [Finding, ...Finding[]];
    expect([first.kind, first.place]).toEqual([kind, expect.stringMatching(place)]);
  });
});
