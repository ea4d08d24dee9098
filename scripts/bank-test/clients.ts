/**
 * What many people do at once, each asking until there is an answer, with the same bytes every time; and what they remember of
 * it, which the books must agree with in the end.
 */
import {
  decodePaymentDecision,
  encodeRefundOrder,
  readEnvelope,
  sealEnvelope,
  type PaymentDecision,
} from '@coinslot/protocol';
import { randomBytes, randomInt } from 'node:crypto';
import { makeAccountRequest, makeEnrolment, makeRequest, type MadeOffer } from '../../tests/lib/parties.ts';
import { accounts, offers, OPERATOR_TOKEN, publisher, server, type Account } from './parties.ts';
import type { Servers } from './servers.ts';

const MSGPACK = 'application/msgpack';
const JSON_TYPE = 'application/json';
const PATIENCE_MS = 15;
/** In a hundred. */
const SHARES = { purchase: 70, topUp: 80, refund: 90, limits: 98, close: 100 } as const;

export interface Remembered {
  /** What the player's money comes to by what was answered. */
  toppedUpMinor: bigint;
  spentMinor: bigint;
  refundedMinor: bigint;
  closed: boolean;
}

interface Bought {
  readonly request: Uint8Array;
  readonly envelope: Buffer;
  readonly decision: PaymentDecision;
  readonly account: Account;
}

export class Clients {
  readonly #servers: Servers;
  readonly memory = new Map<Account, Remembered>();
  readonly bought: Bought[] = [];
  readonly counts = { purchases: 0, refused: 0, topUps: 0, refunds: 0, limits: 0, closings: 0, askedAgain: 0 };

  constructor(servers: Servers) {
    this.#servers = servers;
    for (const account of accounts)
      this.memory.set(account, { toppedUpMinor: 0n, spentMinor: 0n, refundedMinor: 0n, closed: false });
  }

  async enrolAll(): Promise<void> {
    const chain = publisher.chain.map((one) => Buffer.from(one).toString('base64'));
    const bank = { holder: 'Lumen Works', iban: 'DE89370400440532013000' };
    await this.#operate('/v1/operator/publishers', { chain, payoutCurrency: 'EUR', bank, feeBasisPoints: 700 });
    for (const account of accounts) await this.enrol(account);
  }

