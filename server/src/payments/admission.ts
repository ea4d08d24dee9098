/**
 * From bytes to a payment that may be judged: form, the player, the player's signature. What fails here is answered without
 * a signature and leaves no trace, since nobody has proved to be anybody yet; what passes is closed by a decision for ever.
 */
import {
  decodePaymentRequest,
  equalBytes,
  ProtocolError,
  readEnvelope,
  requestHash,
  requestId,
  type CodeName,
  type Envelope,
  type PaymentRequest,
} from '@coinslot/protocol';
import type { Escrows } from '../escrows/service.ts';
import { requireProof } from '../players/passwords.ts';
import type { StoreReader } from '../store/port.ts';
import type { QuoteDesk } from './quote-desk.ts';
import type { AdmittedPayment, ReadQuote } from './types.ts';

/** What the sandbox may want of a payment before it is judged. */
export interface SeenPayment {
  readonly request: PaymentRequest;
  readonly requestId: Uint8Array;
  readonly quote: ReadQuote['quote'];
}

export interface AdmissionOptions {
  readonly store: Pick<StoreReader, 'findPlayer' | 'passwords'>;
  readonly quotes: QuoteDesk;
  readonly escrows: Pick<Escrows, 'sealFor'>;
}

/** Throws BAD_ENCODING, TOO_LARGE, BAD_KEY, CONSENT_REQUIRED or BAD_SIGNATURE. */
export async function admit(
  requestBytes: Uint8Array,
  nowMs: number,
  { store, quotes, escrows }: AdmissionOptions,
): Promise<Omit<AdmittedPayment, 'forcedRefusal'>> {
  const envelope = requireRequestEnvelope(requestBytes);
  const request = decodePaymentRequest(envelope.body);
  const player = await store.findPlayer(request.userId);
  if (player === undefined) throw new ProtocolError('BAD_KEY', 'PaymentRequest.userId: nobody is enrolled here by it');
  const proofFault = await requireProof(store.passwords, player, envelope, request, nowMs);
  // After the signature: verifying a chain and sealing are dear, and only players may ask for them.
  const quote = await quotes.read(request.quote, nowMs);
  const hash = requestHash(envelope.body);
  return {
    request,
    quote,
    requestId: requestId(request.userId, request.nonce),
    requestHash: hash,
    requestBytes,
    proofFault,
    // Outside the transaction that decides. Asked again it is sealed anew for nothing: the decision stands as it was sealed.
    sealedKey: quote.fault === undefined ? await escrows.sealFor(quote.quote, request, hash) : undefined,
  };
}

function requireRequestEnvelope(requestBytes: Uint8Array): Envelope {
  const envelope = readEnvelope(requestBytes);
  if (envelope.typeName !== 'payment-request')
    throw new ProtocolError('BAD_SIGNATURE', `Envelope.type: ${envelope.typeName} where payment-request was expected`);
  if (envelope.chain.length !== 0) throw new ProtocolError('BAD_ENCODING', 'Envelope.chain: must be empty here');
  return envelope;
}

/** A request for another decider is not ours to close. */
export function audienceFault(request: PaymentRequest, audience: Uint8Array): CodeName | undefined {
  return equalBytes(request.audience, audience) ? undefined : 'BAD_KEY';
}
