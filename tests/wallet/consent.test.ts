import {
  checkDecision,
  checkRestored,
  decodePaymentDecision,
  decodePaymentRequest,
  decodeShown,
  encodeOffer,
  readEnvelope,
  shownDigest,
} from '@coinslot/protocol';
import { openProfile } from '@coinslot/wallet';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hex } from '../../wallet/src/hex.ts';
import { WALLET_LIMITS } from '../../wallet/src/limits.ts';
import { systemTimers, type Timers } from '../../wallet/src/ports.ts';
import { DAY_MS, makeOffer, makePublisher, makeTree, seedOf, type OfferOptions } from '../lib/parties.ts';
import { makePairingHeader } from './game-client.ts';
import { balanceOf, PIN, random, startWorld, type World } from './world.ts';

/** Level n, under a nonce of its own. */
const level = (n: number, more: OfferOptions = {}): OfferOptions => ({
  nonce: `nonce ${n}`,
  terms: { offerId: `level-${n}`, grant: { kind: 'level', target: `level-${n}`, quantity: 0, untilMs: 0 } },
  ...more,
});

const offerOf = (world: World, options: OfferOptions): Uint8Array =>
  makeOffer(world.publisher, { atMs: world.time.nowMs, ...options }).offerBytes;

describe('a press', () => {
  it('pays: shown, answered, charged once, decided', async () => {
    const world = await startWorld();
    const game = await world.game();
    const { offerBytes } = makeOffer(world.publisher);
    const { seq, shown, digest } = await game.offer(offerBytes);
    expect(shown).toMatchObject({
      payee: 'Lumen Works',
      title: 'Level 3',
      grant: 'One level, yours to keep',
      consent: 'press',
      sufficiency: 'enough',
      test: true,
      original: undefined,
      refund: 'Refund on request within 14 days: help@lumen.example',
    });
    expect(shown.total.text).toBe('EUR\u00a00.20');
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    expect((await game.next('progress')).state).toBe('paying');
    const { decision } = await game.next('decision');
    const checked = checkDecision(decision, offerBytes, { roots: world.tree.roots, nowMs: world.time.nowMs });
    expect(checked.decision.outcome).toBe('approved');
    expect(await balanceOf(world)).toBe(980n);
    expect(world.announced).toEqual(['Paid EUR\u00a00.20 to Lumen Works: Level 3']);
    const [payment] = world.wallet.profile.state.payments;
    const request = decodePaymentRequest(readEnvelope(payment?.attempts[0].request ?? new Uint8Array()).body);
    expect(request).toMatchObject({ proof: 'press', consentPlace: 'overlay', chargeMinor: 20n, shownDigest: digest });
  });

  it('pays in the player’s currency what was shown, for a price in another', async () => {
    const world = await startWorld({ setup: { language: 'fr' } });
    const game = await world.game();
    const offer = offerOf(world, level(9, { quote: { amountMinor: 100n, currency: 'USD' } }));
    const { seq, shown, digest } = await game.offer(offer);
    expect(shown.total).toMatchObject({ amountMinor: 93n, currency: 'EUR', text: '0,93\u00a0EUR' });
    expect(shown.original?.text).toBe('1,00\u00a0USD');
    expect(shown.rate).toBe('1 EUR = 1,0837 USD');
    expect(shown.rateTableId).toBeGreaterThan(0);
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    await game.next('decision');
    expect(await balanceOf(world)).toBe(907n);
  });

  it('declined is declined, also when asked again under the same nonce', async () => {
    const world = await startWorld();
    const game = await world.game();
    const offer = offerOf(world, level(1));
    const { seq, digest } = await game.offer(offer);
    game.send('answer', { seq, answer: 'decline', shownDigest: digest });
    expect(await game.next('refusal')).toMatchObject({ seq, code: 'CONSENT_DENIED', charged: 'no' });
    expect((await game.refused(offer)).code).toBe('CONSENT_DENIED');
    expect(await balanceOf(world)).toBe(1_000n);
  });

  it('the sixth since the PIN takes the PIN; unlocking with it starts the count again', async () => {
    const world = await startWorld();
    const game = await world.game();
    for (let i = 0; i < 5; i++) {
      world.time.nowMs += 1_000;
      await game.pay(offerOf(world, level(i)));
    }
    const { seq, shown } = await game.offer(offerOf(world, level(6)));
    expect(shown.consent).toBe('pin');
    game.send('cancel', { seq });
    await game.next('refusal');
    world.time.nowMs += 4_000;
    await world.wallet.unlock(PIN);
    world.time.nowMs += 1_000;
    expect((await game.offer(offerOf(world, level(7)))).shown.consent).toBe('press');
  });

  it('does not pay while locked: the PIN is asked for instead', async () => {
    const world = await startWorld();
    const game = await world.game();
    world.wallet.lock();
    expect((await game.offer(offerOf(world, level(1)))).shown.consent).toBe('pin');
  });

  it('locks by itself when unused', async () => {
    const waits: { delayMs: number; task: () => void }[] = [];
    const after = (delayMs: number, task: () => void): (() => void) => {
      const wait = { delayMs, task };
      waits.push(wait);
      return () => void waits.splice(waits.indexOf(wait), 1);
    };
    const world = await startWorld({ wallet: { timers: { after } } });
    const lock = waits.filter((one) => one.delayMs === world.wallet.profile.settings.lockAfterMs);
    expect(lock.length).toBe(1);
    lock[0]?.task();
    expect(world.wallet.profile.vault.day).toBeUndefined();
  });
});

