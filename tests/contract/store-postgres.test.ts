/** The store's contract on PostgreSQL, and the server on it. */
import { describeServer } from './store-server.ts';
import { describeStore } from './store.ts';
import { postgresRig } from './store-rigs.ts';

describeStore(postgresRig());
describeServer(postgresRig());
