/** What travels is small: the goals of the messages' sizes, chains included, and by hash after first contact. */
import { afterAll, describe, expect, it } from 'vitest';
import {
  ALG,
  decodeCardUpload,
  encodeCardRecord,
  encodeCardUpload,
  encodeOffer,
  encodePaymentDecision,
  encodePaymentRequest,
  LIMITS,
  sealEnvelope,
  withChainByHash,
  type CardUpload,
  type UploadedRecord,
} from '@coinslot/protocol';
import { makeCardHolder, makeCardIssuer } from '../lib/parties.ts';
import {
  cardDecision,
  cardDecisionEnvelope,
  cardRecord,
  decisionEnvelope,
  offer,
  paymentRequest,
  player,
  publisher,
  quoteEnvelope,
  sampleOf,
  server,
  tree,
} from './samples.ts';

const offerWith = (quote: Uint8Array): Uint8Array => encodeOffer({ ...offer, quote });
const requestWith = (quote: Uint8Array): Uint8Array =>
  sealEnvelope('payment-request', encodePaymentRequest({ ...paymentRequest, quote }), player.press, []);
const byHash = withChainByHash(quoteEnvelope);

/** The same record so many times. */
function fullUpload(count: number, record: Partial<UploadedRecord> = {}): Uint8Array {
  const upload = decodeCardUpload(sampleOf('CardUpload').bytes);
  const one = { ...upload.records[0], ...record };
  return encodeCardUpload({
    ...upload,
    records: Array(count).fill(one) as CardUpload['records'],
  });
}

/** The cards on sale sign with P-256, whose keys and signatures in certificates are longer. */
const p256 = makeCardHolder(makeCardIssuer(tree, ALG.p256).certifier);
const byP256 = sealEnvelope('payment-decision', encodePaymentDecision(cardDecision), p256.signer, p256.chain);

const SIZES: readonly [what: string, bytes: Uint8Array, goalBytes: number][] = [
  ['message 1, offer with one locale', offerWith(quoteEnvelope), 1_900],
  ['message 2, payment request', requestWith(quoteEnvelope), 1_700],
  ['message 3, payment decision', decisionEnvelope, 1_400],
  ['message 1, chain by hash', offerWith(byHash), 1_000],
  ['message 2, chain by hash', requestWith(byHash), 850],
  ['message 3, chain by hash', withChainByHash(decisionEnvelope), 650],
  ['message 3 by a card of Ed25519', cardDecisionEnvelope, 2_000],
  ['message 3 by a card of P-256', byP256, 2_000],
  ['message 3 by a card, chain by hash', withChainByHash(byP256), 650],
  ['a card of P-256, its certificate', p256.chain[0]!, 560],
  ['a record of a card', encodeCardRecord(cardRecord), 512],
  ['an upload of 24 records, quotes with their chains', fullUpload(24), LIMITS.messageBytesMax],
  [
    'an upload of all the records of a card, none with proofs',
    fullUpload(LIMITS.uploadRecordsMax, {
      request: undefined,
      decision: undefined,
      record: new Uint8Array(LIMITS.cardRecordBytesMax),
    }),
    36_000,
  ],
  ["the publisher's leaf certificate", publisher.chain[0]!, 560],
  ["the payment server's leaf certificate", server.chain[0]!, 560],
];

describe('sizes', () => {
  it.each(SIZES)('%s', (_, bytes, goalBytes) => {
    expect(bytes.length).toBeLessThanOrEqual(goalBytes);
  });

  afterAll(() => {
    const rows = SIZES.map(
      ([what, { length }, goal]) => `${what.padEnd(50)} ${String(length).padStart(5)} B of ${goal}`,
    );
    console.log(rows.join('\n'));
  });
});
