/** What the store keeps of refunds, on SQLite and on PostgreSQL. */
import { describeRefunds } from './store-refunds.ts';
import { postgresRig, sqliteRig } from './store-rigs.ts';

describeRefunds(sqliteRig());
describeRefunds(postgresRig());
