/** Why a campaign does not ask, in words beside the engine's own. */
import type { SkipReason } from '@coinslot/plugin/timing';

export const REASON_WORDS: Readonly<Record<SkipReason, string>> = {
  'no-placement': 'no campaign asks here',
  'not-at-boundary': 'the player is playing',
  'overlay-busy': 'a dialog is open',
  'no-rule-match': 'its condition is not met',
  'already-entitled': 'the player owns it',
  holdout: 'held out: this player is never asked',
  'first-session-grace': 'too early for a first offer',
  'recently-declined': 'quiet after a no',
  cooldown: 'cooldown',
  'session-cap': 'enough in this session',
  'day-cap': 'enough today',
  'lifetime-cap': 'enough for ever',
  'payments-off': 'payments are off',
  'wallet-permission': 'the wallet is not allowed',
  'wallet-absent': 'there is no wallet',
  offline: 'offline',
};
