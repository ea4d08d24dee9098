/** A payment's messages made by hand, each field of which a test may change; with leaf certificates that run out soon. */
import {
  encodePaymentDecision,
  encodeRefundNotice,
  encodeShown,
  readEnvelope,
  requestHash,
  sealEnvelope,
  shownDigest,
  type Bundle,
  type Offer,
  type PaymentDecision,
  type PaymentRequest,
  type Quote,
  type RefundNotice,
  type Shown,
} from '@coinslot/protocol';
import {
  bytes16Of,
  DAY_MS,
  makeEnrolment,
  makeOffer,
  makePlayer,
  makePublisher,
  makeRequest,
  makeServerHolder,
  makeTree,
  NOON_MS,
  seedOf,
} from '../lib/parties.ts';

const leaf = { notBeforeMs: NOON_MS - DAY_MS, notAfterMs: NOON_MS + DAY_MS };
export const tree = makeTree();
export const publisher = makePublisher(tree, leaf);
export const server = makeServerHolder(tree, leaf);
export const player = makePlayer();

/** What a change may touch; everything else follows from it, signatures included. */
export interface BundleChange {
  quote?: Partial<Quote>;
  offer?: Partial<Offer>;
  shown?: Partial<Shown>;
  request?: Partial<PaymentRequest>;
  decision?: Partial<PaymentDecision>;
  refund?: Partial<RefundNotice>;
}

/** 0.50 USD, charged as 0.47 EUR by a press in the game, and given back a day later. */
export function makeBundle(change: BundleChange = {}, seller = publisher): Bundle {
  const made = makeOffer(seller, {
    quote: { amountMinor: 50n, currency: 'USD', ...change.quote },
    ...(change.offer && { offer: change.offer }),
  });
  const shown: Shown = {
    salt: bytes16Of('shown salt'),
    locale: 'en',
    direction: 'ltr',
    payee: 'Lumen Works',
    gameName: 'Demo Game',
    title: 'Level 3',
    description: 'The foundry.',
    offerId: 'level-3',
    grant: 'One level, yours to keep',
    total: { amountMinor: 47n, currency: 'EUR', text: 'EUR\u00a00.47' },
    original: { amountMinor: 50n, currency: 'USD', text: 'USD\u00a00.50' },
    rateTableId: 7,
    rate: '1 EUR = 1.0837 USD',
    date: 'March 1, 2026 at 12:00 PM',
    offerTimeMs: made.offer.offerTimeMs,
    refund: 'Refund on request within 14 days: help@lumen.example',
    test: true,
    consent: 'press',
    sufficiency: 'enough',
    ...change.shown,
  };
  const shownBytes = encodeShown(shown);
  const request = makeRequest(player, server, made, {
    chargeMinor: 47n,
    chargeCurrency: 'EUR',
    rateTableId: 7,
    shownDigest: shownDigest(shownBytes),
    ...change.request,
  });
  const decision: PaymentDecision = {
    signer: server.keyHash,
    outcome: 'approved',
    code: 'APPROVED',
    requestHash: requestHash(readEnvelope(request).body),
    offerHash: made.quote.offerHash,
    gameId: made.quote.gameId,
    amountMinor: made.quote.amountMinor,
    currency: made.quote.currency,
    offerTimeMs: made.offer.offerTimeMs,
    nonce: made.offer.nonce,
    sessionKey: made.offer.sessionKey,
    playerKey: seedOf('pseudonym'),
    chargedMinor: 47n,
    chargedCurrency: 'EUR',
    rateTableId: 7,
    settlement: 'debited',
    purse: 'prepaid-EUR',
    decisionId: bytes16Of('decision'),
    timeMs: NOON_MS + 1_000,
    card: undefined,
    sealedKey: undefined,
    ...change.decision,
  };
  const refund: RefundNotice = {
    decisionId: decision.decisionId,
    reason: 'defect',
    amountMinor: 47n,
    currency: 'EUR',
    timeMs: NOON_MS + DAY_MS / 2,
    ...change.refund,
  };
  const sealed = (type: 'payment-decision' | 'refund-notice', body: Uint8Array): Uint8Array =>
    sealEnvelope(type, body, server.signer, server.chain);
  return {
    version: 1,
    madeAtMs: NOON_MS + DAY_MS,
    offer: made.offerBytes,
    shown: shownBytes,
    keys: [makeEnrolment(player, server)],
    request,
    decision: sealed('payment-decision', encodePaymentDecision(decision)),
    refund: sealed('refund-notice', encodeRefundNotice(refund)),
    countersigned: undefined,
    chains: [],
    crls: [],
  };
}
