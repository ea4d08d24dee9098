/** Who is there in the month: an authority, a payment server, publishers with their price lists, players in four currencies. */
import { withChainByHash } from '@coinslot/protocol';
import {
  DAY_MS,
  makeOffer,
  makePlayer,
  makePublisher,
  makeServerHolder,
  makeTree,
  type Holder,
  type MadeOffer,
  type Player,
  type Tree,
} from '../../tests/lib/parties.ts';
import type { Dice } from './dice.ts';

export const CURRENCIES = ['EUR', 'USD', 'GBP', 'JPY'] as const;
export type Currency = (typeof CURRENCIES)[number];

/** The month that is traded, and the days after it. */
export const MONTH = { period: 202603, startMs: Date.UTC(2026, 2, 1), endMs: Date.UTC(2026, 3, 1) } as const;

export interface Studio {
  readonly holder: Holder;
  readonly payoutCurrency: Currency;
  readonly bank: { readonly holder: string; readonly iban: string };
  readonly feeBasisPoints: number;
  /** Its price list: quotes signed once, their chain by hash. */
  readonly offers: readonly MadeOffer[];
}

export interface MonthPlayer {
  readonly keys: Player;
  readonly name: string;
  readonly currency: Currency;
  readonly plan: 'prepaid' | 'postpaid';
  /** How a postpaid player pays; `transfer` for those who signed no mandate. */
  readonly way: 'bank-debit' | 'card-on-file' | 'transfer';
  readonly iban: string;
  /** Has a card for the days without a network. */
  readonly hasCard: boolean;
}

export interface World {
  readonly tree: Tree;
  readonly server: Holder;
  readonly studios: readonly Studio[];
  readonly players: readonly MonthPlayer[];
}

const STUDIOS: readonly (readonly [id: string, name: string, payout: Currency, feeBasisPoints: number])[] = [
  ['lumen-works', 'Lumen Works', 'EUR', 500],
  ['north-pier', 'North Pier', 'GBP', 500],
  ['tin-harbour', 'Tin Harbour', 'USD', 750],
  ['aoba-kobo', 'Aoba Kobo', 'JPY', 0],
  ['quiet-mill', 'Quiet Mill', 'EUR', 1_000],
  ['paper-lantern', 'Paper Lantern', 'USD', 333],
];
/** Prices of a level, in minor units. */
const PRICES: Readonly<Record<Currency, readonly bigint[]>> = {
  EUR: [20n, 50n, 99n, 199n],
  USD: [25n, 50n, 100n, 249n],
  GBP: [15n, 40n, 89n, 175n],
  JPY: [30n, 80n, 150n, 320n],
};
/** One player in so many has a card. */
const CARDS_ONE_IN = 12;

export function makeWorld(dice: Dice, playerCount: number): World {
  const tree = makeTree({ name: 'month', atMs: MONTH.startMs });
  const studios = STUDIOS.map(([id, commonName, payoutCurrency, feeBasisPoints]): Studio => {
    const holder = makePublisher(tree, { id, commonName });
    const bank = { holder: commonName, iban: ibanOf('DE', `37040044${digitsOf(dice, 10)}`) };
    return { holder, payoutCurrency, bank, feeBasisPoints, offers: offersOf(holder, payoutCurrency) };
  });
  const players = Array.from({ length: playerCount }, (_, i) => playerOf(dice, i));
  return { tree, server: makeServerHolder(tree), studios, players };
}

function offersOf(holder: Holder, own: Currency): readonly MadeOffer[] {
  return [own, own, 'EUR' as const].flatMap((currency, game) =>
    PRICES[currency].map((amountMinor, level) => {
      const names = { gameId: `game-${game + 1}`, offerId: `level-${level + 1}` };
      const validity = { notBeforeMs: MONTH.startMs - DAY_MS, notAfterMs: MONTH.endMs + 30 * DAY_MS };
      const made = makeOffer(holder, { terms: names, quote: { amountMinor, currency, ...validity } });
      const quote = withChainByHash(made.quoteEnvelope);
      return { ...made, quoteEnvelope: quote, offer: { ...made.offer, quote } };
    }),
  );
}

function playerOf(dice: Dice, i: number): MonthPlayer {
  const name = `Player ${i + 1}`;
  const currency = dice.pick(CURRENCIES);
  const plan = dice.onceIn(3) ? 'postpaid' : 'prepaid';
  const way =
    plan === 'prepaid' ? 'transfer' : dice.pick(['bank-debit', 'bank-debit', 'card-on-file', 'transfer'] as const);
  const hasCard = plan === 'prepaid' && dice.onceIn(CARDS_ONE_IN);
  return {
    keys: makePlayer(name, currency),
    name,
    currency,
    plan,
    way,
    iban: ibanOf('FR', frenchAccount(dice)),
    hasCard,
  };
}

const digitsOf = (dice: Dice, count: number): string => Array.from({ length: count }, () => dice.below(10)).join('');
const frenchAccount = (dice: Dice): string => `20041010${digitsOf(dice, 15)}`;

/** With its check digits: ISO 13616, ISO 7064 MOD 97-10. */
function ibanOf(country: string, account: string): string {
  const digits = [...`${account}${country}00`].map((sign) => parseInt(sign, 36)).join('');
  return `${country}${String(98n - (BigInt(digits) % 97n)).padStart(2, '0')}${account}`;
}
