/** A wallet, the real payment server behind it, and a publisher whose games come to it; on one clock that tests move. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { virtualReaders } from '@coinslot/card';
import { ALG } from '@coinslot/protocol';
import {
  CARD_POLICY,
  createPaymentServer,
  type CardPolicy,
  type PaymentServer,
  type ServerHooks,
} from '@coinslot/server';
import {
  COST_FLOOR,
  createProfile,
  NO_FAIRNESS,
  openProfile,
  startWallet,
  type ProfileSetup,
  type Wallet,
  type WalletOptions,
} from '@coinslot/wallet';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import {
  makeCardIssuer,
  makePublisher,
  makeServerHolder,
  makeTree,
  NOON_MS,
  seedOf,
  type Holder,
  type Tree,
} from '../lib/parties.ts';
import { GameClient, makePairingHeader, ORIGIN, type GameOptions } from './game-client.ts';

export const PIN = '2468';
export const silent = pino({ level: 'silent' });

export interface Time {
  nowMs: number;
}

export interface World extends Market {
  readonly wallet: Wallet;
  readonly profilePath: string;
  /** Move it: `time.nowMs += 1000`. */
  readonly time: Time;
  /** Lines that the terminal was given. */
  readonly announced: string[];
  connect(options?: Partial<GameOptions>): Promise<GameClient>;
  /** A game that is paired (beforehand, without asking) and welcome. */
  game(): Promise<GameClient>;
}

export interface WorldOptions {
  setup?: Partial<ProfileSetup>;
  wallet?: Partial<WalletOptions>;
  hooks?: ServerHooks;
  /** What stands before the server; gives its address. */
  front?(market: Market): Promise<string>;
  /** Minor units of the wallet's currency that are paid in; 0 for none. */
  moneyMinor?: bigint;
  /** A profile without keys, as a new player has it. */
  isNew?: boolean;
  /** Whether the account is opened; default true. */
  account?: boolean;
  /** Whether the demo game is accepted at first contact; default true. */
  autoPair?: boolean;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-wallet-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

export const AUTO_PAIR = [
  { gameId: 'demo-game', publisherId: 'lumen-works', origins: [ORIGIN, 'http://localhost:8375'] },
];

const RATES = {
  base: 'EUR',
  rates: [{ currency: 'USD', rateE8: 108_370_000n }],
};

/** Cards of these tests take their PIN above 1.00, after 3.00 and after five payments. */
const CAPS = { noPinPaymentMaxMinor: 100n, noPinSumMaxMinor: 300n, noPinCountMax: 5 };
export const CARD_TERMS: CardPolicy = {
  ...CARD_POLICY,
  chip: { ...CARD_POLICY.chip, ...CAPS },
  software: { ...CARD_POLICY.software, ...CAPS },
};

/** The parties that a wallet deals with. */
export interface Market {
  readonly tree: Tree;
  readonly publisher: Holder;
  readonly server: PaymentServer;
  readonly serverUrl: string;
}

/** The real server on a throwaway store, Lumen Works enrolled, a rate table for a day. */
export async function startMarket(time: Time, hooks?: ServerHooks): Promise<Market> {
  const tree = makeTree();
  const holder = makeServerHolder(tree);
  const server = await createPaymentServer({
    storePath: join(temporaryFolder(), 'ledger.sqlite'),
    signer: holder.signer,
    chain: holder.chain,
    roots: tree.roots,
    environment: 'sandbox',
    clock: () => time.nowMs,
    random,
    log: silent,
    cardIssuers: ([ALG.ed25519, ALG.p256] as const).map((alg) => makeCardIssuer(tree, alg).certifier),
    cardPolicy: CARD_TERMS,
    encryptionSeed: seedOf('encryption'),
    ...(hooks && { hooks }),
  });
  onTestFinished(() => server.close());
  const publisher = makePublisher(tree);
  const bank = { holder: 'Lumen Works', iban: 'DE89370400440532013000' };
  await server.service.publishers.enrol({ chain: publisher.chain, payoutCurrency: 'EUR', bank });
  await server.service.putRateTable({ ...RATES, notBeforeMs: time.nowMs - 1000, notAfterMs: time.nowMs + 86_400_000 });
  const serverUrl = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`;
  return { tree, publisher, server, serverUrl };
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const time: Time = { nowMs: NOON_MS };
  const market = await startMarket(time, options.hooks);
  const front = await options.front?.(market);
  const { tree, publisher, server, serverUrl } = market;
  // The software card's place outside the profile lies beside it, and goes with the folder around both.
  const profilePath = join(temporaryFolder(), 'profile');
  const clock = (): number => time.nowMs;
  // Offers follow each other within the second here; the tests of fairness give rules of their own.
  const own = { language: 'en', currency: 'EUR', plan: 'prepaid', cost: COST_FLOOR, fairness: NO_FAIRNESS } as const;
  const setup = { pin: PIN, ...own };
  const place = { path: profilePath, clock, random };
  const profile = options.isNew ? openProfile(place) : await createProfile({ ...place, ...setup, ...options.setup });
  const announced: string[] = [];
  const wallet = await startWallet({
    profile,
    port: 0,
    serverUrl: front ?? serverUrl,
    roots: tree.roots,
    environment: 'sandbox',
    timeZone: 'UTC',
    readers: virtualReaders(),
    autoPair: options.autoPair === false ? [] : AUTO_PAIR,
    announce: (line) => announced.push(line),
    ...options.wallet,
  });
  onTestFinished(() => wallet.close());
  if (options.account !== false && !options.isNew) await openAccount(wallet, server, options.moneyMinor ?? 1_000n);
  const header = makePairingHeader(publisher);
  const connect: World['connect'] = (one = {}) => GameClient.connect({ port: wallet.port, header, ...one });
  return {
    ...market,
    wallet,
    profilePath,
    time,
    announced,
    connect,
    async game() {
      const game = await connect();
      await game.pair();
      return game;
    },
  };
}

/** Opens the account and pays money in, or gives a ceiling. */
export async function openAccount(wallet: Wallet, server: PaymentServer, moneyMinor: bigint): Promise<void> {
  await wallet.openAccount();
  const { currency, plan } = wallet.profile.settings;
  const { userId } = wallet;
  const { players } = server.service;
  if (plan === 'postpaid') await players.setCeiling(userId, moneyMinor, currency);
  else if (moneyMinor > 0n)
    await players.topUp({
      userId,
      amountMinor: moneyMinor,
      currency,
      bankReference: `first ${Buffer.from(userId).toString('hex')}`,
    });
  await wallet.refresh();
}

/** What the server's ledger says the player has. */
export async function balanceOf({ server, wallet }: Pick<World, 'server' | 'wallet'>): Promise<bigint> {
  const player = await server.service.records.findPlayer(wallet.userId);
  if (player === undefined) throw new Error('the player is not enrolled');
  return player.balanceMinor;
}
