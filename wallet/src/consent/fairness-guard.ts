/**
 * Holds back offers that come too soon, by the player's own rules and whatever a game says of itself. What a game reports can
 * only hold it back further: one that never reports a loss is still held by the other two.
 */
import { fairnessVerdict, type FairnessRules, type FairnessVerdict } from '@coinslot/plugin/timing';
import { ProtocolError } from '@coinslot/protocol';
import { gameText } from '../journal/fairness-book.ts';
import type { Pairing } from '../journal/state.ts';
import { PRESET_FAIRNESS } from '../profile/presets.ts';
import type { Profile } from '../profile/profile.ts';

type Held = Extract<FairnessVerdict, { ok: false }>;

/** An offer that was not shown: until when the game is kept waiting, and by which rule. */
export class FairnessHeld extends ProtocolError {
  readonly held: Held;

  constructor(held: Held) {
    super('FAIRNESS', `fairness: ${held.reason}`);
    this.held = held;
  }
}

/** The rules that hold now; a wallet that never wrote any has the presets. */
export function fairnessRulesAt({ state }: Pick<Profile, 'state'>, nowMs: number): FairnessRules {
  return state.fairness.rules?.at(nowMs) ?? PRESET_FAIRNESS;
}

export class FairnessGuard {
  readonly #profile: Profile;
  /** Reported by games in this run, and by nobody after a restart: the rule is about moments. */
  readonly #losses = new Map<string, number>();

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  /** A game says that its player has just lost something. */
  lost(pairing: Pairing): void {
    this.#losses.set(gameText(pairing), this.#profile.clock());
  }

  /** Throws FairnessHeld. */
  requireFair(pairing: Pairing): void {
    const nowMs = this.#profile.clock();
    const lastLossAtMs = this.#losses.get(gameText(pairing)) ?? null;
    const facts = { ...this.#profile.state.fairness.facts(pairing), lastLossAtMs };
    const verdict = fairnessVerdict(fairnessRulesAt(this.#profile, nowMs), facts, nowMs);
    if (!verdict.ok) throw new FairnessHeld(verdict);
  }
}
