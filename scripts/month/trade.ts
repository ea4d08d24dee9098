/**
 * The month itself: daily rate tables, money paid in, purchases on line and by card, refunds; and two days of the next month, so
 * that the closing has something to leave alone. Everything goes through the server's own doors, signed as wallets, cards and
 * publishers sign; only the sockets are left out.
 */
import { ALG, encodePaymentRequest, sealEnvelope, type RateTable } from '@coinslot/protocol';
import type { PaymentServer } from '@coinslot/server';
import { askWhileBusy, type Ask } from './busy.ts';
import { makeEnrolment } from '../../tests/lib/parties.ts';
import { CardInHand } from './card-in-hand.ts';
import type { Dice } from './dice.ts';
import { chargeOf, requestFor, type Purchase } from './purchase.ts';
import { CURRENCIES, MONTH, type Currency, type MonthPlayer, type World } from './world.ts';

export interface TradeOptions {
  readonly world: World;
  readonly server: PaymentServer;
  readonly dice: Dice;
  /** The server's clock, which this moves. */
  readonly time: { nowMs: number };
  readonly purchases: number;
  /** Once everybody has an account. */
  afterOpening(): Promise<void>;
  /** At the end of each day, from 0. */
  onDay(day: number, sofar: Trade): Promise<void>;
}

export interface Trade {
  readonly approved: number;
  readonly refused: number;
  readonly byCard: number;
  /** How often the server said BUSY, and was asked again with the same bytes. */
  readonly askedAgain: number;
  /** Decisions that publishers may want to give back, as they came: envelope `payment-decision`. */
  readonly sold: readonly { readonly decision: Uint8Array; readonly publisherId: string }[];
  readonly cards: readonly CardInHand[];
}

const DAY_MS = 86_400_000;
/** Purchases under way at once: what a group commit shares. */
const TOGETHER = 64;
/** One purchase in so many is made by card, one in so many is remembered for a refund. */
const BY_CARD_ONE_IN = 20;
const REMEMBERED_ONE_IN = 100;
/** Days of the month on which cards meet the network again; those of the last days come up in the next month. */
const UPLOAD_DAYS = [10, 20];
const AFTER_DAYS = 2;
/** What one euro feels like, in minor units. */
const UNIT: Readonly<Record<Currency, bigint>> = { EUR: 100n, USD: 100n, GBP: 100n, JPY: 160n };
/** Units of 10^-8 for one euro. */
const RATES_E8: Readonly<Record<Exclude<Currency, 'EUR'>, bigint>> = {
  USD: 108_370_000n,
  GBP: 84_120_000n,
  JPY: 16_321_000_000n,
};

export async function trade(options: TradeOptions): Promise<Trade> {
  const month = new TradedMonth(options);
  await month.open();
  await options.afterOpening();
  await month.run();
  return month.result();
}

class TradedMonth {
  readonly #options: TradeOptions;
  readonly #cards = new Map<MonthPlayer, CardInHand>();
  readonly #sold: { decision: Uint8Array; publisherId: string }[] = [];
  #approved = 0;
  #refused = 0;
  #byCard = 0;
  #askedAgain = 0;
  #table!: RateTable;

  constructor(options: TradeOptions) {
    this.#options = options;
  }

