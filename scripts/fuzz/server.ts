/** Mutants at the payment server's doors and at the sandbox's own, over kept-alive connections. */
import { Agent, request as openRequest } from 'node:http';
import { randomBytes } from 'node:crypto';
import { encodeAccountRequest, encodeEnrolment, sealEnvelope, type Offer } from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';
import { post, requestOf } from '../prove/server-door.ts';
import type { Parties } from '../town.ts';
import { mutate, pick, type Draw } from './mutate.ts';
import type { Tally } from './tally.ts';

export interface ServerFuzz {
  send(): Promise<void>;
  close(): void;
}

interface Posting {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

const MSGPACK = { 'content-type': 'application/msgpack' };
const JSON_TYPE = { 'content-type': 'application/json' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const bytes = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Pays one request of Ada's first: mutants of what was decided are fuzzed as well as of what never was. */
export async function openServerFuzz(
  { sandbox }: Parties,
  offer: Offer,
  time: { nowMs: number },
  draw: Draw,
  tally: Tally,
): Promise<ServerFuzz> {
  const { ada } = sandbox.sandbox.players;
  const audience = sandbox.server.identity.audience;
  const decided = requestOf(sandbox, ada, { ...offer, nonce: bytes(16), offerTimeMs: time.nowMs });
  if (!('decision' in (await post(sandbox, decided)))) throw new Error('the honest payment was not decided');
  const fresh = (): Uint8Array => requestOf(sandbox, ada, { ...offer, nonce: bytes(16), offerTimeMs: time.nowMs });
  const account = nativeSigner(bytes(32));
  const common = { timeMs: time.nowMs, nonce: bytes(16), audience, pressPaymentMaxMinor: 1n, pressDayMaxMinor: 1n };
  const enrolment = sealEnvelope(
    'enrolment',
    encodeEnrolment({
      ...common,
      accountKey: account.publicKey,
      pressKey: nativeSigner(bytes(32)).publicKey,
      pinKey: nativeSigner(bytes(32)).publicKey,
      currency: 'EUR',
      plan: 'prepaid',
    }),
    account,
    [],
  );
  const limits = (): Uint8Array =>
    sealEnvelope(
      'account-request',
      encodeAccountRequest({
        ...common,
        timeMs: time.nowMs,
        userId: ada.userId,
        ask: 'limits',
        after: 0n,
        passwordKey: undefined,
      }),
      ada.pin,
      [],
    );
  const topUp = text(
    JSON.stringify({
      userId: Buffer.from(ada.userId).toString('hex'),
      amountMinor: '100',
      currency: 'EUR',
      bankReference: 'fuzz',
    }),
  );
  const wrongToken = { ...JSON_TYPE, authorization: `Bearer ${'x'.repeat(sandbox.operatorToken.length)}` };
  const rightToken = { ...JSON_TYPE, authorization: `Bearer ${sandbox.operatorToken}` };
  const own = { origin: sandbox.url };
  const cut = (whole: Uint8Array): Uint8Array => whole.slice(0, draw(whole.length));

  const postings: readonly (() => Posting)[] = [
    () => ({ path: '/v1/payments', headers: MSGPACK, body: mutate(fresh(), draw) }),
    () => ({ path: '/v1/payments', headers: MSGPACK, body: mutate(decided, draw) }),
    () => ({ path: '/v1/enrolments', headers: MSGPACK, body: mutate(enrolment, draw) }),
    () => ({ path: '/v1/accounts', headers: MSGPACK, body: mutate(limits(), draw) }),
    // The operator's own mistakes are cut off, never altered: another amount with the right token is another order.
    () => ({ path: '/v1/operator/topups', headers: rightToken, body: cut(topUp) }),
    () => ({ path: '/v1/operator/topups', headers: wrongToken, body: mutate(topUp, draw) }),
    () => ({ path: '/v1/operator/ceilings', headers: rightToken, body: cut(topUp) }),
    () => ({ path: '/v1/operator/rates', headers: rightToken, body: mutate(text('{"base":"EUR","rates":[1]}'), draw) }),
    () => ({
      path: '/v1/operator/publishers',
      headers: rightToken,
      body: mutate(text('{"chain":["AA=="],"bank":{}}'), draw),
    }),
    () => ({
      path: '/console/faults',
      headers: { ...JSON_TYPE, ...own },
      body: mutate(text('{"fault":"none","mode":"?"}'), draw),
    }),
    () => ({
      path: '/bank/payments',
      headers: { ...FORM, ...own },
      body: mutate(text(`user=${'0'.repeat(32)}&amount=500`), draw),
    }),
  ];
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  return {
    async send() {
      time.nowMs += 100;
      const posting = pick(draw, postings)();
      const status = await statusOf(agent, sandbox.port, posting);
      if (status >= 500) tally.fault(`server ${posting.path}: ${status}`);
      tally.count(`server ${posting.path}`, status === 0 ? 'closed' : String(status));
    },
    close: () => agent.destroy(),
  };
}

/** 0 when the connection was cut. */
function statusOf(agent: Agent, port: number, { path, headers, body }: Posting): Promise<number> {
  return new Promise((resolve) => {
    const request = openRequest({ agent, port, host: '127.0.0.1', path, method: 'POST', headers }, (response) => {
      response.resume();
      response.once('close', () => resolve(response.statusCode ?? 0));
    });
    request.once('error', () => resolve(0));
    request.end(body);
  });
}
