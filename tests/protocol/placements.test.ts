/** Releases of placements: what a game that is out already is told, and the bounds of it. */
import { describe, expect, it } from 'vitest';
import {
  decodePlacements,
  encodePlacements,
  LIMITS,
  openEnvelope,
  PLACEMENTS_BYTES_MAX,
  readEnvelope,
  sealEnvelope,
  type Placements,
} from '@coinslot/protocol';
import { NOON_MS } from '../lib/parties.ts';
import { refusalOf } from './refusals.ts';
import { placements, publisher, server, tree } from './samples.ts';

const sealed = (fields: Partial<Placements> = {}, by = publisher): Uint8Array =>
  sealEnvelope('placements', encodePlacements({ ...placements, ...fields }), by.signer, by.chain);
const open = (envelope: Uint8Array): Placements =>
  decodePlacements(
    openEnvelope(envelope, { type: 'placements', role: 'publisher', roots: tree.roots, atMs: NOON_MS }).body,
  );

describe('a release of placements', () => {
  it('comes back as the publisher signed it', () => {
    expect(open(sealed())).toEqual(placements);
  });

  it('is of the publisher alone', () => {
    expect(refusalOf(() => open(sealed({}, server)))).toBe('CHAIN_ROLE');
  });

  it('holds a file up to its bound, and is one message then, with the longest chain there may be', () => {
    const file = new Uint8Array(PLACEMENTS_BYTES_MAX);
    expect(open(sealed({ file })).file).toEqual(file);
    expect(refusalOf(() => sealed({ file: new Uint8Array(file.length + 1) }))).toBe('BAD_ENCODING');
    const { signer } = publisher;
    const chain = Array.from({ length: LIMITS.chainCertificatesMax }, () => new Uint8Array(LIMITS.certificateBytesMax));
    const widest = { ...placements, publisherId: 'p'.repeat(64), gameId: 'g'.repeat(64), file };
    expect(readEnvelope(sealEnvelope('placements', encodePlacements(widest), signer, chain)).chain).toHaveLength(4);
  });

  it('has a number from 1 to 2^32-1', () => {
    const refusal = (number: number): string => refusalOf(() => encodePlacements({ ...placements, number }));
    expect([0, -1, 0.5, 0x1_0000_0000, 1, 0xffff_ffff].map(refusal)).toEqual([
      'BAD_ENCODING',
      'BAD_ENCODING',
      'BAD_ENCODING',
      'BAD_ENCODING',
      'accepted',
      'accepted',
    ]);
  });
});
