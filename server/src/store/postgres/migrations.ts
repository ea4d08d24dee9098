/**
 * The schema, as the steps that made it. Step n takes a store from version n to n+1 in one transaction; steps are never edited
 * after a release, only added. PostgreSQL came when the ledger was complete, so its first step is what SQLite took three for.
 */
import { REFUSE } from './columns.ts';
import { COLLECTION_ANSWERS } from './schema-answers.ts';
import { CARDS } from './schema-cards.ts';
import { ESCROWS } from './schema-escrows.ts';
import { FINDINGS, RATE_FEED_FINDINGS } from './schema-findings.ts';
import { LEDGER } from './schema-ledger.ts';
import { DECISIONS, PARTIES, PERIODS } from './schema-parties.ts';
import { MONEY } from './schema-money.ts';
import { PASSES } from './schema-passes.ts';
import { PASSWORDS } from './schema-passwords.ts';
import { REFUNDS } from './schema-refunds.ts';
import { SEALED_QUOTES } from './schema-sealed-quotes.ts';

export const MIGRATIONS: readonly (readonly string[])[] = [
  [REFUSE, ...LEDGER, ...PARTIES, ...CARDS, ...DECISIONS, ...REFUNDS, ...MONEY, ...PERIODS],
  ESCROWS,
  COLLECTION_ANSWERS,
  PASSES,
  PASSWORDS,
  SEALED_QUOTES,
  FINDINGS,
  RATE_FEED_FINDINGS,
];
