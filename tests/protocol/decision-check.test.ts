/** Acceptance of message 3 and of Restored (threats G4, K1, P1, P2, P19, S1, S6, S11; invariant I7). */
import { describe, expect, it } from 'vitest';
import {
  checkDecision,
  checkRestored,
  encodeOffer,
  equalBytes,
  encodePaymentDecision,
  encodeRestored,
  LIMITS,
  publicKeyFromSeed,
  sealEnvelope,
  type CheckedDecision,
  type Countersignature,
  type PaymentDecision,
  type Restored,
  type RestoredOptions,
} from '@coinslot/protocol';
import { nativeSigner, nativeVerifySignature } from '@coinslot/protocol/node';
import {
  DAY_MS,
  makeCountersignature,
  makeOffer,
  makePublisher,
  makeServerHolder,
  makeTree,
  NOON_MS,
  seedOf,
  type Holder,
  type MadeOffer,
} from '../lib/parties.ts';
import { refusalOf, withOneBitFlipped } from './refusals.ts';
import { paymentDecision } from './samples.ts';

const tree = makeTree();
const publisher = makePublisher(tree);
const server = makeServerHolder(tree);
const playerSeed = seedOf('player key');
const made = makeOffer(publisher);
const options = { roots: tree.roots, nowMs: NOON_MS + 2_000, verify: nativeVerifySignature };
const skewMs = LIMITS.clockSkewMsMax;
const YEAR_MS = 365 * DAY_MS;

const decisionOn = ({ quote, offer }: MadeOffer, change: Partial<PaymentDecision> = {}): PaymentDecision => ({
  ...paymentDecision,
  sealedKey: undefined,
  offerHash: quote.offerHash,
  gameId: quote.gameId,
  amountMinor: quote.amountMinor,
  currency: quote.currency,
  offerTimeMs: offer.offerTimeMs,
  nonce: offer.nonce,
  sessionKey: offer.sessionKey,
  playerKey: publicKeyFromSeed(playerSeed),
  timeMs: offer.offerTimeMs + 1_500,
  ...change,
});
const seal = (decision: PaymentDecision, by: Holder = server): Uint8Array =>
  sealEnvelope('payment-decision', encodePaymentDecision(decision), by.signer, by.chain);
const check = (change: Partial<PaymentDecision>, nowMs = options.nowMs): string =>
  refusalOf(() => checkDecision(seal(decisionOn(made, change)), made.offerBytes, { ...options, nowMs }));

