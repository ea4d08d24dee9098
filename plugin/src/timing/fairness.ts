/**
 * The payer's own side of timing: how soon a game may ask again, whatever its placements say. The wallet holds every offer
 * against these before it shows anything; the simulator can do the same.
 */

/** The player's rules, ms; 0 switches one off. */
export interface FairnessRules {
  /** From one offer that was shown to the next of the same game. */
  readonly minBetweenOffersMs: number;
  /** After the player said no, or left an offer. */
  readonly quietAfterDeclineMs: number;
  /** After the game reported that something was lost: a life, a match, a run. */
  readonly quietAfterLossMs: number;
}

/** When these last happened in one game, ms since 1970; `null` = never. */
export interface FairnessFacts {
  readonly lastShownAtMs: number | null;
  readonly lastDeclinedAtMs: number | null;
  readonly lastLossAtMs: number | null;
}

export type FairnessReason = 'too-soon' | 'quiet-after-decline' | 'after-loss';

export type FairnessVerdict =
  | { readonly ok: true }
  /** Held back until `untilMs`; the reason is the rule that holds longest. */
  | { readonly ok: false; readonly reason: FairnessReason; readonly untilMs: number };

/**
 * Whether a game may ask at `nowMs`. The moment at which a rule ends is allowed. A clock that was set back to before a fact
 * is no reason to ask: the rule holds until that fact's own time and its span have passed.
 */
export function fairnessVerdict(rules: FairnessRules, facts: FairnessFacts, nowMs: number): FairnessVerdict {
  const ends: readonly (readonly [FairnessReason, number | null, number])[] = [
    ['too-soon', facts.lastShownAtMs, rules.minBetweenOffersMs],
    ['quiet-after-decline', facts.lastDeclinedAtMs, rules.quietAfterDeclineMs],
    ['after-loss', facts.lastLossAtMs, rules.quietAfterLossMs],
  ];
  let held: FairnessVerdict = { ok: true };
  for (const [reason, atMs, spanMs] of ends) {
    if (atMs === null || spanMs === 0) continue;
    const untilMs = atMs + spanMs;
    if (untilMs > nowMs && (held.ok || untilMs > held.untilMs)) held = { ok: false, reason, untilMs };
  }
  return held;
}
