/** The doors: path and method to what is behind them. `docs/reference/server-http.md` is the same table in words. */
import type { Escrows } from '../escrows/service.ts';
import type { Exchange } from '../exchange/service.ts';
import type { Payments, PaymentAnswer } from '../payments/service.ts';
import type { Players } from '../players/service.ts';
import { cardDoors } from './cards.ts';
import { escrowDoors } from './escrows.ts';
import { refundDoors } from './refunds.ts';
import { signInDoor } from './sign-in.ts';
import type { SignIns } from '../sign-in/service.ts';
import type { Evidence } from '../operation/evidence.ts';
import { coded, MSGPACK, msgpack, plain, type Answer } from './answer.ts';
import type { Metrics } from './metrics.ts';
import type { DoorLimit } from './throttle.ts';
import { accountUser } from './message-user.ts';
import { evidenceDoor } from './evidence.ts';
import { moneyDoors, type MoneyServices } from './money.ts';
import { operatorDoors, type OperatorServices } from './operator.ts';

/** One request, as a door sees it. */
export interface DoorRequest {
  readonly body: Uint8Array;
  readonly query: URLSearchParams;
  /** Where the connection comes from. */
  readonly address: string;
}

export interface Door {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** For POST: the one content type. */
  readonly contentType?: string;
  /** Where larger bodies than elsewhere are taken. */
  readonly bodyBytesMax?: number;
  /** Needs the operator's token. */
  readonly operator?: true;
  /** How often one address may come; left out, as often as it likes. */
  readonly limit?: DoorLimit;
  /** Who a body says it is from, for bounds by player: bytes that are no message throw BAD_ENCODING. */
  readonly userOf?: (body: Uint8Array) => string;
  /** `cut` breaks the connection without an answer. */
  open(request: DoorRequest): Promise<Answer | 'cut'> | Answer;
}

export interface DoorServices extends OperatorServices, MoneyServices {
  readonly payments: Payments;
  readonly players: Players;
  readonly exchange: Exchange;
  readonly evidence: Evidence;
  readonly escrows: Escrows;
  readonly signIns: SignIns;
  readonly publicUrl: URL | undefined;
  readonly metrics: Metrics;
  isReady(): boolean;
}

export function doorsOf(services: DoorServices): readonly Door[] {
  const { payments, players, exchange, metrics } = services;
  return [
    {
      method: 'POST',
      path: '/v1/payments',
      contentType: MSGPACK,
      async open({ body }) {
        const startedAt = performance.now();
        const answer = await payments.decide(body);
        if (answer.kind === 'decided') metrics.decided(answer.code, answer.fresh, performance.now() - startedAt);
        return paymentAnswer(answer);
      },
    },
    {
      method: 'POST',
      path: '/v1/enrolments',
      contentType: MSGPACK,
      limit: 'enrol',
      async open({ body }) {
        const { statement, fresh } = await players.enrol(body);
        return msgpack(fresh ? 201 : 200, statement);
      },
    },
    {
      method: 'POST',
      path: '/v1/accounts',
      contentType: MSGPACK,
      limit: 'ask',
      userOf: accountUser,
      open: async ({ body }) => msgpack(200, await players.answer(body)),
    },
    ...refundDoors(services.refunds),
    ...escrowDoors(services.escrows),
    ...moneyDoors(services),
    evidenceDoor(services.evidence),
    signInDoor(services.signIns, services.publicUrl),
    ...cardDoors(services.cards),
    { method: 'GET', path: '/v1/rates', open: async () => msgpack(200, await exchange.currentEnvelope()) },
    ...operatorDoors(services),
    { method: 'GET', path: '/healthz', open: () => plain(200, 'ok\n') },
    {
      method: 'GET',
      path: '/readyz',
      open: () => (services.isReady() ? plain(200, 'ready\n') : plain(503, 'not ready\n')),
    },
    {
      method: 'GET',
      path: '/metrics',
      open: async () => ({ status: 200, contentType: metrics.contentType, body: await metrics.text() }),
    },
  ];
}

function paymentAnswer(answer: PaymentAnswer): Answer | 'cut' {
  switch (answer.kind) {
    case 'decided':
      return msgpack(200, answer.decision);
    case 'pending':
      return coded(202, 'PENDING', 'undecided: ask again with the same bytes', 'unknown');
    case 'failed':
      return coded(500, 'STORAGE', 'the answer was lost here: ask again with the same bytes', 'unknown');
    case 'lost':
      return 'cut';
  }
}
