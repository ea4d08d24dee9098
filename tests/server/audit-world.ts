/**
 * A small world with something of everything that the audit looks at, made once and handed out as the bytes of its store: two
 * publishers with fees, four currencies, players with money and with a ceiling, a card whose records came up in every way,
 * claims, refunds.
 */
import { convertMoney, decodePaymentDecision, plainAmount, readEnvelope, type RateTable } from '@coinslot/protocol';
import { readFileSync } from 'node:fs';
import {
  DAY_MS,
  makeAccountRequest,
  makeOffer,
  makePublisher,
  makeRequest,
  type Holder,
  type MadeOffer,
  type Player,
  type Tree,
} from '../lib/parties.ts';
import { CardHolder, PIN } from './card-holder.ts';
import { camt, closeAt, makeBank, makeBankDetails, makeMandate, OWN_BANK } from './month-world.ts';
import { makeRefundOrder } from './refund-orders.ts';
import {
  BANK,
  enrolPlayer,
  operate,
  post,
  RATES,
  startServer,
  type PlayerOptions,
  type Started,
} from './started-server.ts';

/** The store's file, closed, and whose roots it is under. */
export interface World {
  readonly bytes: Buffer;
  readonly tree: Tree;
  readonly server: Holder;
  /** Decision ids, by what they were for. */
  readonly decisions: ReadonlyMap<string, Uint8Array>;
}

export const ORBITS_IBAN = 'DE75512108001245126199';
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Whoever trades in it. */
export class Trade {
  readonly started: Started;
  readonly decisions = new Map<string, Uint8Array>();
  table!: RateTable;

  constructor(started: Started) {
    this.started = started;
  }

  async postRates(changes: Partial<RateTable> = {}): Promise<void> {
    const { nowMs } = this.started.time;
    const dates = { notBeforeMs: nowMs, notAfterMs: nowMs + 60 * DAY_MS };
    this.table = await this.started.server.service.putRateTable({ ...RATES, ...dates, ...changes });
  }

  offerOf(nonce: string, from: Holder, amountMinor: bigint, currency: string): MadeOffer {
    const quote = { amountMinor, currency, free: amountMinor === 0n };
    return makeOffer(from, { atMs: this.started.time.nowMs, nonce, quote });
  }

  /** One purchase on line; the answer's code. */
  async buy(nonce: string, player: Player, from: Holder, amountMinor: bigint, currency: string): Promise<string> {
    const { server, holder } = this.started;
    const offer = this.offerOf(nonce, from, amountMinor, currency);
    const converts = currency !== player.currency;
    const charge = convertMoney({ amountMinor, currency }, player.currency, this.table);
    const answer = await server.decide(
      makeRequest(player, holder, offer, {
        chargeMinor: charge.amountMinor,
        rateTableId: converts ? this.table.id : 0,
        proof: 'pin',
      }),
    );
    if (answer.kind !== 'decided') throw new Error(`${nonce}: ${answer.kind}`);
    this.decisions.set(nonce, decodePaymentDecision(readEnvelope(answer.decision).body).decisionId);
    this.started.time.nowMs += 60_000;
    return answer.code;
  }

  async refund(nonce: string, by: Holder): Promise<void> {
    const order = makeRefundOrder(this.started, this.decisions.get(nonce) as Uint8Array, {}, by);
    await this.started.server.service.refunds.order(order);
  }

  refundByOperator(nonce: string): Promise<unknown> {
    return this.started.server.service.refunds.byOperator({ decisionId: this.decisions.get(nonce) as Uint8Array });
  }
}

async function startTrade(): Promise<{ trade: Trade; lumen: Holder; orbit: Holder }> {
  const started = await startServer({ bank: makeBank(), ownBank: OWN_BANK });
  const lumen = started.publisher;
  const orbit = makePublisher(started.tree, { id: 'orbit-forge', commonName: 'Orbit Forge' });
  const { publishers } = started.server.service;
  await publishers.enrol({ chain: lumen.chain, payoutCurrency: 'EUR', bank: BANK, feeBasisPoints: 1_500 });
  await publishers.enrol({ chain: orbit.chain, payoutCurrency: 'USD', bank: BANK, feeBasisPoints: 333 });
  const trade = new Trade(started);
  await trade.postRates();
  return { trade, lumen, orbit };
}

