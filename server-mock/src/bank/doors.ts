/** The test bank: a page on which play money is paid in. It books at the operator's door, as a real bank's notice would be. */
import { exponentOf, ProtocolError } from '@coinslot/protocol';
import type { Player, Random, StoreReader } from '@coinslot/server';
import type { IncomingMessage } from 'node:http';
import type { Operator } from '../operator.ts';
import { page, readSmallBody, refused, type WebAnswer } from '../web/answers.ts';
import type { WebDoor } from '../web/listener.ts';
import { filesDoors } from './files-doors.ts';
import { bankPage, strangerPage } from './pages.ts';
import type { MockBank } from './types.ts';

export interface BankDoorsOptions {
  readonly records: StoreReader;
  readonly operator: Operator;
  readonly bank: MockBank;
  readonly random: Random;
  readonly nameOf: (userId: Uint8Array) => string;
}

/** Major units of a currency with cents; of one without, a hundred times as many. */
const AMOUNTS = [5n, 10n, 20n, 100n];
const CEILING = 20n;
const REFERENCE_BYTES = 8;
const REFERENCE = /^TEST BANK [0-9a-f]{16}$/;
const USER_ID = /^[0-9a-f]{32}$/;
const FORM_TYPE = 'application/x-www-form-urlencoded';

export function bankDoors(options: BankDoorsOptions): readonly WebDoor[] {
  return [
    { method: 'GET', path: '/bank', open: (_request, _response, query) => show(query, options) },
    { method: 'POST', path: '/bank/payments', open: (request) => pay(request, options) },
    { method: 'POST', path: '/bank/ceilings', open: (request) => grantCeiling(request, options) },
    ...filesDoors(options),
  ];
}

async function show(query: URLSearchParams, options: BankDoorsOptions): Promise<WebAnswer> {
  const player = await findPlayer(query.get('user'), options.records);
  const { bank } = options;
  const done = query.get('done') ?? undefined;
  if (player !== undefined) return page(bankPage({ ...viewOf(player, options), done }));
  const isWrong = query.has('user');
  return page(strangerPage({ isWrong, done, bank }), isWrong ? 404 : 200);
}

/** The reference came with the page, so that a form sent twice is one payment. */
async function pay(request: IncomingMessage, options: BankDoorsOptions): Promise<WebAnswer> {
  return withForm(request, options, async (player, form) => {
    const bankReference = form.get('reference') ?? '';
    const amountMinor = amountsOf(player.currency).find((one) => one.toString() === form.get('amount'));
    if (amountMinor === undefined || !REFERENCE.test(bankReference)) return undefined;
    await options.operator.topUp({ userId: player.userId, amountMinor, currency: player.currency, bankReference });
    return 'paid';
  });
}

async function grantCeiling(request: IncomingMessage, options: BankDoorsOptions): Promise<WebAnswer> {
  return withForm(request, options, async ({ userId, currency }) => {
    await options.operator.setCeiling(userId, CEILING * unitOf(currency), currency);
    return 'ceiling';
  });
}

/** Reads the form, acts, and sends the browser back to the page, where reloading repeats nothing. */
async function withForm(
  request: IncomingMessage,
  options: BankDoorsOptions,
  act: (player: Player, form: URLSearchParams) => Promise<'paid' | 'ceiling' | undefined>,
): Promise<WebAnswer> {
  if (request.headers['content-type'] !== FORM_TYPE) return refused(415, `expected ${FORM_TYPE}`);
  const form = new URLSearchParams(await readSmallBody(request));
  const player = await findPlayer(form.get('user'), options.records);
  if (player === undefined) return page(strangerPage({ isWrong: true, bank: options.bank }), 404);
  try {
    const done = await act(player, form);
    if (done === undefined) return refused(400, 'not a form of this bank');
    return { status: 303, headers: { location: `/bank?user=${hexOf(player.userId)}&done=${done}` } };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return page(bankPage({ ...viewOf(player, options), failure: `${error.code}: ${error.message}` }), 409);
  }
}

function viewOf(player: Player, { random, nameOf, bank }: BankDoorsOptions) {
  const reference = `TEST BANK ${Buffer.from(random(REFERENCE_BYTES)).toString('hex')}`;
  return {
    player,
    bank,
    userId: hexOf(player.userId),
    name: nameOf(player.userId),
    amounts: amountsOf(player.currency),
    ceilingMinor: CEILING * unitOf(player.currency),
    reference,
  };
}

const amountsOf = (currency: string): bigint[] => AMOUNTS.map((amount) => amount * unitOf(currency));

/** Minor units in what feels like one euro. */
const unitOf = (currency: string): bigint => 10n ** BigInt(Math.max(exponentOf(currency), 2));

async function findPlayer(userId: string | null, records: StoreReader): Promise<Player | undefined> {
  if (userId === null || !USER_ID.test(userId)) return undefined;
  return records.findPlayer(Uint8Array.from(Buffer.from(userId, 'hex')));
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
