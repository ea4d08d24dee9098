/** How everything stands, for the console: accounts, sums, publishers, rates. Read from what is committed. */
import type { RateTable } from '@coinslot/protocol';
import type { Account, PaymentServer, Player } from '@coinslot/server';
import type { CardSlots } from '../card-slots.ts';
import type { FaultModes } from '../faults/switches.ts';
import { readCards, readReader } from './cards.ts';
import { moneyText } from './fields.ts';
import type { ConsoleState, PlayerView, RatesView } from './types.ts';

export interface StateSources {
  readonly server: PaymentServer;
  readonly nameOf: (userId: Uint8Array) => string;
  readonly faults: FaultModes;
  readonly slots: CardSlots | undefined;
  readonly rateTable: RateTable | undefined;
  /** As the server's clock, its skew included. */
  readonly serverTimeMs: number;
  /** As the right clock. */
  readonly nowMs: number;
}

/** More than this many accounts are not for looking at; the operator's doors have them all. */
const ACCOUNTS_MAX = 500;
const CARD_DIGITS_SHOWN = 6;

export async function readState({ server, nameOf, faults, slots, ...times }: StateSources): Promise<ConsoleState> {
  const { records } = server.service;
  const accounts = await records.listAccounts(0n, ACCOUNTS_MAX);
  const players = await readPlayers(accounts, server);
  const names = new Map(players.map((player) => [hexOf(player.userId), nameOf(player.userId)]));
  const cards = await readCards(server, nameOf);
  cards.forEach(({ cardId, player }) => names.set(cardId, `${player}, card ${cardId.slice(0, CARD_DIGITS_SHOWN)}`));
  const publishers = await records.listPublishers();
  const sums = await records.listSums();
  return {
    serverTimeMs: times.serverTimeMs,
    faults,
    players: players.map((player) => viewPlayer(player, nameOf(player.userId))),
    cards,
    reader: await readReader(slots),
    publishers: publishers.map(({ publisherId, commonName }) => ({
      id: publisherId,
      name: commonName,
      owed: accounts
        .filter(({ kind, owner }) => kind === 'publisher-payable' && owner === publisherId)
        .map(({ balanceMinor, currency }) => moneyText(balanceMinor, currency)),
    })),
    accounts: accounts.map(({ kind, owner, balanceMinor, currency }) => ({
      kind,
      owner: names.get(owner) ?? owner,
      balance: moneyText(balanceMinor, currency),
    })),
    sums: sums.map(({ currency, sumMinor }) => ({
      currency,
      sum: moneyText(sumMinor, currency),
      isZero: sumMinor === 0n,
    })),
    rates: times.rateTable && viewRates(times.rateTable, times.nowMs),
  };
}

async function readPlayers(accounts: readonly Account[], server: PaymentServer): Promise<Player[]> {
  const owners = accounts.filter(({ kind }) => kind.startsWith('player-')).map(({ owner }) => owner);
  const found = await Promise.all(
    owners.map((owner) => server.service.records.findPlayer(Uint8Array.from(Buffer.from(owner, 'hex')))),
  );
  return found.filter((player) => player !== undefined);
}

function viewPlayer(player: Player, name: string): PlayerView {
  const { userId, plan, currency, balanceMinor, ceilingMinor } = player;
  const isPrepaid = plan === 'prepaid';
  return {
    name,
    userId: hexOf(userId),
    plan,
    balance: isPrepaid
      ? moneyText(balanceMinor, currency)
      : `owes ${moneyText(owed(balanceMinor), currency)} of ${moneyText(ceilingMinor, currency)}`,
  };
}

const owed = (balanceMinor: bigint): bigint => (balanceMinor < 0n ? -balanceMinor : 0n);
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const RATE_DIGITS = 8;
const DIGITS_SHOWN = 4;

function viewRates({ id, base, notAfterMs, rates }: RateTable, nowMs: number): RatesView {
  const text = (rateE8: bigint): string => {
    const digits = rateE8.toString().padStart(RATE_DIGITS + 1, '0');
    return `${digits.slice(0, -RATE_DIGITS)}.${digits.slice(-RATE_DIGITS).slice(0, DIGITS_SHOWN)}`;
  };
  const shown = rates.map(({ currency, rateE8 }) => `${currency} ${text(rateE8)}`);
  return { number: id, base, notAfterMs, isStale: notAfterMs < nowMs, rates: shown };
}
