/** A payment server on a throwaway store, with a clock that tests move, and the parties round it. */
import {
  audit,
  createPaymentServer,
  reportText,
  type BankPort,
  type CardPolicy,
  type Log,
  type MoneyPolicy,
  type OwnBank,
  type PaymentServer,
  type PaymentServerOptions,
  type ServerHooks,
  type ServerLimits,
} from '@coinslot/server';
import { ALG, decodePaymentDecision, openEnvelope, type PaymentDecision } from '@coinslot/protocol';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  makeCardIssuer,
  makeEnrolment,
  makePlayer,
  makePublisher,
  makeServerHolder,
  makeTree,
  NOON_MS,
  seedOf,
  type Holder,
  type Player,
  type Tree,
} from '../lib/parties.ts';

export const OPERATOR_TOKEN = 'operator-token-of-the-tests';
const nothing = (): void => undefined;
export const silent: Log = { info: nothing, warn: nothing, error: nothing, fatal: nothing };

export interface StartOptions {
  hooks?: ServerHooks;
  limits?: Partial<ServerLimits>;
  storePath?: string;
  /** In the place of a file. */
  database?: PaymentServerOptions['database'];
  holder?: Holder;
  tree?: Tree;
  nowMs?: number;
  log?: Log;
  cardPolicy?: CardPolicy;
  revocationLists?: readonly Uint8Array[];
  rateFeed?: { url: string; everyMs: number };
  tls?: { key: string; chain: string };
  trustedProxies?: readonly string[];
  monotonic?: () => number;
  bank?: BankPort;
  encryptionSeed?: Uint8Array;
  ownBank?: OwnBank;
  moneyPolicy?: MoneyPolicy;
}

export interface Started {
  readonly server: PaymentServer;
  readonly tree: Tree;
  readonly holder: Holder;
  readonly publisher: Holder;
  readonly storePath: string;
  /** Move it: `time.nowMs += 1000`. */
  readonly time: { nowMs: number };
}

/** A fresh folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-server-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Random bytes that are the same in every run. */
export function countedRandom(name = 'random'): (byteCount: number) => Uint8Array {
  let drawn = 0;
  return (byteCount) => seedOf(`${name} ${drawn++}`).slice(0, byteCount);
}

let starts = 0;

export async function startServer(options: StartOptions = {}): Promise<Started> {
  const { tree = makeTree(), nowMs = NOON_MS, log = silent, limits, hooks } = options;
  const holder = options.holder ?? makeServerHolder(tree);
  const storePath = options.storePath ?? join(temporaryFolder(), 'ledger.sqlite');
  const time = { nowMs };
  const server = await createPaymentServer({
    ...(options.database === undefined ? { storePath } : { database: options.database }),
    signer: holder.signer,
    chain: holder.chain,
    roots: tree.roots,
    environment: 'sandbox',
    clock: () => time.nowMs,
    random: countedRandom(`${storePath} ${starts++}`),
    log,
    operatorToken: OPERATOR_TOKEN,
    cardIssuers: [ALG.ed25519, ALG.p256].map((alg) => makeCardIssuer(tree, alg).certifier),
    ...(options.cardPolicy && { cardPolicy: options.cardPolicy }),
    ...(options.rateFeed && { rateFeed: options.rateFeed }),
    ...(options.tls && { tls: options.tls }),
    ...(options.trustedProxies && { trustedProxies: options.trustedProxies }),
    ...(options.monotonic && { monotonic: options.monotonic }),
    ...(options.bank && { bank: options.bank }),
    ...(options.encryptionSeed && { encryptionSeed: options.encryptionSeed }),
    ...(options.ownBank && { ownBank: options.ownBank }),
    ...(options.moneyPolicy && { moneyPolicy: options.moneyPolicy }),
    ...(options.revocationLists && { revocationLists: options.revocationLists }),
    ...(hooks && { hooks }),
    ...(limits && { limits }),
  });
  onTestFinished(() => server.close());
  return { server, tree, holder, publisher: makePublisher(tree), storePath, time };
}

/** EUR, USD, JPY and KWD under base EUR, valid for a day from noon. */
export const RATES = {
  base: 'EUR',
  notBeforeMs: NOON_MS,
  notAfterMs: NOON_MS + 86_400_000,
  rates: [
    { currency: 'USD', rateE8: 108_370_000n },
    { currency: 'JPY', rateE8: 16_321_000_000n },
    { currency: 'KWD', rateE8: 33_310_000n },
  ],
};

