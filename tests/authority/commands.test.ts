import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  generatePrivateKey,
  publicKeyOf,
  readCertificates,
  readPrivateKey,
  writePrivateKey,
} from '@coinslot/authority';
import { decodeRoots, verifyChain } from '@coinslot/protocol';
import { buildProgram } from '../../authority/src/commands.ts';

const NOW_MS = Date.UTC(2026, 10, 22, 12, 0, 0, 789);
let folder: string;
let lines: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coinslot-commands-'));
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);

/** Runs one command in this process; throws what it refuses. Words that start with @ are files of the folder. */
async function run(command: string): Promise<void> {
  const words = command.match(/"[^"]*"|\S+/g) ?? [];
  const args = words.map((word) => (word.startsWith('@') ? at(word.slice(1)) : word.replaceAll('"', '')));
  const program = buildProgram({ nowMs: NOW_MS, print: (line) => lines.push(line) });
  for (const one of [program, ...program.commands]) one.exitOverride().configureOutput({ writeErr: () => undefined });
  await program.parseAsync(args, { from: 'user' });
}

async function runTree(): Promise<void> {
  await run('root --name "Coinslot Root" --country FR --sandbox --out @root');
  await run(
    'intermediary --kind SYND --name "SYND France" --issuer @root --out @synd --top-price EUR=50.00 --top-price USD=60',
  );
  await run('intermediary --kind SINT --name "SINT France" --issuer @root --out @sint');
  await run('request --name "Lumen Works" --id lumen-works --out @lumen');
  await run(
    'publisher --request @lumen.request.pem --issuer @synd --out @lumen --top-price EUR=5.00 --territory FR --minimum-age 7',
  );
  await run('request --name "Payments" --id payments --out @server');
  await run('server --request @server.request.pem --issuer @sint --out @server --days 30');
}

