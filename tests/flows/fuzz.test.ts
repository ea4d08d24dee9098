import { describe, expect, it } from 'vitest';
import { drawFrom, mutate } from '../../scripts/fuzz/mutate.ts';
import { fuzz } from '../../scripts/fuzz/fuzz.ts';

describe('mutants', () => {
  it('are the same for the same seed, and never what they were made from', () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, i) => i);
    const some = (seed: number): Uint8Array[] => {
      const draw = drawFrom(seed);
      return Array.from({ length: 500 }, () => mutate(bytes, draw));
    };
    expect(some(3)).toEqual(some(3));
    expect(some(3)).not.toEqual(some(4));
    for (const one of some(3)) {
      expect(one.length).toBeGreaterThan(0);
      expect(Buffer.compare(one, bytes)).not.toBe(0);
    }
  });
});

describe('fifteen hundred mutants at every door of a real wallet and a real server', () => {
  it('crash nothing, leave nothing unhandled, and move nothing durable', async () => {
    const { frames, rows, faults } = await fuzz(1_500, 11);
    expect(faults).toEqual([]);
    expect(frames).toBe(1_500);
    // They got through to where frames are read, on both sides, and were refused there for more than their encoding.
    const answers = rows.map(([answer]) => answer);
    expect(answers).toContain('wallet, link: closed 4400');
    expect(answers).toContain('wallet, link: OFFER_HASH');
    expect(answers).toContain('wallet, link: BAD_SIGNATURE');
    expect(answers).toContain('server /v1/payments: 400');
    expect(answers).toContain('server /v1/payments: 403');
    expect(answers).toContain('server /v1/operator/topups: 401');
  });
});
