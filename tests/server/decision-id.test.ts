/** Names of decisions: later ones sort behind earlier ones, and no two are alike. */
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { newDecisionId } from '../../server/src/payments/decision-id.ts';

const random = (byteCount: number): Uint8Array => Uint8Array.from(randomBytes(byteCount));

it('a decision id begins with its milliseconds, so that later ones stand behind', () => {
  const at = [0, 1, 255, 256, 1_700_000_000_000, 1_700_000_000_001, 253_402_300_799_999];
  const ids = at.map((nowMs) => newDecisionId(nowMs, random));
  expect(ids.every((id) => id.length === 16)).toBe(true);
  expect(ids.map((id) => Number(`0x${Buffer.from(id.subarray(0, 6)).toString('hex')}`))).toEqual(at);
  expect([...ids].reverse().sort((a, b) => Buffer.compare(a, b))).toEqual(ids);
});

it('what is decided in one millisecond differs in ten random bytes', () => {
  const asked: number[] = [];
  const drawn = Uint8Array.from(randomBytes(10));
  const id = newDecisionId(1_700_000_000_000, (byteCount) => {
    asked.push(byteCount);
    return drawn;
  });
  expect(asked).toEqual([10]);
  expect(id.subarray(6)).toEqual(drawn);
});
