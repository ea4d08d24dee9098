/** A studio in a temporary folder, under a sandbox authority of its own, and the real command run in it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createIntermediary,
  createRoot,
  generatePrivateKey,
  issuePublisher,
  publicKeyOf,
  readRequest,
  toPem,
  type Issuer,
  type Subject,
} from '@coinslot/authority';
import { encodeRoots, type SalesLimits } from '@coinslot/protocol';
import { bundledCommand } from '../../lib/program.ts';

export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
export const DAY_MS = 86_400_000;

const CLI = join(REPOSITORY, 'publisher', 'src', 'cli.ts');
/** Made once for a test file. */
let bundled: string | undefined;
const command = (): string => (bundled ??= bundledCommand(CLI));

/** What the demo sells, and a little more. */
export const LIMITS: SalesLimits = {
  topPrices: [
    { amountMinor: 200n, currency: 'EUR' },
    { amountMinor: 200n, currency: 'USD' },
  ],
  territories: [],
  minimumAge: 0,
};

/** A root and a SYND with keys of their own, valid ten years around `nowMs`. */
export function createTestAuthority(nowMs: number): {
  roots: readonly Uint8Array[];
  /** `notAfterMs`: an earlier end of the publisher's own certificate. */
  certify(subject: Subject, limits?: SalesLimits, notAfterMs?: number): readonly Uint8Array[];
} {
  const wholeMs = Math.floor(nowMs / 1000) * 1000;
  const validity = { notBeforeMs: wholeMs - DAY_MS, notAfterMs: wholeMs + 3_650 * DAY_MS };
  const rootKey = generatePrivateKey();
  const root = createRoot({ name: { commonName: 'Test Root' }, privateKey: rootKey, sandbox: true, ...validity });
  const syndKey = generatePrivateKey();
  const subject = { name: { commonName: 'Test SYND' }, publicKey: publicKeyOf(syndKey) };
  const limits: SalesLimits = {
    ...LIMITS,
    topPrices: LIMITS.topPrices.map((top) => ({ ...top, amountMinor: 10_000n })),
  };
  const rootIssuer: Issuer = { certificate: root, privateKey: rootKey };
  const synd = createIntermediary({ kind: 'SYND', issuer: rootIssuer, subject, limits, ...validity });
  const issuer: Issuer = { certificate: synd, privateKey: syndKey };
  return {
    roots: [root],
    certify: (publisher, wanted = LIMITS, notAfterMs = validity.notAfterMs) => [
      issuePublisher({ issuer, subject: publisher, limits: wanted, ...validity, notAfterMs }),
      synd,
    ],
  };
}

export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Studio {
  readonly folder = mkdtempSync(join(tmpdir(), 'coinslot-studio-'));

  path(name: string): string {
    return join(this.folder, name);
  }

  read(name: string): Buffer {
    return readFileSync(this.path(name));
  }

  write(name: string, content: string | Uint8Array): void {
    writeFileSync(this.path(name), content);
  }

  /** Replaces the one place where `from` stands. */
  edit(name: string, from: string, to: string): void {
    const text = this.read(name).toString('utf8');
    if (text.split(from).length !== 2) throw new Error(`"${from}" does not stand once in ${name}`);
    this.write(
      name,
      text.replace(from, () => to),
    );
  }

  /** Both files of the demo game. */
  takeDemoFiles(): void {
    for (const name of ['offers.yaml', 'placements.yaml']) this.write(name, demoFile(name));
  }

  /** Answers the folder's request, as an authority would. */
  certify(nowMs: number, limits?: SalesLimits): void {
    const authority = createTestAuthority(nowMs);
    const subject = readRequest(this.read('publisher.csr.pem').toString('utf8'));
    this.write('publisher.chain.pem', toPem(authority.certify(subject, limits)));
    this.write('roots.coinslot', encodeRoots(authority.roots));
  }

  /** Runs `coinslot` in the folder. */
  run(...args: readonly string[]): CommandResult {
    const ran = spawnSync(process.execPath, [command(), ...args], { cwd: this.folder, encoding: 'utf8' });
    const { status, stdout, stderr } = ran;
    return { status, stdout, stderr };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** To the end of the file, with the remark above. */
export const GUARD_RAILS = /\n# .*\nexpect:[^]*$/;

/**
 * A file of the demo game; its offers without what is sealed, which takes a server's key and has tests of its own, and its
 * placements without guard-rails, which tests set for themselves.
 */
export function demoFile(name: string): string {
  const text = readFileSync(join(dirname(CLI), '..', '..', 'demo-game', 'coinslot', name), 'utf8');
  return text
    .replace(/# Who may decide.*\nescrow: .*\n\n/, '')
    .replace(/ +seals:\n( +- .*\n)+/, '')
    .replace(GUARD_RAILS, '');
}
