/** `status` and `history` in words, from the profile alone. */
import { formatMoney } from '@coinslot/protocol';
import { dateText } from '../consent/shown.ts';
import { startOfDay, startOfMonth } from '../consent/spending-view.ts';
import { rememberedView } from '../page/cards-view.ts';
import { receiptOf } from '../page/receipts.ts';
import type { OfflineProfile } from '../profile/offline.ts';
import { KEYS_WORDS } from '../words/keys-words.ts';
import type { Language } from '../words/languages.ts';
import { pageWords } from '../words/page-words.ts';
import { cardTrouble } from '../words/payment-words.ts';
import { TERMINAL_WORDS } from '../words/terminal-words.ts';

export interface ReportPlace {
  nowMs: number;
  /** IANA name. */
  timeZone: string;
}

export function statusReport({ settings, state, statement }: OfflineProfile, { nowMs, timeZone }: ReportPlace): string {
  const { language, currency, plan } = settings;
  const words = TERMINAL_WORDS[language];
  const money = (amountMinor: bigint): string => formatMoney({ amountMinor, currency }, language);
  const since = (fromMs: number): string => money(state.spent((one) => one.intentAtMs >= fromMs));
  const known =
    statement === undefined
      ? words.noStatement
      : `${money(plan === 'prepaid' ? statement.balanceMinor : statement.owedMinor)} (${words.asOf(dateText(statement.timeMs, language, timeZone))})`;
  const pending = state.payments.filter((one) => one.status === 'pending').length;
  return lines([
    [plan === 'prepaid' ? words.balance : words.owed, known],
    [words.today, since(startOfDay(nowMs))],
    [words.month, since(startOfMonth(nowMs))],
    [state.isPaused ? words.paused : words.notPaused, ''],
    [words.pending, String(pending)],
    [words.games, state.pairings.map((one) => `${one.label} (${one.origin})`).join(', ') || words.none],
    ...state.blocked.map((one): [string, string] => [words.blocked, `${one.gameName} (${one.origin})`]),
  ]);
}

/** The words in their order, four a line; under what they are for. */
export function phraseReport(phrase: readonly string[], language: Language): string {
  const numbered = phrase.map((word, at) => `${String(at + 1).padStart(2)} ${word.padEnd(10)}`);
  const rows = numbered.flatMap((_, at) =>
    at % 4 === 0
      ? [
          numbered
            .slice(at, at + 4)
            .join('')
            .trimEnd(),
        ]
      : [],
  );
  return [KEYS_WORDS[language].phrase.lead, ...rows].join('\n');
}

/** A line a payment, newest first. */
export function historyReport({ settings, state }: OfflineProfile, { timeZone }: ReportPlace): string {
  const { language } = settings;
  const words = TERMINAL_WORDS[language];
  const rows = [...state.payments].reverse().map((payment) => {
    const receipt = receiptOf(payment, language, timeZone);
    const what = `${receipt.title} · ${receipt.gameName} · ${receipt.payee}`;
    const mark = receipt.test ? ` [${words.test}]` : '';
    return `${receipt.time}  ${receipt.amount.padStart(14)}  ${receipt.outcomeText}${mark}\n    ${what}\n    ${receipt.decisionId}`;
  });
  return rows.length === 0 ? words.none : rows.join('\n');
}

/** The cards of this wallet as they were when last read, and what pays first. */
export function cardReport({ settings, state, cards }: OfflineProfile, { timeZone }: ReportPlace): string {
  const { language, means } = settings;
  const words = TERMINAL_WORDS[language];
  const page = pageWords(language);
  const order = `${page.cards.orderTitle}: ${means.map((one) => page.means[one]).join(', ')}`;
  const rows = state.cards.map(({ idHex, means: kind, isLost }) => {
    const { purses, records, expires, readAt } = rememberedView(cards[idHex], language, timeZone);
    const left = purses.map((purse) => `${page.cards[purse.plan]} ${purse.left}`).join(', ') || words.noStatement;
    const mark = isLost ? ` [${cardTrouble(language, 'CARD_BLOCKED')}]` : '';
    const facts = [
      records === 0 ? page.cards.nothingWaiting : page.cards.waiting(records),
      expires !== '' && page.cards.expires(expires),
      readAt !== '' && page.cards.asOf(readAt),
    ].filter(Boolean);
    return `${page.means[kind]}${mark}\n    ${left}\n    ${facts.join(' ')}\n    ${idHex}`;
  });
  return [order, ...(rows.length === 0 ? [words.none] : rows)].join('\n');
}

/** Names and what they are, in two columns. */
export function lines(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, text]) => (text === '' ? name : `${name.padEnd(width)}  ${text}`)).join('\n');
}
