/** Facts the engine knows by itself; every other name is a fact of the boundary. */
import type { FactReader } from './rule.ts';
import { countsAt } from './state.ts';
import type { Boundary, Scalar, TimingState } from './types.ts';

type EngineFact = (state: TimingState, nowMs: number) => Scalar;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const FACTS: Readonly<Record<string, EngineFact>> = {
  /** Offers shown by timing in this session, today, ever. */
  'session.offers': (state) => state.shown.session,
  'day.offers': (state, nowMs) => countsAt(state, state.shown, nowMs).day,
  'player.offers': (state) => state.shown.lifetime,
  /** Minutes of play, in this session and in all. */
  'session.minutes': (state) => state.sessionPlayedMs / MINUTE_MS,
  'player.minutes': (state) => state.playedMs / MINUTE_MS,
  'session.declines': (state) => state.sessionDeclined,
  'player.declines': (state) => state.declined,
  'player.purchases': (state) => state.accepted,
  'player.sessions': (state) => state.sessions,
  /** Whole days since the first session. */
  'player.days': (state, nowMs) => Math.max(0, Math.floor((nowMs - state.firstSessionAtMs) / DAY_MS)),
};

/** A map is looked up in a third of the time, and every condition of every campaign asks. */
const ENGINE_FACTS: ReadonlyMap<string, EngineFact> = new Map(Object.entries(FACTS));

/** Names of the facts that need not be passed with a boundary. */
export const ENGINE_FACT_NAMES: readonly string[] = Object.keys(FACTS);

/** Reads a fact of the engine, then of the boundary; `null` when neither has it. */
export function factReader(state: TimingState, boundary: Boundary, nowMs: number): FactReader {
  return (name) => {
    const known = ENGINE_FACTS.get(name);
    if (known !== undefined) return known(state, nowMs);
    const facts = boundary.facts;
    return facts !== undefined && Object.hasOwn(facts, name) ? facts[name]! : null;
  };
}
