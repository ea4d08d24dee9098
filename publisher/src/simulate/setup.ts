/** All that a simulated player's life follows from: plain values, so that it can be handed to another thread. */
import type { FairnessRules, PlacementsFile } from '@coinslot/plugin/timing';
import type { OfferEntry } from '../offers/read.ts';
import type { GameModel } from './game-model.ts';
import type { Persona } from './persona.ts';

/** The wallet's presets (`wallet/src/profile/presets.ts`, which a test holds this to): what most players have. */
export const PRESET_GUARD: FairnessRules = Object.freeze({
  minBetweenOffersMs: 10_000,
  quietAfterDeclineMs: 60_000,
  quietAfterLossMs: 0,
});

/** What an offer gives and costs. */
export interface SimulatedOffer {
  readonly id: string;
  readonly target: string;
  /** Ms of play; `null`: not by minutes. */
  readonly minutesMs: number | null;
  readonly uses: number | null;
  /** Ms from the payment. */
  readonly periodMs: number | null;
  /** Ms since 1970. */
  readonly untilMs: number | null;
  /** Minor units. */
  readonly priceMinor: number;
  readonly currency: string;
}

export interface Setup {
  readonly file: PlacementsFile;
  readonly offers: readonly SimulatedOffer[];
  readonly personas: readonly Persona[];
  readonly game: GameModel;
  /** The payer's own rules. */
  readonly guard: FairnessRules;
  readonly seed: string;
  /** First day, ms since 1970, a whole minute. */
  readonly fromMs: number;
  readonly days: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A player who buys at every second of a year still stays within safe integers. */
const PRICE_MINOR_MAX = 100_000_000;

/** Offers as the model takes them. Throws RangeError for a price beyond what sums are safe with. */
export function simulatedOffers(offers: readonly OfferEntry[]): readonly SimulatedOffer[] {
  return offers.map(({ id, grant, price }) => {
    if (price.amountMinor > BigInt(PRICE_MINOR_MAX)) throw new RangeError(`${id}: price above ${PRICE_MINOR_MAX}`);
    return {
      id,
      target: grant.target,
      minutesMs: grant.kind === 'minutes' ? grant.quantity * MINUTE_MS : null,
      uses: grant.kind === 'uses' ? grant.quantity : null,
      periodMs: grant.kind === 'period' ? grant.quantity * DAY_MS : null,
      untilMs: grant.kind === 'until' ? grant.untilMs : null,
      priceMinor: Number(price.amountMinor),
      currency: price.currency,
    };
  });
}
