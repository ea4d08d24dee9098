/** `npm run check`: format, arrows between rooms, lint and types. Runs all of them and fails if any does. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { requireNode, requirePackages, ROOT } from './machine.mjs';

requireNode();
requirePackages();
const bin = (name) => join(ROOT, 'node_modules', '.bin', name);
const checks = [
  ['arrows', process.execPath, [join(ROOT, 'scripts', 'arrows.mjs')]],
  ['types', bin('tsc'), ['-p', 'tsconfig.json', '--noEmit']],
  ['lint', bin('eslint'), ['.', '--max-warnings', '0']],
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
];
let failed = 0;
for (const [name, command, args] of checks) {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  if (status !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
