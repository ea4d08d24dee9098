/** Holds a lock of a store until it is killed: `lock-child.ts <store> <name>` prints a line once it has it. */
import { takeLock } from '../../server/src/store/sqlite/lock-file.ts';

const [path = '', name = ''] = process.argv.slice(2);
takeLock(path, name);
console.log('held');
setInterval(() => undefined, 60_000);
