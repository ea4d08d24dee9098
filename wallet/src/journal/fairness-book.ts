/** The player's fairness rules over time, and when each game last asked and was last told no. */
import type { FairnessFacts, FairnessRules } from '@coinslot/plugin/timing';
import { hex } from '../hex.ts';
import { LimitsOverTime } from './limits-over-time.ts';
import type { RecordFields } from './records.ts';

/** A game, wherever it is played. */
export interface GameKey {
  readonly publisherId: string;
  readonly gameId: string;
}

export const gameText = ({ publisherId, gameId }: GameKey): string => JSON.stringify([publisherId, gameId]);

interface Asked {
  readonly nonceHex: string;
  readonly atMs: number;
  declinedAtMs: number | null;
}

export class FairnessBook {
  #rules: LimitsOverTime<FairnessRules> | undefined;
  readonly #asked = new Map<string, Asked>();

  /** `undefined` in a wallet that never wrote any: its presets hold. */
  get rules(): LimitsOverTime<FairnessRules> | undefined {
    return this.#rules;
  }

  /** What the journal knows of a game; losses are only reported, and not journalled. */
  facts(game: GameKey): Omit<FairnessFacts, 'lastLossAtMs'> {
    const asked = this.#asked.get(gameText(game));
    return { lastShownAtMs: asked?.atMs ?? null, lastDeclinedAtMs: asked?.declinedAtMs ?? null };
  }

  changeRules({ atMs, effectiveAtMs, rules }: RecordFields<'fairness'>): void {
    if (this.#rules === undefined) this.#rules = new LimitsOverTime(rules);
    else this.#rules.change({ atMs, effectiveAtMs, limits: rules });
  }

  /** `game` is absent for one that was disconnected since. */
  shown({ atMs, nonce }: RecordFields<'shown'>, game: GameKey | undefined): void {
    if (game === undefined) return;
    const declinedAtMs = this.#asked.get(gameText(game))?.declinedAtMs ?? null;
    this.#asked.set(gameText(game), { nonceHex: hex(nonce), atMs, declinedAtMs });
  }

  /** A no, and an offer that the game itself took away, start the quiet; a lost link and a player who was not there do not. */
  refused({ atMs, nonce, reason }: RecordFields<'refused'>): void {
    if (reason !== 'declined' && reason !== 'left') return;
    const nonceHex = hex(nonce);
    for (const asked of this.#asked.values()) if (asked.nonceHex === nonceHex) asked.declinedAtMs = atMs;
  }
}
