/** Placements, signed by the publisher: when a game that is out already makes its offers. It sets no price and opens nothing. */
import { agreeing, bytes, decodeAs, encodeAs, identifier, record, timeMs, uint32, type ValueOf } from '../shape.ts';

/**
 * The compiled file in one release, bytes: with the longest chain that there may be it still is one message. Here rather than in
 * `limits.ts`, which every game loads at its start.
 */
export const PLACEMENTS_BYTES_MAX = 48_000;

const placementsFields = record('Placements', {
  publisherId: identifier,
  gameId: identifier,
  /** From 1, rising by one with every release: a game takes only a higher one than it has. */
  number: uint32,
  timeMs,
  /** `placements.json`, UTF-8; its shape is the timing engine's to judge. */
  file: bytes(1, PLACEMENTS_BYTES_MAX),
});

const placementsShape = agreeing(placementsFields, ({ number }) =>
  number === 0 ? 'number: must be above 0' : undefined,
);

export type Placements = ValueOf<typeof placementsShape>;
export const encodePlacements = (value: Placements): Uint8Array => encodeAs(placementsShape, 'Placements', value);
export const decodePlacements = (input: Uint8Array): Placements => decodeAs(placementsShape, 'Placements', input);
