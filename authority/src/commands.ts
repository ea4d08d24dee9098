/** The commands of `coinslot-authority`: what a body that runs a root, a SYND or a SINT does, file by file. */
import type { KeyObject } from 'node:crypto';
import { Command } from 'commander';
import { encodeRoots, readCertificate, rootIsSandbox } from '@coinslot/protocol';
import { readCertificates, readText, writeCertificates } from './certificate-files.ts';
import { describeCertificate } from './describe.ts';
import { AuthorityError } from './errors.ts';
import { createIntermediary, createRoot, issuePaymentServer, issuePublisher } from './issue.ts';
import type { IntermediaryKind } from './issue.ts';
import { generatePrivateKey, publicKeyOf, readPrivateKey, writeNewFile, writePrivateKey } from './keys.ts';
import {
  limitsOf,
  nameOf,
  parseKind,
  validityOf,
  withIssuer,
  withKeyOutput,
  withLimits,
  withName,
  withRequest,
} from './options.ts';
import type { CommonOptions, IssueCommandOptions, LimitOptions, NameOptions } from './options.ts';
import { createRequest, readRequest, type Subject } from './requests.ts';
import type { Issuer } from './sign-certificate.ts';

/** What the commands need from outside. */
export interface CommandContext {
  /** Now, milliseconds since 1970. */
  readonly nowMs: number;
  /** Prints one line. */
  readonly print: (line: string) => void;
}

const PUBLIC_MODE = 0o644;

/** Builds the program; `parseAsync` runs it. Every command throws AuthorityError or ProtocolError for what it refuses. */
export function buildProgram(context: CommandContext): Command {
  const program = new Command('coinslot-authority')
    .description('Makes the certificate tree: root, SYND and SINT, publishers and payment servers.')
    .addHelpText(
      'after',
      '\nFiles: <prefix>.key.pem, the private key, and <prefix>.cert.pem, the chain, leaf first, without root.',
    );
  addAuthorityCommands(program, context);
  addLeafCommands(program, context);
  addFileCommands(program, context);
  return program;
}

function addAuthorityCommands(program: Command, context: CommandContext): void {
  withName(withKeyOutput(program.command('root'), 7_300))
    .description('make a root: a key that stays offline, and its self-signed certificate')
    .option('--sandbox', 'for throwaway keys; live parties refuse everything below it', false)
    .action((options: CommonOptions & NameOptions & { sandbox: boolean }) => {
      const privateKey = generatePrivateKey();
      const { sandbox } = options;
      const root = createRoot({ name: nameOf(options), privateKey, sandbox, ...validityOf(options, context.nowMs) });
      writeKeyFile(options, privateKey);
      finish(context, options.out, [root]);
    });
  withName(withLimits(withIssuer(withKeyOutput(program.command('intermediary'), 3_650))))
    .description('make a SYND (certifies publishers) or SINT (certifies payment servers) under a root')
    .requiredOption('--kind <kind>', 'SYND or SINT', parseKind)
    .action((options: IssueCommandOptions & NameOptions & LimitOptions & { kind: IntermediaryKind }) => {
      const { issuer, above } = readIssuer(options);
      const privateKey = generatePrivateKey();
      const subject = { name: nameOf(options), publicKey: publicKeyOf(privateKey) };
      const limits = options.kind === 'SYND' ? { limits: limitsOf(options) } : {};
      const { kind } = options;
      const certificate = createIntermediary({
        kind,
        issuer,
        subject,
        ...limits,
        ...validityOf(options, context.nowMs),
      });
      writeKeyFile(options, privateKey);
      finish(context, options.out, [certificate, ...above]);
    });
}

