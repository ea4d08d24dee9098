/** The operator's doors: JSON, behind a bearer token. Amounts are text, since JSON numbers are floats. */
import { LIMITS } from '@coinslot/protocol';
import type { Cards } from '../cards/service.ts';
import type { Exchange } from '../exchange/service.ts';
import type { AccountName } from '../ledger/types.ts';
import { hex, type Player } from '../players/types.ts';
import type { Players } from '../players/service.ts';
import type { Publishers } from '../publishers/service.ts';
import type { Refunds } from '../refunds/service.ts';
import type { StoreReader } from '../store/port.ts';
import { json, JSON_TYPE } from './answer.ts';
import type { Door } from './doors.ts';
import { operatorCardDoors } from './operator-cards.ts';
import { operatorFindingsDoor } from './operator-findings.ts';
import { operatorMoneyDoors, type OperatorMoneyServices } from './operator-money.ts';
import { listRefunds, operatorRefundDoors } from './refunds.ts';
import {
  queryCount,
  requireAmount,
  requireBase64,
  requireCount,
  requireFields,
  requireHex,
  requireList,
  requireRecord,
  requireText,
  type Fields,
} from './json-fields.ts';

export interface OperatorServices extends OperatorMoneyServices {
  readonly players: Players;
  readonly publishers: Publishers;
  readonly exchange: Exchange;
  readonly cards: Cards;
  readonly refunds: Refunds;
  readonly store: StoreReader;
  readonly pageMax: number;
}

const BASIS_POINTS_MAX = 10_000;
const USER_ID_BYTES = 16;
const POSITION_MAX = 10n ** 18n - 1n;

/** A door that takes an operator's JSON with none but the known fields. */
export type OperatorPost = (
  path: string,
  known: readonly string[],
  status: number,
  act: (fields: Fields) => Promise<unknown>,
) => Door;

export function operatorDoors(services: OperatorServices): readonly Door[] {
  const post: OperatorPost = (path, known, status, act) => ({
    method: 'POST',
    path,
    contentType: JSON_TYPE,
    operator: true,
    open: async ({ body }) => json(status, await act(requireFields(body, known))),
  });
  const list = (path: string, read: (after: bigint, count: number) => Promise<unknown>): Door => ({
    method: 'GET',
    path,
    operator: true,
    async open({ query }) {
      const pageMax = BigInt(services.pageMax);
      const after = queryCount(query, 'after', 0n, POSITION_MAX);
      return json(200, await read(after, Number(queryCount(query, 'count', pageMax, pageMax))));
    },
  });
  return [
    post('/v1/operator/publishers', ['chain', 'payoutCurrency', 'bank', 'feeBasisPoints'], 201, (fields) =>
      enrolPublisher(services, fields),
    ),
    post('/v1/operator/topups', ['userId', 'amountMinor', 'currency', 'bankReference'], 200, (fields) =>
      topUp(services, fields),
    ),
    post('/v1/operator/ceilings', ['userId', 'ceilingMinor', 'currency'], 200, (fields) =>
      setCeiling(services, fields),
    ),
    post('/v1/operator/rates', ['base', 'notBeforeMs', 'notAfterMs', 'rates'], 201, (fields) =>
      putRates(services, fields),
    ),
    ...operatorCardDoors(services, post),
    ...operatorMoneyDoors(services, post),
    ...operatorRefundDoors(services.refunds, post),
    operatorFindingsDoor(services),
    list('/v1/operator/refunds', (after, count) => listRefunds(services.store, after, count)),
    list('/v1/operator/accounts', (after, count) => accounts(services, after, count)),
    list('/v1/operator/ledger', (after, count) => ledger(services, after, count)),
  ];
}

async function enrolPublisher({ publishers }: OperatorServices, fields: Fields): Promise<object> {
  const bank = requireRecord(fields['bank'], 'bank', ['holder', 'iban']);
  const chain = requireList(fields, 'chain', LIMITS.chainCertificatesMax);
  const { publisherId, commonName, payoutCurrency } = await publishers.enrol({
    chain: chain.map((one, i) => requireBase64(one, `chain[${i}]`, LIMITS.certificateBytesMax)),
    payoutCurrency: requireText(fields, 'payoutCurrency'),
    bank: { holder: requireText(bank, 'holder'), iban: requireText(bank, 'iban') },
    ...('feeBasisPoints' in fields && { feeBasisPoints: requireCount(fields, 'feeBasisPoints', BASIS_POINTS_MAX) }),
  });
  return { publisherId, commonName, payoutCurrency };
}

async function topUp({ players }: OperatorServices, fields: Fields): Promise<object> {
  const player = await players.topUp({
    userId: requireHex(fields, 'userId', USER_ID_BYTES),
    amountMinor: requireAmount(fields, 'amountMinor'),
    currency: requireText(fields, 'currency'),
    bankReference: requireText(fields, 'bankReference'),
  });
  return playerJson(player);
}

async function setCeiling({ players }: OperatorServices, fields: Fields): Promise<object> {
  const userId = requireHex(fields, 'userId', USER_ID_BYTES);
  return playerJson(
    await players.setCeiling(userId, requireAmount(fields, 'ceilingMinor'), requireText(fields, 'currency')),
  );
}

const playerJson = ({ userId, plan, currency, balanceMinor, ceilingMinor }: Player): object => ({
  userId: hex(userId),
  plan,
  currency,
  balanceMinor,
  ceilingMinor,
});

async function putRates({ exchange }: OperatorServices, fields: Fields): Promise<object> {
  const rates = requireList(fields, 'rates', LIMITS.ratesMax).map((one, i) => {
    const rate = requireRecord(one, `rates[${i}]`, ['currency', 'rateE8']);
    return { currency: requireText(rate, 'currency'), rateE8: requireAmount(rate, 'rateE8') };
  });
  const { id } = await exchange.putRateTable({
    base: requireText(fields, 'base'),
    notBeforeMs: requireCount(fields, 'notBeforeMs', LIMITS.timeMsMax),
    notAfterMs: requireCount(fields, 'notAfterMs', LIMITS.timeMsMax),
    rates,
  });
  return { id };
}

/** `{ accounts, sums, next }`; `next` is where to go on, null at the end. */
async function accounts({ store }: OperatorServices, after: bigint, count: number): Promise<object> {
  const rows = await store.listAccounts(after, count);
  return { accounts: rows, sums: await store.listSums(), next: nextOf(rows, count) };
}

async function ledger({ store }: OperatorServices, after: bigint, count: number): Promise<object> {
  const rows = await store.listTransfers(after, count);
  const side = ({ kind, owner }: AccountName): object => ({ kind, owner });
  const transfers = rows.map(({ id, kind, reference, atMs, postings }) => ({
    id,
    kind,
    reference: hex(reference),
    atMs,
    postings: postings.map(({ debit, credit, amountMinor }) => ({
      debit: side(debit),
      credit: side(credit),
      amountMinor,
      currency: debit.currency,
    })),
  }));
  return { transfers, sums: await store.listSums(), next: nextOf(rows, count) };
}

const nextOf = (rows: readonly { readonly id: bigint }[], count: number): bigint | null =>
  rows.length < count ? null : (rows[rows.length - 1]?.id ?? null);
