/** Holds what a game's code reaches against what its `placements.yaml` expects of it. */
import { ENGINE_FACT_NAMES, factsOf, type Placement, type PlacementsFile } from '@coinslot/plugin/timing';
import type { Fault } from '../text/faults.ts';
import { didYouMean } from '../text/near-name.ts';
import type { YamlSource } from '../text/yaml-source.ts';
import type { CodeBoundary } from './find.ts';

/**
 * `unreached`: nothing in the code comes to a placement. `unplaced`: the code names a placement that there is none of. `unsold`: it
 * asks for a target that nothing opens. `fact`: a condition reads a fact that the code does not pass.
 */
export interface Mismatch extends Fault {
  readonly kind: 'unreached' | 'unplaced' | 'unsold' | 'fact';
}

export interface PlacementReach {
  readonly name: string;
  /** Where the code comes to it; empty where the engine does so by itself, or nothing does. */
  readonly from: readonly CodeBoundary[];
  /** `by-itself`: play time passing, or something bought running out. `unread`: perhaps by a place whose name cannot be read. */
  readonly standing: 'reached' | 'by-itself' | 'unread' | 'unreached';
}

export interface Comparison {
  readonly placements: readonly PlacementReach[];
  readonly mismatches: readonly Mismatch[];
}

/** `source`: of `placements.yaml`, for the places of faults. */
export function compareBoundaries(
  found: readonly CodeBoundary[],
  file: PlacementsFile,
  source: YamlSource,
): Comparison {
  const placements = file.placements.map((placement) => reachOf(placement, found));
  const unreached = file.placements.filter((_, i) => placements[i]?.standing === 'unreached');
  return {
    placements,
    mismatches: [
      ...unreached.map((placement) => unreachedFault(placement, found, source)),
      ...found.flatMap((one) => [...unplaced(one, file), ...unsold(one, file)]),
      ...missingFacts(placements, file),
    ],
  };
}

function reachOf({ name, on }: Placement, found: readonly CodeBoundary[]): PlacementReach {
  const candidates = found.filter((one) => mayBe(on, one));
  const from = candidates.filter(({ names }) => names?.includes(nameSought(name, on)) ?? false);
  if (on.kind === 'play-time' || on.kind === 'grant-ended') {
    const counts = found.some(({ call, kind }) => call === 'gameplayStart' || kind === 'level');
    return { name, from: [], standing: counts || on.kind === 'grant-ended' ? 'by-itself' : 'unreached' };
  }
  const isUnread = candidates.some(({ names }) => names === undefined);
  return { name, from, standing: from.length > 0 ? 'reached' : isUnread ? 'unread' : 'unreached' };
}

/** Whether a call is of the kind that comes to such a placement. */
function mayBe(on: Placement['on'], one: CodeBoundary): boolean {
  if (on.kind === 'scene') return one.kind === 'scene';
  if (on.kind !== 'level') return one.kind === 'breakpoint';
  return one.kind === 'level' && (on.level === undefined || one.level === undefined || one.level === on.level);
}

function nameSought(name: string, on: Placement['on']): string {
  if (on.kind === 'scene') return on.scene;
  return on.kind === 'level' ? on.event : name;
}

function unreachedFault({ name, on }: Placement, found: readonly CodeBoundary[], source: YamlSource): Mismatch {
  const path = ['placements', name];
  const known = (kind: CodeBoundary['kind']): string[] =>
    found.flatMap((one) => (one.kind === kind ? (one.names ?? []) : []));
  const fault = (why: string, hint?: string): Mismatch => ({
    kind: 'unreached',
    ...source.fault(path, why, { part: 'key', hint }),
  });
  if (on.kind === 'scene')
    return fault(`nothing in the code goes to the scene "${on.scene}"`, didYouMean(on.scene, known('scene')));
  if (on.kind === 'level')
    return fault(`no level('${on.event}', ${on.level ?? '...'}) in the code`, 'a level begins and ends by level()');
  if (on.kind === 'play-time')
    return fault('no play is counted: no gameplayStart() in the code', 'play time counts between its brackets');
  return fault(`no breakpoint('${name}') in the code`, didYouMean(name, known('breakpoint')));
}

function unplaced(one: CodeBoundary, { placements }: PlacementsFile): Mismatch[] {
  if (one.kind !== 'breakpoint') return [];
  const names = placements.map(({ name }) => name);
  return (one.names ?? [])
    .filter((name) => !names.includes(name))
    .map((name) => at(one, 'unplaced', `no placement "${name}"`, didYouMean(name, names)));
}

function unsold(one: CodeBoundary, { offers, covers }: PlacementsFile): Mismatch[] {
  if (one.kind !== 'require' && one.kind !== 'gate' && one.call !== 'gameplayStart') return [];
  const opened = Object.values(offers).map(({ target }) => target);
  const known = [...opened, ...Object.values(covers).flat()];
  return (one.names ?? [])
    .filter((target) => !known.includes(target))
    .map((target) => at(one, 'unsold', `no offer opens "${target}"`, didYouMean(target, known)));
}

/** A condition over a fact that is missing never holds, in silence. */
function missingFacts(reached: readonly PlacementReach[], { campaigns }: PlacementsFile): Mismatch[] {
  return campaigns.flatMap(({ id, when, placements }) => {
    const read = factsOf(when).filter((name) => !ENGINE_FACT_NAMES.includes(name));
    const places = reached.filter(({ name }) => placements.includes(name)).flatMap(({ from }) => from);
    return places.flatMap((one) => {
      // Scenes pass nothing of themselves.
      const { facts } = one;
      const missing = facts === undefined ? [] : read.filter((name) => !facts.includes(name));
      return missing.map((name) =>
        at(
          one,
          'fact',
          `the condition of campaign "${id}" reads "${name}", which is not passed here`,
          didYouMean(name, facts ?? []),
        ),
      );
    });
  });
}

const at = (
  { file, line, column }: CodeBoundary,
  kind: Mismatch['kind'],
  message: string,
  hint?: string,
): Mismatch => ({
  ...{ kind, file, line, column, message, hint },
});
