/** Reads that many share: one statement for who comes meanwhile, none of them stale, and a failure is that of who shared it. */
import { expect, it } from 'vitest';
import { SharedReads } from '../../server/src/store/postgres/shared-reads.ts';

interface Row {
  readonly key: Uint8Array;
  readonly value: number;
}

/** Statements that end when they are told to. */
function statements() {
  const sent: { readonly keys: readonly number[]; end(rows: readonly Row[]): void; fail(error: Error): void }[] = [];
  const reads = new SharedReads<Row>(
    (keys) =>
      new Promise((end, fail) => {
        sent.push({ keys: keys.map(([first]) => first as number), end, fail });
      }),
    ({ key }) => key,
  );
  const find = (key: number): Promise<Row | undefined> => reads.find(Uint8Array.of(key));
  return { sent, find };
}
/** What an ended statement sets off has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const row = (key: number, value = key): Row => ({ key: Uint8Array.of(key), value });

it('who comes while two statements are under way shares the next one, and each has its own row', async () => {
  const { sent, find } = statements();
  const [one, two, three, again, gone] = [find(1), find(2), find(3), find(1), find(9)];
  expect(sent.map(({ keys }) => keys)).toEqual([[1], [2]]);
  sent[0]?.end([row(1)]);
  expect(await one).toEqual(row(1));
  await settled();
  expect(sent.map(({ keys }) => keys)).toEqual([[1], [2], [3, 1, 9]]);
  // The later statement sees what was written since the first one was sent.
  sent[2]?.end([row(1, 11), row(3)]);
  expect([await three, await again, await gone]).toEqual([row(3), row(1, 11), undefined]);
  sent[1]?.end([row(2)]);
  expect(await two).toEqual(row(2));
  const last = find(4);
  sent[3]?.end([row(4)]);
  expect(await last).toEqual(row(4));
});

it('a statement that fails fails those who shared it, and nobody after', async () => {
  const { sent, find } = statements();
  const failed = [find(1), find(2), find(3), find(4)];
  sent[0]?.end([]);
  expect(await failed[0]).toBeUndefined();
  await settled();
  sent[2]?.fail(new Error('lost'));
  for (const one of failed.slice(2)) await expect(one).rejects.toThrow('lost');
  const after = find(5);
  sent[3]?.end([row(5)]);
  expect(await after).toEqual(row(5));
});

it('takes 128 keys in one statement', async () => {
  const { sent, find } = statements();
  const all = Array.from({ length: 132 }, (_, i) => find(i));
  sent[0]?.end([]);
  expect(await all[0]).toBeUndefined();
  await settled();
  expect(sent[2]?.keys).toHaveLength(128);
  sent[2]?.end([]);
  expect(await all[129]).toBeUndefined();
  await settled();
  expect(sent[3]?.keys).toEqual([130, 131]);
});
