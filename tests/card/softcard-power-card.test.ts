/**
 * C8, C9, C10 with the power instead of the process: a software card whose disk forgets what was not synced, at every change
 * that a debit and a recharge make. Nobody holds a decision without a debit, and no value is doubled or lost.
 */
import { describe, expect, test } from 'vitest';
import { equalBytes } from '@coinslot/protocol';
import { CardRig, freely } from './applet-parties.ts';
import { drawFrom, VolatileDisk } from './volatile-disk.ts';
import { storeIn } from './softcard-parts.ts';

const LOADED_MINOR = 300n;
const PRICE_MINOR = 20n;
const CREDIT_MINOR = 70n;
const SEEDS = 4;

async function cardOn(disk: VolatileDisk): Promise<CardRig> {
  const store = storeIn('/card', { disk });
  await store.create();
  const rig = await CardRig.loaded(LOADED_MINOR, { store, parameters: freely });
  await rig.pay('before', { amountMinor: PRICE_MINOR });
  return rig;
}

/** Does something while the power goes at the given change; what it came to, or `undefined`; then the power is back. */
async function cutAt<T>(disk: VolatileDisk, rig: CardRig, point: number, seed: number, work: () => Promise<T>) {
  const last = disk.changes + point;
  let wasCut = false;
  disk.plan = ({ number }) => {
    wasCut ||= number === last;
    return number === last ? 'off' : undefined;
  };
  const done = await work().catch(() => undefined);
  disk.plan = () => undefined;
  disk.restart(drawFrom(seed * 1000 + point));
  await rig.restart(storeIn('/card', { disk }));
  return { done, wasCut };
}

const balanceOf = async (rig: CardRig) => (await rig.use((terminal) => terminal.info())).purses[0]?.balanceMinor;

describe('power lost at every change of the disk', () => {
  test('of a debit: before or after, the promised decision stands, and asked again it is one debit', async () => {
    const before = LOADED_MINOR - PRICE_MINOR;
    let points = 0;
    for (let isCut = true; isCut; points++) {
      for (let seed = 0; seed < SEEDS; seed++) {
        const disk = new VolatileDisk();
        const rig = await cardOn(disk);
        const { done, wasCut } = await cutAt(disk, rig, points, seed, () =>
          rig.pay('cut', { amountMinor: PRICE_MINOR }),
        );
        isCut = wasCut;
        const found = await balanceOf(rig);
        expect(
          done === undefined ? [before, before - PRICE_MINOR] : [before - PRICE_MINOR],
          `point ${points}`,
        ).toContain(found);
        const again = await rig.pay('cut', { amountMinor: PRICE_MINOR });
        expect(again.decision.outcome).toBe('approved');
        if (done !== undefined) expect(equalBytes(again.envelope, done.envelope)).toBe(true);
        expect(await balanceOf(rig)).toBe(before - PRICE_MINOR);
        expect(await rig.use((terminal) => terminal.records())).toHaveLength(2);
      }
    }
    expect(points).toBeGreaterThan(10);
  });

  test('of a recharge: taken up again with the same acknowledgement, value is there once', async () => {
    const after = LOADED_MINOR - PRICE_MINOR + CREDIT_MINOR;
    let points = 0;
    for (let isCut = true; isCut; points++) {
      for (let seed = 0; seed < SEEDS; seed++) {
        const disk = new VolatileDisk();
        const rig = await cardOn(disk);
        const acknowledgement = await rig.acknowledgement({ credits: [{ purse: 'eur', amountMinor: CREDIT_MINOR }] });
        const credit = () => rig.use((terminal) => terminal.credit(acknowledgement));
        const { done, wasCut } = await cutAt(disk, rig, points, seed, credit);
        isCut = wasCut;
        const found = await balanceOf(rig);
        expect(done === undefined ? [after - CREDIT_MINOR, after] : [after], `point ${points}`).toContain(found);
        await credit();
        await credit();
        expect(await balanceOf(rig)).toBe(after);
        expect(await rig.use((terminal) => terminal.records())).toHaveLength(0);
      }
    }
    expect(points).toBeGreaterThan(10);
  });
});
