import { describe, expect, it } from 'vitest';
import { ALGS, CardRig } from './applet-parties.ts';

describe.each(ALGS)('a card with an %s key', (_, alg) => {
  it('pays', async () => {
    const rig = await CardRig.loaded(500n, { alg });
    const { decision } = await rig.pay('one');
    expect(decision.outcome).toBe('approved');
    const { purses } = await rig.use((terminal) => terminal.info());
    expect(purses.map(({ balanceMinor }) => balanceMinor)).toEqual([480n, 0n]);
  });
});
