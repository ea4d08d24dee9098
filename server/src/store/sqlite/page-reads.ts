/* eslint-disable @typescript-eslint/require-await -- the port may wait, SQLite never does; async makes every throw a rejection */
/** What the pages read: sets by an index, or one pass over the accounts. */
import type Database from 'better-sqlite3';
import type { CollectionState, PaymentWay } from '../../bills/types.ts';
import type { Card } from '../../cards/types.ts';
import type { AccountKind } from '../../ledger/types.ts';
import type { CollectionSum, DaySales, KindSum, PageReader } from '../../pages/store.ts';
import type { PlacedDecision } from '../../payments/types.ts';
import type { Player } from '../../players/types.ts';
import { cardOf, type CardRow } from '../card-rows.ts';
import { decisionOf, PLAYER_COLUMNS, playerOf, type DecisionRow, type PlayerRow } from '../rows.ts';

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

interface CollectionRow {
  state: CollectionState;
  way: PaymentWay;
  currency: string;
  n: bigint;
  amount_minor: bigint;
}

function prepare(db: Database.Database) {
  return {
    purchases: db.prepare<[Blob, bigint, number], DecisionRow>(
      'SELECT * FROM decisions WHERE user_id = ? AND position < ? AND code = 0 ORDER BY position DESC LIMIT ?',
    ),
    decision: db.prepare<[bigint], DecisionRow>('SELECT * FROM decisions WHERE position = ?'),
    cards: db.prepare<[Blob], CardRow>('SELECT * FROM cards WHERE user_id = ? ORDER BY issued_at_ms DESC, card_id'),
    // The period's transfers lie in one range but for those that a clock put back made, so the range finds the publisher's
    // decisions and the period sorts out the rest.
    sales: db.prepare<[{ publisherId: string; period: number }], SalesRow>(
      `SELECT d.offer_hash, d.price_currency, t.at_ms / ${DAY_MS} AS day, count(*) AS n, sum(d.price_minor) AS price_minor,
         max(d.position) AS position
       FROM decisions d JOIN transfers t ON t.id = d.transfer
       WHERE d.publisher_id = @publisherId AND t.period = @period
         AND d.transfer >= (SELECT min(id) FROM transfers WHERE period = @period)
         AND d.transfer <= (SELECT max(id) FROM transfers WHERE period = @period)
       GROUP BY d.offer_hash, d.price_currency, day`,
    ),
    collections: db.prepare<[number], CollectionRow>(
      `SELECT state, way, currency, count(*) AS n, sum(amount_minor) AS amount_minor FROM collections WHERE period = ?
       GROUP BY state, way, currency ORDER BY state, way, currency`,
    ),
    players: db.prepare<[Blob, number], PlayerRow>(
      `SELECT ${PLAYER_COLUMNS} FROM players p JOIN accounts a ON a.id = p.account
       WHERE p.user_id > ? ORDER BY p.user_id LIMIT ?`,
    ),
    countPlayers: db.prepare<[], { n: bigint }>('SELECT count(*) AS n FROM players'),
    kinds: db.prepare<[], KindRow>(
      `SELECT kind, currency, count(*) AS n, sum(balance_minor) AS sum_minor, sum(balance_minor < 0) AS below,
         sum(min(balance_minor, 0)) AS below_minor
       FROM accounts GROUP BY kind, currency ORDER BY kind, currency`,
    ),
    payables: db.prepare<[string], { currency: string; balance_minor: bigint }>(
      "SELECT currency, balance_minor FROM accounts WHERE kind = 'publisher-payable' AND owner = ? ORDER BY currency",
    ),
  };
}

export class SqlitePageReads implements PageReader {
  readonly #read: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#read = prepare(db);
  }

  async listPurchases(userId: Blob, before: bigint, count: number): Promise<readonly PlacedDecision[]> {
    return this.#read.purchases.all(userId, before, count).map(decisionOf);
  }

  async findDecisionAt(position: bigint): Promise<PlacedDecision | undefined> {
    const row = this.#read.decision.get(position);
    return row && decisionOf(row);
  }

  async listCardsOf(userId: Blob): Promise<readonly Card[]> {
    return this.#read.cards.all(userId).map(cardOf);
  }

  async sumSales(publisherId: string, period: number): Promise<readonly DaySales[]> {
    return this.#read.sales.all({ publisherId, period }).map((row) => ({
      offerHash: row.offer_hash,
      currency: row.price_currency,
      day: Number(row.day),
      count: Number(row.n),
      priceMinor: row.price_minor,
      position: row.position,
    }));
  }

  async sumCollections(period: number): Promise<readonly CollectionSum[]> {
    return this.#read.collections.all(period).map(({ state, way, currency, n, amount_minor }) => ({
      state,
      way,
      currency,
      count: Number(n),
      amountMinor: amount_minor,
    }));
  }

  async listPlayers(after: Blob, count: number): Promise<readonly Player[]> {
    return this.#read.players.all(after, count).map(playerOf);
  }

  async countPlayers(): Promise<number> {
    return Number(this.#read.countPlayers.get()?.n ?? 0n);
  }

  async sumKinds(): Promise<readonly KindSum[]> {
    return this.#read.kinds.all().map(({ kind, currency, n, sum_minor, below, below_minor }) => ({
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
    return this.#read.payables.all(publisherId).map(({ currency, balance_minor }) => ({
      currency,
      balanceMinor: balance_minor,
    }));
  }
}
