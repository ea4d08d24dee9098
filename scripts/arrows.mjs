/**
 * Arrows: which room may import from which, as the README draws them. Reads every import of every source file and names
 * the line that goes against an arrow, reaches into another room's folder, or takes a package that the room's package.json
 * does not list. `node scripts/arrows.mjs [folder]` checks another tree (its own test does).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The arrows, by room. A sub-entry stands for itself: `plugin/timing` allows that entry and no other of the plugin. */
const ARROWS = {
  protocol: [],
  plugin: ['protocol', 'overlay'],
  overlay: ['protocol'],
  authority: ['protocol'],
  publisher: ['protocol', 'plugin/timing'],
  card: ['protocol'],
  wallet: ['protocol', 'plugin/timing', 'card'],
  server: ['protocol'],
  'server-mock': ['server', 'protocol', 'authority'],
  'demo-game': ['plugin', 'overlay', 'protocol'],
};
/** Arrows of a folder inside of a room, besides the room's: the lab's page draws offers with the overlay itself. */
const FOLDER_ARROWS = { 'publisher/src/lab/page/': ['overlay'] };
/** Rooms that run in a browser: nothing of Node may be imported there, but for entries named here. */
const BROWSER_ROOMS = ['protocol', 'plugin', 'overlay', 'demo-game'];
const NODE_ENTRIES = ['protocol/src/node.ts', 'overlay/src/font/embed-font.ts'];

const root = process.argv[2] ? resolve(process.argv[2]) : dirname(dirname(fileURLToPath(import.meta.url)));
const builtins = new Set(builtinModules);
const faults = [];

for (const room of Object.keys(ARROWS)) {
  const folder = join(root, room);
  if (!existsSync(join(folder, 'package.json'))) continue;
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const listed = new Set(
    ['dependencies', 'peerDependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
      Object.keys(manifest[kind] ?? {}),
    ),
  );
  for (const file of sources(folder)) checkFile(room, file, listed);
}

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exitCode = 1;
}

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) => {
    if (one.name === 'node_modules' || one.name === 'dist') return [];
    const path = join(folder, one.name);
    if (one.isDirectory()) return sources(path);
    return /\.(ts|tsx|mts|mjs|js)$/.test(one.name) ? [path] : [];
  });
}

function checkFile(room, file, listed) {
  const text = readFileSync(file, 'utf8');
  const pattern = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+|\brequire\s*\(\s*)(['"])([^'"\n]+)\1/g;
  for (const match of text.matchAll(pattern)) {
    const fault = faultOf(room, file, match[2], listed);
    if (fault === undefined) continue;
    const line = text.slice(0, match.index).split('\n').length;
    faults.push(`${relative(root, file)}:${line}: ${fault}`);
  }
}

function faultOf(room, file, specifier, listed) {
  if (specifier.startsWith('.')) {
    const target = relative(join(root, room), resolve(dirname(file), specifier));
    return target.startsWith('..') ? `'${specifier}' leaves the room; import the package` : undefined;
  }
  const bare = specifier.replace(/^node:/, '');
  if (specifier.startsWith('node:') || builtins.has(bare)) {
    const allowed = !BROWSER_ROOMS.includes(room) || NODE_ENTRIES.includes(relative(root, file));
    return allowed ? undefined : `'${specifier}' is Node's; ${room}/ runs in a browser`;
  }
  const own = /^@coinslot\/([^/]+)(?:\/(.+))?$/.exec(specifier);
  if (own !== null) {
    const [, other, entry] = own;
    if (other === room) return `'${specifier}' is this room itself; import the file`;
    const folder = Object.keys(FOLDER_ARROWS).find((one) => relative(root, file).startsWith(one));
    const allowed = [...ARROWS[room], ...(FOLDER_ARROWS[folder] ?? [])].some(
      (arrow) => arrow === other || arrow === `${other}/${entry}`,
    );
    return allowed
      ? undefined
      : `'${specifier}' goes against the arrows: ${room}/ may import ${ARROWS[room].join(', ') || 'nothing'}`;
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  return listed.has(name) ? undefined : `'${name}' is not in ${room}/package.json`;
}
