/**
 * The engine: one pure function, the same in the game, in the tools and in CI. No clock, no randomness, nothing kept
 * from one call to the next.
 */
import { CHECKS, chosenVariant, type CompiledCampaign, type Situation } from './checks.ts';
import { factReader } from './facts.ts';
import { compileRule } from './rule.ts';
import type {
  Boundary,
  ExplainedCampaign,
  Placement,
  PlacementsFile,
  SkipReason,
  TimingDecision,
  TimingState,
} from './types.ts';

export type Decide = (state: TimingState, boundary: Boundary, nowMs: number) => TimingDecision;

interface CompiledPlacement {
  readonly placement: Placement;
  /** Highest priority first, equal ones in file order. */
  readonly campaigns: readonly CompiledCampaign[];
}

/**
 * Compiles a file into its `decide`. Throws RangeError for what the publisher's `check` would have refused: a version,
 * placement, offer or operator that is not known, a campaign without variants.
 */
export function compileTiming(file: PlacementsFile): Decide {
  const placements = compilePlacements(file);
  return (state, boundary, nowMs) => {
    const found = placements.get(boundary.placement);
    if (found === undefined || found.campaigns.length === 0)
      return { show: false, reason: 'no-placement', explain: () => [] };
    const fact = factReader(state, boundary, nowMs);
    const at: Situation = { file, placement: found.placement, state, fact, nowMs };
    return choose(found.campaigns, at);
  };
}

/** The first campaign that passes every check, or the reason of the one that came furthest. */
function choose(campaigns: readonly CompiledCampaign[], at: Situation): TimingDecision {
  const explain = (): readonly ExplainedCampaign[] => campaigns.map((one) => explainOne(one, at));
  let furthest = -1;
  for (const compiled of campaigns) {
    const failed = firstFailed(compiled, at);
    if (failed < 0) {
      const { id, delayMs, afterDecline } = compiled.campaign;
      const variant = chosenVariant(compiled, at);
      return { show: true, campaign: id, offer: variant.offer, variant: variant.id, delayMs, afterDecline, explain };
    }
    furthest = Math.max(furthest, failed);
  }
  return { show: false, reason: CHECKS[furthest]!.reason satisfies SkipReason, explain };
}

/** The index of a campaign's first failing check, or -1. */
function firstFailed(compiled: CompiledCampaign, at: Situation): number {
  for (let i = 0; i < CHECKS.length; i++) if (!CHECKS[i]!.passes(compiled, at)) return i;
  return -1;
}

function explainOne(compiled: CompiledCampaign, at: Situation): ExplainedCampaign {
  const checks = CHECKS.map((check) => ({
    reason: check.reason,
    passed: check.passes(compiled, at),
    met: check.met(compiled, at),
  }));
  return { campaign: compiled.campaign.id, passed: checks.every((check) => check.passed), checks };
}

function compilePlacements(file: PlacementsFile): ReadonlyMap<string, CompiledPlacement> {
  if (file.version !== 1) throw new RangeError(`placements: version ${String(file.version)} is not known`);
  const byPlacement = new Map(
    file.placements.map((placement) => [placement.name, { placement, campaigns: [] as CompiledCampaign[] }]),
  );
  const ordered = [...file.campaigns].sort((a, b) => b.priority - a.priority);
  for (const campaign of ordered) {
    if (campaign.variants.length === 0) throw new RangeError(`${campaign.id}: no variants`);
    const unknown = campaign.variants.find((one) => !Object.hasOwn(file.offers, one.offer));
    if (unknown !== undefined) throw new RangeError(`${campaign.id}: no offer ${unknown.offer}`);
    const targets = campaign.variants.map((one) => file.offers[one.offer]!.target);
    const compiled = { campaign, when: compileRule(campaign.when, `${campaign.id}.when`), targets };
    for (const name of campaign.placements) {
      const found = byPlacement.get(name);
      if (found === undefined) throw new RangeError(`${campaign.id}: no placement ${name}`);
      found.campaigns.push(compiled);
    }
  }
  return byPlacement;
}
