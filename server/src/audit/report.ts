/** The report as text, for people, and as JSON, for machines: amounts and numbers of transfers as decimal strings. */
import type { AuditReport, Finding } from './types.ts';

/** Lines for standard output. */
export function reportText({ counts, signatures, currencies, onWord, findingCount, findings }: AuditReport): string {
  const sampled = signatures.oneIn === 1 ? 'all' : `of one decision and card record in ${signatures.oneIn}`;
  const lines = [
    `read: ${Object.entries(counts)
      .map(([what, count]) => `${count} ${wordsOf(what)}`)
      .join(', ')}`,
    `signatures: ${signatures.verified} verified (${sampled})`,
    ...currencies.map(({ currency, sumMinor, byKind }) => {
      const kinds = Object.entries(byKind).map(([kind, amountMinor]) => `${kind} ${amountMinor}`);
      return `${currency}: sums to ${sumMinor}; ${kinds.join(', ')}`;
    }),
    ...onWord.map(({ whose, what, count, sums }) => {
      const amounts = Object.entries(sums).map(([currency, amountMinor]) => `${currency} ${amountMinor}`);
      return `on the ${whose}'s word: ${count} ${what}${amounts.length === 0 ? '' : `: ${amounts.join(', ')}`}`;
    }),
  ];
  const [first] = findings;
  if (first === undefined) return [...lines, 'no difference'].join('\n');
  const rest = findings.slice(1).map((finding) => `finding: ${sentenceOf(finding)}`);
  const more = findingCount > findings.length ? [`and ${findingCount - findings.length} more`] : [];
  return [...lines, `first difference: ${sentenceOf(first)}`, ...rest, ...more, `${findingCount} differences`].join(
    '\n',
  );
}

export const sentenceOf = ({ kind, place, expected, found }: Finding): string =>
  `${kind}: ${place}: expected ${expected}, found ${found}`;

/** `cardRecords` is two words to a reader. */
const wordsOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

export const reportJson = (report: AuditReport): string =>
  JSON.stringify(report, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value), 2);
