/**
 * What a card would say to an offer, by what it told when it was last read: which purse, what charge, whether its PIN is asked
 * for. The card decides by itself in any case; this is so that what is shown is what it will charge, and that a card which
 * cannot pay is not asked to.
 */
import {
  cardSaleHash,
  convertMoney,
  equalBytes,
  keyHash,
  LIMITS,
  ProtocolError,
  readEnvelope,
  type CodeName,
  type Money,
  type Quote,
  type RateTable,
} from '@coinslot/protocol';
import type { PurseState } from '@coinslot/card';
import type { ReadyCard } from './card-shelf.ts';
import type { Charge } from '../consent/shown.ts';

export interface CardOffer {
  readonly kind: 'offer';
  readonly audience: Uint8Array;
  readonly charge: Charge;
  readonly needsPin: boolean;
  readonly isEnough: boolean;
}

export type CardVerdict = CardOffer | { readonly kind: 'no'; readonly code: CodeName };

const no = (code: CodeName): CardVerdict => ({ kind: 'no', code });

/** What is offered to a card. */
export interface OfferedToCard {
  readonly quote: Quote;
  /** The quote as it was signed. */
  readonly quoteEnvelope: Uint8Array;
  readonly offerTimeMs: number;
}

/** `currency`: the wallet's, taken when no purse has the price's own. Checks stand in the order of their codes. */
export function cardOffer(card: ReadyCard, offered: OfferedToCard, currency: string): CardVerdict {
  const { quote, offerTimeMs } = offered;
  const { info, leaf } = card;
  const { standing, parameters } = info;
  const own = leaf.card;
  if (own === undefined || quote.cards === 'none') return no('CHAIN_ROLE');
  if (quote.cards === 'chip' && own.assurance !== 'chip') return no('CHAIN_ROLE');
  if (offerTimeMs > Math.min(leaf.notAfterMs, parameters.value.notAfterMs)) return no('CHAIN_EXPIRED');
  // What is sealed and was not loaded at the card's last contact takes the payment server, and so the network.
  if (quote.contentKeyId !== undefined && !holdsKey(card, offered)) return no('KEY_ABSENT');
  if (card.code !== undefined) return no(card.code);
  const isBefore = offerTimeMs <= standing.clearedThroughMs || offerTimeMs < standing.timeMs - LIMITS.clockSkewMsMax;
  if (isBefore) return no('CLOCK_SKEW');
  const verdicts = pursesInOrder(info.purses, quote.currency, currency).map((purse) =>
    purseOffer(card, purse, quote, offerTimeMs),
  );
  const offers = verdicts.filter((one): one is CardOffer => one.kind === 'offer');
  return offers.find(({ isEnough }) => isEnough) ?? offers[0] ?? verdicts[0] ?? no('OFFER_CURRENCY');
}

function holdsKey({ info }: ReadyCard, { quote, quoteEnvelope, offerTimeMs }: OfferedToCard): boolean {
  const sale = cardSaleHash({ ...quote, quoteSignature: readEnvelope(quoteEnvelope).signature });
  const lines = info.contentKeys?.lines ?? [];
  return lines.some((one) => equalBytes(one.sale, sale) && offerTimeMs <= one.notAfterMs);
}

/** The price's own currency first, since nothing is converted then; then the wallet's. */
function pursesInOrder(purses: readonly PurseState[], ...preferred: readonly string[]): readonly PurseState[] {
  const rank = ({ currency }: PurseState): number => {
    const at = preferred.indexOf(currency);
    return at < 0 ? preferred.length : at;
  };
  return [...purses].sort((a, b) => rank(a) - rank(b));
}

function purseOffer({ info, leaf }: ReadyCard, purse: PurseState, quote: Quote, offerTimeMs: number): CardVerdict {
  const price = { amountMinor: quote.amountMinor, currency: quote.currency };
  const isConverted = price.currency !== purse.currency;
  const table = info.rates.value;
  if (isConverted && !isGoodTable(info, offerTimeMs)) return no('RATE_STALE');
  const money = converted(price, purse.currency, table);
  if (money === undefined) return no('RATE_STALE');
  const { amountMinor } = money;
  const ceiling = leaf.card?.ceilings.find((one) => one.currency === purse.currency)?.amountMinor ?? 0n;
  if (amountMinor > ceiling) return no('CEILING');
  const spends = info.standing.counter - info.standing.clearedCounter;
  if (spends >= info.parameters.value.debitsBetweenUploadsMax) return no('CEILING');
  const needsPin = needsPinFor(info, purse, amountMinor);
  if (needsPin && info.standing.pinTries === 0) return no('CARD_LOCKED');
  return {
    kind: 'offer',
    audience: keyHash(info.card.spki),
    charge: { money, table: isConverted ? table : undefined },
    needsPin,
    isEnough: amountMinor <= leftIn(purse),
  };
}

/** What a purse can still pay: its balance, or what its ceiling leaves. */
export function leftIn(purse: Pick<PurseState, 'plan' | 'balanceMinor' | 'ceilingMinor' | 'unreportedMinor'>): bigint {
  if (purse.plan === 'prepaid') return purse.balanceMinor;
  return purse.ceilingMinor > purse.unreportedMinor ? purse.ceilingMinor - purse.unreportedMinor : 0n;
}

function isGoodTable({ rates, parameters, standing }: ReadyCard['info'], offerTimeMs: number): boolean {
  const { notBeforeMs, notAfterMs } = rates.value;
  if (offerTimeMs > notAfterMs || offerTimeMs < notBeforeMs - LIMITS.clockSkewMsMax) return false;
  return standing.debitsUnderTable < parameters.value.debitsPerRateTableMax;
}

function needsPinFor({ parameters, standing }: ReadyCard['info'], purse: PurseState, amountMinor: bigint): boolean {
  const terms = parameters.value.purses.find((one) => one.purse === purse.purse);
  return (
    terms === undefined ||
    amountMinor > terms.noPinPaymentMaxMinor ||
    purse.noPinSumMinor + amountMinor > terms.noPinSumMaxMinor ||
    standing.noPinCount >= parameters.value.noPinCountMax
  );
}

function converted(price: Money, to: string, table: RateTable): Money | undefined {
  try {
    return convertMoney(price, to, table);
  } catch (fault) {
    if (fault instanceof ProtocolError && fault.code === 'RATE_STALE') return undefined;
    throw fault;
  }
}
