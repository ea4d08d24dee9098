/** One purchase over a real link: the outcome that comes, what the player saw, what is kept. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeOffer, decodeTexts, shownDigest } from '@coinslot/protocol';
import { makePublisher, makeServerHolder, makeTree, seedOf } from '../lib/parties.ts';
import { placementsWith } from './lib/content.ts';
import { PAYS, World } from './lib/seat.ts';
import type { Script } from './lib/wallet-party.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

describe('a purchase', () => {
  it('is granted by a verified decision, and opens the target at once', async () => {
    const seat = world.sit();
    expect(seat.coinslot.can('level-3')).toBe(false);
    const result = await seat.coinslot.require('level-3');
    expect(result).toMatchObject({ status: 'granted', reason: 'paid', charged: 'yes' });
    expect(result.entitlement).toMatchObject({ offerId: 'level-3', target: 'level-3', kind: 'level', open: true });
    expect(seat.coinslot.can('level-3')).toBe(true);
    expect(seat.stage.seen.map((state) => state.kind)).toEqual(['loading', 'review', 'paying', 'paying', 'granted']);
    expect([seat.stage.opened, seat.stage.closed]).toEqual([1, 1]);
    expect(seat.problems).toEqual([]);
  });

  it('answers for exactly what was shown', async () => {
    const seat = world.sit();
    await seat.coinslot.require('level-3');
    const answer = world.wallet.heard.find((frame) => frame.kind === 'answer');
    expect(answer).toMatchObject({ answer: 'accept', shownDigest: shownDigest(world.wallet.standings[0]!.shown) });
  });

  it('sends the texts in the wallet’s language, as far as the publisher has it, otherwise in the game’s', async () => {
    const locales: string[] = [];
    for (const [wallet, game] of [
      ['fr-CA', 'en'],
      ['pl', 'fr-BE'],
      ['pl', 'ja'],
    ] as const) {
      world.wallet.script = { locale: wallet };
      await world.sit({ locale: game, habits: { review: 'decline' } }).coinslot.require('level-3');
      locales.push(decodeTexts(decodeOffer(world.wallet.standings.at(-1)!.offer).texts).locale);
    }
    expect(locales).toEqual(['fr', 'fr', 'en']);
  });

  it('sends its boundary and a session key of its own', async () => {
    await world.sit().coinslot.require('level-3');
    const offer = decodeOffer(world.wallet.standings[0]!.offer);
    expect(offer.boundary).toBe('level-3');
    expect(offer.sessionKey).not.toEqual(new Uint8Array(32));
  });

  it('is not asked for what is open already', async () => {
    const seat = world.sit();
    await seat.coinslot.require('level-3');
    const again = await seat.coinslot.require('level-3');
    expect(again).toMatchObject({ status: 'granted', reason: 'already-entitled', charged: 'no' });
    expect(seat.stage.opened).toBe(1);
  });

  it('opens what the bought target covers', async () => {
    const { coinslot } = world.sit();
    const result = await coinslot.require('level-4');
    expect(result.entitlement).toMatchObject({ offerId: 'thirty-minutes', target: 'play', remainingMs: 1_800_000 });
    expect(['level-4', 'level-5', 'level-3'].map((target) => coinslot.can(target))).toEqual([true, true, false]);
  });

  it('ends as no-offer when nothing in the price list opens the target', async () => {
    const result = await world.sit().coinslot.require('level-99');
    expect(result).toMatchObject({ status: 'failed', reason: 'no-offer', charged: 'no' });
  });

  it('is one at a time', async () => {
    const seat = world.sit({ habits: { ...PAYS, review: 'wait' } });
    const first = seat.coinslot.require('level-3');
    await seat.stage.shows('review');
    expect(await seat.coinslot.require('bonus')).toMatchObject({ status: 'skipped', reason: 'overlay-busy' });
    expect(await seat.coinslot.breakpoint('level-end')).toMatchObject({ status: 'skipped', reason: 'overlay-busy' });
    seat.stage.intend('accept');
    expect((await first).status).toBe('granted');
  });

  it('tells every frame as it passes, with its checks, and never the pairing secret', async () => {
    const seat = world.sit({ paired: false });
    await seat.coinslot.require('level-3');
    const handshake = ['hello', 'paired', 'hello', 'prove', 'welcome'];
    const names = seat.messages.map((message) => message.name);
    expect(names).toEqual([...handshake, 'restore', 'offer', 'show', 'answer', 'progress', 'decision']);
    const secret = Buffer.from(world.wallet.secret).toString('hex');
    for (const { bytes } of seat.messages) expect(Buffer.from(bytes).toString('hex')).not.toContain(secret);
    const checks = seat.messages.at(-1)!.checks.map(({ name, ok }) => `${name} ${ok}`);
    expect(checks).toEqual(['encoding true', 'chain true', 'signature true', 'match true', 'time true']);
  });
});

describe('a player who does not pay', () => {
  const rows = [
    ['declines', { review: 'decline' }, 'declined', 'answer'],
    ['hides the page', { review: 'hidden' }, 'interrupted', 'cancel'],
    ['loses the picture', { review: 'ended' }, 'interrupted', 'cancel'],
    ['declines while it loads', { loading: 'decline' }, 'declined', 'cancel'],
  ] as const;
  it.each(rows)('%s', async (_, habits, reason, frame) => {
    const seat = world.sit({ habits });
    const result = await seat.coinslot.require('level-3');
    expect(result).toMatchObject({ status: 'declined', reason, charged: 'no' });
    await world.wallet.hears(frame);
    expect(seat.coinslot.can('level-3')).toBe(false);
    expect(await seat.store.list('flights')).toEqual([]);
    expect([seat.stage.opened, seat.stage.closed]).toEqual([1, 1]);
  });

  it('is told what the campaign wants done', async () => {
    const placements = placementsWith({ afterDecline: 'menu' });
    const seat = world.sit({ placements, habits: { review: 'decline' } });
    expect(await seat.coinslot.breakpoint('level-end')).toMatchObject({ status: 'declined', afterDecline: 'menu' });
  });
});

describe('a refusal', () => {
  it('by the payment server is signed, shown and charges nothing', async () => {
    const refused = { outcome: 'refused', code: 'INSUFFICIENT', settlement: 'none', chargedMinor: 0n } as const;
    world.wallet.script = { decision: refused };
    const seat = world.sit();
    const result = await seat.coinslot.require('level-3');
    expect(result).toMatchObject({ status: 'failed', reason: 'refused', code: 'INSUFFICIENT', charged: 'no' });
    expect(seat.stage.seen.at(-1)).toMatchObject({ kind: 'refused', code: 'INSUFFICIENT', charged: 'no' });
    expect(await seat.store.list('flights')).toEqual([]);
  });

  it('can be tried again under a new nonce', async () => {
    let refusals = 0;
    world.wallet.script = {
      onAccept: (standing, line) => {
        const { seq } = standing;
        if (refusals++ === 0)
          line.send('refusal', { seq, code: 'BUSY', charged: 'no', text: 'Busy', declined: undefined });
        else line.send('decision', { seq, decision: world.wallet.decide(standing) });
      },
    };
    const seat = world.sit({ habits: { ...PAYS, refused: 'retry' } });
    expect(await seat.coinslot.require('level-3')).toMatchObject({ status: 'granted' });
    const [first, second] = world.wallet.standings.map((standing) => decodeOffer(standing.offer).nonce);
    expect(first).not.toEqual(second);
  });

  const quiet = [
    ['PAUSED', 'payments-off'],
    ['LIMIT', 'payments-off'],
    ['FAIRNESS', 'held-back'],
    ['CONSENT_BUSY', 'overlay-busy'],
  ] as const;
  it.each(quiet)('%s opens no dialog when timing asked', async (code, reason) => {
    world.wallet.script = {
      onOffer: ({ seq }, line) => line.send('refusal', { seq, code, charged: 'no', text: '', declined: undefined }),
    };
    const seat = world.sit();
    expect(await seat.coinslot.breakpoint('level-end')).toMatchObject({ status: 'skipped', reason, code });
    expect(seat.stage.opened).toBe(0);
  });

  it('of what was paid already hands it over instead of charging twice', async () => {
    const seat = world.sit();
    world.wallet.script = {
      onOffer: (standing, line) => {
        world.wallet.decide(standing);
        line.send('refusal', {
          seq: standing.seq,
          code: 'ID_CONFLICT',
          charged: 'yes',
          text: 'Paid already',
          declined: undefined,
        });
      },
    };
    const result = await seat.coinslot.require('level-3');
    expect(result).toMatchObject({ status: 'granted', reason: 'restored', charged: 'no' });
    expect(seat.stage.seen.some((state) => state.kind === 'paying')).toBe(false);
  });
});

describe('a decision that must not be believed', () => {
  const stranger = makeServerHolder(makeTree({ name: 'stranger' }));
  const publisher = makePublisher(makeTree());
  const rows: readonly (readonly [string, () => Script, string])[] = [
    ['forged: a byte of its signature turned', () => ({ bend: turnByte }), 'BAD_SIGNATURE'],
    ['of another nonce', () => ({ decision: { nonce: seedOf('other').slice(0, 16) } }), 'DECISION_MISMATCH'],
    ['of another offer', () => ({ decision: { offerHash: seedOf('other') } }), 'DECISION_MISMATCH'],
    ['of another price', () => ({ decision: { amountMinor: 1n } }), 'DECISION_MISMATCH'],
    ['of another currency', () => ({ decision: { currency: 'USD' } }), 'DECISION_MISMATCH'],
    ['of another game', () => ({ decision: { gameId: 'other-game' } }), 'DECISION_MISMATCH'],
    ['of another session', () => ({ decision: { sessionKey: seedOf('other') } }), 'DECISION_MISMATCH'],
    ['that names another signer', () => ({ decision: { signer: seedOf('other') } }), 'DECISION_MISMATCH'],
    ['that contradicts itself', () => ({ decision: { code: 'INSUFFICIENT' } }), 'DECISION_MISMATCH'],
    ['from the future', () => ({ decision: { timeMs: world.clock.nowMs() + 3_600_000 } }), 'CLOCK_SKEW'],
    ['under a root that is not pinned', () => signedBy(stranger), 'CHAIN_UNTRUSTED'],
    ['by a publisher', () => signedBy(publisher), 'CHAIN_ROLE'],
    ['of bytes that are none', () => ({ bend: () => Uint8Array.of(0x93, 1, 2, 3) }), 'BAD_ENCODING'],
  ];
  const signedBy = (signer: typeof stranger): Script => ({ signer, decision: { signer: signer.keyHash } });

  it.each(rows)('%s', async (_, script, code) => {
    world.wallet.script = {
      ...script(),
      onRestore: ({ seq }, line) => line.send('restored', { seq, restored: [], more: 0 }),
    };
    const seat = world.sit();
    const result = await seat.coinslot.require('level-3');
    expect(result).toMatchObject({ status: 'failed', reason: 'not-verified', code, charged: 'unknown' });
    expect(seat.coinslot.can('level-3')).toBe(false);
    expect(seat.coinslot.owned()).toEqual([]);
    expect(await seat.store.list('grants')).toEqual([]);
    const told = seat.messages.filter((message) => message.name === 'decision').at(-1)!;
    expect(told.checks.at(-1)).toMatchObject({ ok: false, code });
  });

  it('replayed: approved, for an earlier nonce', async () => {
    const seat = world.sit();
    await seat.coinslot.require('bonus');
    const old = world.wallet.standings[0]!.decision!;
    world.wallet.script = { onAccept: ({ seq }, line) => line.send('decision', { seq, decision: old }) };
    const result = await seat.coinslot.require('level-3');
    expect(result).toMatchObject({ status: 'failed', code: 'DECISION_MISMATCH' });
    expect(seat.coinslot.can('level-3')).toBe(false);
  });

  it('none at all: an intent of the overlay grants nothing', async () => {
    world.wallet.script = { onAccept: () => undefined };
    const seat = world.sit({ habits: { review: 'accept', paying: 'leave' } });
    expect(await seat.coinslot.require('level-3')).toMatchObject({ status: 'pending', charged: 'unknown' });
    expect(seat.coinslot.can('level-3')).toBe(false);
  });

  it('a picture of another price is not shown', async () => {
    world.wallet.script = { shown: { total: { amountMinor: 2n, currency: 'EUR', text: 'EUR 0.02' } } };
    const seat = world.sit();
    const result = await seat.coinslot.require('level-3');
    expect(result).toMatchObject({ status: 'failed', reason: 'not-verified', code: 'OFFER_PRICE', charged: 'no' });
    expect(seat.stage.seen.some((state) => state.kind === 'review')).toBe(false);
  });

  it('under sandbox roots in a game that did not say sandbox', async () => {
    const result = await world.sit({ sandbox: false }).coinslot.require('level-3');
    expect(result).toMatchObject({ status: 'failed', reason: 'broken', code: 'CHAIN_UNTRUSTED' });
  });
});

function turnByte(decision: Uint8Array): Uint8Array {
  const turned = Uint8Array.from(decision);
  // The signature stands right after the body: [version, type, bin16 body, bin8 of 64 bytes, ...].
  const bodyBytes = (turned[4]! << 8) | turned[5]!;
  turned[6 + bodyBytes + 2 + 40]! ^= 1;
  return turned;
}
