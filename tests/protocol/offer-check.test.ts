/** What wallet and server hold an offer against (threats G1, G3, G12, G14, G15, G21, G22, K5): rows in order of precedence. */
import { describe, expect, it } from 'vitest';
import {
  checkOffer,
  checkQuote,
  encodeOffer,
  encodeTerms,
  encodeTexts,
  LIMITS,
  packWire,
  requireQuote,
  sealEnvelope,
  unpackWire,
  withChainByHash,
  type Offer,
  type Quote,
  type SalesLimits,
  type Terms,
  type Wire,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import {
  DAY_MS,
  makeOffer,
  makePublisher,
  makeTree,
  NOON_MS,
  seedOf,
  WIDE_LIMITS,
  type OfferOptions,
} from '../lib/parties.ts';
import { refusalOf, withOneBitFlipped } from './refusals.ts';

// A certificate may list any code of the form; whether it is money is another check.
const limits: SalesLimits = {
  topPrices: [
    { amountMinor: 1_000n, currency: 'EUR' },
    { amountMinor: 1_000n, currency: 'XAU' },
  ],
  territories: ['DE', 'FR'],
  minimumAge: 6,
};
const tree = makeTree({
  limits: { ...WIDE_LIMITS, topPrices: [...WIDE_LIMITS.topPrices, ...limits.topPrices.slice(1)] },
});
const publisher = makePublisher(tree, { limits });
const wide = makePublisher(tree, { id: 'wide' });
const options = { roots: tree.roots, atMs: NOON_MS, verify: nativeVerifySignature };
const fitting: Partial<Quote> = { territories: ['DE'], ageRating: 6 };
const offerOf = (change: OfferOptions = {}) =>
  makeOffer(publisher, { ...change, quote: { ...fitting, ...change.quote } });
const check = (offerBytes: Uint8Array, atMs = NOON_MS): string =>
  refusalOf(() => checkOffer(offerBytes, { ...options, atMs }));
const withOffer = (change: Partial<Offer>): Uint8Array => encodeOffer({ ...offerOf().offer, ...change });
const lifeMs = LIMITS.quoteLifeMsMax;
const skewMs = LIMITS.clockSkewMsMax;

describe('checkOffer', () => {
  it('gives the offer, its parts and the publisher, frozen', () => {
    const made = offerOf();
    const checked = checkOffer(made.offerBytes, options);
    expect(checked).toMatchObject({ offer: made.offer, terms: made.terms, texts: made.texts, quote: made.quote });
    expect(checked.publisher.subject.commonName).toBe('Lumen Works');
    expect(checked.offerHash).toEqual(made.quote.offerHash);
    expect(Object.isFrozen(checked)).toBe(true);
  });

  const QUOTES: readonly [name: string, quote: Partial<Quote>, code: string][] = [
    ['a currency that the certificate does not list', { currency: 'USD' }, 'CHAIN_LIMIT'],
    ['a price at the top price', { amountMinor: 1_000n }, 'accepted'],
    ['a price above the top price (K5)', { amountMinor: 1_001n }, 'CHAIN_LIMIT'],
    ['an age rating below the minimum', { ageRating: 5 }, 'CHAIN_LIMIT'],
    ['a territory that is not allowed', { territories: ['DE', 'US'] }, 'CHAIN_LIMIT'],
    ['everywhere, where some places are allowed', { territories: [] }, 'CHAIN_LIMIT'],
    ['all that is allowed', { territories: ['FR', 'DE'], ageRating: 99 }, 'accepted'],
    ['an end before its beginning', { notBeforeMs: NOON_MS + 2, notAfterMs: NOON_MS + 1 }, 'OFFER_EXPIRED'],
    ['the longest life', { notBeforeMs: NOON_MS, notAfterMs: NOON_MS + lifeMs }, 'accepted'],
    ['a life too long (G22)', { notBeforeMs: NOON_MS, notAfterMs: NOON_MS + lifeMs + 1 }, 'OFFER_EXPIRED'],
    ['a life to the year 9999 (G22)', { notAfterMs: LIMITS.timeMsMax }, 'OFFER_EXPIRED'],
    ['its last millisecond', { notAfterMs: NOON_MS }, 'accepted'],
    ['its end one millisecond ago', { notAfterMs: NOON_MS - 1 }, 'OFFER_EXPIRED'],
    ['a beginning within the skew of clocks', { notBeforeMs: NOON_MS + skewMs }, 'accepted'],
    ['a beginning in the future', { notBeforeMs: NOON_MS + skewMs + 1 }, 'OFFER_EXPIRED'],
    ['0, not marked free (G12)', { amountMinor: 0n }, 'OFFER_PRICE'],
    ['0, marked free', { amountMinor: 0n, free: true }, 'accepted'],
    ['a price, marked free', { amountMinor: 1n, free: true }, 'OFFER_PRICE'],
    ['gold, which the certificate lists (G15)', { currency: 'XAU' }, 'OFFER_CURRENCY'],
    ["another publisher's id (G3)", { publisherId: 'other' }, 'OFFER_ORIGIN'],
    ['another game than the terms', { gameId: 'other' }, 'OFFER_ORIGIN'],
    ['other terms (G21)', { offerHash: seedOf('other terms') }, 'OFFER_HASH'],
  ];
  it.each(QUOTES)('a quote with %s', (_, quote, code) => {
    expect(check(offerOf({ quote }).offerBytes)).toBe(code);
  });

  it('names the first code where several fail', () => {
    const all: Partial<Quote> = {
      publisherId: 'other',
      currency: 'XAU',
      amountMinor: 0n,
      notAfterMs: NOON_MS - 1,
      offerHash: seedOf('x'),
    };
    const repaired: readonly [Partial<Quote>, string][] = [
      [{ ...all, ageRating: 5 }, 'CHAIN_LIMIT'],
      [all, 'OFFER_EXPIRED'],
      [{ ...all, notAfterMs: NOON_MS }, 'OFFER_PRICE'],
      [{ ...all, notAfterMs: NOON_MS, free: true }, 'OFFER_CURRENCY'],
      [{ ...all, notAfterMs: NOON_MS, free: true, currency: 'EUR' }, 'OFFER_ORIGIN'],
      [{ ...all, notAfterMs: NOON_MS, free: true, currency: 'EUR', publisherId: 'lumen-works' }, 'OFFER_HASH'],
    ];
    for (const [quote, code] of repaired) expect(check(offerOf({ quote }).offerBytes)).toBe(code);
  });

  it('refuses terms other than those that were priced (G21)', () => {
    const { terms, offer } = offerOf();
    const other: Terms = { ...terms, grant: { kind: 'forever', target: 'everything', quantity: 0, untilMs: 0 } };
    expect(check(encodeOffer({ ...offer, terms: encodeTerms(other) }))).toBe('OFFER_HASH');
  });

  it('refuses texts other than those of the terms, and a locale that they do not have', () => {
    const { texts } = offerOf();
    expect(check(withOffer({ texts: encodeTexts({ ...texts, title: 'Level 4' }) }))).toBe('OFFER_HASH');
    expect(check(withOffer({ texts: encodeTexts({ ...texts, locale: 'de' }) }))).toBe('OFFER_HASH');
  });

  it('refuses a quote of another offer', () => {
    const dear = offerOf({ quote: { amountMinor: 900n }, terms: { offerId: 'level-9' } });
    const cheap = offerOf({ quote: { amountMinor: 1n } });
    expect(check(encodeOffer({ ...dear.offer, quote: cheap.offer.quote }))).toBe('OFFER_HASH');
  });

  it('refuses a time more than five minutes from the clock here, on either side', () => {
    for (const [shift, code] of [
      [skewMs, 'accepted'],
      [-skewMs, 'accepted'],
      [skewMs + 1, 'CLOCK_SKEW'],
      [-skewMs - 1, 'CLOCK_SKEW'],
    ] as const)
      expect(check(withOffer({ offerTimeMs: NOON_MS + shift }))).toBe(code);
  });

  it('refuses a quote that is not signed by the publisher, and one of a chain not seen', () => {
    const made = offerOf();
    const forged = sealEnvelope('quote', unpackBody(made.quoteEnvelope), wide.signer, publisher.chain);
    expect(check(withOffer({ quote: forged }))).toBe('BAD_SIGNATURE');
    expect(check(withOffer({ quote: withChainByHash(made.quoteEnvelope) }))).toBe('CHAIN_UNTRUSTED');
    expect(check(withOffer({ quote: makeOffer(makePublisher(makeTree({ name: 'elsewhere' }))).quoteEnvelope }))).toBe(
      'CHAIN_UNTRUSTED',
    );
  });

  it('takes no offer with a bit of quote, terms or texts flipped (G1)', () => {
    const { offer } = offerOf();
    for (const part of ['terms', 'texts'] as const) {
      const taken = [...withOneBitFlipped(offer[part])].filter(
        (flipped) => check(encodeOffer({ ...offer, [part]: flipped })) === 'accepted',
      );
      expect(taken).toEqual([]);
    }
  });
});

describe('limits of a certificate', () => {
  it('everywhere is everywhere', () => {
    const made = makeOffer(wide, { quote: { territories: ['US', 'JP'] } });
    expect(refusalOf(() => checkQuote(made.quoteEnvelope, options))).toBe('accepted');
    expect(WIDE_LIMITS.territories).toEqual([]);
  });

  it('are held against a quote that comes out of a cache, without its signature', () => {
    const { quote, publisher: leaf } = checkQuote(offerOf().quoteEnvelope, options);
    expect(refusalOf(() => requireQuote(quote, leaf, NOON_MS))).toBe('accepted');
    expect(refusalOf(() => requireQuote(quote, leaf, NOON_MS + 31 * DAY_MS))).toBe('OFFER_EXPIRED');
    expect(refusalOf(() => requireQuote(quote, { ...leaf, limits: undefined }, NOON_MS))).toBe('CHAIN_LIMIT');
  });
});

function unpackBody(envelope: Uint8Array): Uint8Array {
  const fields = unpackWire(envelope) as Wire[];
  expect(packWire(fields)).toEqual(envelope);
  return fields[2] as Uint8Array;
}
