/** What the wallet's consent ladder looks like from inside a game: no dialog, a signed no, a while of quiet, a late yes. */
import {
  decodeOffer,
  decodeQuote,
  encodeDeclined,
  readEnvelope,
  sealEnvelope,
  type Declined,
} from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seedOf } from '../lib/parties.ts';
import { PAYS, World } from './lib/seat.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const PLAYER = nativeSigner(seedOf('player pseudonym'));

function noTo(offerBytes: Uint8Array, change: Partial<Declined> = {}): Uint8Array {
  const offer = decodeOffer(offerBytes);
  const { publisherId, gameId, offerHash } = decodeQuote(readEnvelope(offer.quote).body);
  const { nonce, offerTimeMs: timeMs } = offer;
  const body = { publisherId, gameId, offerHash, nonce, playerKey: PLAYER.publicKey, timeMs, ...change };
  return sealEnvelope('declined', encodeDeclined(body), PLAYER, []);
}

describe('automatic approval', () => {
  it('opens the target without a review, and a player who leaves meanwhile has not declined', async () => {
    world.wallet.script = {
      onOffer: ({ seq }, line) => line.send('progress', { seq, state: 'automatic' }),
    };
    const seat = world.sit({ habits: { ...PAYS, review: 'wait' } });
    const told = new Promise<void>((resolve) =>
      seat.coinslot.events.on('message', ({ name }) => name === 'progress' && resolve()),
    );
    const bought = seat.coinslot.require('level-3');
    await told;
    seat.stage.intend('hidden');
    expect(await bought).toMatchObject({ status: 'pending', charged: 'unknown' });
    expect(seat.stage.seen.map(({ kind }) => kind)).toEqual(['loading']);
    expect(world.wallet.heard.map(({ kind }) => kind)).not.toContain('cancel');
    world.wallet.decide(world.wallet.standings[0]!);
    const change = seat.nextChange();
    world.clock.advance(5_000);
    expect(await change).toMatchObject({ kind: 'granted' });
    expect(seat.coinslot.can('level-3')).toBe(true);
  });

  it('opens no dialog at all where timing asked', async () => {
    world.wallet.script = {
      onOffer(standing, line) {
        line.send('progress', { seq: standing.seq, state: 'automatic' });
        line.send('decision', { seq: standing.seq, decision: world.wallet.decide(standing) });
      },
    };
    const seat = world.sit();
    expect(await seat.coinslot.breakpoint('level-end')).toMatchObject({ status: 'granted', reason: 'paid' });
    expect(seat.stage.opened).toBe(0);
  });
});

describe('a signed no (P20)', () => {
  const rows: [what: string, change: Partial<Declined>, isGood: boolean][] = [
    ['to this offer', {}, true],
    ['to another offer', { offerHash: seedOf('other') }, false],
    ['of another nonce', { nonce: seedOf('other').slice(0, 16) }, false],
    ['of another key than the one it names', { playerKey: nativeSigner(seedOf('other')).publicKey }, false],
  ];
  it.each(rows)('%s reaches the game as declined, with what its check said', async (_, change, isGood) => {
    world.wallet.script = {
      onOffer: ({ seq, offer }, line) =>
        line.send('refusal', { seq, code: 'CONSENT_DENIED', charged: 'no', text: '', declined: noTo(offer, change) }),
    };
    const seat = world.sit();
    const result = await seat.coinslot.require('level-3');
    expect(result).toMatchObject({ status: 'declined', reason: 'declined', charged: 'no' });
    expect(result.code === undefined).toBe(isGood);
    const message = seat.messages.find(({ name }) => name === 'declined');
    expect(message?.checks.every(({ ok }) => ok)).toBe(isGood);
    expect(seat.problems).toEqual([]);
  });
});

describe('fairness', () => {
  const text = 'Your wallet lets this game ask again at 12:01:00. Nothing was charged.';
  const heldBack = { status: 'skipped', reason: 'held-back', code: 'FAIRNESS', charged: 'no', detail: text };
  beforeEach(() => {
    world.wallet.script = {
      onOffer: ({ seq }, line) =>
        line.send('refusal', { seq, code: 'FAIRNESS', charged: 'no', text, declined: undefined }),
    };
  });

  it('passes a boundary by without a word to the player', async () => {
    const seat = world.sit();
    expect(await seat.coinslot.breakpoint('level-end')).toMatchObject(heldBack);
    expect(seat.stage.opened).toBe(0);
  });

  it('tells a player who asked, in the wallet’s words', async () => {
    const seat = world.sit();
    expect(await seat.coinslot.require('level-3')).toMatchObject(heldBack);
    expect(seat.stage.seen.at(-1)).toMatchObject({ kind: 'refused', code: 'FAIRNESS', text });
  });

  it('hears of a loss, and a game without a wallet loses nothing by saying so', async () => {
    const seat = world.sit();
    await seat.coinslot.ready;
    seat.coinslot.lost();
    await seat.coinslot.restore();
    seat.coinslot.lost();
    await world.wallet.hears('happened');
    expect(world.wallet.heard.filter(({ kind }) => kind === 'happened')).toEqual([{ kind: 'happened', what: 'loss' }]);
  });
});

it('what a guardian approved after the game had left is fetched when the wallet says that it is there', async () => {
  const seat = world.sit({ habits: { ...PAYS, review: 'accept' } });
  world.wallet.script = {
    onAccept: ({ seq }, line) => line.send('progress', { seq, state: 'page' }),
  };
  const asked = seat.coinslot.require('level-3');
  await seat.stage.shows('elsewhere');
  seat.stage.intend('leave');
  await asked;
  expect(seat.coinslot.can('level-3')).toBe(false);
  const standing = world.wallet.standings[0]!;
  world.wallet.decide(standing);
  const change = seat.nextChange();
  const { offerHash } = decodeQuote(readEnvelope(decodeOffer(standing.offer).quote).body);
  world.wallet.broadcast('entitled', { offerHash });
  expect(await change).toMatchObject({ kind: 'restored' });
  expect(seat.coinslot.can('level-3')).toBe(true);
});
