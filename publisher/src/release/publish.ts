/**
 * `coinslot placements publish` and `rollback`: other rules for a game that is out, without a new build. A release has the next
 * number, also where it brings back an older file, since a game takes only a higher one than it has.
 */
import { equalBytes, ProtocolError, type PriceList } from '@coinslot/protocol';
import type { PlacementsFile } from '@coinslot/plugin/timing';
import { readOffers } from '../offers/read.ts';
import { compileDesign, readPlacements } from '../placements/compile.ts';
import { readPriceList } from '../price-list/check.ts';
import { readStudioChain } from '../server/sign-in.ts';
import { readBytes, readBytesIfThere, readText, replaceFile } from '../studio/files.ts';
import { readKey, signerOf } from '../studio/keys.ts';
import type { StudioFiles } from '../studio/layout.ts';
import { FILE_START, FaultsError, requireNoFaults, type Fault } from '../text/faults.ts';
import { fileBytes, makeRelease, readRelease, type Release } from './envelope.ts';
import { keepRelease, readReleases, releaseFile } from './folder.ts';
import { unsoldOffers, type Unsold } from './sold.ts';

export interface Published {
  readonly release: Release;
  /** False: the latest release has this very file and still holds, and nothing was done. */
  readonly isNew: boolean;
  /** The release before it; `undefined` for the first. */
  readonly before: Release | undefined;
}

export interface RolledBack extends Published {
  /** The release whose file is in force again. */
  readonly to: Release;
}

interface Studio {
  readonly files: StudioFiles;
  readonly roots: readonly Uint8Array[];
  readonly chain: readonly Uint8Array[];
  readonly publisherId: string;
  /** What the released game was built with. */
  readonly priceList: PriceList;
  readonly releases: readonly Release[];
  readonly nowMs: number;
}

/**
 * Checks `placements.yaml`, compiles and releases it. Throws FaultsError, with nothing written, for every fault of the file, and at
 * its line for an offer that the game's price list does not sell.
 */
export function publishPlacements(files: StudioFiles, nowMs: number): Published {
  const studio = openStudio(files, nowMs);
  const offers = readOffers(files.offers, readText(files.offers));
  const text = readText(files.placements);
  const { placements } = compileDesign(files.placements, text, offers);
  requireGame(studio, files.placements, placements);
  requireNoFaults(unsoldOffers(placements, studio.priceList).map((unsold) => faultInYaml(files, text, unsold)));
  return release(studio, placements, files.placements);
}

/**
 * Releases an older file again, under the next number: that of release `number`, or else of the last one that differs from what is in
 * force. Throws FaultsError when there is none, or when the game does not sell what it offers.
 */
export function rollBackPlacements(files: StudioFiles, number: number | undefined, nowMs: number): RolledBack {
  const studio = openStudio(files, nowMs);
  const { releases } = studio;
  const inForce = releases.at(-1);
  const to =
    number === undefined
      ? releases.findLast((one) => inForce !== undefined && !equalBytes(one.file, inForce.file))
      : releases.find((one) => one.number === number);
  if (to === undefined) throw new FaultsError([nothingToGoBackTo(files, number, releases)]);
  const file = releaseFile(files.releases, to.number);
  requireGame(studio, file, to.placements);
  requireNoFaults(
    unsoldOffers(to.placements, studio.priceList).map(({ message, hint }) => ({
      ...{ file, ...FILE_START, message, hint },
      code: 'OFFER_ORIGIN',
    })),
  );
  return { ...release(studio, to.placements, file), to };
}

function openStudio(files: StudioFiles, nowMs: number): Studio {
  const { roots, chain, publisherId } = readStudioChain(files);
  const priceList = readPriceList(files.priceList, readBytes(files.priceList, 'sign it: coinslot sign'));
  const fault = (message: string): void =>
    requireNoFaults([{ file: files.priceList, ...FILE_START, message, code: 'OFFER_ORIGIN' }]);
  if (priceList.publisherId !== publisherId)
    fault(`is of "${priceList.publisherId}", your certificate of "${publisherId}"`);
  return { files, roots, chain, publisherId, priceList, releases: readReleases(files, { roots, publisherId }), nowMs };
}

function requireGame({ files, priceList }: Studio, file: string, { game }: PlacementsFile): void {
  if (game === priceList.gameId) return;
  const message = `of game "${game}", and ${files.priceList} of "${priceList.gameId}"`;
  throw new FaultsError([{ file, ...FILE_START, message, code: 'OFFER_ORIGIN' }]);
}

function release(studio: Studio, placements: PlacementsFile, source: string): Published {
  const { files, roots, chain, publisherId, releases, nowMs } = studio;
  const before = releases.at(-1);
  if (before !== undefined && equalBytes(before.file, fileBytes(placements)) && holds(studio, before)) {
    serve(files, before);
    return { release: before, isNew: false, before: releases.at(-2) };
  }
  const number = (before?.number ?? 0) + 1;
  const signer = signerOf(readKey(files.key));
  const bytes = orFault(source, () => makeRelease({ publisherId, number, timeMs: nowMs, placements, signer, chain }));
  // What a game would say of it, said here first: key and certificate belong together, and hold now.
  const made = readRelease(files.chain, bytes, { roots, publisherId, atMs: nowMs });
  keepRelease(files, made);
  return { release: made, isNew: true, before };
}

/** Whether games that do not have it yet would still take it: under a certificate that has run out since, they would not. */
function holds({ files, roots, publisherId, nowMs }: Studio, { bytes }: Release): boolean {
  try {
    readRelease(files.release, bytes, { roots, publisherId, atMs: nowMs });
    return true;
  } catch (error) {
    if (error instanceof FaultsError) return false;
    throw error;
  }
}

/** The latest release is what is served, whatever happened to that file. */
function serve({ release: file }: StudioFiles, { bytes }: Release): void {
  const served = readBytesIfThere(file);
  if (served === undefined || !equalBytes(served, bytes)) replaceFile(file, bytes);
}

function orFault<T>(file: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new FaultsError([{ file, ...FILE_START, message: error.message, code: error.code }]);
  }
}

/** An offer at the line where a campaign names it. */
function faultInYaml(files: StudioFiles, text: string, { campaign, variant, message, hint }: Unsold): Fault {
  const { source, written } = readPlacements(files.placements, text);
  const path = ['campaigns', campaign];
  const isAlone = written.campaigns[campaign]?.offer !== undefined;
  const place = isAlone ? [...path, 'offer'] : [...path, 'variants', variant, 'offer'];
  return source.fault(place, message, {
    code: 'OFFER_ORIGIN',
    hint: hint ?? 'a new offer takes a new build of the game; --price-list names the list of the build that is out',
  });
}

function nothingToGoBackTo(files: StudioFiles, number: number | undefined, releases: readonly Release[]): Fault {
  const known = releases.map((one) => one.number).join(', ') || 'none yet';
  const message = number === undefined ? 'no release with another file' : `no release ${number}`;
  return { file: files.releases, ...FILE_START, message, hint: `releases: ${known}` };
}
