/** Acceptance of a signed no: what must hold before a game takes it for the player's own word. */
import { equalBytes } from './encoding.ts';
import { openSigned, readEnvelope, type Verify } from './envelope.ts';
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';
import { decodeDeclined, type Declined } from './messages/declined.ts';
import { decodeOffer } from './messages/offer.ts';
import { decodeQuote } from './messages/quote.ts';
import { offerHash } from './messages/terms.ts';

export interface DeclinedOptions {
  nowMs: number;
  verify?: Verify;
}

/**
 * Verifies a Declined against the message 1 that this very party sent. Throws BAD_SIGNATURE, DECISION_MISMATCH when it answers
 * another offer, game, publisher or nonce, CLOCK_SKEW when it is dated more than five minutes before the offer or after now.
 *
 * It proves that the holder of `playerKey` said no. Who has a decision of the same player can hold the key against it; without
 * one the key is only its own word, which does no harm: a no opens nothing.
 */
export function checkDeclined(envelopeBytes: Uint8Array, offerBytes: Uint8Array, options: DeclinedOptions): Declined {
  const { playerKey } = decodeDeclined(readEnvelope(envelopeBytes).body);
  const { nowMs, verify } = options;
  const body = openSigned(envelopeBytes, { type: 'declined', publicKey: playerKey, ...(verify && { verify }) });
  const declined = decodeDeclined(body);
  const offer = decodeOffer(offerBytes);
  const quote = decodeQuote(readEnvelope(offer.quote).body);
  const wrong = [
    ['publisherId', declined.publisherId === quote.publisherId],
    ['gameId', declined.gameId === quote.gameId],
    ['offerHash', equalBytes(declined.offerHash, offerHash(offer.terms))],
    ['nonce', equalBytes(declined.nonce, offer.nonce)],
  ].find(([, equal]) => !equal);
  if (wrong !== undefined)
    throw new ProtocolError('DECISION_MISMATCH', `Declined.${String(wrong[0])}: not what was offered`);
  const { timeMs } = declined;
  if (timeMs > nowMs + LIMITS.clockSkewMsMax || timeMs < offer.offerTimeMs - LIMITS.clockSkewMsMax)
    throw new ProtocolError('CLOCK_SKEW', 'Declined.timeMs: before the offer or in the future');
  return declined;
}
