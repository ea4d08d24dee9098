/** Cuts the blocks of a month into stretches that several processes verify, each taking the next when it has done one. */

/** Blocks from one to another, both with it. */
export interface Stretch {
  readonly fromBlock: bigint;
  readonly toBlock: bigint;
}

/**
 * Large ones first, small ones last: every stretch learns its accounts anew, which takes a second of a large month, and the last
 * ones decide how long a process waits for the others.
 */
export function stretchesOf({ fromBlock, toBlock }: Stretch, takers: number, leastBlocks: bigint): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (let from = fromBlock; from <= toBlock;) {
    const left = toBlock - from + 1n;
    const share = left / BigInt(takers + 1);
    const blocks = share > leastBlocks ? share : leastBlocks;
    const to = blocks < left ? from + blocks - 1n : toBlock;
    stretches.push({ fromBlock: from, toBlock: to });
    from = to + 1n;
  }
  return stretches;
}
