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
    expect(report.counts).toMatchObject({ players: 5, cards: 1, claims: 1, refunds: 3 });
    expect(report.currencies.map(({ currency, sumMinor }) => [currency, sumMinor])).toEqual(
      ['EUR', 'JPY', 'KWD', 'USD'].map((currency) => [currency, 0n]),
    );
    expect(report.onWord).toContainEqual({
      whose: 'bank',
      what: 'top-ups entered by the operator',
      count: 4,
      sums: { EUR: 12_000n, JPY: 50_000n, USD: 500n },
    });
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
      const [id, request] = [
        debitOf(db),
        valueOf<Uint8Array>(db, 'SELECT request FROM decisions WHERE transfer = ?', debitOf(db)),
      ];
      const broken = Uint8Array.from(request);
      broken[broken.length - 20]! ^= 1; // within the 64 bytes before chain and extensions, one byte each
      run(db, 'UPDATE decisions SET request = ? WHERE transfer = ?', broken, id);
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
