import { checkDecision, readEnvelope } from '@coinslot/protocol';
import { expect, it } from 'vitest';
import { makeOffer } from '../lib/parties.ts';
import { balanceOf, startWorld } from './world.ts';

it('pays with one press: shown, answered, charged once, decided', async () => {
  const world = await startWorld();
  const game = await world.game();
  const { offerBytes } = makeOffer(world.publisher);
  const { seq, shown, digest } = await game.offer(offerBytes);
  expect(shown.total.text).toBe('EUR\u00a00.20');
  expect(shown.consent).toBe('press');
  game.send('answer', { seq, answer: 'accept', shownDigest: digest });
  expect((await game.next('progress')).state).toBe('paying');
  const { decision } = await game.next('decision');
  const checked = checkDecision(decision, offerBytes, { roots: world.tree.roots, nowMs: world.time.nowMs });
  expect(checked.decision.outcome).toBe('approved');
  expect(readEnvelope(decision).chain.length).toBeGreaterThan(1);
  expect(await balanceOf(world)).toBe(980n);
  expect(world.announced).toEqual(['Paid EUR\u00a00.20 to Lumen Works: Level 3']);
});
