/**
 * The processes of a closing, over months that are small. `closing-children-child.ts <file>...`: verifies all of each file's journal
 * block by block in two processes, and prints what was found; sums January of the first in a process, and prints it; after each what
 * comes of a file that they do not find.
 */
import { journalCheck } from '../../server/src/operation/journal-check.ts';
import { monthSums } from '../../server/src/operation/month-sums.ts';
import type { StoreReader } from '../../server/src/store/port.ts';
import { openSqliteReads } from '../../server/src/store/sqlite/snapshot.ts';

const EACH_BLOCK = { childFrom: 0n, stretchLeast: 1n, childrenMax: 2 };

async function said(path: string, ask: (store: StoreReader) => Promise<string>): Promise<string> {
  const { store, close } = openSqliteReads(path);
  try {
    return await ask(store);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await close();
  }
}

const checked = (storePath: string) => async (store: StoreReader) => {
  const { number } = await store.periods.findNewestBlock();
  const { finding = 'holds', transfers } = await journalCheck(store, { storePath }, EACH_BLOCK)(1n, number);
  return `${transfers} ${finding}`;
};

const summed = (storePath: string) => async (store: StoreReader) => {
  const movements = await monthSums(store, { storePath }, 0n)(202601);
  const lines = (['bank', 'player-prepaid'] as const).flatMap((kind) =>
    Array.from(movements.of(kind), ({ sums }) => `${kind} ${sums.get('top-up')?.amountMinor}`),
  );
  return lines.sort().join(', ');
};

const paths = process.argv.slice(2);
const [first = ''] = paths;
for (const path of paths) console.log(await said(path, checked(path)));
console.log(await said(first, checked(`${first}.gone`)));
console.log(await said(first, summed(first)));
console.log(await said(first, summed(`${first}.gone`)));
