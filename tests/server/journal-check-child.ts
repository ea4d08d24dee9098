/**
 * Verifies all of a file's journal as a closing does, small as it is in a process of its own, and prints what was found:
 * `journal-check-child.ts <file>...`; then what comes of a file that the process does not find.
 */
import { journalCheck } from '../../server/src/operation/journal-check.ts';
import { openSqliteReads } from '../../server/src/store/sqlite/snapshot.ts';

async function said(path: string, storePath: string): Promise<string> {
  const { store, close } = openSqliteReads(path);
  try {
    const { number } = await store.periods.findNewestBlock();
    const { finding = 'holds', transfers } = await journalCheck(store, { storePath }, 0n)(1n, number);
    return `${transfers} ${finding}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await close();
  }
}

const paths = process.argv.slice(2);
for (const path of paths) console.log(await said(path, path));
console.log(await said(paths[0] as string, `${paths[0]}.gone`));