describe('one dialog for all games', () => {
  it('G2: another offer is busy, the same one is shown again, another version of it is stale; the first stands', async () => {
    const world = await startWorld();
    const game = await world.game();
    const other = await world.connect({ origin: 'http://localhost:8375' });
    await other.pair();
    const made = makeOffer(world.publisher, level(1));
    const { digest } = await game.offer(made.offerBytes);
    expect((await other.refused(offerOf(world, level(2)))).code).toBe('CONSENT_BUSY');
    expect((await game.refused(offerOf(world, level(3)))).code).toBe('CONSENT_BUSY');
    expect((await other.refused(made.offerBytes)).code).toBe('CONSENT_BUSY');
    const swapped = encodeOffer({ ...made.offer, boundary: 'another-place' });
    expect((await game.refused(swapped)).code).toBe('CONSENT_STALE');
    const again = await game.offer(made.offerBytes);
    expect(again.digest).toEqual(digest);
    game.send('answer', { seq: again.seq, answer: 'accept', shownDigest: digest });
    expect((await game.next('decision')).seq).toBe(again.seq);
    expect(await balanceOf(world)).toBe(980n);
  });

  it('G2: an answer to something else than is shown is stale and charges nothing', async () => {
    const world = await startWorld();
    const game = await world.game();
    const { seq, digest } = await game.offer(offerOf(world, level(1)));
    game.send('answer', { seq, answer: 'accept', shownDigest: seedOf('other') });
    expect((await game.next('refusal')).code).toBe('CONSENT_STALE');
    game.send('answer', { seq: seq + 1, answer: 'accept', shownDigest: digest });
    expect((await game.next('refusal')).code).toBe('CONSENT_STALE');
    expect(world.wallet.profile.state.payments).toEqual([]);
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    await game.next('decision');
  });

  it('a game that leaves has declined, and the next game has its turn', async () => {
    const world = await startWorld();
    const game = await world.game();
    const offer = offerOf(world, level(1));
    await game.offer(offer);
    game.kill();
    const again = await world.connect();
    await again.prove(await again.next('hello'), game.secret ?? new Uint8Array());
    expect((await again.refused(offer)).code).toBe('CONSENT_DENIED');
    expect((await again.offer(offerOf(world, level(2)))).shown.title).toBe('Level 3');
  });

  it('times out as a decline (G9)', async () => {
    const waits: { delayMs: number; task: () => void }[] = [];
    const after = (delayMs: number, task: () => void): (() => void) => {
      waits.push({ delayMs, task });
      return () => undefined;
    };
    const world = await startWorld({ wallet: { timers: { after } } });
    const game = await world.game();
    await game.offer(offerOf(world, level(1)));
    waits.find((one) => one.delayMs === WALLET_LIMITS.dialogMs)?.task();
    expect((await game.next('refusal')).code).toBe('CONSENT_DENIED');
  });
});

