/** `coinslot init`: key, certificate request, first files. Whatever is there already is kept as it is. */
import { mkdirSync } from 'node:fs';
import { formatSchemas } from '../schema-files.ts';
import { createOrReadKey } from './keys.ts';
import { studioFiles } from './layout.ts';
import { writeIfAbsent } from './files.ts';
import { createRequest, type RequestedName } from './request.ts';
import { starterOffers, starterPlacements } from './starter.ts';
import { join } from 'node:path';

/** A file of the folder, and whether it was made now. */
export interface InitialFile {
  readonly file: string;
  readonly isNew: boolean;
}

const ANYONE_MAY_READ = 0o644;

/** Makes what is missing in the folder. `randomBytes` makes the key: it must be unpredictable. */
export function initStudio(
  folder: string,
  name: RequestedName,
  randomBytes: (length: number) => Uint8Array,
): InitialFile[] {
  mkdirSync(folder, { recursive: true });
  const files = studioFiles(folder);
  // First of all, so that a key can never be committed by accident.
  const made: InitialFile[] = [put(join(folder, '.gitignore'), '*.key.pem\ncontent-keys/\n')];
  const { key, isNew } = createOrReadKey(files.key, randomBytes);
  made.push({ file: files.key, isNew });
  made.push(put(files.request, createRequest(name, key)));
  made.push(put(files.offers, starterOffers(name)), put(files.placements, starterPlacements()));
  for (const [schemaFile, text] of formatSchemas()) made.push(put(join(folder, schemaFile), text));
  return made;
}

function put(file: string, text: string): InitialFile {
  return { file, isNew: writeIfAbsent(file, text, ANYONE_MAY_READ) };
}
