/** From what passed a door to a row of the console's list. */
import {
  ProtocolError,
  requestId,
  userIdOf,
  type AccountRequest,
  type CardApplication,
  type CardRequest,
  type CardUpload,
  type Enrolment,
  type PaymentDecision,
  type PaymentRequest,
  type RefundOrder,
} from '@coinslot/protocol';
import type { SeenExchange } from '@coinslot/server';
import type { FaultName } from '../faults/switches.ts';
import { decodeEnvelope, moneyText, viewEnvelope, viewJson, viewLists } from './fields.ts';
import type { ExchangeRow, MessageView, Tone } from './types.ts';

export type RowWithoutPlace = Omit<ExchangeRow, 'number' | 'atMs'>;

/** What the hooks saw of a payment on its way. */
export interface PaymentNote {
  readonly again: boolean;
  readonly faults: readonly FaultName[];
}

export const NOTHING_NOTED: PaymentNote = { again: false, faults: [] };

export interface RowContext {
  readonly nameOf: (userId: Uint8Array) => string;
  /** What was noted of a payment since its last row; asking forgets it. */
  readonly takeNote: (requestId: Uint8Array) => PaymentNote;
  /** Faults of the whole server that were on while this passed. */
  readonly ambient: readonly FaultName[];
}

type Told = Pick<ExchangeRow, 'headline' | 'charged' | 'decisionId' | 'again' | 'faults'>;
type Reader = (exchange: SeenExchange, context: RowContext) => Told;

const told = (headline: string, more: Partial<Told> = {}): Told => ({
  headline,
  charged: undefined,
  decisionId: undefined,
  ...NOTHING_NOTED,
  ...more,
});

/** The doors that are shown, and how each is told. Health, metrics and lists are not. */
const READERS: Readonly<Record<string, Reader>> = {
  'POST /v1/payments': readPayment,
  'POST /v1/enrolments': readEnrolment,
  'POST /v1/accounts': readAccountRequest,
  'GET /v1/rates': (_, { ambient }) =>
    told('Rate table fetched', { faults: ambient.filter((fault) => fault === 'stale-rates') }),
  'POST /v1/operator/publishers': () => told('Publisher enrolled'),
  'POST /v1/operator/topups': readMoney('amountMinor', (money, name) => `${money} arrives at the bank for ${name}`),
  'POST /v1/operator/ceilings': readMoney('ceilingMinor', (money, name) => `${name} may owe up to ${money}`),
  'POST /v1/operator/rates': () => told('Rate table posted'),
  'POST /v1/cards': readCardApplication,
  'POST /v1/cards/uploads': readCardUpload,
  'POST /v1/cards/parameters': readCardRequest,
  'POST /v1/cards/lost': readCardRequest,
  'GET /v1/cards/rates': () => told('Rate table for cards fetched'),
  'GET /v1/crls': () => told('Blocked cards fetched'),
  'POST /v1/operator/cards/block': ({ body }) => told(`Card ${shortOf(jsonOf(body)['cardId'])} is blocked`),
  'POST /v1/operator/cards/settle': ({ body }) => told(`Card ${shortOf(jsonOf(body)['cardId'])} is settled`),
  'POST /v1/operator/claims': readClaims,
  'POST /v1/refunds': ({ body }) => {
    const { publisherId, decisionId } = messageOf(body, 'refund-order') as RefundOrder;
    return told(`${publisherId} gives back ${tailOf(hexOf(decisionId))}`);
  },
  'POST /v1/operator/refunds': ({ body }) => told(`The operator gives back ${tailOf(jsonOf(body)['decisionId'])}`),
};

export const doorOf = ({ method, path }: SeenExchange): string => `${method} ${path}`;

/** `undefined` for a door that is not shown. */
export function rowOf(exchange: SeenExchange, context: RowContext): RowWithoutPlace | undefined {
  const door = doorOf(exchange);
  const reader = READERS[door];
  if (reader === undefined) return undefined;
  return { door, ...read(reader, exchange, context), ...endOf(exchange), request: requestView(exchange) };
}

/** What cannot be read is shown all the same: that is when somebody looks here. */
function read(reader: Reader, exchange: SeenExchange, context: RowContext): Told {
  try {
    return reader(exchange, context);
  } catch {
    return told('A request that cannot be read');
  }
}