function addLeafCommands(program: Command, context: CommandContext): void {
  withLimits(withIssuer(withRequest(program.command('publisher'), 730)))
    .description("certify a publisher's request under a SYND")
    .action((options: IssueCommandOptions & LimitOptions & { request: string }) => {
      const { issuer, above } = readIssuer(options);
      const subject = readSubject(options.request, context);
      const limits = limitsOf(options);
      finish(context, options.out, [
        issuePublisher({ issuer, subject, limits, ...validityOf(options, context.nowMs) }),
        ...above,
      ]);
    });
  withIssuer(withRequest(program.command('server'), 730))
    .description("certify a payment server's request under a SINT")
    .action((options: IssueCommandOptions & { request: string }) => {
      const { issuer, above } = readIssuer(options);
      const subject = readSubject(options.request, context);
      finish(context, options.out, [
        issuePaymentServer({ issuer, subject, ...validityOf(options, context.nowMs) }),
        ...above,
      ]);
    });
  withName(program.command('request'))
    .description('make a key and the request to have it certified (for a server; publishers use `coinslot init`)')
    .requiredOption('--out <prefix>', 'writes <prefix>.key.pem and <prefix>.request.pem')
    .option('--passphrase-file <file>', 'encrypts the key with the first line of this file')
    .action((options: NameOptions & Pick<CommonOptions, 'out' | 'passphraseFile'>) => {
      const privateKey = generatePrivateKey();
      const request = createRequest(nameOf(options), privateKey);
      writeKeyFile(options, privateKey);
      writeNewFile(`${options.out}.request.pem`, request, PUBLIC_MODE);
      context.print(`wrote ${options.out}.request.pem`);
    });
}

function addFileCommands(program: Command, context: CommandContext): void {
  program
    .command('roots')
    .description('pack root certificates into the file that games, wallets and servers pin')
    .argument('<certificates...>', 'root certificates, PEM')
    .requiredOption('--out <file>', 'the file to write, such as roots.coinslot')
    .action((paths: string[], { out }: { out: string }) => {
      const roots = paths.flatMap(readCertificates);
      if (new Set(roots.map(rootIsSandbox)).size > 1) {
        throw new AuthorityError('live and sandbox roots in one file', { hint: 'pin them in two files' });
      }
      writeNewFile(out, encodeRoots(roots), PUBLIC_MODE);
      context.print(`wrote ${out}`);
    });
  program
    .command('show')
    .description('print what a certificate file says, in the words of this project')
    .argument('<file>', 'PEM')
    .action((path: string) => readCertificates(path).forEach((der) => describeCertificate(der).forEach(context.print)));
}

/** Last before the certificate: a command that was refused leaves no key behind. */
function writeKeyFile(
  { out, passphraseFile }: Pick<CommonOptions, 'out' | 'passphraseFile'>,
  privateKey: KeyObject,
): void {
  writePrivateKey(`${out}.key.pem`, privateKey, readPassphrase(passphraseFile));
}

/** The issuer, and the certificates that a chain below it carries on: none of them is the root. */
function readIssuer(options: IssueCommandOptions): { issuer: Issuer; above: Uint8Array[] } {
  const chain = readCertificates(`${options.issuer}.cert.pem`);
  const [certificate] = chain;
  const privateKey = readPrivateKey(`${options.issuer}.key.pem`, readPassphrase(options.issuerPassphraseFile));
  const { subjectDer, issuerDer } = readCertificate(certificate);
  const isRoot = Buffer.compare(subjectDer, issuerDer) === 0;
  return { issuer: { certificate, privateKey }, above: isRoot ? [] : chain };
}

function readSubject(path: string, { print }: CommandContext): Subject {
  const subject = readRequest(readText(path));
  print(`certifies ${JSON.stringify(subject.name)}`); // quoted: a name may hold anything until the certificate is issued
  return subject;
}

function readPassphrase(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const [line = ''] = readText(path).split(/\r?\n/, 1);
  if (line.length === 0) throw new AuthorityError(`${path}: its first line is empty`);
  return line;
}

function finish({ print }: CommandContext, out: string, chain: readonly [Uint8Array, ...Uint8Array[]]): void {
  writeCertificates(`${out}.cert.pem`, chain);
  describeCertificate(chain[0]).forEach(print);
  print(`wrote ${out}.cert.pem`);
}
