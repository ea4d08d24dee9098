/** The files that ship with a game. */
import { describe, expect, it } from 'vitest';
import {
  decodePriceList,
  decodeRoots,
  encodePriceList,
  encodeRoots,
  packWire,
  unpackWire,
  type PriceList,
} from '@coinslot/protocol';
import { refusalOf, join } from './refusals.ts';
import { priceList, tree } from './samples.ts';

const [offer] = priceList.offers as [PriceList['offers'][number]];
const offers = (count: number) => Array.from({ length: count }, (_, i) => ({ ...offer, offerId: `offer-${i}` }));

describe('a price list', () => {
  it('holds 512 offers, and no more', () => {
    const full = encodePriceList({ ...priceList, offers: offers(512) });
    expect(decodePriceList(full).offers).toHaveLength(512);
    expect(refusalOf(() => encodePriceList({ ...priceList, offers: offers(513) }))).toBe('BAD_ENCODING');
  });

  it('holds 512 offers in 32 locales each', () => {
    const texts = Array.from({ length: 32 }, (_, i) => ({
      locale: `a${String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26))}`,
      texts: new Uint8Array(100),
    }));
    const full = encodePriceList({ ...priceList, offers: offers(512).map((one) => ({ ...one, texts })) });
    expect(decodePriceList(full).offers[511]!.texts).toHaveLength(32);
  });

  it('is TOO_LARGE above 4 MiB, in both directions', () => {
    const heavy = offers(512).map((one) => ({ ...one, terms: new Uint8Array(9_000) }));
    expect(refusalOf(() => encodePriceList({ ...priceList, offers: heavy }))).toBe('TOO_LARGE');
    expect(refusalOf(() => decodePriceList(new Uint8Array(4 * 1024 * 1024 + 1)))).toBe('TOO_LARGE');
  });

  it('holds no offer, and no locale of an offer, twice', () => {
    expect(refusalOf(() => encodePriceList({ ...priceList, offers: [offer, offer] }))).toBe('BAD_ENCODING');
    const texts = [...offer.texts, ...offer.texts];
    expect(refusalOf(() => encodePriceList({ ...priceList, offers: [{ ...offer, texts }] }))).toBe('BAD_ENCODING');
  });
});

describe('pinned roots', () => {
  const bytes = encodeRoots(tree.roots);

  it('come back as they were', () => {
    expect(decodeRoots(bytes)).toEqual(tree.roots);
    expect(Object.isFrozen(decodeRoots(bytes))).toBe(true);
  });

  it('are one to sixteen', () => {
    const [root] = tree.roots;
    expect(refusalOf(() => encodeRoots([]))).toBe('BAD_ENCODING');
    expect(refusalOf(() => encodeRoots(Array<Uint8Array>(16).fill(root!)))).toBe('accepted');
    expect(refusalOf(() => encodeRoots(Array<Uint8Array>(17).fill(root!)))).toBe('BAD_ENCODING');
  });

  it('are refused when cut, lengthened or bare', () => {
    for (let length = 0; length < bytes.length; length++)
      expect(refusalOf(() => decodeRoots(bytes.subarray(0, length)))).toBe('BAD_ENCODING');
    expect(refusalOf(() => decodeRoots(join(bytes, Uint8Array.of(0))))).toBe('BAD_ENCODING');
    expect(refusalOf(() => decodeRoots(packWire((unpackWire(bytes) as [never])[0])))).toBe('BAD_ENCODING');
  });
});
