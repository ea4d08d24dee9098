/** Makes all bills of a sealed period, page by page in the order of the users; what is there already is left as it is. */
import type { GroupCommit } from '../store/group-commit.ts';
import type { StoreReader } from '../store/port.ts';
import { minimumOf, type MoneyPolicy } from '../money-policy.ts';
import { NO_SUMS, type KindSum, type KindSums, type PeriodMovements } from '../periods/movements.ts';
import type { SealedPeriod } from '../periods/types.ts';
import type { TransferKind } from '../ledger/types.ts';
import { hex, playerAccount, type Player } from '../players/types.ts';
import { billNumberOf, makeBill, type BilledPlayer } from './make-bill.ts';
import type { Bill } from './types.ts';

export interface RunContext {
  readonly store: StoreReader;
  readonly commit: GroupCommit;
  readonly policy: MoneyPolicy;
  readonly sealed: SealedPeriod;
  /** The newest sealed period before; 0 when there is none. */
  readonly previousPeriod: number;
  readonly movements: PeriodMovements;
}

const PAGE = 500;

/** Returns how many bills the period has. */
export async function makeBills(context: RunContext): Promise<number> {
  const { store, commit, policy, sealed, previousPeriod } = context;
  const { period, sealedAtMs } = sealed;
  const players = await billedPlayers(context);
  const last = await lastBill(store, period);
  const todo = last === undefined ? players : players.filter(({ userId }) => billNumberOf(period, userId) > last);
  const minimumMinor = (currency: string): bigint => minimumOf(policy.billMinimumMinor, currency);
  const at = { period, previousPeriod, sealedAtMs };
  const { billsPerTransaction } = policy;
  for (let from = 0; from < todo.length; from += billsPerTransaction) {
    const page = todo.slice(from, from + billsPerTransaction);
    await commit.submit(async (tx) => {
      const states = await tx.periods.loadBilling(
        page.map(({ userId }) => userId),
        at,
      );
      const made = page.map((player, i) => {
        const state = states[i];
        if (state === undefined) throw new Error('loadBilling: a state is missing');
        return makeBill(player, state, { period, madeAtMs: sealedAtMs, minimumMinor });
      });
      await tx.periods.addBills(made.map(({ bill }) => bill));
      await tx.periods.addCollections(made.flatMap(({ collection }) => collection ?? []));
    });
  }
  return players.length;
}

/** Number of the last bill that was made; pages are made whole and in order, so nothing before it is missing. */
async function lastBill(store: StoreReader, period: number): Promise<string | undefined> {
  let last: string | undefined;
  for await (const bill of allBills(store, period)) last = bill.number;
  return last;
}

async function* allBills(store: StoreReader, period: number): AsyncGenerator<Bill> {
  let after = '';
  for (;;) {
    const page = await store.periods.listBills(period, after, PAGE);
    yield* page;
    const last = page[page.length - 1];
    if (last === undefined) return;
    after = last.number;
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}

/** Everybody whose account or purses moved, or whose last bill did not end at zero; by user id. */
async function billedPlayers(context: RunContext): Promise<BilledPlayer[]> {
  const { store, movements, previousPeriod } = context;
  const players = new Map<string, BilledPlayer>();
  for (const kind of ['player-prepaid', 'player-postpaid'] as const)
    for (const { account, sums } of movements.of(kind)) {
      const userId = Uint8Array.from(Buffer.from(account.owner, 'hex'));
      const plan = kind === 'player-prepaid' ? 'prepaid' : 'postpaid';
      players.set(account.owner, { userId, plan, currency: account.currency, account: sums, purses: NO_SUMS });
    }
  for (const [owner, purses] of await movedPurses(context)) {
    const player = players.get(owner) ?? billedOf(await requirePlayer(store, owner));
    players.set(owner, { ...player, purses: purses.get(player.currency) ?? NO_SUMS });
  }
  if (previousPeriod > 0)
    for await (const { userId, plan, currency, closingMinor } of allBills(store, previousPeriod))
      if (closingMinor !== 0n && !players.has(hex(userId)))
        players.set(hex(userId), { userId, plan, currency, account: NO_SUMS, purses: NO_SUMS });
  return [...players].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, player]) => player);
}

const billedOf = (player: Player): BilledPlayer => ({
  userId: player.userId,
  plan: player.plan,
  currency: playerAccount(player).currency,
  account: NO_SUMS,
  purses: NO_SUMS,
});

async function requirePlayer(store: StoreReader, owner: string): Promise<Player> {
  const player = await store.findPlayer(Uint8Array.from(Buffer.from(owner, 'hex')));
  if (player === undefined) throw new Error(`player ${owner}: has cards and is not there`);
  return player;
}

/** By user in hex, then currency: what the purses of all of a player's cards did. */
async function movedPurses({ store, movements }: RunContext): Promise<Map<string, Map<string, KindSums>>> {
  const purses = new Map<string, Map<string, Map<TransferKind, KindSum>>>();
  for (const { account, sums } of movements.of('card-float')) {
    const card = await store.cards.findCard(Uint8Array.from(Buffer.from(account.owner, 'hex')));
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
  }
  return purses;
}
