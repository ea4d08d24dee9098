/** Where pairing secret, offers in flight, entitlements and timing state are kept. */
import type { Store } from './ports.ts';

/** A store that forgets with the page. */
export function memoryStore(): Store {
  const records = new Map<string, unknown>();
  const name = (table: string, key: string): string => `${table}/${key}`;
  return {
    get: (table, key) => Promise.resolve(structuredClone(records.get(name(table, key)))),
    put: (table, key, value) => Promise.resolve(void records.set(name(table, key), structuredClone(value))),
    delete: (table, key) => Promise.resolve(void records.delete(name(table, key))),
    list: (table) => {
      const entries = [...records].filter(([key]) => key.startsWith(`${table}/`));
      return Promise.resolve(entries.map(([key, value]) => [key.slice(table.length + 1), structuredClone(value)]));
    },
  };
}

const DATABASE = 'coinslot';
const RECORDS = 'records';

/**
 * IndexedDB, one database per origin, records under `game/table/key`. Where the browser gives none (private mode, blocked
 * storage) it falls back to memory: what was bought is then restored from the wallet at the next start.
 */
export function indexedDbStore(game: string, factory: IDBFactory | undefined = globalThis.indexedDB): Store {
  const opened = open(factory).then((database) => (database === undefined ? memoryStore() : recordsOf(database, game)));
  return {
    get: async (table, key) => (await opened).get(table, key),
    put: async (table, key, value) => (await opened).put(table, key, value),
    delete: async (table, key) => (await opened).delete(table, key),
    list: async (table) => (await opened).list(table),
  };
}

function recordsOf(database: IDBDatabase, game: string): Store {
  const name = (table: string, key: string): string => `${game}/${table}/${key}`;
  const run = <T>(mode: IDBTransactionMode, ask: (records: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    // 'strict': a purchase in flight must outlive a crash of the machine, not only of the tab.
    const transaction = database.transaction(RECORDS, mode, { durability: 'strict' });
    return settle(transaction, ask(transaction.objectStore(RECORDS)));
  };
  return {
    get: (table, key) => run('readonly', (records) => records.get(name(table, key)) as IDBRequest<unknown>),
    put: async (table, key, value) => void (await run('readwrite', (records) => records.put(value, name(table, key)))),
    delete: (table, key) => run('readwrite', (records) => records.delete(name(table, key))),
    list: async (table) => {
      const prefix = name(table, '');
      const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      const transaction = database.transaction(RECORDS, 'readonly');
      const records = transaction.objectStore(RECORDS);
      const [keys, values] = await Promise.all([
        settle(transaction, records.getAllKeys(range)),
        settle(transaction, records.getAll(range)),
      ]);
      return keys.map((key, i) => [(key as string).slice(prefix.length), values[i] as unknown] as const);
    },
  };
}

function open(factory: IDBFactory | undefined): Promise<IDBDatabase | undefined> {
  return new Promise((resolve) => {
    if (factory === undefined) return resolve(undefined);
    try {
      const request = factory.open(DATABASE, 1);
      request.onupgradeneeded = () => void request.result.createObjectStore(RECORDS);
      request.onsuccess = () => resolve(request.result);
      request.onerror = request.onblocked = () => resolve(undefined);
    } catch {
      resolve(undefined); // Some private modes throw instead of failing the request.
    }
  });
}

function settle<T>(transaction: IDBTransaction, request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(transaction.error ?? new Error('storage: aborted'));
    transaction.addEventListener('complete', () => resolve(request.result));
    transaction.addEventListener('error', fail);
    transaction.addEventListener('abort', fail);
  });
}
