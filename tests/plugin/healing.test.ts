/** What outlives a tab: entitlements verified again, decisions found again, minutes never refilled. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeOffer, encodeOffer, encodeRefundNotice, offerHash, sealEnvelope } from '@coinslot/protocol';
import { memoryStore, type Store } from '@coinslot/plugin/core';
import { World, type Seat } from './lib/seat.ts';
import { DAY_MS, makeOffer, makePublisher, makeServerHolder, seedOf } from '../lib/parties.ts';

const MINUTE_MS = 60_000;
let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

/** Buys, ends the session, and leaves what it has stored. */
async function boughtBefore(target: string): Promise<Store> {
  const seat = world.sit();
  expect(await seat.coinslot.require(target)).toMatchObject({ status: 'granted' });
  seat.coinslot.close();
  return seat.store;
}

/** A session that cannot ask the wallet. */
async function alone(store: Store): Promise<Seat> {
  await world.wallet.stop();
  const seat = world.sit({ store });
  await seat.coinslot.ready;
  return seat;
}

interface Kept {
  readonly offer: Uint8Array;
  readonly decision: Uint8Array;
  readonly consumed: number;
}

async function editGrant(store: Store, edit: (kept: Kept) => unknown): Promise<void> {
  const [[key, value] = []] = await store.list('grants');
  await store.put('grants', key!, edit(value as Kept));
}

describe('storage that somebody has edited', () => {
  const junk: readonly (readonly [string, unknown])[] = [
    ['nothing', null],
    ['text', 'flight'],
    ['an empty record', {}],
    ['a flight of other types', { nonce: 'n', offer: 1, sessionSecret: [], offerId: 2, sentAtMs: '3' }],
    [
      'a flight with a short nonce',
      {
        nonce: new Uint8Array(3),
        offer: new Uint8Array(3),
        sessionSecret: new Uint8Array(32),
        offerId: 'x',
        sentAtMs: 1,
      },
    ],
    ['a timing state without its parts', { seed: 's', shown: { lifetime: 1 }, playedMs: 1 }],
    [
      'a timing state of other types',
      { seed: 's', shown: { lifetime: 1 }, playedMs: 1, campaigns: { a: null }, day: 'x' },
    ],
  ];
  it.each(junk)('to %s keeps nobody from what is theirs, nor from buying', async (_, value) => {
    const store = await boughtBefore('level-3');
    await store.put('flights', 'junk', value);
    await store.put('player', 'timing', value);
    await store.put('pairing', String(world.wallet.port), value instanceof Object ? new Uint8Array(5) : value);
    await store.put('grants', 'junk', value);
    const seat = world.sit({ store, paired: false });
    await seat.coinslot.ready;
    expect(seat.coinslot.can('level-3')).toBe(true);
    expect(await seat.coinslot.require('bonus')).toMatchObject({ status: 'granted', reason: 'paid' });
    expect(seat.problems.map(({ where }) => where)).toEqual(['entitlements']);
  });

  it.each([-1, -1e15, Number.NEGATIVE_INFINITY, Number.NaN])(
    'to %d consumed gives no more minutes than were bought',
    async (consumed) => {
      const store = await boughtBefore('play');
      await editGrant(store, (kept) => ({ ...kept, consumed }));
      const seat = await alone(store);
      expect(seat.coinslot.remainingMs('play')).toBe(30 * MINUTE_MS);
    },
  );

  it('whose writing fails leaves no rejection unheard, and the purchase goes on', async () => {
    const refusing: Store = {
      ...memoryStore(),
      put: (table) =>
        table === 'pairing' || table === 'player' ? Promise.reject(new Error('quota')) : Promise.resolve(),
    };
    const seat = world.sit({ store: refusing, paired: false });
    expect(await seat.coinslot.require('level-3')).toMatchObject({ status: 'granted' });
    expect(seat.problems.map(({ where }) => where)).toContain('link');
  });
});

