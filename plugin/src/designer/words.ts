/** Outcomes and reasons in a designer's words. */
import type { ExplainedCheck, SkipReason, TimingDecision, WalletStanding } from '../timing/index.ts';

export const REASONS: Readonly<Record<SkipReason, string>> = {
  'no-placement': 'no campaign uses this placement',
  'not-at-boundary': 'play is under way',
  'overlay-busy': 'another offer is open',
  'no-rule-match': 'its condition does not hold',
  'already-entitled': 'the player has it already',
  holdout: 'this player is held out',
  'first-session-grace': 'too little play before a first offer',
  'recently-declined': 'too soon after a no',
  cooldown: 'too soon after the last offer',
  'session-cap': 'enough for this session',
  'day-cap': 'enough for today',
  'lifetime-cap': 'enough for ever',
  'payments-off': 'the player has payments off',
  'wallet-permission': 'the browser does not allow the wallet',
  'wallet-absent': 'no wallet',
  offline: 'no card and no network',
};

/** What each check asks, for those that passed. */
export const CHECKS: Readonly<Record<SkipReason, string>> = {
  'no-placement': 'a campaign uses this placement',
  'not-at-boundary': 'play rests',
  'overlay-busy': 'no other offer is open',
  'no-rule-match': 'its condition holds',
  'already-entitled': 'the player does not have it',
  holdout: 'not held out',
  'first-session-grace': 'enough play before a first offer',
  'recently-declined': 'long enough after a no',
  cooldown: 'long enough after the last offer',
  'session-cap': 'below the cap of the session',
  'day-cap': 'below the cap of the day',
  'lifetime-cap': 'below the cap for ever',
  'payments-off': 'payments are on',
  'wallet-permission': 'the browser allows the wallet',
  'wallet-absent': 'a wallet is not known to be missing',
  offline: 'card or network at hand',
};

export const STANDINGS: Readonly<Record<WalletStanding, string>> = {
  unknown: 'not asked yet',
  ready: 'ready',
  'payments-off': 'payments off',
  permission: 'not allowed by the browser',
  absent: 'absent',
  offline: 'card and network absent',
};

export const outcomeText = (decision: TimingDecision): string =>
  decision.show ? `${decision.campaign} offers ${decision.offer}` : REASONS[decision.reason];

/** The values that a check met: `minutes since 2.3, at least 4`. */
export function metText({ met }: ExplainedCheck): string {
  const parts = Object.entries(met).map(([name, value]) => `${name} ${valueText(value)}`);
  return parts.join(', ');
}

function valueText(value: string | number | boolean | null): string {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? String(Math.round(value * 10) / 10) : value;
}
