import { describe, expect, it } from 'vitest';
import { QuoteDesk } from '../../server/src/payments/quote-desk.ts';
import { makeOffer, makePublisher, makeTree, NOON_MS } from '../lib/parties.ts';

const MINUTE_MS = 60_000;
const tree = makeTree();
const none = { findChain: () => Promise.resolve(undefined) };
const deskOf = (entriesMax = 32): QuoteDesk =>
  new QuoteDesk({ roots: tree.roots, store: none, entriesMax, ageMsMax: 15 * MINUTE_MS });

describe('quotes that are remembered', () => {
  it('are still held against the time: a quote that ends, a certificate that expires', async () => {
    const desk = deskOf();
    const short = makeOffer(makePublisher(tree), { quote: { notAfterMs: NOON_MS + MINUTE_MS } }).quoteEnvelope;
    const holder = makePublisher(tree, { notAfterMs: NOON_MS + MINUTE_MS });
    const certified = makeOffer(holder, { nonce: 'b' }).quoteEnvelope;
    expect([(await desk.read(short, NOON_MS)).fault, (await desk.read(certified, NOON_MS)).fault]).toEqual([
      undefined,
      undefined,
    ]);
    expect(desk.size).toBe(2);
    expect((await desk.read(short, NOON_MS + MINUTE_MS + 1)).fault).toBe('OFFER_EXPIRED');
    expect((await desk.read(certified, NOON_MS + MINUTE_MS + 1)).fault).toBe('CHAIN_EXPIRED');
  });

  it('are verified anew after fifteen minutes, and when the clock has gone back', async () => {
    const desk = deskOf();
    const { quoteEnvelope } = makeOffer(makePublisher(tree));
    const first = await desk.read(quoteEnvelope, NOON_MS);
    const same = async (atMs: number) => (await desk.read(quoteEnvelope, atMs)).publisher === first.publisher;
    expect(await same(NOON_MS + 15 * MINUTE_MS)).toBe(true);
    expect(await same(NOON_MS + 15 * MINUTE_MS + 1)).toBe(false);
    const again = deskOf();
    const { publisher } = await again.read(quoteEnvelope, NOON_MS);
    expect((await again.read(quoteEnvelope, NOON_MS - 1)).publisher).not.toBe(publisher);
  });

  it('are bounded, the one used longest ago going first; bad ones are not kept', async () => {
    const desk = deskOf(2);
    const publisher = makePublisher(tree);
    const quoteOf = (amountMinor: bigint) => makeOffer(publisher, { quote: { amountMinor } }).quoteEnvelope;
    const [a, b, c] = [quoteOf(1n), quoteOf(2n), quoteOf(3n)] as const;
    const { publisher: leafA } = await desk.read(a, NOON_MS);
    const { publisher: leafB } = await desk.read(b, NOON_MS);
    await desk.read(a, NOON_MS);
    await desk.read(c, NOON_MS);
    expect(desk.size).toBe(2);
    expect((await desk.read(a, NOON_MS)).publisher).toBe(leafA);
    expect((await desk.read(b, NOON_MS)).publisher).not.toBe(leafB);
    const bad = makeOffer(makePublisher(makeTree({ name: 'strangers' }))).quoteEnvelope;
    expect((await deskOf().read(bad, NOON_MS)).fault).toBe('CHAIN_UNTRUSTED');
    const fresh = deskOf();
    await fresh.read(bad, NOON_MS);
    expect(fresh.size).toBe(0);
  });
});