describe('at the next start', () => {
  it('what was bought is verified again and open, without a wallet', async () => {
    const seat = await alone(await boughtBefore('level-3'));
    expect(seat.coinslot.can('level-3')).toBe(true);
    expect(seat.coinslot.owned()).toMatchObject([{ offerId: 'level-3', open: true }]);
  });

  it('it stays open after the server’s certificate has expired', async () => {
    const store = await boughtBefore('level-3');
    world.clock.advance(20 * 365 * DAY_MS);
    const seat = await alone(store);
    expect(seat.coinslot.can('level-3')).toBe(true);
  });

  const edits: readonly (readonly [string, (kept: Kept) => unknown])[] = [
    ['a turned byte in the decision', (kept) => ({ ...kept, decision: turn(kept.decision, 60) })],
    ['a turned byte in the terms', (kept) => ({ ...kept, offer: turnTerms(kept.offer) })],
    ['the offer of another thing', (kept) => ({ ...kept, offer: otherOffer() })],
    ['a flag in place of the messages', () => ({ open: true, target: 'level-3' })],
    ['nothing', () => null],
  ];
  it.each(edits)('storage edited to %s opens nothing', async (_, edit) => {
    const store = await boughtBefore('level-3');
    await editGrant(store, edit);
    const seat = await alone(store);
    expect(seat.coinslot.can('level-3')).toBe(false);
    expect(seat.coinslot.owned()).toEqual([]);
    expect(seat.problems.map((problem) => problem.where)).toContain('entitlements');
  });

  it('a signed refusal in the place of the decision opens nothing', async () => {
    const store = await boughtBefore('level-3');
    world.wallet.script = { decision: { outcome: 'refused', code: 'INSUFFICIENT', settlement: 'none' } };
    const { offer } = (await store.list('grants'))[0]![1] as Kept;
    const decision = world.wallet.decide({ seq: 0, offer, shown: new Uint8Array() });
    await editGrant(store, (kept) => ({ ...kept, decision }));
    expect((await alone(store)).coinslot.can('level-3')).toBe(false);
  });

  it('the very terms sold by another publisher for a cent open nothing', async () => {
    const store = await boughtBefore('level-3');
    const publisher = makePublisher(world.content.tree, { id: 'cheap-works' });
    const { offer: ours } = (await store.list('grants'))[0]![1] as Kept;
    const forged = soldBy(publisher, ours);
    const decision = world.wallet.decide({ seq: 0, offer: forged, shown: new Uint8Array() });
    await editGrant(store, (kept) => ({ ...kept, offer: forged, decision }));
    const seat = await alone(store);
    expect(seat.coinslot.can('level-3')).toBe(false);
  });

  it('a store that was emptied is filled again by the wallet', async () => {
    await boughtBefore('level-3');
    await boughtBefore('bonus');
    await boughtBefore('level-4');
    const seat = world.sit({ store: memoryStore() });
    const result = await seat.coinslot.restore();
    expect(result).toMatchObject({ status: 'restored', refused: [] });
    expect(result.entitlements.map((one) => one.offerId).sort()).toEqual(['bonus', 'level-3', 'thirty-minutes']);
    expect(['level-3', 'bonus', 'level-5'].every((target) => seat.coinslot.can(target))).toBe(true);
    seat.coinslot.close();
    expect((await alone(seat.store)).coinslot.can('bonus')).toBe(true);
  });

  it('nobody is asked to pay for what the wallet can hand over', async () => {
    await boughtBefore('level-3');
    const seat = world.sit({ store: memoryStore() });
    expect(await seat.coinslot.require('level-3')).toMatchObject({ status: 'granted', charged: 'no' });
    expect(world.wallet.standings).toHaveLength(1);
  });
});

describe('a wallet that was restored on another machine', () => {
  const recovered = async (store: Store): Promise<Seat> => {
    world.wallet.script = { isRecovered: true };
    const seat = world.sit({ store });
    expect(await seat.coinslot.restore()).toMatchObject({ status: 'restored', refused: [] });
    return seat;
  };

  it('gives a level back by the terms of the price list, and it stays open without a wallet', async () => {
    await boughtBefore('level-3');
    const seat = await recovered(memoryStore());
    expect(seat.coinslot.can('level-3')).toBe(true);
    seat.coinslot.close();
    const later = await alone(seat.store);
    expect([later.coinslot.can('level-3'), later.problems]).toEqual([true, []]);
  });

  it('refills no minutes: they come back as used up, for good', async () => {
    await boughtBefore('level-4');
    const seat = await recovered(memoryStore());
    expect([seat.coinslot.can('level-4'), seat.coinslot.remainingMs('level-4')]).toEqual([false, 0]);
    seat.coinslot.close();
    const again = await recovered(seat.store);
    expect(again.coinslot.remainingMs('level-4')).toBe(0);
  });

  it('leaves the minutes that this browser has counted itself', async () => {
    const before = world.sit();
    await before.coinslot.require('level-4');
    before.coinslot.gameplayStart('level-4');
    world.clock.advance(12 * MINUTE_MS);
    before.coinslot.gameplayStop();
    await world.wallet.hears('consumed', 48);
    before.coinslot.close();
    const seat = await recovered(before.store);
    expect(seat.coinslot.remainingMs('level-4')).toBe(18 * MINUTE_MS);
    seat.coinslot.close();
    expect((await alone(seat.store)).coinslot.remainingMs('level-4')).toBe(18 * MINUTE_MS);
  });

  it('opens nothing without the server’s word, also not from an edited store', async () => {
    await boughtBefore('level-3');
    const seat = await recovered(memoryStore());
    seat.coinslot.close();
    await editGrant(seat.store, (kept) => ({ ...kept, countersigned: new Uint8Array(3) }));
    const later = await alone(seat.store);
    expect([later.coinslot.can('level-3'), later.problems.length]).toEqual([false, 1]);
  });
});

