/** What the page shows of keys and people: recovery phrase, guardian, what came back, profiles. */
import type { WalletParts } from '../parts.ts';
import type { KeysView } from './view.ts';

export function keysView(
  { profile, phrase, passwords, household }: WalletParts,
  timeText: (atMs: number) => string,
): KeysView {
  const { vault, state } = profile;
  const guardianRetryAtMs = vault.hasGuardian ? vault.pinRetryAtMs : 0;
  return {
    isInKeychain: profile.isInKeychain,
    isPhraseKept: state.isPhraseKept,
    phraseWordsAsked: phrase.asked,
    guardianRetryAt: guardianRetryAtMs === 0 ? '' : timeText(guardianRetryAtMs),
    isPasswordSet: passwords.isSet,
    passwordPending: passwords.pending && {
      from: timeText(passwords.pending.holdsFromMs),
      isEnd: passwords.pending.isEnd,
    },
    passwordRetryAt: passwords.retryAtMs === 0 ? '' : timeText(passwords.retryAtMs),
    isRecovering: state.recovered.isUnderWay,
    recovered: state.recovered.all.length,
    people: household && { current: household.current, names: household.names },
  };
}
