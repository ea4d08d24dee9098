/**
 * What a fresh machine needs before anything of this project can run: the packages, a compiler when better-sqlite3 has no
 * prebuilt binary, a browser for the tests. Plain JavaScript on Node's own modules, because it runs before the install.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
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

/** Installs the packages when there are none, or when the lock file has changed since they were installed. */
export function requirePackages() {
  const folder = join(ROOT, 'node_modules');
  const stamp = join(folder, '.coinslot-lock');
  const lockHash = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  const isCurrent = existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash;
  if (isCurrent && nativeModuleLoads()) return;
  console.log('Installing packages (once, about a minute) ...');
  // Over an existing folder `install` only adds what is missing; `ci` would take it away under a running program.
  const verb = existsSync(folder) ? 'install' : 'ci';
  const options = { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] };
  const { status } = spawnSync('npm', [verb, '--no-audit', '--no-fund'], options);
  if (status !== 0)
    stop([
      'The packages could not be installed: the lines above say why.',
      'Behind a proxy or mirror, check `npm config get registry`.',
      ...compilerRemedy(),
    ]);
  if (!nativeModuleLoads())
    stop(['better-sqlite3, the one native module, was installed but does not load.', ...compilerRemedy()]);
  writeFileSync(
    stamp,
    createHash('sha256')
      .update(readFileSync(join(ROOT, 'package-lock.json')))
      .digest('hex'),
  );
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
    installPackages('chromium');
    const installed = findBrowser();
    if (installed !== undefined) return installed;
  }
  return stop([
    'The tests drive a real browser, and none was found.',
    `Install one:  sudo sh -c '${line}'`,
    'or name yours: CHROME_PATH=/path/to/chrome npm test',
  ]);
}

const CARD_SERVICE = ['/usr/sbin/pcscd', '/usr/lib/pcsc/drivers/serial/libifdvpcd.so'];

/** The PC/SC daemon with a virtual reader, for the tests of card readers: Debian's, installed now when root. Without it they say what they leave out. */
export function installCardService() {
  if (process.platform !== 'linux' || CARD_SERVICE.every((path) => existsSync(path))) return;
  if (process.getuid?.() !== 0 || !has('apt-get')) return;
  console.log('No card service here: installing the system packages (once) ...');
  installPackages('pcscd vsmartcard-vpcd iproute2');
}

function installPackages(names) {
  const line = `apt-get update && apt-get install -y --no-install-recommends ${names}`;
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  spawnSync('sh', ['-c', line.replaceAll('apt-get', 'apt-get -o DPkg::Lock::Timeout=300 -qq')], options);
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