describe('the PIN', () => {
  it('G10: is asked for above the press limit, and the overlay’s yes pays nothing', async () => {
    const world = await startWorld();
    const game = await world.game();
    const { seq, shown, digest } = await game.offer(offerOf(world, level(1, { quote: { amountMinor: 250n } })));
    expect(shown.consent).toBe('pin');
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    expect((await game.next('progress')).state).toBe('page');
    expect(world.wallet.profile.state.payments).toEqual([]);
  });
});

describe('what a game may not', () => {
  const refusals: [code: string, make: (world: World) => Uint8Array][] = [
    ['BAD_ENCODING', () => Uint8Array.of(0xc1)],
    ['BAD_SIGNATURE', (world) => flip(offerOf(world, level(1)), 300)],
    [
      'CHAIN_UNTRUSTED',
      (world) => makeOffer(makePublisher(makeTree({ name: 'other' })), { atMs: world.time.nowMs }).offerBytes,
    ],
    ['OFFER_ORIGIN', (world) => offerOf(world, { terms: { gameId: 'another-game' } })],
    ['OFFER_HASH', (world) => offerOf(world, { quote: { offerHash: seedOf('other terms') } })],
    ['OFFER_EXPIRED', (world) => offerOf(world, { quote: { notAfterMs: world.time.nowMs - 1 } })],
    ['OFFER_TEXT', (world) => offerOf(world, { terms: { refund: { days: 0, contact: 'a\u202eb' } } })],
    ['CHAIN_LIMIT', (world) => offerOf(world, { quote: { amountMinor: 1_000_001n } })],
    ['CLOCK_SKEW', (world) => offerOf(world, { offer: { offerTimeMs: world.time.nowMs - 6 * 60_000 } })],
    // Limits, like the pause, all look the same to a game.
    ['PAUSED', (world) => offerOf(world, { quote: { amountMinor: 4_000n } })],
  ];
  it.each(refusals)('%s, nothing charged, no dialog', async (code, make) => {
    const world = await startWorld();
    const game = await world.game();
    expect(await game.refused(make(world))).toMatchObject({ code, charged: 'no' });
    expect(world.wallet.profile.state.payments).toEqual([]);
    expect((await game.offer(offerOf(world, level(5)))).shown.total.amountMinor).toBe(20n);
  });

  it('G3: the offer of another publisher, whoever sends it', async () => {
    const world = await startWorld();
    const game = await world.game();
    const other = makePublisher(world.tree, { id: 'other-works', commonName: 'Other Works' });
    expect((await game.refused(makeOffer(other).offerBytes)).code).toBe('OFFER_ORIGIN');
  });

  it('G6: use one nonce for two offers', async () => {
    const world = await startWorld();
    const game = await world.game();
    const made = makeOffer(world.publisher);
    await game.pay(made.offerBytes);
    const swapped = encodeOffer({ ...made.offer, boundary: 'another-place' });
    expect(await game.refused(swapped)).toMatchObject({ code: 'ID_CONFLICT', charged: 'no' });
  });

  it('have anything paid before there is an account', async () => {
    const world = await startWorld({ account: false });
    const game = await world.connect();
    expect((await game.pair()).payments).toBe('off');
    expect((await game.refused(offerOf(world, level(1)))).code).toBe('PAUSED');
  });

  it('set the clock back', async () => {
    const world = await startWorld();
    const game = await world.game();
    world.time.nowMs -= DAY_MS / 2;
    expect((await game.refused(offerOf(world, level(1)))).code).toBe('CLOCK_SKEW');
  });

  it('learn what the player can afford', async () => {
    const world = await startWorld({ moneyMinor: 10n });
    const game = await world.game();
    const seq = game.nextSeq();
    game.send('offer', { seq, offer: offerOf(world, level(1)) });
    const { shown } = await game.next('show');
    expect(decodeShown(shown).sufficiency).toBe('not-enough');
    expect(Buffer.from(shown).includes(Buffer.from('0.10'))).toBe(false);
    game.send('answer', { seq, answer: 'accept', shownDigest: shownDigest(shown) });
    const { decision } = await game.next('decision');
    const signed = checkDecision(decision, offerOf(world, level(1)), {
      roots: world.tree.roots,
      nowMs: world.time.nowMs,
    });
    expect(signed.decision).toMatchObject({ outcome: 'refused', code: 'INSUFFICIENT' });
    await world.server.service.players.topUp({
      userId: world.wallet.userId,
      amountMinor: 500n,
      currency: 'EUR',
      bankReference: 'second',
    });
    expect((await game.offer(offerOf(world, level(2)))).shown.sufficiency).toBe('enough');
  });
});

