/** The files of a studio's folder, by their usual names. */
import { join } from 'node:path';

export interface StudioFiles {
  readonly offers: string;
  readonly placements: string;
  /** Who plays, for the simulator; optional. */
  readonly personas: string;
  readonly key: string;
  readonly request: string;
  readonly chain: string;
  readonly roots: string;
  readonly priceList: string;
  readonly compiledPlacements: string;
  /** The latest release of placements, for the host of the game. */
  readonly release: string;
  /** Folder of every release. */
  readonly releases: string;
  /** Folder of content keys, one per offer that seals: secret, and kept for ever. */
  readonly contentKeys: string;
  /** Folder of escrows, to be handed to deciders. */
  readonly escrows: string;
}

/** Names in a folder, as the person would write them. */
export function studioFiles(folder: string): StudioFiles {
  const named = (name: string): string => join(folder, name);
  return {
    offers: named('offers.yaml'),
    placements: named('placements.yaml'),
    personas: named('personas.yaml'),
    key: named('publisher.key.pem'),
    request: named('publisher.csr.pem'),
    chain: named('publisher.chain.pem'),
    roots: named('roots.coinslot'),
    priceList: named('price-list.coinslot'),
    compiledPlacements: named('placements.json'),
    release: named('placements.coinslot'),
    releases: named('releases'),
    contentKeys: named('content-keys'),
    escrows: named('escrows'),
  };
}
