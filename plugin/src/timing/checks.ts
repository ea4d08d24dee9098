/**
 * The checks of one campaign, in the order of `SKIP_REASONS`. Each is a pure predicate and, for the explanation, the
 * values that it met.
 */
import { isHeldOut, variantFor } from './assignment.ts';
import { factsOf, type CompiledRule, type FactReader } from './rule.ts';
import { countAt } from './state.ts';
import type {
  Campaign,
  Facts,
  Placement,
  PlacementsFile,
  ShownCounts,
  SkipReason,
  TimingState,
  Variant,
  WalletStanding,
} from './types.ts';

/** A campaign with what can be worked out before any player comes. */
export interface CompiledCampaign {
  readonly campaign: Campaign;
  readonly when: CompiledRule;
  /** What its variants open. */
  readonly targets: readonly string[];
}

/** All that a check may look at. */
export interface Situation {
  readonly file: PlacementsFile;
  readonly placement: Placement;
  readonly state: TimingState;
  readonly fact: FactReader;
  readonly nowMs: number;
}

export interface Check {
  readonly reason: SkipReason;
  passes(compiled: CompiledCampaign, at: Situation): boolean;
  met(compiled: CompiledCampaign, at: Situation): Facts;
}

/**
 * A clock that was set back since has let no time pass: what holds for a while holds until the moment's own time and that while have
 * passed, as for the payer's guard, and what holds for 0 does not hold.
 */
const elapsed = (sinceMs: number | null, nowMs: number): number =>
  sinceMs === null ? Infinity : Math.max(0, nowMs - sinceMs);
const minutes = (ms: number): number | null => (Number.isFinite(ms) ? ms / 60_000 : null);
const isBelow = (count: number, cap: number | null): boolean => cap === null || count < cap;

const isRunning = ({ startMs, endMs }: Campaign, nowMs: number): boolean =>
  (startMs === null || nowMs >= startMs) && (endMs === null || nowMs < endMs);

/** The variant of this player, as it would be shown. */
export const chosenVariant = ({ campaign }: CompiledCampaign, { state }: Situation): Variant =>
  variantFor(state.seed, campaign.id, campaign.variants);

const targetOf = (compiled: CompiledCampaign, at: Situation): string =>
  at.file.offers[chosenVariant(compiled, at).offer]?.target ?? '';

const capCheck = (reason: SkipReason, span: keyof ShownCounts): Check => ({
  reason,
  passes: ({ campaign }, { file, state, nowMs }) =>
    isBelow(countAt(state, state.campaigns[campaign.id], span, nowMs), campaign.caps[span]) &&
    isBelow(countAt(state, state.shown, span, nowMs), file.overall.caps[span]),
  met: ({ campaign }, { file, state, nowMs }) => ({
    'of this campaign': countAt(state, state.campaigns[campaign.id], span, nowMs),
    'its cap': campaign.caps[span],
    'over all': countAt(state, state.shown, span, nowMs),
    'overall cap': file.overall.caps[span],
  }),
});

const sinceCheck = (
  reason: SkipReason,
  since: (state: TimingState) => number | null,
  leastMs: (campaign: Campaign) => number,
): Check => ({
  reason,
  passes: ({ campaign }, { state, nowMs }) => elapsed(since(state), nowMs) >= leastMs(campaign),
  met: ({ campaign }, { state, nowMs }) => ({
    'minutes since': minutes(elapsed(since(state), nowMs)),
    'at least': minutes(leastMs(campaign)),
  }),
});

const walletCheck = (reason: SkipReason, standing: WalletStanding): Check => ({
  reason,
  passes: (_, { state }) => state.wallet !== standing,
  met: (_, { state }) => ({ wallet: state.wallet }),
});

/** In order: a campaign's first failing check is its reason. */
export const CHECKS: readonly Check[] = [
  {
    reason: 'not-at-boundary',
    passes: (_, { placement, state }) => placement.duringPlay || !state.playing,
    met: (_, { placement, state }) => ({ playing: state.playing, 'during play allowed': placement.duringPlay }),
  },
  {
    reason: 'overlay-busy',
    passes: (_, { state }) => !state.overlayOpen,
    met: (_, { state }) => ({ 'dialog open': state.overlayOpen }),
  },
  {
    reason: 'no-rule-match',
    passes: ({ campaign, when }, { fact, nowMs }) => isRunning(campaign, nowMs) && Boolean(when(fact)),
    met: ({ campaign }, { fact, nowMs }) => {
      const read = factsOf(campaign.when).map((name) => [name, fact(name)] as const);
      return { ...Object.fromEntries(read), running: isRunning(campaign, nowMs) };
    },
  },
  {
    reason: 'already-entitled',
    // Which variant is drawn only matters when one of them is owned: drawing is the dearest part of a call.
    passes: (compiled, at) =>
      !compiled.targets.some((target) => at.state.owned.includes(target)) ||
      !at.state.owned.includes(targetOf(compiled, at)),
    met: (compiled, at) => ({ target: targetOf(compiled, at) }),
  },
  {
    reason: 'holdout',
    passes: ({ campaign }, { state }) => !isHeldOut(state.seed, campaign.id, campaign.holdout),
    met: ({ campaign }) => ({ share: campaign.holdout }),
  },
  {
    reason: 'first-session-grace',
    passes: ({ campaign }, { state }) => state.shown.lifetime > 0 || state.playedMs >= campaign.firstOfferAfterPlayMs,
    met: ({ campaign }, { state }) => ({
      'minutes played': minutes(state.playedMs),
      'at least': minutes(campaign.firstOfferAfterPlayMs),
    }),
  },
  sinceCheck(
    'recently-declined',
    (state) => state.lastDeclinedAtMs,
    (campaign) => campaign.quietAfterDeclineMs,
  ),
  sinceCheck(
    'cooldown',
    (state) => state.lastShownAtMs,
    (campaign) => campaign.cooldownMs,
  ),
  capCheck('session-cap', 'session'),
  capCheck('day-cap', 'day'),
  capCheck('lifetime-cap', 'lifetime'),
  walletCheck('payments-off', 'payments-off'),
  walletCheck('wallet-permission', 'permission'),
  walletCheck('wallet-absent', 'absent'),
  walletCheck('offline', 'offline'),
];
