/** The commands of `coinslot-authority`: what a body that runs a root, a SYND or a SINT does, file by file. */
import { Command } from 'commander';
import { ALG, encodeRoots, rootIsSandbox, type Alg } from '@coinslot/protocol';
import { readCertificates, readText } from './certificate-files.ts';
import {
  PUBLIC_MODE,
  readIssuer,
  readSubject,
  writeChain,
  writeKeyFile,
  type CommandContext,
} from './command-files.ts';
import { describeCertificate, describeRevocationList } from './describe.ts';
import { AuthorityError } from './errors.ts';
import { createIntermediary, createRoot, issueCardIssuer, issuePaymentServer, issuePublisher } from './issue.ts';
import type { IntermediaryKind } from './issue.ts';
import { generatePrivateKey, publicKeyOf, writeNewFile } from './keys.ts';
import {
  limitsOf,
  nameOf,
  parseAlg,
  parseKind,
  validityOf,
  withIssuer,
  withKeyOutput,
  withLimits,
  withName,
  withRequest,
} from './options.ts';
import type { CommonOptions, IssueCommandOptions, LimitOptions, NameOptions } from './options.ts';
import { createRequest } from './requests.ts';
import { addRevocationCommands } from './revocation-commands.ts';
import { listsFromPem } from './revocation-files.ts';
import { addRotateCommand } from './rotate-command.ts';

export type { CommandContext } from './command-files.ts';

/** Builds the program; `parseAsync` runs it. Every command throws AuthorityError or ProtocolError for what it refuses. */
export function buildProgram(context: CommandContext): Command {
  const program = new Command('coinslot-authority')
    .description('Makes the certificate tree: root, SYND and SINT, publishers, payment servers and card issuers.')
    .addHelpText(
      'after',
      '\nFiles: <prefix>.key.pem, the private key, and <prefix>.cert.pem, the chain, leaf first, without root.',
    );
  addAuthorityCommands(program, context);
  addLeafCommands(program, context);
  addRevocationCommands(program, context);
  addRotateCommand(program, context);
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
      writeChain(context, options.out, [root]);
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
      writeChain(context, options.out, [certificate, ...above]);
    });
}

function addLeafCommands(program: Command, context: CommandContext): void {
  withLimits(withIssuer(withRequest(program.command('publisher'), 730)))
    .description("certify a publisher's request under a SYND")
    .action((options: IssueCommandOptions & LimitOptions & { request: string }) => {
      const { issuer, above } = readIssuer(options);
      const subject = readSubject(options.request, context);
      const limits = limitsOf(options);
      writeChain(context, options.out, [
        issuePublisher({ issuer, subject, limits, ...validityOf(options, context.nowMs) }),
        ...above,
      ]);
    });
  withIssuer(withRequest(program.command('server'), 730))
    .description("certify a payment server's request under a SINT")
    .action((options: IssueCommandOptions & { request: string }) => {
      const { issuer, above } = readIssuer(options);
      const subject = readSubject(options.request, context);
      writeChain(context, options.out, [
        issuePaymentServer({ issuer, subject, ...validityOf(options, context.nowMs) }),
        ...above,
      ]);
    });
  withName(withIssuer(withKeyOutput(program.command('card-issuer'), 1_825)))
    .description('make a card issuer under a SINT: a key that stays with the payment server, and certifies its cards')
    .option('--alg <name>', 'ed25519, or p256 for cards with a chip', parseAlg, ALG.ed25519)
    .action((options: IssueCommandOptions & NameOptions & { alg: Alg }) => {
      const { issuer, above } = readIssuer(options);
      const privateKey = generatePrivateKey(options.alg);
      const subject = { name: nameOf(options), publicKey: publicKeyOf(privateKey) };
      const certificate = issueCardIssuer({ issuer, subject, ...validityOf(options, context.nowMs) });
      writeKeyFile(options, privateKey);
      writeChain(context, options.out, [certificate, ...above]);
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
    .description('print what a file of certificates or revocation lists says, in the words of this project')
    .argument('<file>', 'PEM')
    .action((path: string) => {
      const lists = listsFromPem(readText(path));
      for (const der of lists) describeRevocationList(der).forEach(context.print);
      if (lists.length === 0) readCertificates(path).forEach((der) => describeCertificate(der).forEach(context.print));
    });
}
