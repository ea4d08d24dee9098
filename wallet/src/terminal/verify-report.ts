/** What `coinslot-wallet verify` says of a dispute bundle: a verdict first, then each check, then what the messages say. */
import {
  BUNDLE_CHECKS,
  formatMoney,
  type BundleContents,
  type BundleVerdict,
  type VerifiedLeaf,
} from '@coinslot/protocol';
import { hex } from '../hex.ts';
import type { Language } from '../words/languages.ts';
import { pageWords } from '../words/page-words.ts';
import { paymentWords } from '../words/payment-words.ts';
import { TERMINAL_WORDS, type VerifyWords } from '../words/terminal-words.ts';

/** Times in UTC, so that the report reads the same on every machine. */
const utc = (atMs: number): string => `${new Date(atMs).toISOString().replace('T', ' ').slice(0, 19)} UTC`;

export function verifyReport(verdict: BundleVerdict, language: Language): string {
  const words = TERMINAL_WORDS[language].verify;
  const { contents, failed } = verdict;
  const head = [words.title, '', failed === undefined ? words.holds : words.fails];
  if (failed !== undefined) head.push(`  ${failed.code}: ${failed.message}`);
  return [
    ...head,
    '',
    ...checkLines(verdict, words),
    '',
    ...(contents === undefined ? [words.unread] : contentLines(contents, verdict, language)),
  ].join('\n');
}

function checkLines({ passed, failed, areWordsHeld }: BundleVerdict, words: VerifyWords): string[] {
  return BUNDLE_CHECKS.map((check) => {
    const alone = check === 'shown' && !areWordsHeld ? ` (${words.foreignWords})` : '';
    if (passed.includes(check)) return `  [+] ${words.checks[check]}${alone}`;
    if (failed?.check === check) return `  [-] ${words.checks[check]}: ${failed.code}`;
    return `  [ ] ${words.checks[check]} (${words.notReached})`;
  });
}

function contentLines(contents: BundleContents, verdict: BundleVerdict, language: Language): string[] {
  const words = TERMINAL_WORDS[language].verify;
  const { bundle, shown, decision } = contents;
  const isTimeOwn = verdict.decider?.card?.assurance === 'software';
  return [
    ...(verdict.failed === undefined ? [] : [words.unproven]),
    ...(shown.test ? [words.test] : []),
    `${words.shown}:`,
    ...rows(shownRows(contents, language)),
    '',
    ...rows([
      [words.charged, chargedText(contents, language)],
      [words.decidedAt, utc(decision.timeMs)],
      [words.decision, hex(decision.decisionId)],
      [words.refunded, refundText(contents, language)],
    ]),
    '',
    ...rows([
      [words.publisher, signerText(verdict.publisher)],
      [words.decider, signerText(verdict.decider)],
      [words.player, hex(decision.playerKey)],
      [
        pageWords(language).history.consent,
        words.consent(words.proofs[contents.request.proof], words.places[contents.request.consentPlace]),
      ],
    ]),
    ...(isTimeOwn ? [words.cardTime] : []),
    words.lists(bundle.crls.length, utc(bundle.madeAtMs)),
  ];
}

function shownRows({ shown, terms }: BundleContents, language: Language): [string, string][] {
  const { payment } = pageWords(language);
  const words = TERMINAL_WORDS[language].verify;
  return [
    [words.game, shown.gameName],
    ['', shown.title],
    ['', oneLine(shown.description)],
    [payment.to, shown.payee],
    [payment.what, `${shown.grant} (${terms.offerId})`],
    [words.total, shown.total.text],
    [payment.price, shown.original?.text ?? ''],
    [payment.rate, shown.rate],
    [payment.date, `${shown.date} (${utc(shown.offerTimeMs)})`],
    [payment.refund, shown.refund],
    [words.language, shown.locale],
  ];
}

function chargedText({ decision }: BundleContents, language: Language): string {
  const { outcome, chargedMinor: amountMinor, chargedCurrency: currency, code } = decision;
  if (outcome === 'approved') return formatMoney({ amountMinor, currency }, language);
  return TERMINAL_WORDS[language].verify.nothingCharged(code);
}

function refundText({ refund }: BundleContents, language: Language): string {
  if (refund === undefined) return '';
  const words = paymentWords(language).refundedFor;
  const amount = refund.amountMinor === 0n ? undefined : formatMoney(refund, language);
  return words.back(amount, utc(refund.timeMs), words.reason[refund.reason]);
}

/** Name, id and who vouches for them; empty while the signature is not proven. */
function signerText(leaf: VerifiedLeaf | undefined): string {
  if (leaf === undefined) return '?';
  const { subject, issuerName, card } = leaf;
  const assurance = card === undefined ? '' : `, ${card.assurance}`;
  return `${subject.commonName} (${subject.id}${assurance}) < ${issuerName.commonName}`;
}

/** A publisher's text stays on its line: no control character reaches the terminal. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ');

function rows(pairs: readonly (readonly [string, string])[]): string[] {
  const told = pairs.filter(([, text]) => text !== '');
  const width = Math.max(...told.map(([name]) => [...name].length));
  return told.map(([name, text]) => `  ${name}${' '.repeat(width - [...name].length)}  ${oneLine(text)}`);
}
