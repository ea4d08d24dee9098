/** Who gets a bill of a sealed period, and what moved for each: a month has a hundred thousand of them, so it is told in pieces. */
import { NO_SUMS, type KindSum, type KindSums } from '../periods/movements.ts';
import type { TransferKind } from '../ledger/types.ts';
import { hex, playerAccount, type Player } from '../players/types.ts';
import type { StoreReader } from '../store/port.ts';
import { Piece } from '../turns.ts';
import { allBills } from './all-bills.ts';
import type { RunContext } from './bill-run.ts';
import type { BilledPlayer } from './make-bill.ts';

/** By user id in hex: a hundred thousand byte arrays would be what the garbage collector is busy with until the last bill is made. */
export interface Billed extends Omit<BilledPlayer, 'userId'> {
  readonly owner: string;
}

export const bytesOf = (owner: string): Uint8Array => Uint8Array.from(Buffer.from(owner, 'hex'));

/** Everybody whose account or purses moved, or whose last bill did not end at zero; by user id. */
export async function billedPlayers(context: RunContext): Promise<readonly Billed[]> {
  const { store, movements, previousPeriod } = context;
  const piece = new Piece();
  const players = new PlayersInOrder();
  for (const kind of ['player-prepaid', 'player-postpaid'] as const)
    for (const { account, sums } of movements.of(kind)) {
      const { owner, currency } = account;
      const plan = kind === 'player-prepaid' ? 'prepaid' : 'postpaid';
      players.set({ owner, plan, currency, account: sums, purses: NO_SUMS });
      await piece.pause();
    }
  for (const [owner, purses] of await movedPurses(context, piece)) {
    const player = players.get(owner) ?? billedOf(await requirePlayer(store, owner));
    players.set({ ...player, purses: purses.get(player.currency) ?? NO_SUMS });
    await piece.pause();
  }
  if (previousPeriod > 0)
    for await (const { userId, plan, currency, closingMinor } of allBills(store, previousPeriod)) {
      const owner = hex(userId);
      if (closingMinor !== 0n && players.get(owner) === undefined)
        players.set({ owner, plan, currency, account: NO_SUMS, purses: NO_SUMS });
    }
  return players.list(piece);
}

/** By user id in hex: kept by its first byte, so that a few hundred are put in order at once and not all of them. */
class PlayersInOrder {
  readonly #shelves = new Map<string, Map<string, Billed>>();

  get(owner: string): Billed | undefined {
    return this.#shelves.get(owner.slice(0, 2))?.get(owner);
  }

  set(player: Billed): void {
    const name = player.owner.slice(0, 2);
    const shelf = this.#shelves.get(name) ?? new Map<string, Billed>();
    this.#shelves.set(name, shelf.set(player.owner, player));
  }

  async list(piece: Piece): Promise<readonly Billed[]> {
    const players: Billed[] = [];
    for (const [, shelf] of [...this.#shelves].sort(byOwner)) {
      for (const [, player] of [...shelf].sort(byOwner)) players.push(player);
      await piece.pause();
    }
    return players;
  }
}

const byOwner = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

const billedOf = (player: Player): Billed => ({
  owner: hex(player.userId),
  plan: player.plan,
  currency: playerAccount(player).currency,
  account: NO_SUMS,
  purses: NO_SUMS,
});

async function requirePlayer(store: StoreReader, owner: string): Promise<Player> {
  const player = await store.findPlayer(bytesOf(owner));
  if (player === undefined) throw new Error(`player ${owner}: has cards and is not there`);
  return player;
}

/** By user in hex, then currency: what the purses of all of a player's cards did. */
async function movedPurses(
  { store, movements }: RunContext,
  piece: Piece,
): Promise<Map<string, Map<string, KindSums>>> {
  const purses = new Map<string, Map<string, Map<TransferKind, KindSum>>>();
  for (const { account, sums } of movements.of('card-float')) {
    const card = await store.cards.findCard(bytesOf(account.owner));
    if (card === undefined) throw new Error(`card ${account.owner}: has a purse and is not there`);
    const owner = hex(card.userId);
    const ofPlayer = purses.get(owner) ?? new Map<string, Map<TransferKind, KindSum>>();
    purses.set(owner, ofPlayer);
    const total = ofPlayer.get(account.currency) ?? new Map<TransferKind, KindSum>();
    ofPlayer.set(account.currency, total);
    for (const [kind, { count, amountMinor }] of sums) {
      const sum = total.get(kind) ?? { count: 0, amountMinor: 0n };
      total.set(kind, { count: sum.count + count, amountMinor: sum.amountMinor + amountMinor });
    }
    await piece.pause();
  }
  return purses;
}
