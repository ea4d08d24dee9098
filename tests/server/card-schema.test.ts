/** The rules of cards by direct SQL, as a person with a shell would write it: foreign keys off, no help from the code. */
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { CardHolder } from './card-holder.ts';
import { enrolPlayer, post, requireBooks, startMarket, type Started } from './started-server.ts';

/** A card with 3.00 that has reported two purchases of 0.20, claims none, and is blocked. */
async function usedCard(): Promise<{ started: Started; db: Database.Database }> {
  const started = await startMarket();
  const card = await CardHolder.loaded(started, await enrolPlayer(started), 300n);
  await card.pay('first');
  await card.pay('second');
  await card.report();
  await post(started, '/v1/cards/lost', card.ask('lost'));
  const db = new Database(started.storePath);
  db.pragma('foreign_keys = OFF');
  return { started, db };
}

const TABLES = [
  'accounts',
  'transfers',
  'postings',
  'cards',
  'card_issues',
  'card_parameters',
  'card_records',
  'card_uploads',
  'card_claims',
  'card_lists',
];
const rowsOf = (db: Database.Database): unknown => TABLES.map((table) => db.prepare(`SELECT * FROM ${table}`).all());

/** A record like the last one, with other values in some columns. */
const RECORD_COLUMNS =
  'card_id, head, counter, previous, request_id, purse, charged_minor, charged_currency, record, request, decision, outcome, code, forked, excess, spent_at_ms, booked_at_ms, transfer';
function recordLike(changes: Record<string, string>, verb = 'INSERT'): string {
  const values = RECORD_COLUMNS.split(', ').map((column) => changes[column] ?? column);
  return `${verb} INTO card_records (${RECORD_COLUMNS}) SELECT ${values.join(', ')} FROM card_records WHERE counter = 2`;
}
const NEXT = { head: 'randomblob(32)', previous: 'head', counter: '3', request_id: 'randomblob(32)' };

it.each([
  ['a counter set back', 'UPDATE cards SET counter = 1'],
  ['a head that is no record', 'UPDATE cards SET head = randomblob(32)'],
  ['a head of another counter', 'UPDATE cards SET counter = 3'],
  ['an acknowledgement number set back', 'UPDATE cards SET acknowledgement = 0'],
  ['a block taken back', 'UPDATE cards SET blocked_at_ms = NULL, blocked_reason = NULL'],
  ['a block without a reason', 'UPDATE cards SET blocked_reason = NULL'],
  ["a card given to another's player", "UPDATE cards SET user_id = x'00'"],
  ['another key for a card', 'UPDATE cards SET public_key = randomblob(44)'],
  ['a card replaced', 'INSERT OR REPLACE INTO cards SELECT * FROM cards'],
  ['a card deleted', 'DELETE FROM cards'],
  ['a record edited', 'UPDATE card_records SET charged_minor = 1'],
  ['a record deleted', 'DELETE FROM card_records'],
  ['a record replaced', recordLike({}, 'INSERT OR REPLACE')],
  ['a record behind nothing that is known', recordLike({ ...NEXT, previous: 'randomblob(32)', transfer: 'NULL' })],
  ['a record that leaves a number out', recordLike({ ...NEXT, counter: '4' })],
  ['a booked record without its debit', recordLike({ ...NEXT, transfer: 'NULL' })],
  ["a record on another's debit", recordLike({ ...NEXT, transfer: '3' })],
  ['a record whose debit is another amount', recordLike({ ...NEXT, charged_minor: '21', transfer: '3' })],
  ['a refusal that charges', recordLike({ ...NEXT, outcome: "'refused'", transfer: 'NULL' })],
  ['an outcome that there is not', recordLike({ ...NEXT, outcome: "'forgiven'", transfer: 'NULL' })],
  ['an acknowledgement edited', "UPDATE card_uploads SET acknowledgement = x'00'"],
  [
    'an acknowledgement that leaves a number out',
    `INSERT INTO card_uploads SELECT card_id, randomblob(16), 9, acknowledgement, upload, at_ms FROM card_uploads LIMIT 1`,
  ],
  [
    'an acknowledgement replaced',
    `INSERT OR REPLACE INTO card_uploads SELECT card_id, challenge, 3, x'00', upload, at_ms FROM card_uploads LIMIT 1`,
  ],
  ['parameters edited', "UPDATE card_parameters SET parameters = x'00'"],
  ['parameters out of turn', 'INSERT INTO card_parameters SELECT card_id, 7, parameters FROM card_parameters'],
  ['a blocked list edited', "UPDATE card_lists SET list = x'00'"],
  ['a blocked list deleted', 'DELETE FROM card_lists'],
  ['a blocked list out of turn', 'INSERT INTO card_lists SELECT issuer_key, 9, list, this_update_ms FROM card_lists'],
  [
    'more out of a purse than is in it',
    `INSERT INTO transfers (id, kind, reference, lines, at_ms, period) VALUES (99, 'card-return', randomblob(32), 1, 1, 197001);
     INSERT INTO postings VALUES (99, 0, (SELECT id FROM accounts WHERE kind = 'card-float'),
       (SELECT id FROM accounts WHERE kind = 'player-prepaid'), 'EUR', 261)`,
  ],
  [
    'a second payment under one request',
    `INSERT INTO transfers (kind, reference, lines, at_ms, period) SELECT 'payment', request_id, 1, 1, 197001 FROM card_records`,
  ],
  [
    'a decision of a card without its record',
    `INSERT INTO decisions SELECT 99, randomblob(32), user_id, publisher_id, code, price_minor, price_currency, 0,
       charged_currency, rate_table_id, offer_hash, quote_signature, request_hash, request, randomblob(16), decision,
       chain_hash, at_ms, NULL, card_id FROM decisions LIMIT 1`,
  ],
])('%s is refused by the schema itself', async (_, statements) => {
  const { started, db } = await usedCard();
  const before = rowsOf(db);
  db.exec('BEGIN');
  expect(() => db.exec(statements)).toThrow(
    /append only|once|never|CHECK|behind|debit|rise by one|already|one of its records|a head is|UNIQUE/,
  );
  db.exec('ROLLBACK');
  expect(rowsOf(db)).toEqual(before);
  db.close();
  await requireBooks(started);
});

it('what a shell changes past the rules is found by the books', async () => {
  const { started, db } = await usedCard();
  db.exec('DROP TRIGGER card_records_no_update; UPDATE card_records SET purse = purse || 1 WHERE counter = 1');
  const { findings } = await started.server.service.verifyBooks();
  expect(findings.join('\n')).toMatch(/record 1: purse does not hold[^]*credits less records make/);
  db.exec(
    'DROP TRIGGER card_uploads_no_update; UPDATE card_uploads SET acknowledgement = zeroblob(10) WHERE number = 1',
  );
  expect((await started.server.service.verifyBooks()).findings.join('\n')).toMatch(/bytes after the value/);
  db.close();
});
