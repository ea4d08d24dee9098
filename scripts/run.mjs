/** Runs a TypeScript program of this project from its sources: `node scripts/run.mjs scripts/prove.ts ...arguments`. */
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { requireNode, requirePackages, ROOT } from './machine.mjs';

/** Starts a program with the source condition; the promise is its exit code. Signals are passed on. */
export function runTypeScript(file, args = [], environment = {}) {
  const flags = ['--conditions=coinslot-source', '--disable-warning=ExperimentalWarning', '--import', 'tsx'];
  const child = spawn(process.execPath, [...flags, join(ROOT, file), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  // A terminal's Ctrl-C reaches the child as well; waiting for its own end lets it stop gracefully.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal === null ? code : 1)));
}

// Node gives this module's real path; the one typed may lead through a link.
if (import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  requireNode();
  requirePackages();
  const [file, ...args] = process.argv.slice(2);
  process.exitCode = await runTypeScript(file, args);
}
