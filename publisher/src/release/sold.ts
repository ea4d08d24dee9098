/** Whether a game that is out can make the offers of a file: they must be in the price list that it was built with. */
import { decodeTerms, type PriceList } from '@coinslot/protocol';
import type { PlacementsFile } from '@coinslot/plugin/timing';
import { didYouMean } from '../text/near-name.ts';

/** An offer that a campaign names and the game does not sell. */
export interface Unsold {
  /** Index of the campaign, and of its variant. */
  readonly campaign: number;
  readonly variant: number;
  readonly offer: string;
  readonly message: string;
  readonly hint: string | undefined;
}

/** Every offer of the file that the released game would refuse. */
export function unsoldOffers({ campaigns, offers }: PlacementsFile, { offers: priced }: PriceList): readonly Unsold[] {
  const sold = new Map(
    priced.flatMap(({ offerId, retired, terms }) =>
      retired ? [] : [[offerId, decodeTerms(terms).grant.target] as const],
    ),
  );
  return campaigns.flatMap(({ variants }, campaign) =>
    variants.flatMap(({ offer }, variant) => {
      const target = sold.get(offer);
      if (target !== undefined && target === offers[offer]?.target) return [];
      const isRetired = priced.some(({ offerId }) => offerId === offer);
      const message =
        target !== undefined
          ? `"${offer}" opens "${target}" in the price list that the game was built with`
          : isRetired
            ? `"${offer}" is retired in the price list that the game was built with`
            : `"${offer}" is not in the price list that the game was built with`;
      return [{ campaign, variant, offer, message, hint: didYouMean(offer, sold.keys()) }];
    }),
  );
}
