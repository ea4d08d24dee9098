/** `npm run check`: format, arrows between rooms, lint and types. Runs all of them and fails if any does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
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
// All at once, since each keeps one core busy; what a check says is shown together when it ends.
const failed = await Promise.all(
  checks.map(async ([name, command, args]) => {
    const said = [];
    const check = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [check.stdout, check.stderr]) stream.on('data', (part) => said.push(part));
    const [status] = await once(check, 'close');
    process.stdout.write(Buffer.concat(said));
    console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
    return status !== 0;
  }),
);
process.exitCode = failed.includes(true) ? 1 : 0;
