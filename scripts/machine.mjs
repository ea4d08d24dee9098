/**
 * What a fresh machine needs before anything of this project can run: the packages, a compiler when better-sqlite3 has no
 * prebuilt binary, a browser for the tests. Plain JavaScript on Node's own modules, because it runs before the install.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const NODE_MIN = [20, 19];

/** Flags every headless browser of this project starts with; no request leaves the machine. */
export const BROWSER_FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function stop(lines) {
  console.error(`\n${lines.join('\n')}\n`);
  process.exit(1);
}

function has(command) {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
}

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  stop([
    `Coinslot needs Node.js ${NODE_MIN.join('.')} or newer; this is ${process.versions.node}.`,
    'Install a current LTS from https://nodejs.org/ and try again.',
  ]);
}

/** Installs the packages when the lock file is newer than what is installed. */
export function requirePackages() {
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  const lock = join(ROOT, 'package-lock.json');
  const fresh = existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs && nativeModuleLoads();
  if (fresh) return;
  console.log('Installing packages (once, about a minute) ...');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0)
    stop([
      'The packages could not be installed: the lines above say why.',
      'Behind a proxy or mirror, check `npm config get registry`.',
      ...compilerRemedy(),
    ]);
  if (!nativeModuleLoads())
    stop(['better-sqlite3, the one native module, was installed but does not load.', ...compilerRemedy()]);
}

function nativeModuleLoads() {
  const probe = "const D = require('better-sqlite3'); new D(':memory:').close()";
  return spawnSync(process.execPath, ['-e', probe], { cwd: ROOT, stdio: 'ignore' }).status === 0;
}

function compilerRemedy() {
  const missing = ['python3', 'make', 'g++'].filter((tool) => !has(tool));
  if (missing.length === 0) return ['A compiler is there; remove node_modules and try again.'];
  return [
    `When no prebuilt binary can be fetched it is compiled, and this machine lacks: ${missing.join(', ')}.`,
    'On Debian or Ubuntu:  sudo apt-get install -y python3 make g++',
    'On macOS:             xcode-select --install',
  ];
}

/** Path of a Chrome or Chromium: CHROME_PATH, one that is installed, or Debian's, installed now when root. */
export function requireBrowser() {
  const found = findBrowser();
  if (found !== undefined) return found;
  const isRoot = process.getuid?.() === 0;
  const line = 'apt-get update && apt-get install -y --no-install-recommends chromium';
  if (isRoot && has('apt-get')) {
    console.log('No Chrome or Chromium here: installing the system package (once) ...');
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const options = { stdio: ['ignore', 'ignore', 'inherit'], env: environment };
    spawnSync('sh', ['-c', line.replaceAll('apt-get', 'apt-get -o DPkg::Lock::Timeout=300 -qq')], options);
    const installed = findBrowser();
    if (installed !== undefined) return installed;
  }
  return stop([
    'The tests drive a real browser, and none was found.',
    `Install one:  sudo sh -c '${line}'`,
    'or name yours: CHROME_PATH=/path/to/chrome npm test',
  ]);
}

function findBrowser() {
  const named = process.env.CHROME_PATH;
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named;
    stop([`CHROME_PATH names ${named}, which does not exist.`]);
  }
  const candidates = [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/opt/google/chrome/chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ];
  return candidates.find((path) => existsSync(path));
}