  async enrol({ keys, plan }: Account): Promise<void> {
    const limits = { pressPaymentMaxMinor: 100n, pressDayMaxMinor: 1_000_000n };
    const fields = { ...limits, plan, timeMs: Date.now(), nonce: nonce() };
    await this.#send('/v1/enrolments', MSGPACK, makeEnrolment(keys, server, fields));
    if (plan === 'postpaid')
      await this.#operate('/v1/operator/ceilings', {
        userId: hexOf(keys.userId),
        ceilingMinor: '20000',
        currency: 'EUR',
      });
  }

  /** One thing after the other until it is time. */
  async actUntil(endMs: number): Promise<void> {
    while (Date.now() < endMs) await this.#actOnce();
  }

  #actOnce(): Promise<void> {
    const drawn = randomInt(100);
    const account = accounts[randomInt(accounts.length)]!;
    if (drawn < SHARES.purchase) return this.#buy(account);
    if (drawn < SHARES.topUp) return this.topUp(account, BigInt(randomInt(1, 400)));
    if (drawn < SHARES.refund) return this.#refund();
    if (drawn < SHARES.limits) return this.#changeLimits(account);
    // Most stay open to the end, or there would be nothing left to do.
    return randomInt(20) === 0 ? this.#close(account) : this.#buy(account);
  }

  async #buy(account: Account): Promise<void> {
    const made = await this.buyOnce(account, offers[randomInt(offers.length)]!);
    if (randomInt(10) > 0) return;
    this.counts.askedAgain += 1;
    const again = await this.#send('/v1/payments', MSGPACK, made.request);
    if (!again.equals(made.envelope)) throw new Error('asked again, the server gave another decision');
  }

  async buyOnce(account: Account, offer: MadeOffer): Promise<Bought> {
    const offerTimeMs = Date.now();
    const named = { ...offer, offer: { ...offer.offer, offerTimeMs, nonce: nonce() } };
    const request = makeRequest(account.keys, server, named, { deadlineMs: offerTimeMs + 500_000 });
    const envelope = await this.#send('/v1/payments', MSGPACK, request);
    const decision = decodePaymentDecision(readEnvelope(Uint8Array.from(envelope)).body);
    const made = { request, envelope, decision, account };
    this.counts.purchases += 1;
    if (decision.outcome === 'approved') {
      this.bought.push(made);
      this.#remember(account).spentMinor += decision.chargedMinor;
    } else this.counts.refused += 1;
    return made;
  }

  /** Does nothing for a closed account: what comes in for it is nobody's yet, and other tests look at that. */
  async topUp(account: Account, amountMinor: bigint): Promise<void> {
    const kept = this.#remember(account);
    if (kept.closed) return;
    const answer = await this.#operate('/v1/operator/topups', {
      userId: hexOf(account.keys.userId),
      amountMinor: String(amountMinor),
      currency: 'EUR',
      bankReference: `bank test ${hexOf(nonce())}`,
    });
    if (answer === 'done') kept.toppedUpMinor += amountMinor;
    this.counts.topUps += 1;
  }

  /** By the publisher or by the operator, now and then one that was given back before. */
  async #refund(): Promise<void> {
    const sold = this.bought[randomInt(Math.max(this.bought.length, 1))];
    if (sold === undefined) return;
    const { decisionId, chargedMinor } = sold.decision;
    const isDone =
      randomInt(2) === 0
        ? (await this.#operate('/v1/operator/refunds', { decisionId: hexOf(decisionId), reason: 'defect' })) === 'done'
        : (await this.#sendMaybe('/v1/refunds', MSGPACK, refundOrder(decisionId))) !== undefined;
    if (!isDone || this.#refunded.has(hexOf(decisionId))) return;
    this.#refunded.add(hexOf(decisionId));
    this.#remember(sold.account).refundedMinor += chargedMinor;
    this.counts.refunds += 1;
  }

  readonly #refunded = new Set<string>();

  async #changeLimits(account: Account): Promise<void> {
    const limits = { pressPaymentMaxMinor: BigInt(randomInt(99, 500)), pressDayMaxMinor: 1_000_000n };
    const fields = { ...limits, ask: 'limits' as const, timeMs: Date.now(), nonce: nonce() };
    await this.#sendMaybe('/v1/accounts', MSGPACK, makeAccountRequest(account.keys, server, fields));
    this.counts.limits += 1;
  }

  async #close(account: Account): Promise<void> {
    this.#remember(account).closed = true;
    const fields = { ask: 'close' as const, timeMs: Date.now(), nonce: nonce() };
    await this.#sendMaybe('/v1/accounts', MSGPACK, makeAccountRequest(account.keys, server, fields));
    this.counts.closings += 1;
  }

  #remember(account: Account): Remembered {
    const kept = this.memory.get(account) ?? { toppedUpMinor: 0n, spentMinor: 0n, refundedMinor: 0n, closed: false };
    this.memory.set(account, kept);
    return kept;
  }

  async #operate(path: string, body: object): Promise<'done' | 'refused'> {
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    return (await this.#sendMaybe(path, JSON_TYPE, bytes)) === undefined ? 'refused' : 'done';
  }

  async #send(path: string, type: string, body: Uint8Array): Promise<Buffer> {
    const answer = await this.#sendMaybe(path, type, body);
    if (answer === undefined) throw new Error(`${path}: refused for good`);
    return answer;
  }

  /** The same bytes to whichever server lives, until one answers; `undefined` for a refusal that asking again does not change. */
  async #sendMaybe(path: string, type: string, body: Uint8Array): Promise<Buffer | undefined> {
    for (;;) {
      const { ports } = this.#servers;
      const port = ports[randomInt(Math.max(ports.length, 1))];
      if (port !== undefined) {
        const answer = await post(`http://127.0.0.1:${port}${path}`, type, body);
        if (answer !== undefined && answer.status < 300) return answer.body;
        if (answer !== undefined && answer.status < 500 && answer.status !== 429) return undefined;
      }
      await new Promise((resolve) => void setTimeout(resolve, PATIENCE_MS));
    }
  }
}

async function post(
  url: string,
  type: string,
  body: Uint8Array,
): Promise<{ status: number; body: Buffer } | undefined> {
  try {
    const headers = { 'content-type': type, authorization: `Bearer ${OPERATOR_TOKEN}` };
    const answer = await fetch(url, { method: 'POST', headers, body: Uint8Array.from(body) });
    return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
  } catch {
    return undefined; // killed meanwhile: whether it was done is not known, so it is asked again
  }
}

function refundOrder(decisionId: Uint8Array): Uint8Array {
  const order = {
    publisherId: publisher.id,
    decisionId,
    reason: 'requested',
    timeMs: Date.now(),
    nonce: nonce(),
  } as const;
  const body = encodeRefundOrder({ ...order, audience: server.keyHash });
  return sealEnvelope('refund-order', body, publisher.signer, publisher.chain);
}

const nonce = (): Uint8Array => Uint8Array.from(randomBytes(16));
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
