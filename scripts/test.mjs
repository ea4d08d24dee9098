/**
 * `npm test`: everything that must hold, on a fresh clone. Arguments narrow it: `npm test -- wallet` runs the tests whose
 * path has that word. Without arguments the static checks run first. COINSLOT_TEST_REPORT names a JSON file for the counts.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installCardService, requireBrowser, requireNode, requirePackages, ROOT } from './machine.mjs';

requireNode();
requirePackages();
const browser = requireBrowser();
installCardService();
const words = process.argv.slice(2);
const report = process.env.COINSLOT_TEST_REPORT;

const run = (command, args) =>
  spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, CHROME_PATH: browser } }).status ?? 1;

const checked = words.length > 0 ? 0 : run(process.execPath, [join(ROOT, 'scripts', 'check.mjs')]);
const reporters = ['--reporter=default', ...(report ? ['--reporter=json', `--outputFile.json=${report}`] : [])];
const tested = run(process.execPath, [
  join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'),
  'run',
  ...reporters,
  ...words,
]);
process.exitCode = checked || tested;
