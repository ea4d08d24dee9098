/** `coinslot placements releases`: what was released when, and what each release changed. */
import { equalBytes } from '@coinslot/protocol';
import { readStudioChain } from '../server/sign-in.ts';
import type { StudioFiles } from '../studio/layout.ts';
import { changesBetween } from './changes.ts';
import { readReleases } from './folder.ts';

export interface ListedRelease {
  readonly number: number;
  readonly timeMs: number;
  readonly campaigns: number;
  /** The first release with this very file, where it was released before: a way back. */
  readonly sameAs: number | undefined;
  /** Lines of what it changed; empty for the first. */
  readonly changes: readonly string[];
}

/** Oldest first; the last is in force. Throws FaultsError for a file that is not the release of its name. */
export function listReleases(files: StudioFiles): readonly ListedRelease[] {
  const releases = readReleases(files, readStudioChain(files));
  return releases.map(({ number, timeMs, placements, file }, i) => {
    const before = releases[i - 1];
    return {
      number,
      timeMs,
      campaigns: placements.campaigns.length,
      sameAs: releases.slice(0, i).find((one) => equalBytes(one.file, file))?.number,
      changes: before === undefined ? [] : changesBetween(before.placements, placements).map(({ text }) => text),
    };
  });
}