function readPayment(exchange: SeenExchange, { nameOf, takeNote, ambient }: RowContext): Told {
  const request = messageOf(exchange.body, 'payment-request') as PaymentRequest;
  const { chargeMinor, chargeCurrency, publisherId, userId, nonce, rateTableId } = request;
  const felt = ambient.filter((fault) => fault !== 'stale-rates' || rateTableId !== 0);
  const { again, faults } = takeNote(requestId(userId, nonce));
  return told(`${nameOf(userId)} pays ${moneyText(chargeMinor, chargeCurrency)} to ${publisherId}`, {
    charged: chargedBy(exchange, request),
    decisionId: approvedBy(exchange),
    again,
    faults: [...faults, ...felt],
  });
}

function approvedBy({ outcome }: SeenExchange): string | undefined {
  if (outcome === 'cut' || 'thrown' in outcome || outcome.status !== 200 || typeof outcome.body === 'string')
    return undefined;
  const decision = messageOf(outcome.body, 'payment-decision') as PaymentDecision;
  return decision.outcome === 'approved' ? hexOf(decision.decisionId) : undefined;
}

function chargedBy({ outcome }: SeenExchange, { chargeMinor, chargeCurrency }: PaymentRequest): string {
  // The hooks lose answers of approvals only, so a cut line or a plain 500 stands for a charge that was recorded.
  if (outcome === 'cut') return moneyText(chargeMinor, chargeCurrency);
  if ('thrown' in outcome) {
    const { thrown } = outcome;
    return thrown instanceof ProtocolError && thrown.charged === 'no' ? 'nothing' : 'unknown';
  }
  if (outcome.status === 500) return moneyText(chargeMinor, chargeCurrency);
  if (outcome.status !== 200 || typeof outcome.body === 'string') return 'not yet';
  const { chargedMinor, chargedCurrency } = messageOf(outcome.body, 'payment-decision') as PaymentDecision;
  return chargedMinor === 0n ? 'nothing' : moneyText(chargedMinor, chargedCurrency);
}

function readEnrolment({ body }: SeenExchange, { nameOf, ambient }: RowContext): Told {
  const { accountKey, plan, currency } = messageOf(body, 'enrolment') as Enrolment;
  const name = nameOf(userIdOf(accountKey));
  return told(`${name} opens a ${plan} account in ${currency}`, { faults: clocks(ambient) });
}

const ASKED: Readonly<Record<AccountRequest['ask'], string>> = {
  status: 'asks for the balance',
  limits: 'changes the limits of the press key',
  decisions: 'asks for earlier decisions',
  refunds: 'asks for refunds',
  requests: 'asks for the requests behind earlier decisions',
  countersignatures: 'asks for the server’s word on earlier decisions',
  password: 'asks to prove payments by a password',
  passwords: 'asks for the passwords it registered',
  close: 'closes the account',
};

function readAccountRequest({ body }: SeenExchange, { nameOf, ambient }: RowContext): Told {
  const { userId, ask } = messageOf(body, 'account-request') as AccountRequest;
  return told(`${nameOf(userId)} ${ASKED[ask]}`, { faults: clocks(ambient) });
}

function readCardApplication({ body }: SeenExchange, { nameOf, ambient }: RowContext): Told {
  const { userId, assurance, purses } = messageOf(body, 'card-application') as CardApplication;
  const kinds = purses.map(({ plan, currency }) => `${plan} ${currency}`).join(', ');
  return told(`${nameOf(userId)} asks for a ${assurance} card: ${kinds}`, { faults: clocks(ambient) });
}

function readCardUpload({ body }: SeenExchange, { nameOf, ambient }: RowContext): Told {
  const { userId, cardId, records, loads } = messageOf(body, 'card-upload') as CardUpload;
  const reported = records.length === 1 ? '1 record' : `${records.length} records`;
  // Purses are named for plan and currency, such as prepaid-EUR.
  const loaded = loads.map(({ purse, amountMinor }) => moneyText(amountMinor, purse.slice(-CURRENCY_LETTERS)));
  const acts = [
    ...(records.length > 0 || loads.length === 0 ? [`reports ${reported}`] : []),
    ...(loads.length > 0 ? [`loads ${loaded.join(', ')}`] : []),
  ];
  return told(`${nameOf(userId)}’s card ${shortOf(hexOf(cardId))} ${acts.join(' and ')}`, { faults: clocks(ambient) });
}

