/** The store's contract on SQLite, and the server on it. */
import { describeServer } from './store-server.ts';
import { describeStore } from './store.ts';
import { sqliteRig } from './store-rigs.ts';

describeStore(sqliteRig());
describeServer(sqliteRig());
