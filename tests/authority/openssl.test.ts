/**
 * Two other readers of what the authority issues: openssl, and node:crypto's X509Certificate.
 *
 * openssl does not know our critical extensions, limits and assurance, and rightly refuses the chains of publishers and cards with
 * "unhandled critical extension" (error 34). With -ignore_critical it checks everything else of them; a payment server's chain has
 * no such extension and verifies as it is.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createRequest, generatePrivateKey, issueRevocationList, toPem } from '@coinslot/authority';
import { crlNumber, readCertificate, roleOid, verifyChain } from '@coinslot/protocol';
import { refusalOf } from '../protocol/refusals.ts';
import { AT_MS, LUMEN, makeTree, type Certified } from './tree.ts';

const tree = makeTree();
const folder = mkdtempSync(join(tmpdir(), 'coinslot-authority-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pathOf = (name: string): string => join(folder, `${name}.pem`);
for (const [name, { certificate }] of Object.entries(tree)) writeFileSync(pathOf(name), toPem([certificate]));

function opensslVerify(
  leaf: string,
  intermediary: string,
  ...more: readonly string[]
): { status: number | null; output: string } {
  const atSeconds = String(AT_MS / 1000);
  const args = ['verify', '-x509_strict', '-attime', atSeconds, ...more];
  const files = ['-CAfile', pathOf('root'), '-untrusted', pathOf(intermediary), pathOf(leaf)];
  const { status, stdout, stderr } = spawnSync('openssl', [...args, ...files], { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

const opensslText = (name: string): string =>
  execFileSync('openssl', ['x509', '-in', pathOf(name), '-noout', '-text'], { encoding: 'utf8' });

describe('openssl', () => {
  test("verifies a payment server's chain as it is", () => {
    expect(opensslVerify('server', 'sint')).toMatchObject({
      status: 0,
      output: expect.stringContaining(': OK') as string,
    });
  });

  test("verifies a publisher's chain once told to skip the extension it does not know", () => {
    const refused = opensslVerify('publisher', 'synd');
    expect(refused.status).not.toBe(0);
    expect(refused.output).toContain('unhandled critical extension');
    expect(opensslVerify('publisher', 'synd', '-ignore_critical').status).toBe(0);
  });

  test('refuses a leaf under the wrong intermediary', () => {
    expect(opensslVerify('server', 'synd', '-ignore_critical').status).not.toBe(0);
  });

  test('reads a publisher: name, key usage, role and limits', () => {
    const text = opensslText('publisher');
    expect(text).toContain('Subject: C = FR, O = Lumen Works SARL, CN = Lumen Works, serialNumber = lumen-works');
    expect(text).toMatch(/Public Key Algorithm: ED25519/);
    expect(text).toMatch(/X509v3 Key Usage: critical\s+Digital Signature\n/);
    expect(text).toMatch(new RegExp(`X509v3 Extended Key Usage: \\s+${roleOid('publisher', false)}\\n`));
    expect(text).toMatch(/2\.25\.86188316833322697226151344123340114925\.3: critical/);
  });

  test('reads the authorities: CA marks, path lengths, key usage', () => {
    const bounds = [
      ['root', 3],
      ['synd', 0],
      ['sint', 1],
    ] as const;
    for (const [name, pathLength] of bounds) {
      const text = opensslText(name);
      expect(text).toMatch(new RegExp(`X509v3 Basic Constraints: critical\\s+CA:TRUE, pathlen:${pathLength}\\n`));
      expect(text).toMatch(/X509v3 Key Usage: critical\s+Certificate Sign, CRL Sign\n/);
    }
  });

  test("verifies a card's chain once told to skip the extension it does not know", () => {
    const above = ['-untrusted', pathOf('cardIssuer')];
    const refused = opensslVerify('card', 'sint', ...above);
    expect(refused.output).toContain('unhandled critical extension');
    expect(opensslVerify('card', 'sint', '-ignore_critical', ...above)).toMatchObject({ status: 0 });
    expect(opensslVerify('cardIssuer', 'sint')).toMatchObject({ status: 0 });
    expect(opensslVerify('card', 'sint', '-ignore_critical').status).not.toBe(0);
  });

  test('reads a card and its issuer of P-256: keys, usages, assurance', () => {
    const card = opensslText('card');
    expect(card).toContain('CN = Card, serialNumber = 000102030405060708090a0b0c0d0e0f');
    expect(card).toMatch(/Signature Algorithm: ecdsa-with-SHA256/);
    expect(card).toMatch(/NIST CURVE: P-256/);
    expect(card).toMatch(/X509v3 Key Usage: critical\s+Digital Signature\n/);
    expect(card).toMatch(new RegExp(`X509v3 Extended Key Usage: \\s+${roleOid('card', false)}\\n`));
    expect(card).toMatch(/2\.25\.86188316833322697226151344123340114925\.4: critical/);
    const issuer = opensslText('cardIssuer');
    expect(issuer).toMatch(/CA:TRUE, pathlen:0\n/);
    expect(issuer).toMatch(/X509v3 Key Usage: critical\s+Digital Signature, Certificate Sign, CRL Sign\n/);
  });

  test('verifies a request', () => {
    writeFileSync(pathOf('request'), createRequest(LUMEN, generatePrivateKey()));
    const { status, stderr, stdout } = spawnSync(
      'openssl',
      ['req', '-in', pathOf('request'), '-verify', '-noout', '-subject'],
      {
        encoding: 'utf8',
      },
    );
    expect(status).toBe(0);
    expect(stdout + stderr).toMatch(/verify OK[^]*CN = Lumen Works|CN = Lumen Works[^]*verify OK/);
  });
});

describe('openssl and revocation lists', () => {
  const thisUpdateMs = AT_MS - 86_400_000;
  const listed = (issuer: keyof typeof tree, revoked: readonly (keyof typeof tree)[], number = 1): string => {
    const list = issueRevocationList({
      issuer: tree[issuer],
      number,
      revoked: revoked.map((name) => ({
        serialHex: readCertificate(tree[name].certificate).serialHex,
        revokedAtMs: thisUpdateMs,
      })),
      thisUpdateMs,
      nextUpdateMs: AT_MS + 86_400_000,
    });
    const path = join(folder, `${issuer}-${revoked.join('-')}-${number}.crl.der`);
    writeFileSync(path, list);
    const pem = path.replace(/der$/, 'pem');
    execFileSync('openssl', ['crl', '-inform', 'DER', '-in', path, '-out', pem]);
    return pem;
  };
  const lists = (...paths: readonly string[]): readonly string[] => paths.flatMap((path) => ['-CRLfile', path]);

  test('-crl_check: a server that is not revoked, and one that is', () => {
    expect(opensslVerify('server', 'sint', '-crl_check', ...lists(listed('sint', [])))).toMatchObject({ status: 0 });
    const revoked = opensslVerify('server', 'sint', '-crl_check', ...lists(listed('sint', ['server'])));
    expect(revoked.status).not.toBe(0);
    expect(revoked.output).toContain('certificate revoked');
    const missing = opensslVerify('server', 'sint', '-crl_check');
    expect(missing.output).toContain('unable to get certificate CRL');
  });

  test('-crl_check_all: a card under lists of root, SINT and a card issuer of P-256', () => {
    const above = ['-ignore_critical', '-crl_check_all', '-untrusted', pathOf('cardIssuer')];
    const clean = [listed('root', []), listed('sint', []), listed('cardIssuer', [])];
    expect(opensslVerify('card', 'sint', ...above, ...lists(...clean))).toMatchObject({ status: 0 });
    for (const [issuer, revoked] of [
      ['cardIssuer', 'card'],
      ['sint', 'cardIssuer'],
      ['root', 'sint'],
    ] as const) {
      const others = clean.filter((path) => !path.includes(`${issuer}-`));
      const verdict = opensslVerify('card', 'sint', ...above, ...lists(...others, listed(issuer, [revoked], 2)));
      expect([issuer, verdict.output.includes('certificate revoked')]).toEqual([issuer, true]);
    }
  });

  test('-text: number, issuer, serial', () => {
    const path = listed('cardIssuer', ['card'], 7);
    const text = execFileSync('openssl', ['crl', '-in', path, '-noout', '-text'], { encoding: 'utf8' });
    expect(text).toMatch(/Version 2 \(0x1\)\s+Signature Algorithm: ecdsa-with-SHA256/);
    expect(text).toMatch(/X509v3 CRL Number: \s+7\n/);
    expect(text).toMatch(/X509v3 Authority Key Identifier/);
    expect(text.replaceAll(':', '').toLowerCase()).toContain(readCertificate(tree.card.certificate).serialHex);
  });

  test('reads its own way what openssl has signed: a list by `openssl ca`', () => {
    const config = join(folder, 'ca.cnf');
    const database = join(folder, 'index.txt');
    const { serialHex } = readCertificate(tree.card.certificate);
    writeFileSync(database, `R\t280101000000Z\t261231120000Z\t${serialHex.toUpperCase()}\tunknown\t/CN=Card\n`);
    writeFileSync(join(folder, 'number'), '0A\n');
    writeFileSync(pathOf('cardIssuer.key'), tree.cardIssuer.privateKey.export({ format: 'pem', type: 'pkcs8' }));
    writeFileSync(
      config,
      `[ca]\ndefault_ca=cards\n[cards]\ndatabase=${database}\ncrlnumber=${join(folder, 'number')}\n` +
        `default_md=sha256\ncrl_extensions=ext\n[ext]\nauthorityKeyIdentifier=keyid\n`,
    );
    const files = ['-cert', pathOf('cardIssuer'), '-keyfile', pathOf('cardIssuer.key')];
    const dates = ['-crl_lastupdate', '20261231130000Z', '-crl_nextupdate', '20270201000000Z'];
    const pem = execFileSync('openssl', ['ca', '-config', config, '-gencrl', ...files, ...dates], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const der = execFileSync('openssl', ['crl', '-outform', 'DER'], { input: pem });
    const crls = [Uint8Array.from(der)];
    expect(crlNumber(crls[0]!)).toBe(10);
    const chain = [tree.card.certificate, tree.cardIssuer.certificate, tree.sint.certificate];
    const verdict = (atMs: number): string =>
      refusalOf(() => verifyChain({ chain, roots: [tree.root.certificate], role: 'card', atMs, crls }));
    expect(verdict(Date.UTC(2026, 11, 31, 12) - 1)).toBe('accepted');
    expect(verdict(Date.UTC(2026, 11, 31, 12))).toBe('CHAIN_REVOKED');
  });
});

describe('node:crypto', () => {
  test.each<[string, Certified]>(Object.entries(tree))('reads %s as we do', (_name, { certificate }) => {
    const ours = readCertificate(certificate);
    const theirs = new X509Certificate(certificate);
    expect(theirs.serialNumber.toLowerCase()).toBe(ours.serialHex);
    expect(theirs.subject).toContain(`CN=${ours.subject.commonName}`);
    expect(theirs.issuer).toContain(`CN=${ours.issuer.commonName}`);
    expect(Date.parse(theirs.validFrom)).toBe(ours.notBeforeMs);
    expect(Date.parse(theirs.validTo)).toBe(ours.notAfterMs);
    expect(theirs.ca).toBe(ours.isAuthority);
    expect(Uint8Array.from(theirs.publicKey.export({ format: 'der', type: 'spki' }))).toEqual(ours.spki);
  });

  test.each([
    ['publisher', 'synd'],
    ['server', 'sint'],
    ['cardIssuer', 'sint'],
    ['card', 'cardIssuer'],
    ['synd', 'root'],
    ['sint', 'root'],
    ['root', 'root'],
  ] as const)('%s is issued and signed by %s', (child, issuer) => {
    const [theirs, above] = [
      new X509Certificate(tree[child].certificate),
      new X509Certificate(tree[issuer].certificate),
    ];
    expect(theirs.checkIssued(above)).toBe(true);
    expect(theirs.verify(above.publicKey)).toBe(true);
  });
});