export const BANK = { holder: 'Lumen Works', iban: 'DE89370400440532013000' };

/** A server at which Lumen Works is enrolled and rates are posted. */
export async function startMarket(options: StartOptions = {}): Promise<Started> {
  const started = await startServer(options);
  await started.server.service.publishers.enrol({ chain: started.publisher.chain, payoutCurrency: 'EUR', bank: BANK });
  await started.server.service.putRateTable(RATES);
  return started;
}

export interface PlayerOptions {
  name?: string;
  currency?: string;
  plan?: 'prepaid' | 'postpaid';
  /** Prepaid: put in. Postpaid: the ceiling. */
  moneyMinor?: bigint;
  pressPaymentMaxMinor?: bigint;
  pressDayMaxMinor?: bigint;
}

/** Enrols a player over HTTP's own path and gives them money or a ceiling. */
export async function enrolPlayer(started: Started, options: PlayerOptions = {}): Promise<Player> {
  const { name = 'Ada', currency = 'EUR', plan = 'prepaid', moneyMinor = 1_000n } = options;
  const { pressPaymentMaxMinor = 100n, pressDayMaxMinor = 500n } = options;
  const player = makePlayer(name, currency);
  const fields = { plan, pressPaymentMaxMinor, pressDayMaxMinor, timeMs: started.time.nowMs };
  await post(started, '/v1/enrolments', makeEnrolment(player, started.holder, fields));
  const { players } = started.server.service;
  const { userId } = player;
  if (plan === 'postpaid') await players.setCeiling(userId, moneyMinor, currency);
  else if (moneyMinor > 0n)
    await players.topUp({ userId, amountMinor: moneyMinor, currency, bankReference: `first ${name}` });
  return player;
}

const ports = new WeakMap<PaymentServer, Promise<number>>();

/** The server's address; it starts to listen at the first call. */
export async function urlOf({ server }: Started): Promise<string> {
  const port = ports.get(server) ?? server.listen(0, '127.0.0.1');
  ports.set(server, port);
  return `http://127.0.0.1:${await port}`;
}

/** Posts MessagePack. */
export async function post(started: Started, path: string, body: Uint8Array): Promise<Response> {
  const headers = { 'content-type': 'application/msgpack' };
  return fetch((await urlOf(started)) + path, { method: 'POST', headers, body: Uint8Array.from(body) });
}

/** Posts an operator's JSON. */
export async function operate(started: Started, path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${OPERATOR_TOKEN}` };
  return fetch((await urlOf(started)) + path, { method: 'POST', headers, body: JSON.stringify(body) });
}

export async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

/** Opens a decision under the test's roots: encoding, chain, signature. */
export function readDecision({ tree, time }: Pick<Started, 'tree' | 'time'>, envelope: Uint8Array): PaymentDecision {
  const { body } = openEnvelope(envelope, {
    type: 'payment-decision',
    role: 'payment-server',
    roots: tree.roots,
    atMs: time.nowMs,
  });
  return decodePaymentDecision(body);
}

/** The books must hold, by the server's own check and by the audit. */
export async function requireBooks({ server, tree }: Pick<Started, 'server' | 'tree'>): Promise<void> {
  const { findings } = await server.service.verifyBooks();
  if (findings.length > 0) throw new Error(`books: ${findings.join('; ')}`);
  const report = await audit({ store: server.service.records, roots: tree.roots });
  if (!report.ok) throw new Error(`audit: ${reportText(report)}`);
}

/** A player's balance as it stands. */
export async function balanceOf({ server }: Pick<Started, 'server'>, player: Player): Promise<bigint> {
  const found = await server.service.records.findPlayer(player.userId);
  if (found === undefined) throw new Error('player is not there');
  return found.balanceMinor;
}

/** Balance of an account of the ledger; 0 before its first posting. */
export async function ledgerOf(
  { server }: Pick<Started, 'server'>,
  kind: string,
  owner = '',
  currency = 'EUR',
): Promise<bigint> {
  const accounts = await server.service.records.listAccounts(0n, 500);
  return (
    accounts.find((one) => one.kind === kind && one.owner === owner && one.currency === currency)?.balanceMinor ?? 0n
  );
}

/** What a card's prepaid purse holds, seen from the ledger. */
export const floatOf = (
  started: Pick<Started, 'server'>,
  { cardId }: { readonly cardId: Uint8Array },
): Promise<bigint> => ledgerOf(started, 'card-float', Buffer.from(cardId).toString('hex'));
