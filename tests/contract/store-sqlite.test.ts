/** The store's contract on SQLite. */
import { describeStore } from './store.ts';
import { sqliteRig } from './store-rigs.ts';

describeStore(sqliteRig());
