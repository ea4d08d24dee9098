/**
 * How the releases stand to the rest of the folder. A released game asks by its latest release, whatever `placements.yaml` and a newer
 * build say: nothing of this is wrong, and each is easily overlooked.
 */
import { equalBytes, type PriceList } from '@coinslot/protocol';
import type { PlacementsFile } from '@coinslot/plugin/timing';
import { readPlacements } from '../placements/compile.ts';
import { readBytesIfThere, readText } from '../studio/files.ts';
import type { StudioFiles } from '../studio/layout.ts';
import { FILE_START, FaultsError, type Fault, type Position } from '../text/faults.ts';
import type { YamlSource } from '../text/yaml-source.ts';
import { changesBetween, type Change } from './changes.ts';
import { readRelease, type Release } from './envelope.ts';
import { readReleases, releaseFile } from './folder.ts';
import { unsoldOffers } from './sold.ts';

export interface StandingInput {
  readonly files: StudioFiles;
  readonly roots: readonly Uint8Array[];
  readonly priceList: PriceList;
  /** What `placements.yaml` says; undefined where it has faults. */
  readonly placements: PlacementsFile | undefined;
  /** The moment as of which games verify. */
  readonly atMs: number;
}

/** Warnings, each at its place; none where nothing was released. Throws FaultsError for a release that is not one of this publisher. */
export function releaseWarnings(input: StandingInput): readonly Fault[] {
  const { files, roots, priceList, placements, atMs } = input;
  const { publisherId } = priceList;
  const latest = readReleases(files, { roots, publisherId }).at(-1);
  if (latest === undefined) return [];
  return [
    ...servedOtherwise(files, latest),
    ...holdsNoMore(files, latest, { roots, publisherId, atMs }),
    ...soldNoMore(files, latest, priceList),
    ...(placements === undefined ? [] : unreleased(files, latest, placements)),
  ];
}

function servedOtherwise({ release: file, releases }: StudioFiles, { number, bytes }: Release): readonly Fault[] {
  const served = readBytesIfThere(file);
  if (served !== undefined && equalBytes(served, bytes)) return [];
  const hint = `${releaseFile(releases, number)} has it`;
  return [{ file, ...FILE_START, message: `is not release ${number}, which is the latest`, hint }];
}

/** Whoever has taken a release keeps it; a game that meets it only now verifies it as of now. */
function holdsNoMore(
  { releases }: StudioFiles,
  { number, bytes }: Release,
  trust: Parameters<typeof readRelease>[2],
): readonly Fault[] {
  const hint = 'publish again, under a certificate that holds: coinslot placements publish';
  try {
    readRelease(releaseFile(releases, number), bytes, trust);
    return [];
  } catch (error) {
    if (!(error instanceof FaultsError)) throw error;
    return error.faults.map((fault) => ({ ...fault, message: `games refuse it: ${fault.message}`, hint }));
  }
}

function soldNoMore({ releases }: StudioFiles, release: Release, priceList: PriceList): readonly Fault[] {
  return unsoldOffers(release.placements, priceList).map(({ message }) => ({
    ...{ file: releaseFile(releases, release.number), ...FILE_START, code: 'OFFER_ORIGIN' },
    message: `a game with this price list refuses it: ${message}`,
  }));
}

function unreleased(files: StudioFiles, latest: Release, placements: PlacementsFile): readonly Fault[] {
  const changes = changesBetween(latest.placements, placements);
  const { source } = readPlacements(files.placements, readText(files.placements));
  const hint = 'games that are out ask by the release: coinslot placements publish';
  return changes.map((change, i) => ({
    ...{ file: files.placements, ...placeOf(change, placements, source) },
    message: `not in release ${latest.number}: ${change.text}`,
    hint: i === changes.length - 1 ? hint : undefined,
  }));
}

/** What is gone is told where it would stand. */
function placeOf({ of, name }: Change, { campaigns }: PlacementsFile, source: YamlSource): Position {
  if (of === 'placement') return source.positionOf(['placements', name], 'key');
  const index = campaigns.findIndex(({ id }) => id === name);
  if (of === 'campaign' && index >= 0) return source.positionOf(['campaigns', index]);
  return source.positionOf([of === 'overall' ? 'overall' : 'campaigns'], 'key');
}
