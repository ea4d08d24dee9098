import { decodePriceList, decodeQuote, decodeTerms, formatMoney, readEnvelope } from '@coinslot/protocol';

/**
 * Price tags by target, in the publisher's currency, read from the price list. For the menu only: nothing is verified here,
 * and what is charged is what the offer's dialog shows, which the wallet computes.
 */
export function readPrices(priceList: Uint8Array, locale: string): ReadonlyMap<string, string> {
  const prices = new Map<string, string>();
  for (const offer of decodePriceList(priceList).offers) {
    if (offer.retired) continue;
    const { amountMinor, currency } = decodeQuote(readEnvelope(offer.quote).body);
    prices.set(decodeTerms(offer.terms).grant.target, formatMoney({ amountMinor, currency }, locale));
  }
  return prices;
}
