/** Columns and triggers that the steps of the schema have in common. They are part of steps that were released: never edited. */

export const AMOUNT_MAX = '9007199254740991';
/** Far beyond any account, and far enough from 2^63 that no addition becomes a REAL. */
export const BALANCE_MAX = '4611686018427387904';
/** Postings in one transfer; a posting's number is its transfer's times this, plus its line. */
export const LINES_MAX = 16;

export const appendOnly = (table: string): string[] => [
  `CREATE TRIGGER ${table}_no_update BEFORE UPDATE ON ${table} BEGIN SELECT RAISE(ABORT, '${table}: append only'); END`,
  `CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table} BEGIN SELECT RAISE(ABORT, '${table}: append only'); END`,
];

/** INSERT OR REPLACE must find nothing to replace. */
export const insertOnce = (table: string, key: string): string =>
  `CREATE TRIGGER ${table}_once BEFORE INSERT ON ${table} BEGIN
    SELECT RAISE(ABORT, '${table}: there already') WHERE EXISTS (SELECT 1 FROM ${table} WHERE ${key} = NEW.${key});
  END`;

/** INSERT OR REPLACE must find nothing to replace, where two columns make the key. */
export const insertOnceBy = (table: string, ...keys: readonly string[]): string =>
  `CREATE TRIGGER ${table}_once BEFORE INSERT ON ${table} BEGIN
    SELECT RAISE(ABORT, '${table}: there already')
      WHERE EXISTS (SELECT 1 FROM ${table} WHERE ${keys.map((key) => `${key} = NEW.${key}`).join(' AND ')});
  END`;

export const currency = (column: string): string => `${column} TEXT NOT NULL CHECK (${column} GLOB '[A-Z][A-Z][A-Z]')`;
export const bytes = (column: string, length: number): string =>
  `${column} BLOB NOT NULL CHECK (length(${column}) = ${length})`;
export const amount = (column: string, least = 0): string =>
  `${column} INTEGER NOT NULL CHECK (${column} BETWEEN ${least} AND ${AMOUNT_MAX})`;
export const time = (column: string): string =>
  `${column} INTEGER NOT NULL CHECK (${column} BETWEEN 0 AND 253402300799999)`;
/** A list of kinds for IN (...). */
export const kindIn = (kinds: readonly string[]): string => kinds.map((kind) => `'${kind}'`).join(', ');

/** Copies the rows out, makes the table under its own name, and copies them back before the triggers are there. */
export const anew = (table: string, create: string, triggers: readonly string[], columns = '*'): string[] => [
  `CREATE TABLE ${table}_before AS SELECT * FROM ${table}`,
  `DROP TABLE ${table}`,
  create,
  `INSERT INTO ${table} SELECT ${columns} FROM ${table}_before`,
  `DROP TABLE ${table}_before`,
  ...triggers,
];
