/** Acceptance of a signed no (threat P20; invariant I18): it answers this very offer, or it is nobody's word. */
import { checkDeclined, decodeOffer, encodeDeclined, sealEnvelope, type Declined } from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import { bytes16Of, NOON_MS, seedOf, makePlayer } from '../lib/parties.ts';
import { refusalOf } from './refusals.ts';
import { sampleOf } from './samples.ts';

const MINUTE_MS = 60_000;
const offerBytes = sampleOf('Offer').bytes;
const honest = sampleOf('Declined').value as unknown as Declined;
const { account: signer } = makePlayer('pseudonym');

const check = (change: Partial<Declined>, by = signer): string =>
  refusalOf(() =>
    checkDeclined(sealEnvelope('declined', encodeDeclined({ ...honest, ...change }), by, []), offerBytes, {
      nowMs: NOON_MS,
    }),
  );

describe('a signed no', () => {
  const rows: [what: string, change: Partial<Declined>, verdict: string][] = [
    ['of another publisher', { publisherId: 'other-works' }, 'DECISION_MISMATCH'],
    ['of another game', { gameId: 'other-game' }, 'DECISION_MISMATCH'],
    ['to another offer', { offerHash: seedOf('other') }, 'DECISION_MISMATCH'],
    ['to another nonce', { nonce: bytes16Of('other') }, 'DECISION_MISMATCH'],
    ['from the future', { timeMs: NOON_MS + 6 * MINUTE_MS }, 'CLOCK_SKEW'],
    ['from before the offer', { timeMs: decodeOffer(offerBytes).offerTimeMs - 6 * MINUTE_MS }, 'CLOCK_SKEW'],
  ];
  it.each(rows)('%s: %s', (_, change, verdict) => {
    expect(check(change)).toBe(verdict);
  });

  it('is taken as it is, and not when another key than the one it names has signed it', () => {
    expect(check({})).toBe('accepted');
    expect(check({}, makePlayer('somebody').account)).toBe('BAD_SIGNATURE');
    const playerKey = seedOf('no key of the signer');
    expect(['BAD_KEY', 'BAD_SIGNATURE']).toContain(check({ playerKey }));
  });
});
