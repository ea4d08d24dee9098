/** P12, P14, C8 to C11: a card killed at every durable call. `npm run sweep` has every step and every call; here are those steps that
 * move value, and a third of their calls. */
import { describe, expect, test } from 'vitest';
import { canSweep } from '../lib/kill-sweep.ts';
import { sweepCard } from './card-sweep.ts';

const isAble = canSweep();
if (!isAble) console.warn('skipped: this machine has no strace that may trace, so nothing can be killed at a call');

describe.skipIf(!isAble)('a card killed at every durable call', () => {
  test.each([
    ['P12, C8', 'debit', 'file', 2],
    ['P12, C9', 'debit', 'disperse', 10],
    ['P14', 'wrong PIN', 'file', 2],
    ['P14', 'right PIN', 'disperse', 20],
    ['C10', 'recharge', 'file', 2],
    ['C10', 'recharge', 'disperse', 10],
    ['C11', 'upload', 'disperse', 10],
    ['C8', 'sealed debit', 'file', 2],
  ] as const)('%s: %s over the %s store', async (_threat, step, store, pointsMin) => {
    const { points } = await sweepCard(step, store, 3);
    expect(points).toBeGreaterThanOrEqual(pointsMin);
  });
});
