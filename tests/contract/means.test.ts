import { checkDecision } from '@coinslot/protocol';
import type { MeansAnswer } from '@coinslot/wallet';
import { describe, expect, it } from 'vitest';
import { cardRig, HAS_MINOR, serverRig, softCardRig, type MeansRig } from './means-rigs.ts';

const MEANS = { server: serverRig, card: cardRig, softcard: softCardRig };
const AGAIN = { isFirst: false };

function decisionIn(answer: MeansAnswer): Uint8Array {
  if (answer.kind !== 'decision') throw new Error(`${answer.kind} ${answer.code}`);
  return answer.decision;
}

function open(rig: MeansRig, answer: MeansAnswer, offerBytes: Uint8Array) {
  const options = { roots: rig.roots, nowMs: rig.time.nowMs };
  return checkDecision(decisionIn(answer), offerBytes, options).decision;
}

describe.each(Object.entries(MEANS))('the means %s', (id, start) => {
  it('decides with a signature that holds for message 1, and charges once', async () => {
    const rig = await start();
    const { request, offerBytes } = rig.request('one');
    expect(rig.means().id).toBe(id);
    const decision = open(rig, await rig.means().authorise(request, rig.asking()), offerBytes);
    expect(decision).toMatchObject({ outcome: 'approved', chargedMinor: 20n, settlement: 'debited' });
    expect(await rig.leftMinor()).toBe(HAS_MINOR - 20n);
  });

  it('gives the same decision for the same bytes, asked again, in parallel, and by a wallet started anew', async () => {
    const rig = await start();
    const { request } = rig.request('same');
    const [first, second] = await Promise.all([
      rig.means().authorise(request, rig.asking()),
      rig.means().authorise(request, rig.asking(AGAIN)),
    ]);
    expect(decisionIn(second)).toEqual(decisionIn(first));
    await rig.restart();
    // As after a start: nobody remembers a card's PIN.
    const again = await rig.means().authorise(request, rig.asking({ ...AGAIN, cardPin: undefined }));
    expect(decisionIn(again)).toEqual(decisionIn(first));
    expect(await rig.leftMinor()).toBe(HAS_MINOR - 20n);
  });

  it('signs its refusal, keeps to it, and charges nothing', async () => {
    const rig = await start();
    const { request, offerBytes } = rig.request('dear', HAS_MINOR + 1n);
    const refused = await rig.means().authorise(request, rig.asking());
    expect(open(rig, refused, offerBytes)).toMatchObject({
      outcome: 'refused',
      code: 'INSUFFICIENT',
      chargedMinor: 0n,
    });
    const again = await rig.means().authorise(request, rig.asking(AGAIN));
    expect(decisionIn(again)).toEqual(decisionIn(refused));
    expect(await rig.leftMinor()).toBe(HAS_MINOR);
  });

  it('does not pay other bytes under a nonce that it has decided', async () => {
    const rig = await start();
    await rig.means().authorise(rig.request('conflict').request, rig.asking());
    const other = await rig.means().authorise(rig.request('conflict', 30n).request, rig.asking());
    expect(other.kind).not.toBe('not-sent');
    if (other.kind === 'decision') {
      expect(open(rig, other, rig.request('conflict', 30n).offerBytes)).toMatchObject({ outcome: 'refused' });
    }
    expect(await rig.leftMinor()).toBe(HAS_MINOR - 20n);
  });

  it('out of reach it says that nothing was sent, and decides once it is back', async () => {
    const rig = await start();
    const { request, offerBytes } = rig.request('away');
    await rig.goAway();
    expect(await rig.means().authorise(request, rig.asking())).toMatchObject({ kind: 'not-sent' });
    await rig.comeBack();
    expect(await rig.leftMinor()).toBe(HAS_MINOR);
    const decision = open(rig, await rig.means().authorise(request, rig.asking(AGAIN)), offerBytes);
    expect(decision.outcome).toBe('approved');
    expect(await rig.leftMinor()).toBe(HAS_MINOR - 20n);
  });

  it('out of reach after it was asked, it leaves it open and has the decision when it is back', async () => {
    const rig = await start();
    const { request } = rig.request('back');
    const first = await rig.means().authorise(request, rig.asking());
    await rig.goAway();
    expect((await rig.means().authorise(request, rig.asking(AGAIN))).kind).toMatch(/^(not-sent|pending)$/);
    await rig.comeBack();
    expect(decisionIn(await rig.means().authorise(request, rig.asking(AGAIN)))).toEqual(decisionIn(first));
    expect(await rig.leftMinor()).toBe(HAS_MINOR - 20n);
  });

  it('records nothing after the deadline, and ends what it never saw', async () => {
    const rig = await start();
    const { request, offerBytes } = rig.request('late');
    rig.time.nowMs += 121_000;
    const answer = await rig.means().authorise(request, rig.asking(AGAIN));
    // A server has a clock and signs it; a card has none, and the wallet does not ask it any more.
    if (answer.kind === 'decision') expect(open(rig, answer, offerBytes)).toMatchObject({ code: 'DECISION_EXPIRED' });
    else expect(answer).toEqual({ kind: 'unrecorded', code: 'DECISION_EXPIRED' });
    expect(await rig.leftMinor()).toBe(HAS_MINOR);
  });

  it('finds after the deadline what it decided before', async () => {
    const rig = await start();
    const { request } = rig.request('early');
    const first = await rig.means().authorise(request, rig.asking());
    rig.time.nowMs += 121_000;
    expect(decisionIn(await rig.means().authorise(request, rig.asking(AGAIN)))).toEqual(decisionIn(first));
    expect(await rig.leftMinor()).toBe(HAS_MINOR - 20n);
  });
});

describe.each([
  ['server', serverRig],
  ['card', cardRig],
] as const)('the means %s, over a wire that may break', (_, start) => {
  it('leaves a lost answer open, and gives it when it is asked again', async () => {
    const rig = await start();
    const { request, offerBytes } = rig.request('lost');
    rig.loseAnswer?.();
    expect(await rig.means().authorise(request, rig.asking())).toMatchObject({ kind: 'pending' });
    expect(await rig.leftMinor()).toBe(HAS_MINOR - 20n);
    const decision = open(rig, await rig.means().authorise(request, rig.asking(AGAIN)), offerBytes);
    expect(decision.outcome).toBe('approved');
    expect(await rig.leftMinor()).toBe(HAS_MINOR - 20n);
  });
});

describe('the means card', () => {
  it('leaves it open within seconds when the card falls silent in the middle of a debit', async () => {
    const rig = await cardRig();
    const { request } = rig.request('silent');
    rig.fallSilent?.();
    const startedMs = performance.now();
    expect(await rig.means().authorise(request, rig.asking())).toEqual({ kind: 'pending', code: 'CARD_TORN' });
    expect(performance.now() - startedMs).toBeLessThan(6_000);
  });

  it('asked again after the deadline for what never reached the card, it says so and debits nothing', async () => {
    const rig = await cardRig();
    const { request } = rig.request('never');
    rig.time.nowMs += 121_000;
    expect(await rig.means().authorise(request, rig.asking(AGAIN))).toEqual({
      kind: 'unrecorded',
      code: 'DECISION_EXPIRED',
    });
    expect(await rig.leftMinor()).toBe(HAS_MINOR);
  });
});
