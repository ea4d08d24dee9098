/** What a guardian lets a child's own press pay. */
import type { FamilyRules } from '../consent/own-limits.ts';
import type { Profile } from '../profile/profile.ts';

/** Until the guardian has set anything, every payment waits for them. */
const ASK: FamilyRules = Object.freeze({ mode: 'ask', dayMaxMinor: 0n, monthMaxMinor: 0n });

/** `undefined` in a wallet that is no child's. */
export function familyRulesOf({ vault, state }: Pick<Profile, 'vault' | 'state'>): FamilyRules | undefined {
  return vault.hasGuardian ? (state.family.rules ?? ASK) : undefined;
}
