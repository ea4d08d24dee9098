/** The releases that a studio keeps: `releases/0001.coinslot` and on, never overwritten, and the one that its host serves. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readBytes, readBytesIfThere, replaceFile, writeIfAbsent } from '../studio/files.ts';
import type { StudioFiles } from '../studio/layout.ts';
import { FILE_START, FaultsError } from '../text/faults.ts';
import { readRelease, type Release } from './envelope.ts';

export type ReleaseFiles = Pick<StudioFiles, 'release' | 'releases'>;

interface Trust {
  readonly roots: readonly Uint8Array[];
  readonly publisherId: string;
}

const NAME = /^(\d{4,10})\.coinslot$/;

/** Where a release is kept. */
export const releaseFile = (folder: string, number: number): string =>
  join(folder, `${String(number).padStart(4, '0')}.coinslot`);

/**
 * All that are kept, by number; the served one too where the folder has lost it, so that no number is ever given twice. Throws
 * FaultsError for a file that is not the release of its name.
 */
export function readReleases({ release, releases }: ReleaseFiles, trust: Trust): readonly Release[] {
  const kept = numbersIn(releases).map((number) => {
    const file = releaseFile(releases, number);
    const read = readRelease(file, readBytes(file), trust);
    if (read.number !== number)
      throw new FaultsError([{ file, ...FILE_START, message: `holds release ${read.number}`, hint: 'name it so' }]);
    return read;
  });
  const bytes = readBytesIfThere(release);
  const served = bytes && readRelease(release, bytes, trust);
  if (served !== undefined && kept.every(({ number }) => number !== served.number)) kept.push(served);
  return kept.sort((a, b) => a.number - b.number);
}

/** Keeps a release, then puts it where the host serves it from. Throws FaultsError when its number is taken. */
export function keepRelease({ release, releases }: ReleaseFiles, made: Release): void {
  mkdirSync(releases, { recursive: true });
  const file = releaseFile(releases, made.number);
  if (!writeIfAbsent(file, made.bytes, 0o644))
    throw new FaultsError([{ file, ...FILE_START, message: 'is there already, and is never overwritten' }]);
  replaceFile(release, made.bytes);
}

function numbersIn(folder: string): number[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      const found = NAME.exec(name);
      return found === null ? [] : [Number(found[1])];
    });
  } catch {
    return []; // There is no folder before the first release.
  }
}