describe('the commands', () => {
  test('make a whole tree that verifies, keys for their owner only', async () => {
    await runTree();
    await run('roots @root.cert.pem --out @roots.coinslot');
    const roots = decodeRoots(Uint8Array.from(readFileSync(at('roots.coinslot'))));
    const chain = readCertificates(at('lumen.cert.pem'));
    const publisher = verifyChain({ chain, roots, role: 'publisher', atMs: NOW_MS });
    expect(publisher.limits).toEqual({
      topPrices: [{ amountMinor: 500n, currency: 'EUR' }],
      territories: ['FR'],
      minimumAge: 7,
    });
    expect(publisher.publicKey).toEqual(publicKeyOf(readPrivateKey(at('lumen.key.pem'))));
    const serverChain = readCertificates(at('server.cert.pem'));
    const server = verifyChain({ chain: serverChain, roots, role: 'payment-server', atMs: NOW_MS });
    expect(server.notAfterMs - server.notBeforeMs).toBe(30 * 86_400_000);
    for (const name of ['root', 'synd', 'sint', 'lumen', 'server']) {
      expect(statSync(at(`${name}.key.pem`)).mode & 0o777).toBe(0o600);
    }
  });

  test('show says what a certificate is', async () => {
    await runTree();
    lines.length = 0;
    await run('show @lumen.cert.pem');
    expect(lines).toContain('certificate Lumen Works (id lumen-works)');
    expect(lines).toContain('  acts as     sandbox publisher');
    expect(lines).toContain('  limits      EUR 500 minor units; FR; from age 7');
    expect(lines).toContain('certificate SYND France');
  });

  test('encrypt the keys of authorities, and open them with the passphrase only', async () => {
    writeFileSync(at('pass'), 'correct horse battery staple\nsecond line\n');
    writeFileSync(at('wrong'), 'tr0ub4dor\n');
    await run('root --name Root --out @root --passphrase-file @pass');
    expect(readFileSync(at('root.key.pem'), 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    const sint = 'intermediary --kind SINT --name SINT --issuer @root --out @sint';
    await expect(run(sint)).rejects.toThrow(/key is encrypted/);
    await expect(run(`${sint} --issuer-passphrase-file @wrong`)).rejects.toThrow(/not its passphrase/);
    expect(existsSync(at('sint.key.pem'))).toBe(false);
    await run(`${sint} --issuer-passphrase-file @pass`);
    expect(readCertificates(at('sint.cert.pem'))).toHaveLength(1);
  });

  test('never overwrite a key or a certificate', async () => {
    await run('root --name Root --out @root');
    const before = readFileSync(at('root.key.pem'));
    await expect(run('root --name Other --out @root')).rejects.toThrow(/root\.key\.pem: exists already/);
    expect(readFileSync(at('root.key.pem'))).toEqual(before);
    rmSync(at('root.key.pem'));
    await expect(run('root --name Other --out @root')).rejects.toThrow(/root\.cert\.pem: exists already/);
  });

  test('refuse a key that others may read', async () => {
    await run('root --name Root --out @root');
    chmodSync(at('root.key.pem'), 0o640);
    await expect(run('intermediary --kind SINT --name SINT --issuer @root --out @sint')).rejects.toThrow(
      /others may read/,
    );
  });

  test('a refused command leaves no key behind', async () => {
    await run('root --name Root --out @root --days 10');
    await expect(run('intermediary --kind SINT --name SINT --issuer @root --out @sint')).rejects.toThrow(
      /beyond that of Root/,
    );
    expect(existsSync(at('sint.key.pem'))).toBe(false);
  });

  test('live and sandbox roots are not packed together', async () => {
    await run('root --name Live --out @live');
    await run('root --name Sandbox --sandbox --out @sandbox');
    await expect(run('roots @live.cert.pem @sandbox.cert.pem --out @roots')).rejects.toThrow(/live and sandbox/);
  });

  test.each([
    ['intermediary --kind KING --name x --issuer @root --out @x', /SYND or SINT/],
    ['root --name x --out @x --days 0', /whole number from 1/],
    ['root --name x --out @x --days 1e3', /whole number from 1/],
    ['publisher --request @r --issuer @s --out @p --top-price 5', /such as EUR=50\.00/],
    ['publisher --request @r --issuer @s --out @p --top-price EUR=0.001', /such as EUR=50\.00/],
    ['publisher --request @r --issuer @s --out @p --territory France', /country code/],
    ['publisher --request @r --issuer @s --out @p --minimum-age 100', /from 0 to 99/],
    ['root --out @x', /--name/],
    ['show @nowhere', /cannot be read/],
    ['server --request @r --issuer @nowhere --out @p', /cannot be read/],
    ['root --name x --out @no/such/folder', /cannot be written/],
  ])('%s', async (command, message) => {
    await expect(run(command)).rejects.toThrow(message);
  });
});

describe('key files', () => {
  test('hold the same key, plain or encrypted', () => {
    const key = generatePrivateKey();
    writePrivateKey(at('plain.pem'), key);
    writePrivateKey(at('secret.pem'), key, 'a long passphrase');
    expect(publicKeyOf(readPrivateKey(at('plain.pem')))).toEqual(publicKeyOf(key));
    expect(publicKeyOf(readPrivateKey(at('secret.pem'), 'a long passphrase'))).toEqual(publicKeyOf(key));
    expect(() => writePrivateKey(at('empty.pem'), key, '')).toThrow(/passphrase is empty/);
    expect(existsSync(at('empty.pem'))).toBe(false);
  });
});

test('the program exits with 1, an error and a hint', () => {
  const cli = fileURLToPath(new URL('../../authority/src/cli.ts', import.meta.url));
  const args = ['--conditions=coinslot-source', '--import', 'tsx', cli, 'show', at('nowhere.pem')];
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toBe(`error: ${at('nowhere.pem')}: cannot be read\nhint: check the path\n`);
});
