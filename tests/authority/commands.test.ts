import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  generatePrivateKey,
  issueCard,
  publicKeyOf,
  readCertificates,
  readPrivateKey,
  writePrivateKey,
} from '@coinslot/authority';
import {
  crlNumber,
  decodeCrls,
  decodeRoots,
  readCertificate,
  readRevocationList,
  verifyChain,
  type CertificateRole,
} from '@coinslot/protocol';
import { buildProgram } from '../../authority/src/commands.ts';
import { listsFromPem } from '../../authority/src/revocation-files.ts';
import { refusalOf } from '../protocol/refusals.ts';

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

describe('card issuers', () => {
  test.each([
    ['ed25519', 1],
    ['p256', 2],
  ])('of %s, under a SINT', async (name, alg) => {
    await runTree();
    await run(`card-issuer --name "Payments Cards" --id payments-cards --alg ${name} --issuer @sint --out @cards`);
    const chain = readCertificates(at('cards.cert.pem'));
    const issuer = verifyChain({
      chain,
      roots: readCertificates(at('root.cert.pem')),
      role: 'card-issuer',
      atMs: NOW_MS,
    });
    expect(issuer).toMatchObject({ alg, subject: { id: 'payments-cards' } });
    expect(publicKeyOf(readPrivateKey(at('cards.key.pem')))).toEqual(issuer.publicKey);
    expect(statSync(at('cards.key.pem')).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['no id', 'card-issuer --name Cards --issuer @sint --out @cards', /no id/],
    [
      'another algorithm',
      'card-issuer --name Cards --id cards --alg rsa --issuer @sint --out @cards',
      /ed25519 or p256/,
    ],
    ['under a SYND', 'card-issuer --name Cards --id cards --issuer @synd --out @cards', /may not issue the role/],
    [
      'under a root, for longer than it lives',
      'card-issuer --name Cards --id cards --issuer @root --out @cards --days 20000',
      /beyond that/,
    ],
  ])('%s', async (_, command, message) => {
    await runTree();
    await expect(run(command)).rejects.toThrow(message);
    expect(existsSync(at('cards.key.pem'))).toBe(false);
  });
});

describe('revoke, crl and crls', () => {
  const serverVerdict = (crls: readonly Uint8Array[], atMs = NOW_MS): string => {
    const chain = readCertificates(at('server.cert.pem'));
    return refusalOf(() =>
      verifyChain({ chain, roots: readCertificates(at('root.cert.pem')), role: 'payment-server', atMs, crls }),
    );
  };
  const listsIn = (name: string): readonly Uint8Array[] => decodeCrls(Uint8Array.from(readFileSync(at(name))));

  test('a revoked server, in a numbered list, packed for games (S9)', async () => {
    await runTree();
    await run('crl --issuer @root');
    await run('crl --issuer @sint');
    await run('revoke @server.cert.pem --issuer @sint --at 2026-11-22T12:00:00Z');
    await run('crl --issuer @sint --days 7');
    expect(
      readdirSync(folder)
        .filter((name) => name.includes('.crl.'))
        .sort(),
    ).toEqual(['root.crl.1.pem', 'sint.crl.1.pem', 'sint.crl.2.pem', 'sint.crl.3.pem']);
    await run('crls @root.crl.1.pem @sint.crl.3.pem --out @crls.coinslot');
    const crls = listsIn('crls.coinslot');
    expect(crls.map(crlNumber)).toEqual([1, 3]);
    expect(serverVerdict([])).toBe('accepted');
    expect(serverVerdict(crls)).toBe('CHAIN_REVOKED');
    expect(serverVerdict(crls, Date.UTC(2026, 10, 22, 12) - 1)).toBe('CHAIN_NOT_YET'); // it was made 789 ms later
    expect(readRevocationList(crls[1]!)).toMatchObject({
      thisUpdateMs: NOW_MS - 789,
      nextUpdateMs: NOW_MS - 789 + 7 * 86_400_000,
    });
    lines.length = 0;
    await run('show @sint.crl.3.pem');
    expect(lines[0]).toBe('revocation list 3 of SINT France');
    expect(lines[2]).toMatch(/^ {2}revoked {5}[0-9a-f]{16} from 2026-11-22T12:00:00\.000Z on$/);
  });

  test('revoking again keeps the earlier moment', async () => {
    await runTree();
    await run('revoke @server.cert.pem --issuer @sint --at 2026-11-20');
    await run('revoke @server.cert.pem --issuer @sint');
    const [, atMs] = [
      ...readRevocationList(listsFromPem(readFileSync(at('sint.crl.2.pem'), 'utf8'))[0]!).revokedAtMs,
    ][0]!;
    expect(atMs).toBe(Date.UTC(2026, 10, 20));
  });

  test('a certificate of another authority under the same names is not this one’s to revoke', async () => {
    await runTree();
    await run('root --name "Coinslot Root" --country FR --sandbox --out @root-x');
    await run('intermediary --kind SINT --name "SINT France" --issuer @root-x --out @sint-x');
    await expect(run('revoke @server.cert.pem --issuer @sint-x')).rejects.toThrow(/was not certified by SINT France/);
    expect(existsSync(at('sint-x.crl.1.pem'))).toBe(false);
  });

  test('a number that is there is never written again', async () => {
    await runTree();
    await run('crl --issuer @sint');
    renameSync(at('sint.crl.1.pem'), at('sint.crl.5.pem'));
    await expect(run('crl --issuer @sint')).rejects.toThrow(/sint\.crl\.5\.pem: holds list 1/);
  });

  test.each([
    [
      'another issuer’s certificate',
      'revoke @lumen.cert.pem --issuer @sint',
      /Lumen Works was not certified by SINT France/,
    ],
    ['no certificate', 'revoke @server.key.pem --issuer @sint', /no certificate in it/],
    ['an issuer that is none', 'crl --issuer @server', /signs no revocation lists/],
    ['a moment that is none', 'revoke @server.cert.pem --issuer @sint --at yesterday', /a moment such as/],
    ['two lists of one issuer', 'crls @sint.crl.1.pem @sint.crl.1.pem --out @crls', /two lists of one issuer/],
    ['a certificate for a list', 'crls @sint.cert.pem --out @crls', /expected one revocation list/],
  ])('%s', async (_, command, message) => {
    await runTree();
    await run('crl --issuer @sint');
    await expect(run(command)).rejects.toThrow(message);
  });
});

describe('rotate (K15)', () => {
  const verdict = (
    name: string,
    role: CertificateRole,
    roots: string,
    more: { above?: string; atMs?: number } = {},
  ): string => {
    const above = more.above === undefined ? [] : readCertificates(at(more.above));
    const chain = [...readCertificates(at(name)), ...above];
    return refusalOf(() => verifyChain({ chain, roots: readCertificates(at(roots)), role, atMs: more.atMs ?? NOW_MS }));
  };

  test('a server, by a request of its new key: same name, role and SINT', async () => {
    await runTree();
    await run('request --name "Payments, renamed" --id payments --out @server-2');
    await run('rotate --old @server --request @server-2.request.pem --issuer @sint --out @server-2');
    const [old, next] = ['server.cert.pem', 'server-2.cert.pem'].map((name) =>
      readCertificate(readCertificates(at(name))[0]),
    );
    expect(next!.subject).toEqual(old!.subject);
    expect(next!.publicKey).not.toEqual(old!.publicKey);
    expect(next!.notAfterMs - next!.notBeforeMs).toBe(30 * 86_400_000);
    expect(verdict('server.cert.pem', 'payment-server', 'root.cert.pem')).toBe('accepted');
    expect(verdict('server-2.cert.pem', 'payment-server', 'root.cert.pem')).toBe('accepted');
    expect(lines.at(-1)).toMatch(/^both keys are accepted from 2026-11-22T12:00:00\.000Z to 2026-12-22/);
  });

  test('a publisher keeps its limits; a SYND and a card issuer get a key made here', async () => {
    await runTree();
    await run('card-issuer --name Cards --id cards --alg p256 --issuer @sint --out @cards');
    await run('request --name "Lumen Works" --id lumen-works --out @lumen-2');
    await run('rotate --old @lumen --request @lumen-2.request.pem --issuer @synd --out @lumen-2');
    await run('rotate --old @synd --issuer @root --out @synd-2');
    await run('rotate --old @cards --issuer @sint --out @cards-2');
    const limitsOf = (name: string): unknown => readCertificate(readCertificates(at(name))[0]).limits;
    expect(limitsOf('lumen-2.cert.pem')).toEqual(limitsOf('lumen.cert.pem'));
    expect(limitsOf('synd-2.cert.pem')).toEqual(limitsOf('synd.cert.pem'));
    await run('publisher --request @lumen.request.pem --issuer @synd-2 --out @lumen-3 --top-price EUR=5.00 --days 100');
    for (const name of ['lumen', 'lumen-2', 'lumen-3'])
      expect([name, verdict(`${name}.cert.pem`, 'publisher', 'root.cert.pem')]).toEqual([name, 'accepted']);
    expect(readCertificate(readCertificates(at('cards-2.cert.pem'))[0]).alg).toBe(2);
    expect(verdict('cards-2.cert.pem', 'card-issuer', 'root.cert.pem')).toBe('accepted');
  });

  test('a root: before, in and after the overlap, under either root', async () => {
    await runTree();
    await run(
      'rotate --old @root --out @root-2 --top-price EUR=50.00 --top-price USD=60.00 --overlap-days 90 --days 8000',
    );
    await run('intermediary --kind SYND --name "SYND 2" --issuer @root-2 --out @synd-2 --top-price EUR=50.00');
    await run('publisher --request @lumen.request.pem --issuer @synd-2 --out @lumen-2 --top-price EUR=5.00');
    const [inside, after] = [NOW_MS + 89 * 86_400_000, NOW_MS + 91 * 86_400_000];
    // New chains, for who pins the old root only: with the cross-certificate, as long as it lasts.
    expect(verdict('lumen-2.cert.pem', 'publisher', 'root.cert.pem')).not.toBe('accepted');
    const crossed = { above: 'root-2.cross.pem' };
    expect(verdict('lumen-2.cert.pem', 'publisher', 'root.cert.pem', { ...crossed, atMs: inside })).toBe('accepted');
    expect(verdict('lumen-2.cert.pem', 'publisher', 'root.cert.pem', { ...crossed, atMs: after })).toBe(
      'CHAIN_EXPIRED',
    );
    expect(verdict('lumen-2.cert.pem', 'publisher', 'root.cert.pem', { ...crossed, atMs: NOW_MS - 1_000 })).toBe(
      'CHAIN_NOT_YET',
    );
    expect(verdict('lumen-2.cert.pem', 'publisher', 'root-2.cert.pem', { atMs: after })).toBe('accepted');
    // Old chains, for who pins the new root only.
    const back = { above: 'root-2.back.pem' };
    expect(verdict('lumen.cert.pem', 'publisher', 'root-2.cert.pem', { ...back, atMs: inside })).toBe('accepted');
    expect(verdict('lumen.cert.pem', 'publisher', 'root-2.cert.pem', { ...back, atMs: after })).toBe('CHAIN_EXPIRED');
    expect(verdict('lumen.cert.pem', 'publisher', 'root.cert.pem', { atMs: after })).toBe('accepted');
    // A card's chain of three still fits below a cross-certificate.
    await run('card-issuer --name Cards --id cards --issuer @sint --out @cards');
    expect(verdict('cards.cert.pem', 'card-issuer', 'root-2.cert.pem', { ...back, atMs: inside })).toBe('accepted');
    const { certificate } = { certificate: readCertificates(at('cards.cert.pem'))[0] };
    const privateKey = readPrivateKey(at('cards.key.pem'));
    const notBeforeMs = NOW_MS - 789;
    const card = issueCard({
      issuer: { certificate, privateKey },
      cardId: new Uint8Array(16),
      publicKey: publicKeyOf(generatePrivateKey()),
      assurance: 'software',
      ceilings: [],
      notBeforeMs,
      notAfterMs: notBeforeMs + 90 * 86_400_000,
    });
    const chain = [card, ...readCertificates(at('cards.cert.pem')), ...readCertificates(at('root-2.back.pem'))];
    expect(chain).toHaveLength(4);
    expect(
      verifyChain({ chain, roots: readCertificates(at('root-2.cert.pem')), role: 'card', atMs: inside }).role,
    ).toBe('card');
  });

  test.each([
    [
      'another’s request',
      'rotate --old @server --request @lumen.request.pem --issuer @sint --out @x',
      /request is of lumen-works, the certificate of payments/,
    ],
    ['another issuer', 'rotate --old @server --issuer @root --out @x', /certified by SINT France/],
    [
      'the same key',
      'rotate --old @server --request @server.request.pem --issuer @sint --out @x',
      /new key is the old one/,
    ],
    ['no issuer', 'rotate --old @server --out @x', /no issuer/],
    ['a root without limits', 'rotate --old @root --out @x', /no top price/],
  ])('%s', async (_, command, message) => {
    await runTree();
    await expect(run(command)).rejects.toThrow(message);
    expect(existsSync(at('x.key.pem'))).toBe(false);
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
