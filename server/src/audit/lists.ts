/** Reads the store's lists to their ends, page by page. */

const PAGE = 500;

/** All rows of a list that goes on after a key. */
export async function* rowsOf<Row, Key>(
  list: (after: Key, count: number) => Promise<readonly Row[]>,
  first: Key,
  keyOf: (row: Row) => Key,
): AsyncGenerator<Row> {
  let after = first;
  for (;;) {
    const rows = await list(after, PAGE);
    yield* rows;
    const last = rows[rows.length - 1];
    if (last === undefined) return;
    after = keyOf(last);
  }
}