describe('asked again', () => {
  it('G23: the same nonce has the same decision, byte for byte, and one charge', async () => {
    const world = await startWorld();
    const game = await world.game();
    const { offerBytes, offer } = makeOffer(world.publisher);
    const { decision } = await game.pay(offerBytes);
    game.send('offer', { seq: game.nextSeq(), offer: offerBytes });
    expect((await game.next('decision')).decision).toEqual(decision);
    game.send('status', { seq: game.nextSeq(), nonce: offer.nonce });
    expect((await game.next('decision')).decision).toEqual(decision);
    expect(await balanceOf(world)).toBe(980n);
  });

  it('G5, G23: the same thing under a new nonce is not charged again while it stands', async () => {
    const world = await startWorld();
    const game = await world.game();
    await game.pay(makeOffer(world.publisher).offerBytes);
    const again = await game.refused(makeOffer(world.publisher, { nonce: 'another' }).offerBytes);
    expect(again).toMatchObject({ code: 'ID_CONFLICT', charged: 'yes' });
    expect(await balanceOf(world)).toBe(980n);
  });

  it('minutes may be bought again once they are being used', async () => {
    const world = await startWorld();
    const game = await world.game();
    const minutes = (n: number): Uint8Array =>
      offerOf(world, {
        nonce: `minutes ${n}`,
        terms: { offerId: 'thirty-minutes', grant: { kind: 'minutes', target: 'play', quantity: 30, untilMs: 0 } },
      });
    const { decision } = await game.pay(minutes(1));
    expect((await game.refused(minutes(2))).charged).toBe('yes');
    const { decisionId } = checkDecision(decision, minutes(1), {
      roots: world.tree.roots,
      nowMs: world.time.nowMs,
    }).decision;
    game.send('consumed', { decisionId, consumed: 60_000n });
    game.send('consumed', { decisionId, consumed: 1n });
    await game.pay(minutes(2));
    const payment = world.wallet.profile.state.paymentOfDecision(hex(decisionId));
    expect(payment?.consumed).toBe(60_000n);
    expect(await balanceOf(world)).toBe(960n);
  });

  it('what a game reports as consumed waits for the disk once a second, the last value at a clean close', async () => {
    const rests: (() => void)[] = [];
    const after: Timers['after'] = (delayMs, task) => {
      if (delayMs !== WALLET_LIMITS.consumedEveryMs) return systemTimers.after(delayMs, task);
      rests.push(task);
      return () => undefined;
    };
    const world = await startWorld({ wallet: { timers: { after } } });
    const game = await world.game();
    const grant = { kind: 'minutes', target: 'play', quantity: 30, untilMs: 0 } as const;
    const { decision } = await game.pay(offerOf(world, { nonce: 'played', terms: { grant } }));
    const { decisionId } = decodePaymentDecision(readEnvelope(decision).body);
    const { profile } = world.wallet;
    let appends = 0;
    const record = profile.record.bind(profile);
    profile.record = (...records) => {
      if (records.some(({ kind }) => kind === 'consumed')) appends += 1;
      record(...records);
    };
    const report = async (from: number, to: number): Promise<void> => {
      for (let i = from; i <= to; i++) game.send('consumed', { decisionId, consumed: BigInt(i) });
      // Frames are taken in their order.
      game.send('status', { seq: 1_000 + to, nonce: seedOf('unknown').slice(0, 16) });
      await game.next('refusal');
    };
    const known = (): bigint | undefined => profile.state.paymentOfDecision(hex(decisionId))?.consumed;
    await report(1, 20);
    expect([appends, known()]).toEqual([1, 1n]);
    rests.shift()?.();
    expect([appends, known()]).toEqual([2, 20n]);
    await report(21, 40);
    expect([appends, known()]).toEqual([2, 20n]);
    await world.wallet.close();
    const again = openProfile({ path: world.profilePath, clock: () => world.time.nowMs, random });
    onTestFinished(() => again.close());
    expect(again.state.paymentOfDecision(hex(decisionId))?.consumed).toBe(40n);
  });

  it('a nonce that nobody has seen may be asked afresh', async () => {
    const world = await startWorld();
    const game = await world.game();
    game.send('status', { seq: 1, nonce: seedOf('unknown').slice(0, 16) });
    expect(await game.next('refusal')).toMatchObject({ code: 'CONSENT_REQUIRED', charged: 'no' });
  });
});

