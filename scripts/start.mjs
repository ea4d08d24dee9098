/** `npm start`: checks what is needed, then wallet + sandbox + demo game (scripts/start.ts). */
import { requireNode, requirePackages } from './machine.mjs';
import { runTypeScript } from './run.mjs';

requireNode();
requirePackages();
process.exitCode = await runTypeScript('scripts/start.ts', process.argv.slice(2));