describe('checkDecision', () => {
  it('gives decision, terms, quote and signer, frozen', () => {
    const checked: CheckedDecision = checkDecision(seal(decisionOn(made)), made.offerBytes, options);
    expect(checked).toMatchObject({ decision: decisionOn(made), terms: made.terms, quote: made.quote });
    expect(checked.signer.subject.id).toBe('test-server');
    expect(Object.isFrozen(checked)).toBe(true);
  });

  it('gives a signed refusal too: it decides, and opens nothing', () => {
    const refusal = { outcome: 'refused', code: 'INSUFFICIENT', settlement: 'none', chargedMinor: 0n } as const;
    expect(checkDecision(seal(decisionOn(made, refusal)), made.offerBytes, options).decision.outcome).toBe('refused');
  });

  it('of a sealed offer carries the content key, and of no other: DECISION_MISMATCH', () => {
    const { sealedKey } = paymentDecision;
    const sealed = makeOffer(publisher, { quote: { contentKeyId: seedOf('content key').slice(0, 16) } });
    const checkSealed = (change: Partial<PaymentDecision>): string =>
      refusalOf(() => checkDecision(seal(decisionOn(sealed, change)), sealed.offerBytes, options));
    const refusal = { outcome: 'refused', code: 'KEY_ABSENT', settlement: 'none', chargedMinor: 0n } as const;
    expect(checkSealed({ sealedKey })).toBe('accepted');
    expect(checkSealed(refusal)).toBe('accepted');
    expect([checkSealed({}), checkSealed({ ...refusal, sealedKey }), check({ sealedKey })]).toEqual(
      Array(3).fill('DECISION_MISMATCH'),
    );
  });

  const ROWS: readonly [name: string, change: Partial<PaymentDecision>][] = [
    ['signer', { signer: seedOf('other') }],
    ['outcome without its code', { outcome: 'refused' }],
    ['code without its outcome', { code: 'INSUFFICIENT' }],
    ['an approval that settles nothing', { settlement: 'none' }],
    ['a refusal that takes money', { outcome: 'refused', code: 'INSUFFICIENT' }],
    ['offer hash (G4)', { offerHash: seedOf('other') }],
    ['game', { gameId: 'other-game' }],
    ['amount (S1)', { amountMinor: 19n }],
    ['currency', { currency: 'USD' }],
    ['offer time', { offerTimeMs: NOON_MS - 1 }],
    ['nonce (P2)', { nonce: new Uint8Array(16) }],
    ['session key (P19)', { sessionKey: seedOf('other') }],
  ];
  it.each(ROWS)('is DECISION_MISMATCH for another %s', (_, change) => {
    expect(check(change)).toBe('DECISION_MISMATCH');
  });

  it('is DECISION_MISMATCH for yesterday’s decision, however old (P2)', () => {
    const yesterday = makeOffer(publisher, { atMs: NOON_MS - DAY_MS, nonce: 'yesterday' });
    const replay = seal(decisionOn(yesterday));
    expect(refusalOf(() => checkDecision(replay, made.offerBytes, options))).toBe('DECISION_MISMATCH');
  });

  it('takes a decision of the open nonce a day late (S6)', () => {
    expect(check({}, NOON_MS + DAY_MS)).toBe('accepted');
  });

  it.each([
    ['five minutes ahead', { timeMs: options.nowMs + skewMs }, 'accepted'],
    ['more than that ahead', { timeMs: options.nowMs + skewMs + 1 }, 'CLOCK_SKEW'],
    ['five minutes before the offer', { timeMs: NOON_MS - skewMs }, 'accepted'],
    ['more than that before the offer', { timeMs: NOON_MS - skewMs - 1 }, 'CLOCK_SKEW'],
  ])('dated %s (S11)', (_, change, code) => {
    expect(check(change)).toBe(code);
  });

  it('is taken whatever its date when it refuses: a wrong clock leaves no payment undecided (S11)', () => {
    const refused = { outcome: 'refused', code: 'CLOCK_SKEW', settlement: 'none', chargedMinor: 0n } as const;
    expect(check({ ...refused, timeMs: NOON_MS - 2 * skewMs })).toBe('accepted');
    expect(check({ ...refused, timeMs: options.nowMs + 2 * skewMs })).toBe('accepted');
  });

  it('is refused when signed by anyone but a payment server under the pinned root (P1)', () => {
    const by = (holder: Holder): string => {
      const forged = seal(decisionOn(made, { signer: holder.keyHash }), holder);
      return refusalOf(() => checkDecision(forged, made.offerBytes, options));
    };
    expect(by(makeServerHolder(makeTree({ name: 'elsewhere' })))).toBe('CHAIN_UNTRUSTED');
    expect(by(publisher)).toBe('CHAIN_ROLE');
    expect(by({ ...server, signer: nativeSigner(playerSeed) })).toBe('BAD_SIGNATURE');
    expect(by(makeServerHolder(tree, { id: 'second-server' }))).toBe('accepted');
  });

  it('needs a chain that is valid now', () => {
    expect(check({ timeMs: NOON_MS }, NOON_MS + 11 * YEAR_MS)).toBe('CHAIN_EXPIRED');
  });

  it('takes no decision with a bit flipped', () => {
    const bytes = seal(decisionOn(made));
    const taken = [...withOneBitFlipped(bytes)].filter(
      (flipped) => refusalOf(() => checkDecision(flipped, made.offerBytes, options)) === 'accepted',
    );
    expect(taken).toEqual([]);
  });
});

