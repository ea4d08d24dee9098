/** What the pages read: sets by an index, or one pass over the accounts. */
import type { CollectionState, PaymentWay } from '../../bills/types.ts';
import type { Card } from '../../cards/types.ts';
import type { AccountKind } from '../../ledger/types.ts';
import type { CollectionSum, DaySales, KindSum, PageReader } from '../../pages/store.ts';
import type { PlacedDecision } from '../../payments/types.ts';
import type { Player } from '../../players/types.ts';
import { cardOf, type CardRow } from '../card-rows.ts';
import { decisionOf, playerOf, type DecisionRow, type PlayerRow } from '../rows.ts';
import { sql, type Ask } from './connection.ts';
import { PLAYER } from './selects.ts';

type Blob = Uint8Array;
const DAY_MS = 86_400_000;

interface SalesRow {
  offer_hash: Blob;
  price_currency: string;
  day: bigint;
  n: bigint;
  price_minor: bigint;
  position: bigint;
}

interface KindRow {
  kind: AccountKind;
  currency: string;
  n: bigint;
  sum_minor: bigint;
  below: bigint;
  below_minor: bigint;
}

interface CollectionSumRow {
  state: CollectionState;
  way: PaymentWay;
  currency: string;
  n: bigint;
  amount_minor: bigint;
}

const SQL = {
  purchases: sql<DecisionRow>(
    'SELECT * FROM decisions WHERE user_id = $1 AND position < $2 AND code = 0 ORDER BY position DESC LIMIT $3',
  ),
  decision: sql<DecisionRow>('SELECT * FROM decisions WHERE position = $1'),
  cards: sql<CardRow>('SELECT * FROM cards WHERE user_id = $1 ORDER BY issued_at_ms DESC, card_id'),
  sales: sql<SalesRow>(
    `SELECT d.offer_hash, d.price_currency, t.at_ms / ${DAY_MS} AS day, count(*) AS n,
       sum(d.price_minor)::bigint AS price_minor, max(d.position) AS position
     FROM decisions d JOIN transfers t ON t.id = d.transfer AND t.period = d.period
     WHERE d.publisher_id = $1 AND d.period = $2 AND d.transfer IS NOT NULL
     GROUP BY d.offer_hash, d.price_currency, day`,
  ),
  collections: sql<CollectionSumRow>(
    `SELECT state, way, currency, count(*) AS n, sum(amount_minor)::bigint AS amount_minor FROM collections
     WHERE period = $1 GROUP BY state, way, currency ORDER BY state, way, currency`,
  ),
  players: sql<PlayerRow>(`${PLAYER} WHERE p.user_id > $1 ORDER BY p.user_id LIMIT $2`),
  countPlayers: sql<{ n: bigint }>('SELECT count(*) AS n FROM players'),
  kinds: sql<KindRow>(
    `SELECT kind, currency, count(*) AS n, sum(balance_minor)::bigint AS sum_minor,
       count(*) FILTER (WHERE balance_minor < 0) AS below, sum(least(balance_minor, 0))::bigint AS below_minor
     FROM accounts GROUP BY kind, currency ORDER BY kind, currency`,
  ),
  payables: sql<{ currency: string; balance_minor: bigint }>(
    `SELECT currency, balance_minor FROM accounts WHERE kind = 'publisher-payable' AND owner = $1 ORDER BY currency`,
  ),
};

export class PostgresPageReads implements PageReader {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async listPurchases(userId: Blob, before: bigint, count: number): Promise<readonly PlacedDecision[]> {
    return (await this.#ask(SQL.purchases, [userId, before, count])).map(decisionOf);
  }

  async findDecisionAt(position: bigint): Promise<PlacedDecision | undefined> {
    const [row] = await this.#ask(SQL.decision, [position]);
    return row && decisionOf(row);
  }

  async listCardsOf(userId: Blob): Promise<readonly Card[]> {
    return (await this.#ask(SQL.cards, [userId])).map(cardOf);
  }

  async sumSales(publisherId: string, period: number): Promise<readonly DaySales[]> {
    return (await this.#ask(SQL.sales, [publisherId, period])).map((row) => ({
      offerHash: row.offer_hash,
      currency: row.price_currency,
      day: Number(row.day),
      count: Number(row.n),
      priceMinor: row.price_minor,
      position: row.position,
    }));
  }

  async sumCollections(period: number): Promise<readonly CollectionSum[]> {
    return (await this.#ask(SQL.collections, [period])).map(({ state, way, currency, n, amount_minor }) => ({
      state,
      way,
      currency,
      count: Number(n),
      amountMinor: amount_minor,
    }));
  }

  async listPlayers(after: Blob, count: number): Promise<readonly Player[]> {
    return (await this.#ask(SQL.players, [after, count])).map(playerOf);
  }

  async countPlayers(): Promise<number> {
    return Number((await this.#ask(SQL.countPlayers))[0]?.n ?? 0n);
  }

  async sumKinds(): Promise<readonly KindSum[]> {
    return (await this.#ask(SQL.kinds)).map(({ kind, currency, n, sum_minor, below, below_minor }) => ({
      kind,
      currency,
      accounts: Number(n),
      sumMinor: sum_minor,
      below: Number(below),
      belowMinor: below_minor,
    }));
  }

  async listPayables(
    publisherId: string,
  ): Promise<readonly { readonly currency: string; readonly balanceMinor: bigint }[]> {
    return (await this.#ask(SQL.payables, [publisherId])).map(({ currency, balance_minor }) => ({
      currency,
      balanceMinor: balance_minor,
    }));
  }
}