const PLAYERS: readonly PlayerOptions[] = [
  { name: 'Ada', currency: 'EUR', moneyMinor: 9_000n },
  { name: 'Bo', currency: 'USD', plan: 'postpaid', moneyMinor: 20_000n },
  { name: 'Cy', currency: 'JPY', moneyMinor: 50_000n },
  { name: 'Di', currency: 'KWD', plan: 'postpaid', moneyMinor: 90_000n },
];
const PRICES = [
  [20n, 'EUR'],
  [99n, 'USD'],
  [333n, 'JPY'],
  [1_234n, 'KWD'],
] as const;

/** Every player buys in every currency, of both publishers. */
async function buyAll(
  trade: Trade,
  players: readonly Player[],
  publishers: readonly Holder[],
  when: string,
): Promise<void> {
  for (const [i, player] of players.entries())
    for (const [j, [amountMinor, currency]] of PRICES.entries()) {
      const from = publishers[(i + j) % publishers.length] as Holder;
      const code = await trade.buy(`${when} ${i} ${currency}`, player, from, amountMinor, currency);
      if (code !== 'APPROVED') throw new Error(`${when} ${i} ${currency}: ${code}`);
    }
}

/** A card whose records came up: booked, converted, without the player's message 2, and after their claim was paid. */
async function useCard({ started, table }: Trade): Promise<void> {
  const player = await enrolPlayer(started, { name: 'Eve', moneyMinor: 3_000n });
  const card = await CardHolder.loaded(started, player, 900n);
  await card.pay('card, booked', { pin: PIN });
  const request = { chargeMinor: 93n, rateTableId: table.id };
  await card.pay('card, in dollars', { priceMinor: 100n, currency: 'USD', request, pin: PIN });
  await card.report();
  started.time.nowMs += 60_000; // a card takes no offer of the time of its last clearing
  await card.pay('card, disputed', { pin: PIN });
  const [disputed] = await card.records();
  if (disputed === undefined) throw new Error('no record');
  await card.report({ records: [{ request: undefined, decision: undefined, record: disputed.record }] });
  await card.recharge(100n);
  started.time.nowMs += 60_000;
  const { quoteEnvelope } = makeOffer(started.publisher, {
    atMs: started.time.nowMs,
    nonce: 'card, claimed',
    quote: { amountMinor: 40n },
  });
  const { envelope } = await card.pay('card, claimed', { priceMinor: 40n, pin: PIN });
  started.time.nowMs += 31 * DAY_MS;
  const claims = [{ decision: base64(envelope), quote: base64(quoteEnvelope) }];
  const answer = await operate(started, '/v1/operator/claims', { publisherId: started.publisher.id, claims });
  if (answer.status !== 200) throw new Error(`claim: ${answer.status}`);
  const copy = await card.copy();
  await card.report();
  started.time.nowMs += 60_000;
  await copy.pay('card, copied', { priceMinor: 50n, pin: PIN });
  await copy.send();
}

const APRIL = Date.UTC(2026, 3, 2);
const MAY = Date.UTC(2026, 4, 3);

/** What is signed about money before the first month ends: where publishers are paid, and how players pay. */
async function signMoney({ started }: Trade, orbit: Holder, [ada, bo, cy, di]: Four): Promise<void> {
  const { bankDetails, mandates } = started.server.service;
  await bankDetails.take(makeBankDetails(started));
  const fields = { holder: 'Orbit Forge', iban: ORBITS_IBAN, payoutCurrency: 'USD' };
  await bankDetails.take(makeBankDetails(started, fields, orbit));
  await mandates.take(makeMandate(started, bo));
  await mandates.take(makeMandate(started, di, { way: 'card-on-file' }));
  await mandates.take(makeMandate(started, cy, { holder: 'Cy Player' }));
  await mandates.take(makeMandate(started, ada, { way: 'transfer' }));
}

type Four = readonly [Player, Player, Player, Player];