describe('checkRestored', () => {
  const asked: RestoredOptions = {
    ...options,
    nowMs: NOON_MS + 30 * DAY_MS,
    challenge: seedOf('challenge'),
    sessionKey: seedOf('new session'),
    gameId: 'demo-game',
    publisherId: 'lumen-works',
  };
  const restoredOn = (
    offer: MadeOffer,
    change: Partial<Restored> = {},
    decision: Partial<PaymentDecision> = {},
  ): Restored => ({
    challenge: asked.challenge,
    decisionId: paymentDecision.decisionId,
    sessionKey: asked.sessionKey,
    offer: offer.offerBytes,
    decision: seal(decisionOn(offer, decision)),
    consumed: 0n,
    sealedKey: undefined,
    countersigned: undefined,
    ...change,
  });
  const sealRestored = (restored: Restored, seed = playerSeed): Uint8Array =>
    sealEnvelope('restored', encodeRestored(restored), nativeSigner(seed), []);
  const check = (restored: Restored, change: Partial<RestoredOptions> = {}, seed = playerSeed): string =>
    refusalOf(() => checkRestored(sealRestored(restored, seed), { ...asked, ...change }));

  it('gives the decision again, with what was consumed', () => {
    const checked = checkRestored(sealRestored(restoredOn(made, { consumed: 60_000n })), asked);
    expect(checked).toMatchObject({ decision: decisionOn(made), terms: made.terms, restored: { consumed: 60_000n } });
    expect(Object.isFrozen(checked)).toBe(true);
  });

  it.each<[string, Partial<RestoredOptions>]>([
    ['challenge', { challenge: seedOf('other') }],
    ['session', { sessionKey: seedOf('other') }],
    ['game', { gameId: 'other-game' }],
    ['publisher', { publisherId: 'other-works' }],
  ])('is DECISION_MISMATCH for another %s than was asked', (_, change) => {
    expect(check(restoredOn(made), change)).toBe('DECISION_MISMATCH');
  });

  it('is DECISION_MISMATCH for another decision id, a refusal, and another offer', () => {
    const refused = { outcome: 'refused', code: 'INSUFFICIENT', settlement: 'none' } as const;
    const other = makeOffer(publisher, { nonce: 'other' });
    expect(check(restoredOn(made, { decisionId: new Uint8Array(16) }))).toBe('DECISION_MISMATCH');
    expect(check(restoredOn(made, {}, refused))).toBe('DECISION_MISMATCH');
    expect(check(restoredOn(made, { offer: other.offerBytes }))).toBe('DECISION_MISMATCH');
  });

  it('is BAD_SIGNATURE by another key than the player key of the decision (P19)', () => {
    expect(check(restoredOn(made), {}, seedOf('friend'))).toBe('BAD_SIGNATURE');
  });

  it('refuses what was bought from another publisher under the same game id', () => {
    const cheap = makeOffer(makePublisher(tree, { id: 'cheap-works' }), { quote: { amountMinor: 1n } });
    expect(check(restoredOn(cheap))).toBe('DECISION_MISMATCH');
    // The wallet is the player's: it can put any publisher's name into the quote, but not that publisher's signature.
    const renamed = makeOffer(
      { ...makePublisher(tree, { id: 'cheap-works' }), id: 'lumen-works' },
      { quote: { amountMinor: 1n } },
    );
    expect(check(restoredOn(renamed))).toBe('DECISION_MISMATCH');
    const forged = makeOffer({ ...publisher, signer: nativeSigner(playerSeed) }, { quote: { amountMinor: 1n } });
    expect(check(restoredOn(forged))).toBe('BAD_SIGNATURE');
  });

  it("refuses a genuine quote of the publisher's over other terms", () => {
    const dear = makeOffer(publisher, { terms: { offerId: 'everything' } });
    const mixed = encodeOffer({ ...dear.offer, quote: made.quoteEnvelope });
    const bought: MadeOffer = { ...dear, offerBytes: mixed, quote: { ...made.quote, offerHash: dear.quote.offerHash } };
    expect(check(restoredOn(bought))).toBe('DECISION_MISMATCH');
  });

  it('stands when certificates have expired since, and not when they had expired before (K1)', () => {
    const shortTree = makeTree({ name: 'short' });
    const until = { notAfterMs: NOON_MS + DAY_MS };
    const shortPublisher = makePublisher(shortTree, until);
    const shortServer = makeServerHolder(shortTree, until);
    const buy = (atMs: number): Restored => {
      const offer = makeOffer(shortPublisher, { atMs });
      const decision = seal(decisionOn(offer, { signer: shortServer.keyHash }), shortServer);
      return { ...restoredOn(offer), decision };
    };
    expect(check(buy(NOON_MS), { roots: shortTree.roots })).toBe('accepted');
    expect(check(buy(NOON_MS + 2 * DAY_MS), { roots: shortTree.roots })).toBe('CHAIN_EXPIRED');
  });

  it('refuses a decision dated in the future', () => {
    expect(check(restoredOn(made), { nowMs: NOON_MS - DAY_MS })).toBe('CLOCK_SKEW');
  });

  describe('whose message 1 is lost', () => {
    const priced: RestoredOptions['priced'] = (hash) =>
      equalBytes(hash, made.quote.offerHash) ? { terms: made.offer.terms, quote: made.offer.quote } : undefined;
    const decision = seal(decisionOn(made));
    const lost = (change: Partial<Countersignature> = {}, by = server, of = decision): Partial<Restored> => ({
      offer: new Uint8Array(),
      countersigned: makeCountersignature(by, of, change),
    });

    it('takes the terms of the game’s own price list, and the publisher from the countersignature', () => {
      const checked = checkRestored(sealRestored(restoredOn(made, lost())), { ...asked, priced });
      expect(checked).toMatchObject({ decision: decisionOn(made), terms: made.terms });
    });

    it('counts after a price change, and in another build', () => {
      const dearer = makeOffer(publisher, { quote: { amountMinor: 99n } });
      const changed = (): ReturnType<NonNullable<typeof priced>> => ({
        terms: made.offer.terms,
        quote: dearer.offer.quote,
      });
      expect(check(restoredOn(made, lost()), { priced: changed })).toBe('accepted');
    });

    it.each<[string, Partial<Restored>, Partial<RestoredOptions>, string]>([
      ['without a countersignature', { offer: new Uint8Array() }, {}, 'DECISION_MISMATCH'],
      ['bought from another publisher', lost({ publisherId: 'cheap-works' }), {}, 'DECISION_MISMATCH'],
      ['countersigned for another decision', lost({ decisionHash: seedOf('other') }), {}, 'DECISION_MISMATCH'],
      ['countersigned by a publisher', lost({}, publisher), {}, 'CHAIN_ROLE'],
      ['countersigned by nobody', lost({}, { ...server, signer: nativeSigner(playerSeed) }), {}, 'BAD_SIGNATURE'],
      ['for another challenge', lost(), { challenge: seedOf('other') }, 'DECISION_MISMATCH'],
      ['for another session', lost(), { sessionKey: seedOf('other') }, 'DECISION_MISMATCH'],
      ['for another game', lost(), { gameId: 'other-game' }, 'DECISION_MISMATCH'],
      ['by a wallet that is not the player’s', { ...lost(), decisionId: new Uint8Array(16) }, {}, 'DECISION_MISMATCH'],
      ['of an offer that the list never had', lost(), { priced: () => undefined }, 'OFFER_HASH'],
      ['from tomorrow', lost(), { nowMs: NOON_MS - DAY_MS }, 'CLOCK_SKEW'],
    ])('is refused %s', (_, change, also, code) => {
      expect(check(restoredOn(made, change), { priced, ...also })).toBe(code);
    });

    it('is refused under terms that are not those of the offer hash, and for a friend’s player key', () => {
      const other = makeOffer(publisher, { terms: { offerId: 'everything' } });
      const swapped = (): ReturnType<NonNullable<typeof priced>> => ({
        terms: other.offer.terms,
        quote: other.offer.quote,
      });
      expect(check(restoredOn(made, lost()), { priced: swapped })).toBe('DECISION_MISMATCH');
      expect(check(restoredOn(made, lost()), { priced }, seedOf('friend'))).toBe('BAD_SIGNATURE');
    });

    it('is refused where it was refused: a countersigned refusal opens nothing', () => {
      const refused = seal(decisionOn(made, { outcome: 'refused', code: 'INSUFFICIENT', settlement: 'none' }));
      const restored = { ...restoredOn(made, lost({}, server, refused)), decision: refused };
      expect(check(restored, { priced })).toBe('DECISION_MISMATCH');
    });
  });
});
