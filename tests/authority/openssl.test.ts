/**
 * Two other readers of what the authority issues: openssl, and node:crypto's X509Certificate.
 *
 * openssl does not know our critical limits extension, and rightly refuses the publisher's chain with "unhandled critical
 * extension" (error 34). With -ignore_critical it checks everything else of it; a payment server's chain has no such
 * extension and verifies as it is.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createRequest, generatePrivateKey, toPem } from '@coinslot/authority';
import { readCertificate, roleOid } from '@coinslot/protocol';
import { AT_MS, LUMEN, makeTree, type Certified } from './tree.ts';

const tree = makeTree();
const folder = mkdtempSync(join(tmpdir(), 'coinslot-authority-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pathOf = (name: string): string => join(folder, `${name}.pem`);
for (const [name, { certificate }] of Object.entries(tree)) writeFileSync(pathOf(name), toPem([certificate]));

function opensslVerify(
  leaf: string,
  intermediary: string,
  ...more: string[]
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
