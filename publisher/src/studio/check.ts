/** `coinslot check`: everything in the folder, as of a moment, before it is shipped. All faults of all files at once. */
import { dirname, resolve } from 'node:path';
import type { PlacementsFile } from '@coinslot/plugin/timing';
import type { OffersFile } from '../offers/read.ts';
import { readOffers } from '../offers/read.ts';
import { compileDesign, formatPlacements, readPlacements, type CompiledDesign } from '../placements/compile.ts';
import { checkPriceList, readPriceList } from '../price-list/check.ts';
import type { ReadContent } from '../price-list/sealed.ts';
import { shownPrices } from '../price-list/shown-prices.ts';
import { releaseWarnings } from '../release/standing.ts';
import { FILE_START, FaultsError, type Fault } from '../text/faults.ts';
import { readRoots } from './certificates.ts';
import { readContentKey } from './content-keys.ts';
import { readBytes, readBytesIfThere, readText } from './files.ts';
import type { StudioFiles } from './layout.ts';

export interface StudioCheck {
  readonly faults: readonly Fault[];
  /** What is right and may not be meant, or will soon not be. */
  readonly warnings: readonly Fault[];
  /** The table of shown prices; empty when the offers cannot be read. */
  readonly prices: readonly string[];
}

/** Reads content files next to `offers.yaml`. */
export const contentReader =
  (offersFile: string): ReadContent =>
  (path) =>
    readBytes(resolve(dirname(offersFile), path));

/**
 * Checks offers and placements, and unless `sourcesOnly` what was made from them: the price list under its chain and
 * roots, the compiled placements, and how the latest release stands to all of it.
 */
export function checkStudio(files: StudioFiles, atMs: number, sourcesOnly: boolean): StudioCheck {
  const { faults: found, offers, design } = checkPlacements(files, sourcesOnly);
  if (offers === undefined) return { faults: found, warnings: [], prices: [] };
  const faults = [...found];
  const checked = sourcesOnly
    ? undefined
    : collect(faults, () => checkSigned(files, offers, design?.placements, atMs, faults));
  return { faults, warnings: checked ?? [], prices: shownPrices(offers) };
}

export interface PlacementsCheck {
  readonly faults: readonly Fault[];
  /** Undefined when they cannot be read. */
  readonly offers: OffersFile | undefined;
  readonly design: CompiledDesign | undefined;
}

/** Checks both YAML files, and unless `sourcesOnly` that the compiled placements are fresh; no price list and no key is needed. */
export function checkPlacements(files: StudioFiles, sourcesOnly: boolean): PlacementsCheck {
  const faults: Fault[] = [];
  const offers = collect(faults, () =>
    readOffers(files.offers, readText(files.offers, 'coinslot init writes a first one')),
  );
  const design = collect(faults, () => {
    const text = readText(files.placements);
    if (offers !== undefined) return compileDesign(files.placements, text, offers);
    readPlacements(files.placements, text);
    return undefined;
  });
  if (design !== undefined && !sourcesOnly) checkCompiled(files, design.placements, faults);
  return { faults, offers, design };
}

function checkCompiled(files: StudioFiles, placements: PlacementsFile, faults: Fault[]): void {
  const file = files.compiledPlacements;
  const compiled = readBytesIfThere(file);
  const hint = 'compile it: coinslot placements compile';
  if (compiled === undefined) faults.push({ file, ...FILE_START, message: 'there is no such file', hint });
  else if (Buffer.from(compiled).toString('utf8') !== formatPlacements(placements))
    faults.push({ file, ...FILE_START, message: `is not what ${files.placements} says`, hint });
}

function checkSigned(
  files: StudioFiles,
  offers: OffersFile,
  placements: PlacementsFile | undefined,
  atMs: number,
  faults: Fault[],
): readonly Fault[] {
  const roots = readRoots(files.roots, readBytes(files.roots, 'your authority gives it to you with your certificate'));
  const file = files.priceList;
  const priceList = readPriceList(file, readBytes(file, 'sign it: coinslot sign'));
  const readContent = contentReader(files.offers);
  const contentKeyOf = (offerId: string): Uint8Array => readContentKey(files.contentKeys, offerId);
  const checked = checkPriceList({ file, priceList, offers, roots, atMs, readContent, contentKeyOf });
  faults.push(...checked.faults);
  const released = collect(faults, () => releaseWarnings({ files, roots, priceList, placements, atMs })) ?? [];
  return [...checked.warnings, ...released];
}

function collect<T>(faults: Fault[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FaultsError)) throw error;
    faults.push(...error.faults);
    return undefined;
  }
}