  result(): Trade {
    const [approved, refused, byCard, askedAgain] = [this.#approved, this.#refused, this.#byCard, this.#askedAgain];
    return { approved, refused, byCard, askedAgain, sold: this.#sold, cards: [...this.#cards.values()] };
  }

  readonly #ask: Ask = (ask) => askWhileBusy(ask, () => void (this.#askedAgain += 1));

  /** Everybody has an account, money or a ceiling, and whoever wants one a card. */
  async open(): Promise<void> {
    const { world, server, time, dice } = this.#options;
    time.nowMs = MONTH.startMs;
    await this.#postRates();
    for (const part of chunksOf(world.players, TOGETHER))
      await Promise.all(
        part.map((player) => {
          const fields = { plan: player.plan, timeMs: time.nowMs, nonce: dice.bytes(16) };
          const limits = {
            pressPaymentMaxMinor: 10n * UNIT[player.currency],
            pressDayMaxMinor: 500n * UNIT[player.currency],
          };
          const enrolment = makeEnrolment(player.keys, world.server, { ...fields, ...limits });
          return this.#ask(() => server.service.players.enrol(enrolment));
        }),
      );
    for (const part of chunksOf(world.players, TOGETHER)) await Promise.all(part.map((player) => this.#fund(player)));
    for (const player of world.players.filter(({ hasCard }) => hasCard)) await this.#giveCard(player);
  }

  #fund(player: MonthPlayer): Promise<unknown> {
    const { players } = this.#options.server.service;
    const [userId, unit] = [player.keys.userId, UNIT[player.currency]];
    if (player.plan === 'postpaid') return this.#ask(() => players.setCeiling(userId, 200n * unit, player.currency));
    return this.#topUp(player, 60n * unit);
  }

  #topUp(player: MonthPlayer, amountMinor: bigint): Promise<unknown> {
    const bankReference = Buffer.from(this.#options.dice.bytes(12)).toString('hex');
    const { userId } = player.keys;
    const { currency } = player;
    const { players } = this.#options.server.service;
    return this.#ask(() => players.topUp({ userId, amountMinor, currency, bankReference }));
  }

  async #giveCard(player: MonthPlayer): Promise<void> {
    const { server, world, dice, time } = this.#options;
    const around = { server, world, ask: this.#ask, random: dice.bytes, clock: () => time.nowMs };
    const card = await CardInHand.issued(player, dice.pick([ALG.ed25519, ALG.p256]), around);
    await card.report(20n * UNIT[player.currency]);
    this.#cards.set(player, card);
  }

  /** A table for the day, a little off the day before's. */
  async #postRates(): Promise<void> {
    const { server, time, dice } = this.#options;
    const rates = CURRENCIES.filter((currency) => currency !== 'EUR').map((currency) => ({
      currency,
      rateE8: RATES_E8[currency] + BigInt(dice.below(200_000)) - 100_000n,
    }));
    const validity = { notBeforeMs: time.nowMs, notAfterMs: time.nowMs + 2 * DAY_MS };
    this.#table = await this.#ask(() => server.service.putRateTable({ base: 'EUR', rates, ...validity }));
  }

  /** Purchases are spread evenly over the days; each day begins with its table. */
  async run(): Promise<void> {
    const { purchases, time } = this.#options;
    const days = Math.round((MONTH.endMs - MONTH.startMs) / DAY_MS) + AFTER_DAYS;
    const perDay = Math.ceil(purchases / days);
    let made = 0;
    for (let day = 0; day < days; day++) {
      time.nowMs = MONTH.startMs + day * DAY_MS + 1;
      await this.#postRates();
      if (UPLOAD_DAYS.includes(day)) await this.#bringCards();
      const today = Math.min(perDay, purchases - made);
      for (let i = 0; i < today; i += TOGETHER) {
        time.nowMs = MONTH.startMs + day * DAY_MS + 3_600_000 + Math.floor((i / Math.max(today, 1)) * 72_000_000);
        await this.#buy(Math.min(TOGETHER, today - i));
      }
      made += today;
      await this.#options.onDay(day, this.result());
    }
    await this.#bringCards();
  }

  async #bringCards(): Promise<void> {
    for (const card of this.#cards.values()) {
      const loadMinor = 5n * UNIT[card.player.currency];
      await this.#topUp(card.player, loadMinor);
      await card.report(loadMinor);
    }
  }

  async #buy(count: number): Promise<void> {
    const { dice } = this.#options;
    const cards = [...this.#cards.values()];
    const online: Purchase[] = [];
    for (let i = 0; i < count; i++) {
      if (cards.length > 0 && dice.onceIn(BY_CARD_ONE_IN)) await this.#buyByCard(dice.pick(cards));
      else online.push(this.#purchaseOf(dice.pick(this.#options.world.players)));
    }
    const outcomes = await Promise.all(online.map((purchase) => this.#buyOnline(purchase)));
    const short = online.filter((_, i) => outcomes[i] === 'INSUFFICIENT').map(({ player }) => player);
    for (const player of new Set(short)) await this.#topUp(player, 30n * UNIT[player.currency]);
  }

  #purchaseOf(player: MonthPlayer): Purchase {
    const { dice, world, time } = this.#options;
    const offer = dice.pick(dice.pick(world.studios).offers);
    const chargeMinor = chargeOf(offer, player.currency, this.#table);
    return { player, offer, atMs: time.nowMs, nonce: dice.bytes(16), chargeMinor };
  }

  async #buyOnline(purchase: Purchase): Promise<string> {
    const { dice, server, world } = this.#options;
    const { player, offer } = purchase;
    const isConverted = offer.quote.currency !== player.currency;
    const proof = dice.onceIn(10) ? 'pin' : 'press';
    const how = { audience: world.server.keyHash, proof, rateTableId: isConverted ? this.#table.id : 0 } as const;
    const body = encodePaymentRequest(requestFor(purchase, how));
    const isRemembered = dice.onceIn(REMEMBERED_ONE_IN);
    const request = sealEnvelope('payment-request', body, proof === 'pin' ? player.keys.pin : player.keys.press, []);
    const answer = await this.#ask(() => server.decide(request));
    if (answer.kind !== 'decided') throw new Error(`the server answered ${answer.kind}`);
    if (answer.code !== 'APPROVED') this.#refused += 1;
    else {
      this.#approved += 1;
      if (isRemembered) this.#sold.push({ decision: answer.decision, publisherId: offer.quote.publisherId });
    }
    return answer.code;
  }

  /** In the card's own currency: its table is weeks old. */
  async #buyByCard(card: CardInHand): Promise<void> {
    const { world, dice, time } = this.#options;
    const own = world.studios
      .flatMap(({ offers }) => offers)
      .filter(({ quote }) => quote.currency === card.player.currency);
    const offer = dice.pick(own);
    const chargeMinor = offer.quote.amountMinor;
    const isPaid = await card.pay({ player: card.player, offer, atMs: time.nowMs, nonce: dice.bytes(16), chargeMinor });
    if (isPaid) this.#byCard += 1;
    else this.#refused += 1;
  }
}

function* chunksOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += size) yield items.slice(i, i + size);
}
