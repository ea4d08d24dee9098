/** The release that is in force, as it is kept between sessions; verified before it was. */
import type { PlacementsFile } from '../timing/index.ts';
import type { CoreOptions } from './types.ts';

/** Table and key. */
export const RELEASE = 'release';

export interface KeptRelease {
  readonly number: number;
  /** The signed message, to be verified again under another build. */
  readonly envelope: Uint8Array;
  readonly file: PlacementsFile;
  /** Of what build it was verified for. */
  readonly of: string;
}

/** What must be the same for kept rules to be taken without verifying them: what is sold, what it opens, and in which world. */
export const tablesOf = ({ placements: { offers, covers }, sandbox }: CoreOptions): string =>
  JSON.stringify([offers, covers, sandbox]);
