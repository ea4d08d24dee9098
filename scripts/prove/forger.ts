/** Makes what must be refused: by real keys in the wrong hands, and by an authority nobody trusts. */
import { readFileSync } from 'node:fs';
import { createIntermediary, createRoot, issuePaymentServer, issuePublisher } from '@coinslot/authority';
import {
  decodeOffer,
  decodePriceList,
  decodeQuote,
  decodeTerms,
  encodePaymentDecision,
  encodeQuote,
  keyHash,
  offerHash,
  readEnvelope,
  requestHash,
  sealEnvelope,
  spkiFromRawKey,
  withChain,
  type Offer,
  type PriceList,
  type Quote,
  type Signer,
} from '@coinslot/protocol';
import { nativeSigner, privateKeyFromSeed } from '@coinslot/protocol/node';
import { readKey, readPemCertificates, signerOf, studioFiles } from '@coinslot/publisher';

/** A key with its chain, leaf first. */
export interface Holder {
  readonly signer: Signer;
  readonly chain: readonly Uint8Array[];
}

const YEAR_MS = 365 * 86_400_000;
const bytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

/** The demo game's publisher, with the key of its studio. */
export function readPublisher(folder: string): Holder {
  const files = studioFiles(folder);
  return {
    signer: signerOf(readKey(files.key)),
    chain: readPemCertificates(files.chain, readFileSync(files.chain, 'utf8')),
  };
}

/** An authority of somebody's own, marked as sandbox like ours: only the root's key is another. */
export function ownAuthority(): { publisher: Holder; server: Holder } {
  const notBeforeMs = Math.floor((Date.now() - YEAR_MS) / 1000) * 1000;
  const validity = { notBeforeMs, notAfterMs: notBeforeMs + 2 * YEAR_MS };
  const limits = { topPrices: [{ amountMinor: 10_000n, currency: 'EUR' }], territories: [], minimumAge: 0 };
  const rootKey = privateKeyFromSeed(bytes(32));
  const root = {
    certificate: createRoot({
      ...validity,
      name: { commonName: 'Coinslot Sandbox Root' },
      privateKey: rootKey,
      sandbox: true,
    }),
    privateKey: rootKey,
  };
  const intermediary = (kind: 'SYND' | 'SINT') => {
    const privateKey = privateKeyFromSeed(bytes(32));
    const subject = { name: { commonName: kind }, publicKey: nativeSigner(privateKey).publicKey };
    const asked = { ...validity, issuer: root, subject, kind };
    return { certificate: createIntermediary(kind === 'SYND' ? { ...asked, limits } : asked), privateKey };
  };
  const [synd, sint] = [intermediary('SYND'), intermediary('SINT')];
  const named = (id: string, commonName: string) => {
    const signer = nativeSigner(bytes(32));
    return { signer, subject: { name: { id, commonName }, publicKey: signer.publicKey } };
  };
  const seller = named('lumen-works', 'Lumen Works');
  const decider = named('sandbox', 'Sandbox');
  return {
    publisher: {
      signer: seller.signer,
      chain: [issuePublisher({ ...validity, issuer: synd, subject: seller.subject, limits }), synd.certificate],
    },
    server: {
      signer: decider.signer,
      chain: [issuePaymentServer({ ...validity, issuer: sint, subject: decider.subject }), sint.certificate],
    },
  };
}

export const readPriceList = (gameFolder: string): PriceList =>
  decodePriceList(new Uint8Array(readFileSync(`${gameFolder}/price-list.coinslot`)));

/** Message 1 for an offer of the price list, as the plugin makes it. */
export function offerOf(list: PriceList, offerId: string, change: Partial<Offer> = {}): Offer {
  const priced = list.offers.find((one) => one.offerId === offerId);
  if (priced === undefined) throw new Error(`no offer ${offerId}`);
  return {
    version: 1,
    quote: withChain(priced.quote, list.chain),
    terms: priced.terms,
    texts: priced.texts[0]!.texts,
    offerTimeMs: Date.now(),
    nonce: bytes(16),
    boundary: decodeTerms(priced.terms).grant.target,
    sessionKey: bytes(32),
    ...change,
  };
}

/** The same quote with other fields, signed by whoever is given. */
export function requote(offer: Offer, change: Partial<Quote>, { signer, chain }: Holder): Offer {
  const quote = { ...decodeQuote(readEnvelope(offer.quote).body), ...change };
  return { ...offer, quote: sealEnvelope('quote', encodeQuote(quote), signer, chain) };
}

/** Other fields under the publisher's old signature. */
export function swapPrice(offer: Offer, amountMinor: bigint): Offer {
  const { body, signature, chain } = readEnvelope(offer.quote);
  const quote = { ...decodeQuote(body), amountMinor };
  return { ...offer, quote: sealEnvelope('quote', encodeQuote(quote), { sign: () => signature }, chain) };
}

/** The same message with one bit of its quote's signature flipped. */
export function flipSignature(envelope: Uint8Array): Uint8Array {
  const { typeName, body, signature, chain } = readEnvelope(envelope);
  const flipped = Uint8Array.from(signature);
  flipped[40]! ^= 1;
  return sealEnvelope(typeName, body, { sign: () => flipped }, chain);
}

/** An approval that fits message 1 in every field, signed by whoever is given. */
export function approve(offerBytes: Uint8Array, { signer, chain }: Holder): Uint8Array {
  const offer = decodeOffer(offerBytes);
  const quote = decodeQuote(readEnvelope(offer.quote).body);
  const body = encodePaymentDecision({
    signer: keyHash(spkiFromRawKey(signer.publicKey)),
    outcome: 'approved',
    code: 'APPROVED',
    requestHash: requestHash(bytes(32)),
    offerHash: offerHash(offer.terms),
    gameId: quote.gameId,
    amountMinor: quote.amountMinor,
    currency: quote.currency,
    offerTimeMs: offer.offerTimeMs,
    nonce: offer.nonce,
    sessionKey: offer.sessionKey,
    playerKey: nativeSigner(bytes(32)).publicKey,
    chargedMinor: quote.amountMinor,
    chargedCurrency: quote.currency,
    rateTableId: 0,
    settlement: 'debited',
    purse: 'forged',
    decisionId: bytes(16),
    timeMs: Date.now(),
    card: undefined,
    sealedKey: undefined,
  });
  return sealEnvelope('payment-decision', body, signer, chain);
}
