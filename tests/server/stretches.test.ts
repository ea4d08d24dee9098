/** How a month's blocks are shared out among the processes that verify it. */
import { describe, expect, it } from 'vitest';
import { stretchesOf } from '../../server/src/operation/stretches.ts';

const lengths = (blocks: bigint, takers: number, least: bigint): readonly bigint[] =>
  stretchesOf({ fromBlock: 1n, toBlock: blocks }, takers, least).map(
    ({ fromBlock, toBlock }) => toBlock - fromBlock + 1n,
  );

describe('stretches of the journal', () => {
  it.each([
    ['one', 1n, 4, 10n],
    ['fewer blocks than takers', 3n, 4, 1n],
    ['a month', 5_050n, 2, 200n],
    ['a month and many takers', 1_000_000n, 16, 7n],
  ])('of %s: every block once, in order', (_, toBlock, takers, least) => {
    let next = 1n;
    for (const stretch of stretchesOf({ fromBlock: 1n, toBlock }, takers, least)) {
      expect(stretch.fromBlock).toBe(next);
      expect(stretch.toBlock).toBeGreaterThanOrEqual(next);
      next = stretch.toBlock + 1n;
    }
    expect(next).toBe(toBlock + 1n);
  });

  it('begin with a large one for each, so that few learn the accounts anew, and end with small ones', () => {
    expect(lengths(900n, 2, 100n)).toEqual([300n, 200n, 133n, 100n, 100n, 67n]);
    expect(lengths(5n, 2, 10n)).toEqual([5n]);
  });
});