/** What the bank says of March's files, and of money that nobody ordered. */
async function hearTheBank({ started }: Trade, [ada, bo, , di]: Four): Promise<void> {
  const { bank, records } = started.server.service;
  const { periods } = records;
  const [collections, payouts] = [await periods.listCollections(202603, '', 10), await periods.listPayouts(202603)];
  const collectionOf = ({ userId }: Player) => collections.find((one) => hexOf(one.userId) === hexOf(userId))!;
  const [lumens, orbits] = ['lumen-works', 'orbit-forge'].map((id) => payouts.find((one) => one.publisherId === id)!);
  const inMajor = (amountMinor: bigint, currency: string): string => plainAmount({ amountMinor, currency });
  const paid = (reference: string, { endToEndId, amountMinor, currency }: ReturnType<typeof collectionOf>) => ({
    reference,
    endToEndId,
    amount: inMajor(amountMinor, currency),
    currency,
  });
  const out = (reference: string, { endToEndId, amountMinor, payoutCurrency: currency }: (typeof payouts)[number]) => ({
    reference,
    endToEndId,
    amount: inMajor(amountMinor, currency),
    currency,
    direction: 'out' as const,
  });
  const notice = camt(
    paid('B-1', collectionOf(bo)),
    paid('B-2', collectionOf(di)),
    out('B-3', lumens!),
    out('B-4', orbits!),
    { reference: 'B-5', amount: '12.34', remittance: `for ${hexOf(ada.userId)}` },
    { reference: 'B-6', amount: '9.99', remittance: 'for whom it may concern' },
    { reference: 'B-7', amount: '1.00', remittance: 'for nobody' },
  );
  await bank.takeNotice(notice);
  await bank.takeNotice(notice);
  await bank.takeNotice(
    camt(
      { ...paid('B-8', collectionOf(di)), direction: 'out', returned: 'MD06' },
      { ...out('B-9', orbits!), direction: 'in', returned: 'AC04' },
    ),
  );
}

/** A person puts something right, and a player leaves. */
async function tidyUp({ started }: Trade, [ada, , cy]: Four): Promise<void> {
  const { corrections } = started.server.service;
  await corrections.clearSuspense('B-6', ada.userId);
  await corrections.correct({
    reference: 'ticket 1',
    corrects: 1n,
    reason: 'goodwill',
    postings: [
      {
        debit: { kind: 'fees', owner: '', currency: 'EUR' },
        credit: { kind: 'player-prepaid', owner: hexOf(ada.userId), currency: 'EUR' },
        amountMinor: 3n,
      },
    ],
  });
  const closing = makeAccountRequest({ ...cy, account: cy.pin }, started.holder, {
    ask: 'close',
    timeMs: started.time.nowMs,
  });
  const answer = await post(started, '/v1/accounts', closing);
  if (answer.status !== 200) throw new Error(`closing: ${answer.status} ${await answer.text()}`);
}

/** Makes it; inside a test, which closes the server. */
export async function makeWorld(): Promise<World> {
  const { trade, lumen, orbit } = await startTrade();
  const { started, decisions } = trade;
  const players: Player[] = [];
  for (const options of PLAYERS) players.push(await enrolPlayer(started, options));
  const four = players as unknown as Four;
  const [ada, bo] = four;
  await signMoney(trade, orbit, four);
  await buyAll(trade, players, [lumen, orbit], 'March');
  await trade.buy('free', ada, orbit, 0n, 'EUR');
  await trade.buy('too dear', ada, orbit, 900_000n, 'EUR');
  await trade.refund('March 0 JPY', lumen);
  await trade.refundByOperator('March 1 USD');
  await useCard(trade);
  await closeAt(started, 202603, APRIL);
  await trade.postRates({ rates: RATES.rates.map((rate) => ({ ...rate, rateE8: rate.rateE8 + 12_345n })) });
  await hearTheBank(trade, four);
  await buyAll(trade, players, [orbit, lumen], 'April');
  await trade.refund('April 1 EUR', lumen);
  await trade.refund('March 2 EUR', lumen);
  const topUp = { userId: bo.userId, amountMinor: 500n, currency: 'USD', bankReference: 'Bo pays some' };
  await started.server.service.players.topUp(topUp);
  await tidyUp(trade, four);
  await closeAt(started, 202604, MAY);
  await trade.buy('May', ada, lumen, 20n, 'EUR');
  await started.server.close();
  const bytes = readFileSync(started.storePath);
  return { bytes, tree: started.tree, server: started.holder, decisions };
}
