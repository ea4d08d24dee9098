/** Who has a profile in a household: folders under `<home>/profiles`, and a file that says which was open last. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WalletError } from '../errors.ts';
import { isMissing, replaceDurably } from '../profile/files.ts';

export const FIRST_PROFILE = 'player';
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]{0,38}[\p{L}\p{N}_-])?$/u;
/** Names that are devices on Windows, whatever their ending: a profile must be portable. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

const folder = (home: string): string => join(home, 'profiles');

export function profilePath(home: string, name: string): string {
  return join(folder(home), name);
}

/**
 * A name as it is used for a folder, 1 to 40 letters, digits, spaces and `._-`; one that differs from a profile's in capitals
 * alone is that profile's. Throws BAD_REQUEST.
 */
export function requireProfileName(home: string, typed: string): string {
  const name = typed.normalize('NFC').trim();
  if (!NAME.test(name) || DEVICE.test(name)) {
    throw new WalletError('BAD_REQUEST', 'profile name: not acceptable', {
      hint: 'Take 1 to 40 letters and digits; spaces, dots, hyphens and underscores may stand between them.',
    });
  }
  const lower = name.toLowerCase();
  return profileNames(home).find((one) => one.normalize('NFC').toLowerCase() === lower) ?? name;
}

/** In alphabetical order. */
export function profileNames(home: string): readonly string[] {
  try {
    const found = readdirSync(folder(home), { withFileTypes: true }).filter((one) => one.isDirectory());
    return found.map(({ name }) => name).sort((a, b) => a.localeCompare(b));
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw cause;
  }
}

/** The profile that was open last; the first one's name in a new household, and where the file says nothing of use. */
export function lastProfile(home: string): string {
  try {
    const name = readFileSync(join(home, 'current'), 'utf8').trim();
    return NAME.test(name) && !DEVICE.test(name) ? name : FIRST_PROFILE;
  } catch {
    return FIRST_PROFILE;
  }
}

export function rememberProfile(home: string, name: string): void {
  replaceDurably(join(home, 'current'), new TextEncoder().encode(`${name}\n`));
}