describe('a restored message', () => {
  beforeEach(() => boughtBefore('level-3'));

  it('made for another challenge is refused', async () => {
    const seat = world.sit({ store: memoryStore() });
    world.wallet.script = {
      onRestore: ({ seq, sessionKey }, line) => {
        const restored = [world.wallet.restored(world.wallet.standings[0]!, seedOf('old challenge'), sessionKey)];
        line.send('restored', { seq, restored, more: 0 });
      },
    };
    expect(await seat.coinslot.restore()).toMatchObject({ entitlements: [], refused: ['DECISION_MISMATCH'] });
    expect(seat.coinslot.can('level-3')).toBe(false);
  });

  it('whose signature was turned is refused, and the others are taken', async () => {
    await boughtBefore('bonus');
    const seat = world.sit({ store: memoryStore() });
    world.wallet.script = {
      onRestore: ({ seq, challenge, sessionKey }, line) => {
        const [bad, good] = world.wallet.standings.map((one) => world.wallet.restored(one, challenge, sessionKey));
        line.send('restored', { seq, restored: [turn(bad!, bad!.length - 10), good!], more: 0 });
      },
    };
    const result = await seat.coinslot.restore();
    expect(result.entitlements.map((one) => one.offerId)).toEqual(['bonus']);
    expect(result.refused).toEqual(['BAD_SIGNATURE']);
  });
});

describe('a tab that was killed after paying', () => {
  it('finds the decision at the next start, under the same nonce', async () => {
    const session = world.sit();
    world.wallet.script = {
      onAccept: (standing) => {
        world.wallet.decide(standing);
        session.coinslot.close();
      },
      onRestore: ({ seq }, line) => line.send('restored', { seq, restored: [], more: 0 }),
    };
    void session.coinslot.require('level-3');
    await world.wallet.hears('answer');
    const next = world.sit({ store: session.store });
    const change = await next.nextChange();
    expect(change).toMatchObject({ kind: 'granted', entitlement: { offerId: 'level-3' } });
    expect(next.coinslot.can('level-3')).toBe(true);
    expect(world.wallet.standings).toHaveLength(1);
    expect(await next.store.list('flights')).toEqual([]);
  });

  it('the offer was written before it was sent', async () => {
    const seat = world.sit();
    let flights = -1;
    world.wallet.script = {
      onOffer: ({ seq }, line) => {
        void seat.store.list('flights').then((list) => {
          flights = list.length;
          line.send('refusal', { seq, code: 'BUSY', charged: 'no', text: '', declined: undefined });
        });
      },
    };
    await seat.coinslot.require('level-3');
    expect(flights).toBe(1);
  });

  it('a wallet that knows nothing of it ends it', async () => {
    world.wallet.script = { onAccept: () => undefined };
    const first = world.sit({ habits: { review: 'accept', paying: 'leave' } });
    await first.coinslot.require('level-3');
    first.coinslot.close();
    world.wallet.standings.length = 0;
    const next = world.sit({ store: first.store });
    await world.wallet.hears('status');
    await until(async () => (await next.store.list('flights')).length === 0);
    expect(next.coinslot.can('level-3')).toBe(false);
  });
});

