/**
 * The content key of what is sealed, on its last way: it came in the decision, sealed to the player's pseudonym; here it is
 * opened and sealed to the session of the game that is to have it. It is kept nowhere.
 */
import { decodeOffer, decodeQuote, ProtocolError, readEnvelope } from '@coinslot/protocol';
import { sealContentKey } from '@coinslot/protocol/sealing';
import type { Payment } from '../journal/payments.ts';
import type { Log } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';

const SEALING_BYTES = 32;

type Paid = Pick<Payment, 'publisherId' | 'offer' | 'decided'>;

/**
 * The content key of a payment for a session key (X25519): 80 bytes. `undefined` when nothing is sealed, the vault is shut, or what
 * the decider has sealed does not open: the purchase stands all the same, and the decision is the proof of it.
 */
export function contentKeyFor(
  { publisherId, offer, decided }: Paid,
  sessionKey: Uint8Array,
  { vault, random }: Pick<Profile, 'vault' | 'random'>,
  log: Log,
): Uint8Array | undefined {
  if (decided?.sealedKey === undefined || vault.day === undefined) return undefined;
  const { sealedKey, requestHash, decisionId } = decided;
  try {
    const { contentKeyId } = decodeQuote(readEnvelope(decodeOffer(offer).quote).body);
    if (contentKeyId === undefined) return undefined;
    const contentKey = vault.day.openContentKey({ publisherId, sealedKey, requestHash, contentKeyId });
    return sealContentKey(contentKey, { holder: 'session', decisionId }, sessionKey, random(SEALING_BYTES));
  } catch (fault) {
    if (!(fault instanceof ProtocolError)) throw fault;
    log.error({ why: `${fault.code} ${fault.message}` }, 'a content key does not open');
    return undefined;
  }
}

/** The same for the session that sent message 1. */
export const contentKeyForMessage1 = (
  payment: Paid,
  profile: Pick<Profile, 'vault' | 'random'>,
  log: Log,
): Uint8Array | undefined => contentKeyFor(payment, decodeOffer(payment.offer).sessionKey, profile, log);
