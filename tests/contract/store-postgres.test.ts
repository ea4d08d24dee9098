/** The store's contract on PostgreSQL. */
import { describeStore } from './store.ts';
import { postgresRig } from './store-rigs.ts';

describeStore(postgresRig());
