/** `revoke`, `crl` and `crls`: what is revoked, the list that says so, and the file that games and wallets carry. */
import type { Command } from 'commander';
import { encodeCrls, readCertificate, readRevocationList } from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { readCertificates } from './certificate-files.ts';
import { PUBLIC_MODE, readIssuer, type CommandContext } from './command-files.ts';
import { describeRevocationList } from './describe.ts';
import { AuthorityError } from './errors.ts';
import { writeNewFile } from './keys.ts';
import { parseDays, parseMoment, validityOf, withIssuer, type IssueCommandOptions } from './options.ts';
import { newestList, readList, writeList } from './revocation-files.ts';
import { issueRevocationList, type Revoked } from './revocation-lists.ts';

type ListOptions = Pick<IssueCommandOptions, 'issuer' | 'issuerPassphraseFile' | 'days'>;

/** A list is to be renewed well before that; readers bear another 30 days. */
const LIST_DAYS = 30;

/** Adds the three commands. */
export function addRevocationCommands(program: Command, context: CommandContext): void {
  withList(program.command('revoke'))
    .description('revoke a certificate: the next list of its issuer, with everything before and this one')
    .argument('<certificate>', 'PEM; the first certificate in it is revoked')
    .option('--at <moment>', 'what it signed from then on counts no more; now if left out', parseMoment)
    .action((path: string, options: ListOptions & { at?: number }) => {
      const { at = context.nowMs - (context.nowMs % 1000) } = options;
      const [certificate] = readCertificates(path);
      addList(options, context, [{ serialHex: requireIssued(certificate, options), revokedAtMs: at }]);
    });
  withList(program.command('crl'))
    .description('renew the list of an issuer, or make its first: the same entries under the next number')
    .action((options: ListOptions) => addList(options, context, []));
  program
    .command('crls')
    .description('pack revocation lists into the file that games, wallets and servers carry')
    .argument('<lists...>', 'lists, PEM; one of each issuer')
    .requiredOption('--out <file>', 'the file to write, such as crls.coinslot')
    .action((paths: string[], { out }: { out: string }) => {
      const lists = paths.map(readList);
      const issuers = lists.map(readRevocationList).map((list) => `${list.issuer.commonName} ${list.issuerKeyId}`);
      if (new Set(issuers).size < issuers.length)
        throw new AuthorityError('two lists of one issuer', { hint: 'only the newest counts' });
      writeNewFile(out, encodeCrls(lists), PUBLIC_MODE);
      context.print(`wrote ${out}`);
    });
}

function withList(command: Command): Command {
  return withIssuer(command).option('--days <number>', 'until the next list will be there', parseDays, LIST_DAYS);
}

/** The next list: what stood in the last, and more. Revoking again keeps the earlier date. */
function addList(options: ListOptions, { nowMs, print }: CommandContext, more: readonly Revoked[]): void {
  const { issuer } = readIssuer(options);
  const previous = newestList(options.issuer);
  const before = previous && readRevocationList(previous);
  const revoked = new Map(before?.revokedAtMs);
  for (const { serialHex, revokedAtMs } of more)
    revoked.set(serialHex, Math.min(revokedAtMs, revoked.get(serialHex) ?? Infinity));
  const { notBeforeMs, notAfterMs } = validityOf(options, nowMs);
  const list = issueRevocationList({
    issuer,
    number: (before?.number ?? 0) + 1,
    revoked: [...revoked].map(([serialHex, revokedAtMs]) => ({ serialHex, revokedAtMs })),
    thisUpdateMs: notBeforeMs,
    nextUpdateMs: notAfterMs,
    ...(previous && { previous }),
  });
  describeRevocationList(list).forEach(print);
  print(`wrote ${writeList(options.issuer, list)}`);
}

/** The serial of a certificate that this issuer signed: another's serial could be anybody's. */
function requireIssued(certificate: Uint8Array, options: ListOptions): string {
  const child = readCertificate(certificate);
  const parent = readCertificate(readIssuer(options).issuer.certificate);
  const isIssued =
    Buffer.compare(child.issuerDer, parent.subjectDer) === 0 &&
    child.signatureAlg === parent.alg &&
    nativeVerifySignature(parent.publicKey, child.signedBytes, child.signature);
  if (isIssued) return child.serialHex;
  throw new AuthorityError(`${child.subject.commonName} was not certified by ${parent.subject.commonName}`, {
    hint: 'only the issuer of a certificate can revoke it, with the key that signed it',
  });
}
