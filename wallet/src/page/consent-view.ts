/** What the page shows of automatic approvals, fairness rules, and of a child's wallet. */
import { decodeOffer, decodeQuote, formatMoney, plainAmount, readEnvelope } from '@coinslot/protocol';
import { fairnessRulesAt } from '../consent/fairness-guard.ts';
import { dateText } from '../consent/shown.ts';
import { isOwn, startOfDay, startOfMonth } from '../consent/spending-view.ts';
import { familyRulesOf } from '../family/family-rules.ts';
import type { Allowance } from '../journal/allowances.ts';
import type { Asked } from '../journal/family-book.ts';
import type { WalletParts } from '../parts.ts';
import type { FairnessRules } from '@coinslot/plugin/timing';
import type { AllowanceView, AskedView, ConsentView, FairnessView, FamilyView } from './view.ts';

export function consentView(parts: WalletParts): ConsentView {
  const { profile, allowances, guardian } = parts;
  const nowMs = profile.clock();
  const waiting = profile.state.fairness.rules?.waiting(nowMs);
  const { language } = profile.settings;
  return {
    isChild: profile.vault.hasGuardian,
    allowances: allowances.standing.map((one) => allowanceView(parts, one)),
    fairness: fairnessView(fairnessRulesAt(profile, nowMs)),
    fairnessWaiting: waiting && {
      from: dateText(waiting.effectiveAtMs, language, parts.timeZone),
      rules: fairnessView(waiting.limits),
    },
    family: familyView(parts),
    asked: guardian.asked.map((one) => askedView(parts, one)),
    noes: guardian.noes.map(({ offerHashHex, gameName, title, atMs }) => ({
      id: offerHashHex,
      gameName,
      title,
      time: dateText(atMs, language, parts.timeZone, 'medium'),
    })),
  };
}

function allowanceView({ profile, allowances, timeZone }: WalletParts, one: Allowance): AllowanceView {
  const { currency, language } = profile.settings;
  const text = (amountMinor: bigint): string => formatMoney({ amountMinor, currency }, language);
  const plain = (amountMinor: bigint): string => plainAmount({ amountMinor, currency });
  const spentMinor = allowances.spentMinor(one);
  const leftMinor = one.budgetMinor > spentMinor ? one.budgetMinor - spentMinor : 0n;
  return {
    id: one.idHex,
    game: one.pairingHex,
    gameName: profile.state.pairing(one.pairingHex)?.label ?? '',
    grant: one.grant,
    budget: plain(one.budgetMinor),
    perPayment: plain(one.perPaymentMaxMinor),
    spent: text(spentMinor),
    left: text(leftMinor),
    endsAt: dateText(one.endsAtMs, language, timeZone, 'medium'),
  };
}

function fairnessView(rules: FairnessRules): FairnessView {
  return {
    minBetweenSeconds: Math.ceil(rules.minBetweenOffersMs / 1_000),
    afterDeclineSeconds: Math.ceil(rules.quietAfterDeclineMs / 1_000),
    afterLossSeconds: Math.ceil(rules.quietAfterLossMs / 1_000),
  };
}

function familyView({ profile }: WalletParts): FamilyView | undefined {
  const rules = familyRulesOf(profile);
  if (rules === undefined) return undefined;
  const { currency, language } = profile.settings;
  const nowMs = profile.clock();
  const spentSince = (fromMs: number): string => {
    const amountMinor = profile.state.spent((one) => isOwn(one) && one.intentAtMs >= fromMs);
    return formatMoney({ amountMinor, currency }, language);
  };
  return {
    mode: rules.mode,
    day: plainAmount({ amountMinor: rules.dayMaxMinor, currency }),
    month: plainAmount({ amountMinor: rules.monthMaxMinor, currency }),
    spentDay: spentSince(startOfDay(nowMs)),
    spentMonth: spentSince(startOfMonth(nowMs)),
  };
}

function askedView({ profile, guardian, timeZone }: WalletParts, asked: Asked): AskedView {
  const { language } = profile.settings;
  const { amountMinor, currency } = decodeQuote(readEnvelope(decodeOffer(asked.offer).quote).body);
  return {
    id: asked.nonceHex,
    ...guardian.wordsOf(asked),
    payee: profile.state.pairing(asked.pairingHex)?.publisherName ?? '',
    price: formatMoney({ amountMinor, currency }, language),
    time: dateText(asked.askedAtMs, language, timeZone, 'medium'),
    until: dateText(asked.untilMs, language, timeZone, 'medium'),
  };
}
