/** Selections that several parts have in common. */
import { PLAYER_COLUMNS, type PlayerRow } from '../rows.ts';
import { sql } from './connection.ts';

export const PLAYER = `SELECT ${PLAYER_COLUMNS}, p.account FROM players p JOIN accounts a ON a.id = p.account`;
/** By a list of user ids; with the account's number, by which the ledger knows it. */
export const PLAYERS = sql<PlayerRow & { account: bigint }>(`${PLAYER} WHERE p.user_id = ANY ($1::bytea[])`);
/** By keys `k`, which say in which partition a decision is. */
export const DECISION = `SELECT d.* FROM decision_keys k
  JOIN decisions d ON d.position = k.position AND d.period = k.period`;
export const RATE_TABLE = `SELECT t.id, t.body,
    (SELECT n.not_before_ms FROM rate_tables n WHERE n.id = t.id + 1) AS superseded_at_ms
  FROM rate_tables t`;
