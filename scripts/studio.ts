/** The demo game's publisher: a studio folder made with the `coinslot` command's own code, certified by the sandbox. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  compilePlacements,
  formatPlacements,
  initStudio,
  readOffers,
  signStudio,
  studioFiles,
} from '@coinslot/publisher';

/** The port that the demo game's `offers.yaml` names in its origins. */
const GAME_PORT = 8375;

export interface StudioOptions {
  /** Folder of the studio's key, certificate and files. */
  folder: string;
  /** Folder the game is given: price list, placements, roots. */
  gameFolder: string;
  /** The game's sources, with `coinslot/offers.yaml` and `placements.yaml`. */
  demoGame: string;
  gamePort: number;
  /** Envelopes `encryption-key` of those who may decide about what is sealed, by the file names in `offers.yaml`. */
  encryptionKeys: Readonly<Record<string, Uint8Array>>;
  /** `roots.coinslot`. */
  rootsFile: Uint8Array;
  /** Certifies a PKCS#10 request (PEM); the chain as PEM, leaf first. */
  certify: (request: string) => { readonly pem: string };
  nowMs: number;
  random: (length: number) => Uint8Array;
}

/** Makes or renews what the demo game ships with. What has not changed keeps its bytes. */
export function signDemoGame(options: StudioOptions): void {
  const { folder, gameFolder, demoGame, gamePort, encryptionKeys, rootsFile, certify, nowMs, random } = options;
  const files = studioFiles(folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const offersSource = join(demoGame, 'coinslot', 'offers.yaml');
  const placementsSource = join(demoGame, 'coinslot', 'placements.yaml');
  // The game may be served from another port than the usual one: its origins follow.
  const offersText = readFileSync(offersSource, 'utf8').replaceAll(`:${GAME_PORT}`, `:${gamePort}`);
  // Read where they were written, so that a fault names the file to be corrected and not the studio's copy.
  const offers = readOffers(offersSource, offersText);
  const placements = compilePlacements(placementsSource, readFileSync(placementsSource, 'utf8'), offers);
  writeFileSync(files.offers, offersText);
  copyFileSync(placementsSource, files.placements);
  initStudio(folder, { id: 'lumen-works', commonName: 'Lumen Works', country: undefined }, random);
  writeFileSync(files.roots, rootsFile);
  writeFileSync(files.chain, certify(readFileSync(files.request, 'utf8')).pem);
  // What an offer seals lies beside it, in the clear, and is not shipped; those who may decide are named by their keys.
  for (const name of offers.escrow) {
    const encryptionKey = encryptionKeys[name];
    if (encryptionKey === undefined) throw new RangeError(`escrow: nobody here is ${name}`);
    writeFileSync(join(folder, name), encryptionKey);
  }
  const seals = offers.offers.flatMap((offer) => offer.seals);
  for (const { file } of seals) copyFileSync(join(demoGame, 'coinslot', file), join(folder, file));
  signStudio(files, nowMs, random);
  writeFileSync(files.compiledPlacements, formatPlacements(placements));

  mkdirSync(gameFolder, { recursive: true });
  const sealed = seals.map(({ to }) => join(folder, to));
  for (const file of [files.priceList, files.compiledPlacements, files.roots, ...sealed]) {
    copyFileSync(file, join(gameFolder, file.slice(folder.length + 1)));
  }
}
