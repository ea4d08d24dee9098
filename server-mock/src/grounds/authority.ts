/** The sandbox's own authority: root, SYND and SINT in one folder, all marked as throwaway. Its keys are worth nothing. */
import {
  createIntermediary,
  createRoot,
  publicKeyOf,
  readCertificates,
  readPrivateKey,
  writeCertificates,
  writePrivateKey,
  type Issuer,
  type Validity,
} from '@coinslot/authority';
import { encodeRoots, readCertificate, type SalesLimits } from '@coinslot/protocol';
import { privateKeyFromSeed } from '@coinslot/protocol/node';
import type { Random } from '@coinslot/server';
import type { KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolderOnce } from './folders.ts';

export interface SandboxAuthority {
  /** DER. */
  readonly root: Uint8Array;
  /** Certifies publishers. */
  readonly synd: Issuer;
  /** Certifies payment servers. */
  readonly sint: Issuer;
  /** How long everything made here is valid: as long as its authority. */
  readonly validity: Validity;
}

const DAY_MS = 86_400_000;
const VALID_MS = 3_650 * DAY_MS;
const SEED_BYTES = 32;
const SERIAL_BYTES = 8;

/** 100.00, or about as much: room for every magic amount, and a price above it to see CHAIN_LIMIT with. */
const TOP_PRICES: Readonly<Record<string, bigint>> = {
  AUD: 10_000n,
  CAD: 10_000n,
  CHF: 10_000n,
  DKK: 75_000n,
  EUR: 10_000n,
  GBP: 10_000n,
  JPY: 15_000n,
  KWD: 30_000n,
  NOK: 100_000n,
  PLN: 45_000n,
  SEK: 100_000n,
  USD: 10_000n,
};

/** What publishers may sell in the sandbox: in these currencies, everywhere, to everybody. */
export const SANDBOX_LIMITS: SalesLimits = {
  topPrices: Object.entries(TOP_PRICES).map(([currency, amountMinor]) => ({ currency, amountMinor })),
  territories: [],
  minimumAge: 0,
};

export const newKey = (random: Random): KeyObject => privateKeyFromSeed(random(SEED_BYTES));

/** Eight bytes, positive and of fixed length. */
export function newSerial(random: Random): Uint8Array {
  const [first = 0, ...rest] = random(SERIAL_BYTES);
  return Uint8Array.of((first & 0x3f) | 0x40, ...rest);
}

/** Makes the authority in `folder` when it is not there, and reads it. */
export function openAuthority(folder: string, nowMs: number, random: Random): SandboxAuthority {
  makeFolderOnce(folder, (made) => makeAuthority(made, nowMs, random));
  const [root] = readCertificates(join(folder, 'root.cert.pem'));
  const issuer = (name: string): Issuer => ({
    certificate: readCertificates(join(folder, `${name}.cert.pem`))[0],
    privateKey: readPrivateKey(join(folder, `${name}.key.pem`)),
  });
  return { root, synd: issuer('synd'), sint: issuer('sint'), validity: validityOf(root) };
}

function makeAuthority(folder: string, nowMs: number, random: Random): void {
  const fromMs = Math.floor((nowMs - DAY_MS) / DAY_MS) * DAY_MS;
  const validity = { notBeforeMs: fromMs, notAfterMs: fromMs + VALID_MS };
  const rootKey = newKey(random);
  const name = { commonName: 'Coinslot TEST Root', organization: 'Sandbox, worth nothing' };
  const root = createRoot({ ...validity, name, privateKey: rootKey, sandbox: true, serial: newSerial(random) });
  write(folder, 'root', rootKey, [root]);
  const issuer = { certificate: root, privateKey: rootKey };
  for (const kind of ['SYND', 'SINT'] as const) {
    const privateKey = newKey(random);
    const subject = { name: { commonName: `${kind} TEST` }, publicKey: publicKeyOf(privateKey) };
    const common = { ...validity, issuer, subject, serial: newSerial(random) };
    const certificate = createIntermediary(
      kind === 'SYND' ? { ...common, kind, limits: SANDBOX_LIMITS } : { ...common, kind },
    );
    write(folder, kind.toLowerCase(), privateKey, [certificate]);
  }
  writeFileSync(join(folder, ROOTS_FILE), encodeRoots([root]));
}

/** What wallets and games pin. */
export const ROOTS_FILE = 'roots.coinslot';

function write(folder: string, name: string, privateKey: KeyObject, chain: readonly Uint8Array[]): void {
  writePrivateKey(join(folder, `${name}.key.pem`), privateKey);
  writeCertificates(join(folder, `${name}.cert.pem`), chain);
}

function validityOf(root: Uint8Array): Validity {
  const { notBeforeMs, notAfterMs } = readCertificate(root);
  return { notBeforeMs, notAfterMs };
}
