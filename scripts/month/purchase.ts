/** One purchase of the month, and message 2 for it. */
import { convertMoney, type PaymentRequest, type RateTable } from '@coinslot/protocol';
import type { MadeOffer } from '../../tests/lib/parties.ts';
import type { MonthPlayer } from './world.ts';

export interface Purchase {
  readonly player: MonthPlayer;
  readonly offer: MadeOffer;
  readonly atMs: number;
  /** 16 bytes. */
  readonly nonce: Uint8Array;
  /** What the player is charged, as the wallet computes it. */
  readonly chargeMinor: bigint;
}

/** The charge in the player's currency under a table; no table is needed where nothing is converted. */
export function chargeOf(offer: MadeOffer, currency: string, table: RateTable): bigint {
  const { amountMinor } = offer.quote;
  if (offer.quote.currency === currency) return amountMinor;
  return convertMoney({ amountMinor, currency: offer.quote.currency }, currency, table).amountMinor;
}

export function requestFor(
  { player, offer, atMs, nonce, chargeMinor }: Purchase,
  how: Pick<PaymentRequest, 'audience' | 'proof' | 'rateTableId'>,
): PaymentRequest {
  return {
    quote: offer.quoteEnvelope,
    offerTimeMs: atMs,
    nonce,
    userId: player.keys.userId,
    publisherId: offer.quote.publisherId,
    chargeMinor,
    chargeCurrency: player.currency,
    shownDigest: offer.quote.offerHash,
    consentPlace: how.proof === 'pin' ? 'wallet-page' : 'overlay',
    deadlineMs: atMs + 120_000,
    sessionKey: offer.offer.sessionKey,
    playerKey: player.keys.press.publicKey,
    ...how,
  };
}
