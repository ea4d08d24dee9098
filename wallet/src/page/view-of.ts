/** Gathers the page's view from the parts of the wallet. */
import { formatMoney } from '@coinslot/protocol';
import { NATIVE_ORIGIN } from '@coinslot/protocol/link';
import { dateText } from '../consent/shown.ts';
import { startOfDay, startOfMonth } from '../consent/spending-view.ts';
import { hex } from '../hex.ts';
import type { Payment } from '../journal/payments.ts';
import type { GameSpendingLimits } from '../journal/records.ts';
import { keyText, type Pairing, type PairingKey } from '../journal/state.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { Notice } from '../notices.ts';
import type { WalletParts } from '../parts.ts';
import { presetGameLimits, WALLET_CURRENCIES } from '../profile/presets.ts';
import { LOCK_AFTER_CHOICES_MS, TEXT_PERCENTS } from '../profile/settings.ts';
import { gameLimitsView, walletLimitsView } from './amounts.ts';
import { cardsView } from './cards-view.ts';
import { keysView } from './keys-view.ts';
import { consentView } from './consent-view.ts';
import { receiptOf, refundAmount } from './receipts.ts';
import { spendingOf } from './spending.ts';
import type {
  AccountView,
  BlockedView,
  GameView,
  LinkCodeView,
  NoticeView,
  PageView,
  PairingRequestView,
  PaymentRequestView,
  ReceiptView,
  Stage,
} from './view.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export function viewOf(parts: WalletParts): PageView {
  const { profile, account, trust, limits } = parts;
  const { state, settings, vault } = profile;
  const { language, currency } = settings;
  const nowMs = profile.clock();
  const own = state.walletLimits?.at(nowMs);
  const waiting = state.walletLimits?.waiting(nowMs);
  const receipts = receiptsPage(parts, 0);
  return {
    stage: stageOf(parts),
    language,
    test: trust.environment === 'sandbox',
    isLocked: vault.day === undefined,
    isPaused: state.isPaused,
    pinRetryAt: vault.retryAtMs === 0 ? '' : timeText(parts, vault.retryAtMs),
    currencies: WALLET_CURRENCIES,
    currency,
    payment: paymentView(parts),
    pairings: pairingViews(parts),
    linkCode: linkCodeView(parts),
    waitingForUnlock: waitingForUnlock(parts),
    notices: parts.notices.all.flatMap((one) => noticeView(parts, one)),
    account: account.isOpen ? accountView(parts) : undefined,
    spending: own && spendingOf({ state, limits: own, currency, language, nowMs }),
    games: state.pairings.map((one) => gameView(parts, one)),
    blocked: blockedViews(parts),
    receipts: receipts.receipts,
    olderFrom: receipts.olderFrom,
    cards: cardsView(parts),
    consent: consentView(parts),
    limits: own && walletLimitsView(own, currency),
    limitsWaiting: waiting && {
      from: timeText(parts, waiting.effectiveAtMs),
      limits: walletLimitsView(waiting.limits, currency),
    },
    isServerBehind: limits.isServerBehind,
    keys: keysView(parts, (atMs) => timeText(parts, atMs)),
    look: { textPercent: settings.textPercent, textPercents: TEXT_PERCENTS, contrast: settings.contrast },
    lockAfterMinutes: settings.lockAfterMs / MINUTE_MS,
    lockChoicesMinutes: LOCK_AFTER_CHOICES_MS.map((one) => one / MINUTE_MS),
    raiseDelayHours: settings.raiseDelayMs / HOUR_MS,
    testBankUrl: testBankUrl(parts),
  };
}

/** Receipts from the newest on; `from` skips as many. */
export function receiptsPage(parts: WalletParts, from: number): { receipts: ReceiptView[]; olderFrom: number } {
  const { profile, timeZone, payer } = parts;
  const newestFirst = [...profile.state.payments].reverse();
  const end = from + WALLET_LIMITS.historyPageSize;
  return {
    receipts: newestFirst
      .slice(from, end)
      .map((one) => receiptOf(one, profile.settings.language, timeZone, payer.waitsFor(one))),
    olderFrom: end < newestFirst.length ? end : 0,
  };
}

function stageOf({ profile, account }: WalletParts): Stage {
  if (!profile.isSetUp) return 'setup';
  return account.isOpen ? 'ready' : 'account';
}

function paymentView({ consent }: WalletParts): PaymentRequestView | undefined {
  const { dialog } = consent;
  if (dialog === undefined) return undefined;
  const { shown } = dialog;
  return {
    id: dialog.nonceHex,
    consent: shown.consent,
    means: dialog.choice.chosen.means,
    pins: dialog.pins,
    isForGuardian: dialog.isForGuardian,
    isHere: dialog.place === 'page',
    shown: {
      payee: shown.payee,
      gameName: shown.gameName,
      title: shown.title,
      description: shown.description,
      grant: shown.grant,
      total: shown.total.text,
      original: shown.original?.text ?? '',
      rate: shown.rate,
      date: shown.date,
      refund: shown.refund,
      test: shown.test,
      isEnough: shown.sufficiency === 'enough',
    },
  };
}

