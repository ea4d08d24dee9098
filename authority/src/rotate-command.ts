/** `rotate`: the next key of a root, an intermediary, a card issuer or a leaf, while the one before is still valid. */
import type { KeyObject } from 'node:crypto';
import type { Command } from 'commander';
import { readCertificate, type Alg } from '@coinslot/protocol';
import { readCertificates, writeCertificates } from './certificate-files.ts';
import { isRoot, readIssuer, readSubject, writeChain, writeKeyFile, type CommandContext } from './command-files.ts';
import { AuthorityError } from './errors.ts';
import { generatePrivateKey, publicKeyOf } from './keys.ts';
import { limitsOf, parseDays, validityOf, withLimits, type LimitOptions } from './options.ts';
import { crossCertify, renewCertificate, renewRoot } from './rotate.ts';
import type { Validity } from './sign-certificate.ts';

interface RotateOptions extends LimitOptions {
  readonly old: string;
  readonly oldPassphraseFile?: string;
  readonly issuer?: string;
  readonly issuerPassphraseFile?: string;
  readonly request?: string;
  readonly out: string;
  readonly passphraseFile?: string;
  readonly days?: number;
  readonly overlapDays: number;
}

const OVERLAP_DAYS = 365;

/** Adds the command. */
export function addRotateCommand(program: Command, context: CommandContext): void {
  withLimits(program.command('rotate'))
    .description('certify the next key of whoever holds a certificate: same name, id, role and limits')
    .requiredOption('--old <prefix>', 'reads <prefix>.cert.pem, of a root <prefix>.key.pem too')
    .option('--old-passphrase-file <file>', "opens the old root's key with the first line of this file")
    .option('--issuer <prefix>', 'who certified the old one; a root has none')
    .option('--issuer-passphrase-file <file>', "opens the issuer's key with the first line of this file")
    .option('--request <file>', 'PKCS#10 request of the new key, PEM; without it a key is made here')
    .requiredOption('--out <prefix>', 'writes <prefix>.cert.pem, and <prefix>.key.pem for a key made here')
    .option('--passphrase-file <file>', 'encrypts the new key with the first line of this file')
    .option('--days <number>', 'validity from now; as long as the old one had if left out', parseDays)
    .option(
      '--overlap-days <number>',
      "of a root: how long each root's key vouches for the other",
      parseDays,
      OVERLAP_DAYS,
    )
    .addHelpText(
      'after',
      '\nOf a root, <prefix>.cross.pem goes at the end of chains for who pins only the old root, <prefix>.back.pem for who pins' +
        '\nonly the new; both need limits (--top-price ...), as they stand above publishers.',
    )
    .action((options: RotateOptions) => {
      const [old] = readCertificates(`${options.old}.cert.pem`);
      if (isRoot(old)) rotateRoot(old, options, context);
      else rotateBelow(old, options, context);
    });
}

function rotateBelow(old: Uint8Array, options: RotateOptions, context: CommandContext): void {
  const { issuer: prefix } = options;
  if (prefix === undefined)
    throw new AuthorityError('no issuer', { hint: 'give the prefix of who certified the old one' });
  const { issuer, above } = readIssuer({ ...options, issuer: prefix });
  const asked = options.request === undefined ? undefined : readSubject(options.request, context);
  const before = readCertificate(old);
  if (asked !== undefined && asked.name.id !== before.subject.id)
    throw new AuthorityError(
      `the request is of ${asked.name.id ?? 'nobody'}, the certificate of ${before.subject.id ?? 'nobody'}`,
    );
  const { privateKey, publicKey } = asked === undefined ? newKey(before.alg) : { ...asked, privateKey: undefined };
  const { notAfterMs: issuerEndMs } = readCertificate(issuer.certificate);
  const validity = validityAfter(before, options, context.nowMs, issuerEndMs);
  const certificate = renewCertificate({ issuer, old, publicKey, ...validity });
  if (privateKey) writeKeyFile(options, privateKey);
  writeChain(context, options.out, [certificate, ...above]);
  sayOverlap(context, validity.notBeforeMs, before.notAfterMs);
}

function newKey(alg: Alg): { readonly privateKey: KeyObject; readonly publicKey: Uint8Array } {
  const privateKey = generatePrivateKey(alg);
  return { privateKey, publicKey: publicKeyOf(privateKey) };
}

function rotateRoot(old: Uint8Array, options: RotateOptions, context: CommandContext): void {
  const limits = limitsOf(options);
  const { issuer: oldRoot } = readIssuer({
    issuer: options.old,
    ...(options.oldPassphraseFile === undefined ? {} : { issuerPassphraseFile: options.oldPassphraseFile }),
  });
  const before = readCertificate(old);
  const privateKey = generatePrivateKey();
  const validity = validityAfter(before, options, context.nowMs, Infinity);
  const root = renewRoot({ old, privateKey, ...validity });
  const overlapMs = validityOf({ days: options.overlapDays }, context.nowMs).notAfterMs;
  const overlap = { ...validity, notAfterMs: Math.min(overlapMs, before.notAfterMs, validity.notAfterMs) };
  const cross = crossCertify({ issuer: oldRoot, root, limits, ...overlap });
  const back = crossCertify({ issuer: { certificate: root, privateKey }, root: old, limits, ...overlap });
  writeKeyFile(options, privateKey);
  writeChain(context, options.out, [root]);
  writeCertificates(`${options.out}.cross.pem`, [cross]);
  writeCertificates(`${options.out}.back.pem`, [back]);
  context.print(`wrote ${options.out}.cross.pem and ${options.out}.back.pem`);
  sayOverlap(context, overlap.notBeforeMs, overlap.notAfterMs);
}

function validityAfter(before: Validity, { days }: RotateOptions, nowMs: number, endMs: number): Validity {
  if (days !== undefined) return validityOf({ days }, nowMs);
  const notBeforeMs = nowMs - (nowMs % 1000);
  return { notBeforeMs, notAfterMs: Math.min(notBeforeMs + before.notAfterMs - before.notBeforeMs, endMs) };
}

function sayOverlap({ print }: CommandContext, fromMs: number, untilMs: number): void {
  const [from, until] = [fromMs, untilMs].map((atMs) => new Date(atMs).toISOString());
  print(untilMs < fromMs ? 'the old key has run out' : `both keys are accepted from ${from} to ${until}`);
}
