/** A sample player at the payment server's own door, without a wallet. */
import {
  encodePaymentRequest,
  keyHash,
  readEnvelope,
  decodeQuote,
  sealEnvelope,
  spkiFromRawKey,
  type Offer,
  type PaymentRequest,
} from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';
import type { RunningSandbox, SamplePlayer } from '@coinslot/server-mock';

const bytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

/** What the door says: message 3, or an error that is none. */
export type Answer = { readonly decision: Uint8Array } | { readonly code: string; readonly status: number };

/** Message 2 for an offer, signed by the player's PIN key. */
export function requestOf(
  sandbox: RunningSandbox,
  player: SamplePlayer,
  offer: Offer,
  change: Partial<PaymentRequest> = {},
): Uint8Array {
  const quote = decodeQuote(readEnvelope(offer.quote).body);
  const body = encodePaymentRequest({
    quote: offer.quote,
    offerTimeMs: offer.offerTimeMs,
    nonce: offer.nonce,
    userId: player.userId,
    publisherId: quote.publisherId,
    chargeMinor: quote.amountMinor,
    chargeCurrency: quote.currency,
    rateTableId: 0,
    shownDigest: bytes(32),
    audience: keyHash(spkiFromRawKey(sandbox.sandbox.signer.publicKey)),
    consentPlace: 'wallet-page',
    deadlineMs: offer.offerTimeMs + 120_000,
    sessionKey: offer.sessionKey,
    playerKey: nativeSigner(bytes(32)).publicKey,
    proof: 'pin',
    ...change,
  });
  return sealEnvelope('payment-request', body, player.pin, []);
}

export async function post(sandbox: RunningSandbox, request: Uint8Array): Promise<Answer> {
  const response = await fetch(`${sandbox.url}/v1/payments`, {
    method: 'POST',
    headers: { 'content-type': 'application/msgpack' },
    body: new Uint8Array(request),
  });
  if (response.status === 200) return { decision: new Uint8Array(await response.arrayBuffer()) };
  const { code } = (await response.json()) as { code: string };
  return { code, status: response.status };
}