function pairingViews(parts: WalletParts): PairingRequestView[] {
  const { pairing, profile } = parts;
  const { currency } = profile.settings;
  return pairing.requests
    .filter(({ game }) => !pairing.isApproved(game))
    .map(({ id, game, isAgain }) => ({
      id,
      gameName: game.gameName,
      publisherName: game.publisherName,
      organization: game.organization ?? '',
      country: game.country ?? '',
      origin: game.origin,
      isNative: game.origin === NATIVE_ORIGIN,
      isAgain,
      limits: gameLimitsView(firstLimitsOf(parts, game), currency),
    }));
}

/** Those that it had, for a game that was sent away; raising them takes the PIN again. */
function firstLimitsOf({ profile }: WalletParts, game: PairingKey): GameSpendingLimits {
  const ended = profile.state.endedPairingOf(game);
  return ended?.limits.at(profile.clock()) ?? presetGameLimits(profile.settings.currency);
}

function linkCodeView(parts: WalletParts): LinkCodeView | undefined {
  const open = parts.passes.code;
  if (open === undefined) return undefined;
  return { code: `${open.code.slice(0, 4)}-${open.code.slice(4)}`, until: timeText(parts, open.endsAtMs) };
}

/** Games whose link, or whose pairing that was approved beforehand, needs keys that are locked away. */
function waitingForUnlock({ links, pairing, profile }: WalletParts): string[] {
  if (profile.vault.day !== undefined) return [];
  const approved = pairing.requests.filter(({ game }) => pairing.isApproved(game)).map(({ game }) => game.gameName);
  const linked = links.games.filter((one) => one.isWaitingForUnlock).map(({ game }) => game.gameName);
  return [...new Set([...approved, ...linked])];
}

function noticeView(parts: WalletParts, notice: Notice): NoticeView[] {
  const { profile, timeZone } = parts;
  const { id, kind, about } = notice;
  const time = dateText(notice.atMs, profile.settings.language, timeZone, 'medium');
  if (kind === 'flood' || kind === 'press-off') {
    const game = profile.state.pairing(about);
    if (game === undefined) return [];
    const none = { amount: '', title: '', payee: game.publisherName, outcome: 'pending' } as const;
    return [{ id, kind, about, time, gameName: game.label, ...none }];
  }
  const payment = profile.state.payment(about);
  if (payment === undefined) return [];
  const { language } = profile.settings;
  const { amount: paid, title, payee, gameName, outcome } = receiptOf(payment, language, timeZone);
  const amount = kind === 'refund' ? refundAmount(payment, language) : paid;
  return [{ id, kind, about, time, amount, title, payee, gameName, outcome }];
}

function accountView(parts: WalletParts): AccountView {
  const { account, profile } = parts;
  const { statement } = account;
  const { plan, currency, language } = profile.settings;
  const text = (amountMinor: bigint): string => formatMoney({ amountMinor, currency }, language);
  return {
    plan,
    currency,
    reference: hex(account.userId),
    balance: statement === undefined ? '' : text(plan === 'prepaid' ? statement.balanceMinor : statement.owedMinor),
    ceiling: statement === undefined || plan === 'prepaid' ? '' : text(statement.ceilingMinor),
    asOf: statement === undefined ? '' : timeText(parts, statement.timeMs),
  };
}

function gameView(parts: WalletParts, pairing: Pairing): GameView {
  const { profile, links } = parts;
  const { currency, language } = profile.settings;
  const nowMs = profile.clock();
  const since = (fromMs: number): string => {
    const isHere = (one: Payment): boolean =>
      one.publisherId === pairing.publisherId && one.gameId === pairing.gameId && one.intentAtMs >= fromMs;
    return formatMoney({ amountMinor: profile.state.spent(isHere), currency }, language);
  };
  const waiting = pairing.limits.waiting(nowMs);
  return {
    id: pairing.idHex,
    label: pairing.label,
    gameName: pairing.gameName,
    publisherName: pairing.publisherName,
    origin: pairing.origin,
    isNative: pairing.origin === NATIVE_ORIGIN,
    isConnected: links.games.some((one) => one.pairing?.idHex === pairing.idHex),
    pressOff: pairing.pressOff,
    limits: gameLimitsView(pairing.limits.at(nowMs), currency),
    waiting: waiting && {
      from: timeText(parts, waiting.effectiveAtMs),
      limits: gameLimitsView(waiting.limits, currency),
    },
    spentDay: since(startOfDay(nowMs)),
    spentMonth: since(startOfMonth(nowMs)),
  };
}

function blockedViews({ profile }: WalletParts): BlockedView[] {
  return profile.state.blocked.map((one) => ({
    id: keyText(one),
    gameName: one.gameName,
    origin: one.origin,
    isNative: one.origin === NATIVE_ORIGIN,
  }));
}

function timeText({ profile, timeZone }: WalletParts, atMs: number): string {
  return dateText(atMs, profile.settings.language, timeZone);
}

/** The sandbox's test bank knows an account by the hex of its user id. */
function testBankUrl({ account, profile, serverUrl, trust }: WalletParts): string {
  if (trust.environment !== 'sandbox' || !profile.isSetUp) return '';
  return new URL(`/bank?user=${hex(account.userId)}`, serverUrl).href;
}
