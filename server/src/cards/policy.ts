/** What cards may do: the issuer's terms, by assurance, and how they become certificate ceilings and parameters. */
import {
  convertMoney,
  type Assurance,
  type CardParameters,
  type PurseParameters,
  type RateTable,
} from '@coinslot/protocol';
import type { Player, Plan } from '../players/types.ts';

const DAY_MS = 86_400_000;

/** Terms for cards of one assurance. Amounts are minor units of the policy's currency, converted for others. */
export interface CardTerms {
  /** How long a certificate lives; at most what the certificate profile allows for this assurance. */
  readonly lifeMs: number;
  /** How long a card may pay under one set of parameters, without the network. */
  readonly parametersLifeMs: number;
  /** The most that one payment may charge. */
  readonly paymentMaxMinor: bigint;
  /** Prepaid: the highest balance. */
  readonly balanceMaxMinor: bigint;
  /** Postpaid: the highest unreported sum; never more than the player's own ceiling. */
  readonly unreportedMaxMinor: bigint;
  readonly noPinPaymentMaxMinor: bigint;
  readonly noPinSumMaxMinor: bigint;
  readonly noPinCountMax: number;
  readonly debitsPerRateTableMax: number;
  readonly debitsBetweenUploadsMax: number;
}

export interface CardPolicy {
  /** ISO 4217, of every amount here. */
  readonly currency: string;
  readonly chip: CardTerms;
  readonly software: CardTerms;
  /** How long a publisher waits for a record to come up before it may claim. */
  readonly claimAfterMs: number;
}

/** A chip keeps its key; software does not, so its card is small and short-lived. */
export const CARD_POLICY: CardPolicy = Object.freeze({
  currency: 'EUR',
  chip: {
    lifeMs: 730 * DAY_MS,
    parametersLifeMs: 180 * DAY_MS,
    paymentMaxMinor: 5_000n,
    balanceMaxMinor: 10_000n,
    unreportedMaxMinor: 2_000n,
    noPinPaymentMaxMinor: 200n,
    noPinSumMaxMinor: 1_000n,
    noPinCountMax: 10,
    debitsPerRateTableMax: 32,
    debitsBetweenUploadsMax: 60,
  },
  software: {
    lifeMs: 90 * DAY_MS,
    parametersLifeMs: 30 * DAY_MS,
    paymentMaxMinor: 1_000n,
    balanceMaxMinor: 2_000n,
    unreportedMaxMinor: 1_000n,
    noPinPaymentMaxMinor: 100n,
    noPinSumMaxMinor: 500n,
    noPinCountMax: 10,
    debitsPerRateTableMax: 32,
    debitsBetweenUploadsMax: 60,
  },
  claimAfterMs: 30 * DAY_MS,
});

/** Name of a card's purse: one for each currency and plan. */
export const purseName = ({ plan, currency }: { readonly plan: Plan; readonly currency: string }): string =>
  `${plan}-${currency}`;

/** A purse that was asked for. */
export interface WantedPurse {
  readonly currency: string;
  readonly plan: Plan;
}

export interface TermsContext {
  readonly policy: CardPolicy;
  readonly assurance: Assurance;
  /** For amounts in other currencies than the policy's. */
  readonly rateTable: RateTable;
}

/** The most that one payment may charge, by currency, ascending: for the certificate. Throws RATE_STALE without a rate. */
export function certifiedCeilings(
  purses: readonly WantedPurse[],
  context: TermsContext,
): readonly { readonly amountMinor: bigint; readonly currency: string }[] {
  const currencies = [...new Set(purses.map(({ currency }) => currency))].sort();
  const { paymentMaxMinor } = termsOf(context);
  return currencies.map((currency) => ({ currency, amountMinor: inCurrency(paymentMaxMinor, currency, context) }));
}

export interface ParametersContext extends TermsContext {
  readonly cardId: Uint8Array;
  readonly number: number;
  readonly nowMs: number;
  readonly player: Pick<Player, 'ceilingMinor' | 'plan' | 'currency'>;
  /** End of the card's certificate. */
  readonly notAfterMs: number;
}

/** Parameters for a card's purses, as the policy and the player's account stand now. */
export function parametersOf(purses: readonly WantedPurse[], context: ParametersContext): CardParameters {
  const terms = termsOf(context);
  const { cardId, number, nowMs, notAfterMs } = context;
  return {
    cardId,
    number,
    purses: purses.map((purse) => purseParameters(purse, terms, context)),
    noPinCountMax: terms.noPinCountMax,
    debitsPerRateTableMax: terms.debitsPerRateTableMax,
    debitsBetweenUploadsMax: terms.debitsBetweenUploadsMax,
    notAfterMs: Math.min(notAfterMs, nowMs + terms.parametersLifeMs),
    timeMs: nowMs,
  };
}

function purseParameters(purse: WantedPurse, terms: CardTerms, context: ParametersContext): PurseParameters {
  const { plan, currency } = purse;
  const inPurse = (amountMinor: bigint): bigint => inCurrency(amountMinor, currency, context);
  const unreportedMax = inPurse(terms.unreportedMaxMinor);
  const { ceilingMinor } = context.player;
  return {
    purse: purseName(purse),
    currency,
    plan,
    ceilingMinor:
      plan === 'prepaid' ? inPurse(terms.balanceMaxMinor) : unreportedMax < ceilingMinor ? unreportedMax : ceilingMinor,
    noPinPaymentMaxMinor: inPurse(terms.noPinPaymentMaxMinor),
    noPinSumMaxMinor: inPurse(terms.noPinSumMaxMinor),
  };
}

const termsOf = ({ policy, assurance }: TermsContext): CardTerms => policy[assurance];

function inCurrency(amountMinor: bigint, currency: string, { policy, rateTable }: TermsContext): bigint {
  if (currency === policy.currency) return amountMinor;
  return convertMoney({ amountMinor, currency: policy.currency }, currency, rateTable).amountMinor;
}