const CARD_ASKED: Readonly<Record<CardRequest['ask'], string>> = {
  parameters: 'asks for the parameters of card',
  lost: 'reports lost card',
};

function readCardRequest({ body }: SeenExchange, { nameOf, ambient }: RowContext): Told {
  const { userId, cardId, ask } = messageOf(body, 'card-request') as CardRequest;
  return told(`${nameOf(userId)} ${CARD_ASKED[ask]} ${shortOf(hexOf(cardId))}`, { faults: clocks(ambient) });
}

function readClaims({ body }: SeenExchange): Told {
  const { publisherId, claims } = jsonOf(body);
  const count = Array.isArray(claims) ? claims.length : 0;
  return told(`${String(publisherId)} claims ${count} ${count === 1 ? 'decision' : 'decisions'} of cards`);
}

const ID_DIGITS_SHOWN = 6;
const CURRENCY_LETTERS = 3;
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const shortOf = (idHex: unknown): string => String(idHex).slice(0, ID_DIGITS_SHOWN);
/** Of a decision, whose id begins with the time. */
const tailOf = (idHex: unknown): string => String(idHex).slice(-ID_DIGITS_SHOWN);
const jsonOf = (body: Uint8Array): Record<string, unknown> =>
  JSON.parse(Buffer.from(body).toString('utf8')) as Record<string, unknown>;

const clocks = (ambient: readonly FaultName[]): FaultName[] => ambient.filter((fault) => fault.startsWith('clock-'));

function readMoney(amountField: string, sentence: (money: string, name: string) => string): Reader {
  return ({ body }, { nameOf }) => {
    const fields = jsonOf(body) as Record<string, string>;
    const userId = Uint8Array.from(Buffer.from(fields['userId'] ?? '', 'hex'));
    const money = moneyText(BigInt(fields[amountField] ?? ''), fields['currency'] ?? '');
    return told(sentence(money, nameOf(userId)));
  };
}

function messageOf(bytes: Uint8Array, expected: string): object {
  const { type, message } = decodeEnvelope(bytes);
  if (type !== expected) throw new TypeError(`expected ${expected}`);
  return message;
}

function requestView({ body, method, path }: SeenExchange): MessageView | undefined {
  if (method === 'GET') return undefined;
  return path.startsWith('/v1/operator/') ? viewJson(Buffer.from(body).toString('utf8')) : viewEnvelope(body);
}

const LISTS_PATH = '/v1/crls';
const OPEN_STATUSES = [202, 500];

function endOf({ outcome, path }: SeenExchange): Pick<ExchangeRow, 'outcome' | 'tone' | 'answer'> {
  if (outcome === 'cut') return { outcome: 'CONNECTION CUT', tone: 'open', answer: undefined };
  if ('thrown' in outcome) return thrownEnd(outcome.thrown);
  const { status, body, code } = outcome;
  if (typeof body === 'string') {
    const tone: Tone = OPEN_STATUSES.includes(status) ? 'open' : status < 400 ? 'good' : 'refused';
    const shown = status === 500 ? 'ANSWERED 500' : (code ?? 'OK');
    return { outcome: shown, tone, answer: viewJson(body) };
  }
  if (path === LISTS_PATH) return { outcome: 'OK', tone: 'good', answer: viewLists(body) };
  const answer = viewEnvelope(body);
  const told = answer.type === 'payment-decision' ? decisionCode(body) : 'OK';
  return { outcome: told, tone: told === 'OK' || told === 'APPROVED' ? 'good' : 'refused', answer };
}

const decisionCode = (body: Uint8Array): string => (messageOf(body, 'payment-decision') as PaymentDecision).code;

function thrownEnd(thrown: unknown): Pick<ExchangeRow, 'outcome' | 'tone' | 'answer'> {
  if (!(thrown instanceof ProtocolError)) return { outcome: 'STORAGE', tone: 'open', answer: undefined };
  const fields = [{ name: 'message', value: thrown.message }];
  return { outcome: thrown.code, tone: 'refused', answer: { type: 'unsigned refusal', bytes: 0, fields } };
}
