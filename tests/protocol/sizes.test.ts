/** What travels is small: the goals of the messages' sizes, chains included, and by hash after first contact. */
import { afterAll, describe, expect, it } from 'vitest';
import { encodeOffer, encodePaymentRequest, sealEnvelope, withChainByHash } from '@coinslot/protocol';
import { decisionEnvelope, offer, paymentRequest, player, publisher, quoteEnvelope, server } from './samples.ts';

const offerWith = (quote: Uint8Array): Uint8Array => encodeOffer({ ...offer, quote });
const requestWith = (quote: Uint8Array): Uint8Array =>
  sealEnvelope('payment-request', encodePaymentRequest({ ...paymentRequest, quote }), player.press, []);
const byHash = withChainByHash(quoteEnvelope);

const SIZES: readonly [what: string, bytes: Uint8Array, goalBytes: number][] = [
  ['message 1, offer with one locale', offerWith(quoteEnvelope), 1_900],
  ['message 2, payment request', requestWith(quoteEnvelope), 1_700],
  ['message 3, payment decision', decisionEnvelope, 1_400],
  ['message 1, chain by hash', offerWith(byHash), 1_000],
  ['message 2, chain by hash', requestWith(byHash), 850],
  ['message 3, chain by hash', withChainByHash(decisionEnvelope), 650],
  ["the publisher's leaf certificate", publisher.chain[0]!, 560],
  ["the payment server's leaf certificate", server.chain[0]!, 560],
];

describe('sizes', () => {
  it.each(SIZES)('%s', (_, bytes, goalBytes) => {
    expect(bytes.length).toBeLessThanOrEqual(goalBytes);
  });

  afterAll(() => {
    const rows = SIZES.map(
      ([what, { length }, goal]) => `${what.padEnd(42)} ${String(length).padStart(5)} B of ${goal}`,
    );
    console.log(rows.join('\n'));
  });
});