describe('a payment left undecided', () => {
  it('is asked for again, and granted when it is decided', async () => {
    let asked = 0;
    world.wallet.script = {
      onAccept: ({ seq }, line) => line.send('progress', { seq, state: 'pending' }),
      onStatus: (standing, seq, line) => {
        if (++asked < 2) line.send('progress', { seq, state: 'pending' });
        else line.send('decision', { seq, decision: world.wallet.decide(standing!) });
      },
    };
    const seat = world.sit({ habits: { review: 'accept', pending: 'leave' } });
    expect(await seat.coinslot.require('level-3')).toMatchObject({ status: 'pending', charged: 'unknown' });
    const change = seat.nextChange();
    world.clock.advance(5_000);
    await world.wallet.hears('status', 1);
    await until(() => Promise.resolve(asked === 1 && world.clock.waiting > 0));
    const granted = change.then(() => true);
    while (!(await Promise.race([granted, tick()]))) world.clock.advance(5_000);
    expect(await change).toMatchObject({ kind: 'granted' });
    expect(asked).toBe(2);
  });
});

describe('minutes', () => {
  it('are used up by play alone, and end', async () => {
    const seat = world.sit();
    await seat.coinslot.require('level-4');
    const { coinslot } = seat;
    world.clock.advance(60 * MINUTE_MS);
    expect(coinslot.remainingMs('level-4')).toBe(30 * MINUTE_MS);
    coinslot.gameplayStart('level-4');
    world.clock.advance(10 * MINUTE_MS + 7);
    expect(coinslot.remainingMs('level-5')).toBe(20 * MINUTE_MS - 7);
    coinslot.gameplayStop();
    world.clock.advance(60 * MINUTE_MS);
    expect(coinslot.remainingMs('level-4')).toBe(20 * MINUTE_MS - 7);
    coinslot.gameplayStart('level-4');
    const ended = seat.nextChange();
    world.clock.advance(20 * MINUTE_MS - 7);
    expect(await ended).toMatchObject({ kind: 'ended', entitlement: { target: 'play', remainingMs: 0, open: false } });
    expect(coinslot.can('level-4')).toBe(false);
  });

  it('are not used up by what is free or kept', async () => {
    const { coinslot } = world.sit();
    await coinslot.require('level-5');
    await coinslot.require('level-4');
    await coinslot.require('level-3');
    for (const target of ['level-1', 'level-3', 'level-5']) {
      coinslot.gameplayStart(target);
      world.clock.advance(5 * MINUTE_MS);
      coinslot.gameplayStop();
    }
    expect(coinslot.remainingMs('level-4')).toBe(30 * MINUTE_MS);
    expect([coinslot.remainingMs('level-3'), coinslot.remainingMs('level-1')]).toEqual([Infinity, 0]);
  });

  it('are told to the wallet and kept, so that neither a reload nor an emptied store refills them', async () => {
    const seat = world.sit();
    const { entitlement } = await seat.coinslot.require('level-4');
    seat.coinslot.gameplayStart('level-4');
    world.clock.advance(12 * MINUTE_MS);
    await world.wallet.hears('consumed', 48);
    expect(world.wallet.consumed.get(entitlement!.decisionId)).toBe(BigInt(12 * MINUTE_MS));
    seat.coinslot.close();
    const reloaded = world.sit({ store: seat.store });
    await reloaded.coinslot.ready;
    expect(reloaded.coinslot.remainingMs('level-4')).toBe(18 * MINUTE_MS);
    reloaded.coinslot.close();
    const emptied = world.sit({ store: memoryStore() });
    await emptied.coinslot.restore();
    expect(emptied.coinslot.remainingMs('level-4')).toBe(18 * MINUTE_MS);
  });

  it('edited back in storage come down again to what the wallet has journalled', async () => {
    const seat = world.sit();
    await seat.coinslot.require('level-4');
    seat.coinslot.gameplayStart('level-4');
    world.clock.advance(12 * MINUTE_MS);
    seat.coinslot.gameplayStop();
    await world.wallet.hears('consumed', 48);
    seat.coinslot.close();
    await editGrant(seat.store, (kept) => ({ ...kept, consumed: 0 }));
    const next = world.sit({ store: seat.store });
    await next.coinslot.restore();
    expect(next.coinslot.remainingMs('level-4')).toBe(18 * MINUTE_MS);
  });

  it('a machine that slept has not played', async () => {
    const { coinslot } = world.sit();
    await coinslot.require('level-4');
    coinslot.gameplayStart('level-4');
    const resume = coinslot.suspend();
    world.clock.advance(8 * 60 * MINUTE_MS);
    resume();
    world.clock.advance(MINUTE_MS);
    expect(coinslot.remainingMs('level-4')).toBe(29 * MINUTE_MS);
  });
});

