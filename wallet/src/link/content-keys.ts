/**
 * The content key of what is sealed, on its last way: it came in the decision, sealed to the player's pseudonym; here it is
 * opened and sealed to the session of the game that is to have it. It is kept nowhere.
 */
import { decodeOffer, decodePaymentRequest, decodeQuote, ProtocolError, readEnvelope } from '@coinslot/protocol';
import { sealContentKey } from '@coinslot/protocol/sealing';
import type { Log } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import type { Owned } from './restore.ts';

const SEALING_BYTES = 32;

type Paid = Pick<Owned, 'publisherId' | 'offer' | 'decided' | 'request'>;

/**
 * The content key of a payment for a session key (X25519): 80 bytes. `undefined` when nothing is sealed, the vault is shut, or what
 * the decider has sealed does not open: the purchase stands all the same, and the decision is the proof of it.
 */
export function contentKeyFor(
  paid: Paid,
  sessionKey: Uint8Array,
  { vault, random }: Pick<Profile, 'vault' | 'random'>,
  log: Log,
): Uint8Array | undefined {
  const { publisherId, decided } = paid;
  if (decided?.sealedKey === undefined || vault.day === undefined) return undefined;
  const { sealedKey, requestHash, decisionId } = decided;
  try {
    const quote = quoteOf(paid);
    const contentKeyId = quote && decodeQuote(readEnvelope(quote).body).contentKeyId;
    if (contentKeyId === undefined) return undefined;
    const contentKey = vault.day.openContentKey({ publisherId, sealedKey, requestHash, contentKeyId });
    return sealContentKey(contentKey, { holder: 'session', decisionId }, sessionKey, random(SEALING_BYTES));
  } catch (fault) {
    if (!(fault instanceof ProtocolError)) throw fault;
    log.error({ why: `${fault.code} ${fault.message}` }, 'a content key does not open');
    return undefined;
  }
}

/** The quote is in message 1, or in message 2 where message 1 is lost. */
function quoteOf({ offer, request }: Paid): Uint8Array | undefined {
  if (offer.length > 0) return decodeOffer(offer).quote;
  return request === undefined || request.length === 0
    ? undefined
    : decodePaymentRequest(readEnvelope(request).body).quote;
}

/** The same for the session that sent message 1. */
export const contentKeyForMessage1 = (
  payment: Paid,
  profile: Pick<Profile, 'vault' | 'random'>,
  log: Log,
): Uint8Array | undefined => contentKeyFor(payment, decodeOffer(payment.offer).sessionKey, profile, log);
