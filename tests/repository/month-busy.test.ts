/** The month's parties ask again while the server is busy, and give everything else up at once. */
import { ProtocolError, type CodeName } from '@coinslot/protocol';
import { expect, it } from 'vitest';
import { askWhileBusy } from '../../scripts/month/busy.ts';

/** Asks somebody who refuses so many times; what came of it, and how long was waited. */
async function asked(refusals: number, code: CodeName): Promise<{ said: unknown; again: number; pauses: number[] }> {
  let [left, again] = [refusals, 0];
  const pauses: number[] = [];
  const ask = (): Promise<string> =>
    left-- > 0 ? Promise.reject(new ProtocolError(code, 'the queue is full')) : Promise.resolve('decided');
  const said = await askWhileBusy(
    ask,
    () => void (again += 1),
    (ms) => Promise.resolve(pauses.push(ms)),
  ).catch((error: ProtocolError) => error.code);
  return { said, again, pauses };
}

it('asks again after what Retry-After says, a little longer each time, and counts it', async () => {
  expect(await asked(0, 'BUSY')).toEqual({ said: 'decided', again: 0, pauses: [] });
  expect(await asked(3, 'BUSY')).toEqual({ said: 'decided', again: 3, pauses: [1_000, 1_500, 2_000] });
});

it('gives up in the end, and for any other code at once', async () => {
  expect(await asked(99, 'BUSY')).toMatchObject({ said: 'BUSY', again: 17 });
  expect(await asked(1, 'STORAGE')).toEqual({ said: 'STORAGE', again: 0, pauses: [] });
});