describe('restore', () => {
  it('hands over every entitlement of the game, signed by the player’s pseudonym, with what was consumed', async () => {
    const world = await startWorld({ setup: { region: 'none', limits: { pressesPerPinMax: 100 } } });
    const game = await world.game();
    const COUNT = 24;
    for (let i = 0; i < COUNT; i++) {
      world.time.nowMs += 3_000;
      await game.pay(offerOf(world, level(i)));
    }
    const challenge = seedOf('challenge');
    const sessionKey = seedOf('new session');
    game.send('restore', { seq: 900, challenge, sessionKey });
    const envelopes: Uint8Array[] = [];
    for (;;) {
      const { restored, more, seq } = await game.next('restored');
      expect(seq).toBe(900);
      envelopes.push(...restored);
      if (more === 0) break;
    }
    const checked = envelopes.map((one) =>
      checkRestored(one, {
        roots: world.tree.roots,
        nowMs: world.time.nowMs,
        challenge,
        sessionKey,
        gameId: 'demo-game',
        publisherId: 'lumen-works',
      }),
    );
    expect(checked.map((one) => one.terms.offerId)).toEqual(Array.from({ length: COUNT }, (_, i) => `level-${i}`));
  });

  it('gives another game nothing, and waits for the vault', async () => {
    const world = await startWorld({
      wallet: {
        autoPair: [
          { gameId: 'demo-game', publisherId: 'lumen-works', origins: ['http://127.0.0.1:8375'] },
          { gameId: 'second-game', publisherId: 'lumen-works', origins: ['http://127.0.0.1:8375'] },
        ],
      },
    });
    const game = await world.game();
    await game.pay(offerOf(world, level(1)));
    const header = makePairingHeader(world.publisher, { gameId: 'second-game' });
    const other = await world.connect({ header });
    await other.pair();
    other.send('restore', { seq: 1, challenge: seedOf('c'), sessionKey: seedOf('s') });
    expect((await other.next('restored')).restored).toEqual([]);
    world.wallet.lock();
    game.send('restore', { seq: 1, challenge: seedOf('c'), sessionKey: seedOf('s') });
    expect((await game.next('refusal')).code).toBe('CONSENT_REQUIRED');
  });
});

function flip(bytes: Uint8Array, at: number): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  flipped[at] = (flipped[at] ?? 0) ^ 1;
  return flipped;
}
