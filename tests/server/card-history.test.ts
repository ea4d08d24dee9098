/**
 * Any history of a card and its server: purchases on either, uploads whole and in parts, acknowledgements lost and found, loads.
 * After every step I2 holds: what the ledger says is on the card is what the card has, what it has not reported, and what was
 * credited and not taken. And nobody is paid or charged twice.
 */
import { ALG, decodeUploadAcknowledgement, readEnvelope, type PurseAmount } from '@coinslot/protocol';
import { expect, it } from 'vitest';
import { makeOffer, makeRequest } from '../lib/parties.ts';
import { CardHolder, PIN } from './card-holder.ts';
import {
  balanceOf,
  bytesOf,
  enrolPlayer,
  floatOf,
  ledgerOf,
  post,
  readDecision,
  requireBooks,
  startMarket,
  startServer,
  type Started,
} from './started-server.ts';

/** Mulberry32: the same draws for the same seed. */
function drawsOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

const STEPS = 70;
const MONEY = 3_000n;

class History {
  started!: Started;
  card!: CardHolder;
  readonly #draw: (below: number) => number;
  /** What each nonce was sold for, on the card or online, as its buyer knows it. */
  readonly sold = new Map<string, bigint>();
  /** An acknowledgement that the card has not taken. */
  #untaken: Uint8Array | undefined;
  #step = 0;

  constructor(seed: number) {
    this.#draw = drawsOf(seed);
  }

  async begin(alg: 1 | 2): Promise<void> {
    this.started = await startMarket();
    const player = await enrolPlayer(this.started, { moneyMinor: MONEY, pressDayMaxMinor: MONEY });
    this.card = await CardHolder.loaded(this.started, player, 500n, { alg });
  }

  async step(): Promise<string> {
    this.#step += 1;
    this.started.time.nowMs += 1_000;
    const acts = [
      () => this.#buyOffline(`offline ${this.#step}`),
      () => this.#buyOffline(`offline ${this.#step}`),
      () => this.#buyOffline(`offline ${this.#step}`),
      () => this.#buyOnline(`online ${this.#step}`),
      () => this.#buyTwice(`both ${this.#step}`),
      () => this.#upload(true),
      () => this.#upload(false),
      () => this.#upload(true, 1 + this.#draw(3)),
      () => this.#upload(true, undefined, BigInt(1 + this.#draw(300))),
      () => this.#restart(),
    ];
    const act = this.#draw(acts.length);
    await acts[act]?.();
    return String(act);
  }

  async #buyOffline(nonce: string): Promise<void> {
    const priceMinor = BigInt(1 + this.#draw(80));
    const { decision } = await this.card.pay(nonce, { priceMinor, pin: PIN });
    if (decision.code === 'APPROVED') this.sold.set(nonce, priceMinor);
    else expect(decision.code).toBe('INSUFFICIENT');
  }

  async #buyOnline(nonce: string): Promise<void> {
    const { holder, publisher, time } = this.started;
    const offer = makeOffer(publisher, { nonce, atMs: time.nowMs });
    const answer = await post(this.started, '/v1/payments', makeRequest(this.card.player, holder, offer));
    const { code } = readDecision(this.started, await bytesOf(answer));
    if (code === 'APPROVED') this.sold.set(nonce, 20n);
    else expect(code).toBe('INSUFFICIENT');
  }

  /** A wallet that forgot itself: the same nonce at the server and then on the card. */
  async #buyTwice(nonce: string): Promise<void> {
    await this.#buyOnline(nonce);
    const { decision } = await this.card.pay(nonce, { pin: PIN });
    if (decision.code === 'APPROVED') this.sold.set(nonce, 20n);
  }

  async #upload(isTaken: boolean, count?: number, loadMinor?: bigint): Promise<void> {
    const all = await this.card.records();
    const records = all.slice(0, count ?? 24);
    const isWhole = records.length === all.length;
    const loads: PurseAmount[] = loadMinor && isWhole ? [{ purse: 'prepaid-EUR', amountMinor: loadMinor }] : [];
    const answer = await this.card.send({ records, loads });
    if (answer.status === 402) return; // more than there is: nothing has changed
    expect(answer.status).toBe(200);
    this.#untaken = await bytesOf(answer);
    if (isTaken) await this.#take();
  }

  async #take(): Promise<void> {
    if (this.#untaken !== undefined) await this.card.take(this.#untaken);
    this.#untaken = undefined;
  }

  async #restart(): Promise<void> {
    const { storePath, time } = this.started;
    await this.started.server.close();
    this.started = await startServer({ storePath, nowMs: time.nowMs });
    this.card = this.card.at(this.started);
  }

  async verify(): Promise<void> {
    const { started, card } = this;
    const known = (await started.server.service.records.cards.findCard(card.cardId))?.counter ?? 0;
    const entries = await card.use((terminal) => terminal.records());
    const unreported = entries
      .filter(({ fields }) => fields.counter > known)
      .reduce((sum, { fields }) => sum + fields.chargedMinor, 0n);
    const promised = this.#untaken === undefined ? 0n : creditOf(this.#untaken);
    const float = await floatOf(started, card);
    expect(float).toBe((await card.balance()) + unreported + promised);
    const payable = await ledgerOf(started, 'publisher-payable', 'lumen-works');
    expect((await balanceOf(started, card.player)) + float + payable).toBe(MONEY);
  }

  /** Everything comes up, and every sale is there once. */
  async end(): Promise<void> {
    await this.#take();
    while ((await this.card.records()).length > 0) await this.#upload(true);
    await this.verify();
    const payable = await ledgerOf(this.started, 'publisher-payable', 'lumen-works');
    expect(payable).toBe([...this.sold.values()].reduce((sum, price) => sum + price, 0n));
    await requireBooks(this.started);
  }
}

const creditOf = (acknowledgement: Uint8Array): bigint =>
  decodeUploadAcknowledgement(readEnvelope(acknowledgement).body).credits.reduce(
    (sum, { amountMinor }) => sum + amountMinor,
    0n,
  );

it.each([
  [1, ALG.ed25519],
  [2, ALG.p256],
  [3, ALG.ed25519],
] as const)('history %i conserves what there is', async (seed, alg) => {
  const history = new History(seed);
  await history.begin(alg);
  let told = '';
  for (let i = 0; i < STEPS; i++) {
    told += await history.step();
    try {
      await history.verify();
    } catch (cause) {
      throw new Error(`after the acts ${told}: ${String(cause)}`, { cause });
    }
  }
  await history.end();
});
