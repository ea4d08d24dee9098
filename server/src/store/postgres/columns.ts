/**
 * Columns, functions and guards that the steps of the schema have in common. They are part of steps that were released: never
 * edited.
 *
 * Rules that look at other rows are triggers **per statement** over the set of rows that the statement wrote (a transition
 * table): a batch of 128 payments is held against them as one set and not 128 times. Integers are `bigint` throughout, so that
 * rows look as those of SQLite do.
 */

export const AMOUNT_MAX = '9007199254740991';
/** Far beyond any account, and far enough from 2^63 that no sum overflows. */
export const BALANCE_MAX = '4611686018427387904';
export const LINES_MAX = 16;
export const UINT32_MAX = 4_294_967_295;

export const currency = (column: string): string =>
  `${column} text COLLATE "C" NOT NULL CHECK (${column} ~ '^[A-Z]{3}$')`;
export const bytes = (column: string, length: number): string =>
  `${column} bytea NOT NULL CHECK (octet_length(${column}) = ${length})`;
export const amount = (column: string, least = 0): string =>
  `${column} bigint NOT NULL CHECK (${column} BETWEEN ${least} AND ${AMOUNT_MAX})`;
export const count = (column: string, least = 0): string =>
  `${column} bigint NOT NULL CHECK (${column} BETWEEN ${least} AND ${UINT32_MAX})`;
export const TIME_MAX = '253402300799999';
export const time = (column: string): string => `${column} bigint NOT NULL CHECK (${column} BETWEEN 0 AND ${TIME_MAX})`;
export const period = (column: string): string =>
  `${column} bigint NOT NULL CHECK (${column} BETWEEN 197001 AND 999912 AND ${column} % 100 BETWEEN 1 AND 12)`;
export const text = (column: string): string => `${column} text COLLATE "C" NOT NULL`;
export const oneOf = (column: string, values: readonly string[]): string =>
  `${text(column)} CHECK (${column} IN (${values.map((value) => `'${value}'`).join(', ')}))`;

/**
 * A function of the schema: it finds the schema's own tables whoever calls it, and looks rows up by their index, whatever the
 * planner thought when the tables were still empty and the plan was made that it keeps.
 */
const SETTINGS = `SET search_path FROM CURRENT SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  SET jit = off`;

export const procedure = (signature: string, returns: string, body: string): string =>
  `CREATE FUNCTION ${signature} RETURNS ${returns} LANGUAGE plpgsql ${SETTINGS} AS $body$ ${body} $body$`;

/** A rule: a query that must find nothing, and what is said when it does. */
export const refuseIf = (found: string, words: string): string =>
  `IF (${found}) THEN RAISE EXCEPTION '${words.replaceAll("'", "''")}' USING ERRCODE = 'integrity_constraint_violation'; END IF;`;
export const refuseWhere = (query: string, words: string): string => refuseIf(`EXISTS (${query})`, words);

/** A trigger after INSERT over the set of new rows, named `fresh`. */
export const afterInsert = (table: string, body: string): string[] => [
  procedure(`${table}_added()`, 'trigger', `${body} RETURN NULL; END;`),
  `CREATE TRIGGER ${table}_added AFTER INSERT ON ${table} REFERENCING NEW TABLE AS fresh
     FOR EACH STATEMENT EXECUTE FUNCTION ${table}_added()`,
];

/** A trigger before each row; for tables where few rows are written. */
export const beforeEach = (table: string, event: 'INSERT' | 'UPDATE', body: string): string[] => {
  const name = `${table}_${event.toLowerCase()}`;
  return [
    procedure(`${name}()`, 'trigger', `BEGIN ${body} RETURN NEW; END;`),
    `CREATE TRIGGER ${name} BEFORE ${event} ON ${table} FOR EACH ROW EXECUTE FUNCTION ${name}()`,
  ];
};

/** The same, when one column is written: other writes to the table do not pay for it. */
export const beforeColumn = (table: string, column: string, body: string): string[] => {
  const name = `${table}_${column}`;
  return [
    procedure(`${name}()`, 'trigger', `BEGIN ${body} RETURN NEW; END;`),
    `CREATE TRIGGER ${name} BEFORE UPDATE OF ${column} ON ${table} FOR EACH ROW EXECUTE FUNCTION ${name}()`,
  ];
};

/** Says no, with the words it was given. */
export const REFUSE = `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
  RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END; $body$`;

const refusal = (table: string, name: string, events: string, words: string): string =>
  `CREATE TRIGGER ${table}_${name} BEFORE ${events} ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION refuse('${words}')`;

export const appendOnly = (table: string): string =>
  refusal(table, 'append_only', 'UPDATE OR DELETE OR TRUNCATE', 'append only');
export const neverDeleted = (table: string): string =>
  refusal(table, 'no_delete', 'DELETE OR TRUNCATE', 'never deleted');
export const fixed = (table: string, columns: readonly string[]): string =>
  refusal(table, 'fixed', `UPDATE OF ${columns.join(', ')}`, `${columns.join(', ')} are fixed`);

/** What only a rule of the schema may write: a trigger runs at depth 1 for a person, and deeper for a rule. */
export const byRuleOnly = (table: string, columns: readonly string[]): string[] => [
  `CREATE FUNCTION ${table}_by_rule() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
     ${refuseIf('pg_trigger_depth() < 2', `${table}: moves by the rules of the schema only`)}
     RETURN NULL; END; $body$`,
  `CREATE TRIGGER ${table}_by_rule BEFORE UPDATE OF ${columns.join(', ')} ON ${table}
     FOR EACH STATEMENT EXECUTE FUNCTION ${table}_by_rule()`,
];