describe('a refund', () => {
  const notice = (decisionId: Uint8Array, holder = world.content.server) =>
    sealEnvelope(
      'refund-notice',
      encodeRefundNotice({
        decisionId,
        reason: 'requested',
        amountMinor: 20n,
        currency: 'EUR',
        timeMs: world.clock.nowMs(),
      }),
      holder.signer,
      holder.chain,
    );

  it('signed by the server ends the entitlement', async () => {
    const seat = world.sit();
    const { entitlement } = await seat.coinslot.require('level-3');
    const change = seat.nextChange();
    world.wallet.broadcast('refund', { notice: notice(Buffer.from(entitlement!.decisionId, 'hex')) });
    expect(await change).toMatchObject({ kind: 'refunded', entitlement: { open: false } });
    expect(seat.coinslot.can('level-3')).toBe(false);
    expect(await seat.store.list('grants')).toEqual([]);
  });

  it('holds through a reload, and the level is asked for again as a new purchase', async () => {
    const seat = world.sit();
    const { entitlement } = await seat.coinslot.require('level-3');
    const told = notice(Buffer.from(entitlement!.decisionId, 'hex'));
    const change = seat.nextChange();
    world.wallet.broadcast('refund', { notice: told });
    await change;
    seat.coinslot.close();
    world.wallet.standings.splice(0); // `restore` leaves it out
    const again = world.sit({ store: seat.store });
    await again.coinslot.restore();
    const heard = new Promise((resolve) =>
      again.coinslot.events.on('message', ({ name }) => name === 'refund' && resolve(name)),
    );
    world.wallet.broadcast('refund', { notice: told });
    await heard;
    expect([again.coinslot.can('level-3'), again.changes, again.problems]).toEqual([false, [], []]);
    const bought = await again.coinslot.require('level-3');
    expect(bought.status).toBe('granted');
    expect(bought.entitlement!.decisionId).not.toBe(entitlement!.decisionId);
  });

  it('is as of its own time: told again when the certificate has expired, it still ends what was not ended', async () => {
    const notAfterMs = world.clock.nowMs() + DAY_MS;
    const short = makeServerHolder(world.content.tree, { keyName: 'short', notAfterMs });
    const seat = world.sit();
    const { entitlement } = await seat.coinslot.require('level-3');
    const told = notice(Buffer.from(entitlement!.decisionId, 'hex'), short);
    world.clock.advance(7 * DAY_MS);
    const change = seat.nextChange();
    world.wallet.broadcast('refund', { notice: told });
    expect(await change).toMatchObject({ kind: 'refunded' });
  });

  it('signed by anybody else ends nothing', async () => {
    const seat = world.sit();
    const { entitlement } = await seat.coinslot.require('level-3');
    const problem = new Promise((resolve) => seat.coinslot.events.once('problem', resolve));
    const bad = notice(Buffer.from(entitlement!.decisionId, 'hex'), world.content.publisher);
    world.wallet.broadcast('refund', { notice: bad });
    await problem;
    expect(seat.coinslot.can('level-3')).toBe(true);
  });
});

const tick = (): Promise<false> => new Promise((resolve) => setImmediate(() => resolve(false)));

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await tick();
}

function turn(bytes: Uint8Array, at: number): Uint8Array {
  const turned = Uint8Array.from(bytes);
  turned[at]! ^= 1;
  return turned;
}

function turnTerms(offer: Uint8Array): Uint8Array {
  const sent = decodeOffer(offer);
  return encodeOffer({ ...sent, terms: turn(sent.terms, 10) });
}

/** Message 1 for another thing at the same price, sold by the same publisher. */
function otherOffer(): Uint8Array {
  const terms = {
    offerId: 'other',
    grant: { kind: 'forever', target: 'everything', quantity: 0, untilMs: 0 },
  } as const;
  return makeOffer(world.content.publisher, { terms }).offerBytes;
}

/** The terms of an offer under the quote of another publisher, for one cent. */
function soldBy(publisher: ReturnType<typeof makePublisher>, ours: Uint8Array): Uint8Array {
  const sent = decodeOffer(ours);
  const made = makeOffer(publisher, { quote: { amountMinor: 1n, offerHash: offerHash(sent.terms) } });
  return encodeOffer({ ...sent, quote: made.offer.quote });
}
