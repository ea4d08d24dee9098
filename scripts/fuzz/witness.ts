/** Everything durable that a stranger's bytes could move, as one text: equal texts, nothing moved. */
import { createHash } from 'node:crypto';
import type { Parties } from '../town.ts';

const LIST_MAX = 500;

/**
 * The ledger with every decision, and what the wallet's journal amounts to. Not counted: that an offer was shown or left,
 * which is the journal's record of nothing having been paid.
 */
export async function durableState({ sandbox, wallet }: Parties): Promise<string> {
  const { service } = sandbox.server;
  const { records } = service;
  const { ada, grace } = sandbox.sandbox.players;
  const { state, settings } = wallet.profile;
  const books = await service.verifyBooks();
  const decisions = [ada.userId, grace.userId, wallet.userId].map((userId) =>
    records.listDecisions(userId, 0n, LIST_MAX),
  );
  const parts = {
    findings: books.findings,
    counts: [books.accounts, books.transfers, books.decisions],
    accounts: await records.listAccounts(0n, LIST_MAX),
    players: await Promise.all([ada, grace, wallet].map(({ userId }) => records.findPlayer(userId))),
    transfers: await records.listTransfers(0n, LIST_MAX),
    decisions: await Promise.all(decisions),
    faults: sandbox.faults.modes,
    payments: state.payments,
    pairings: state.pairings.map(({ idHex, label, pressOff, limits }) => ({
      ...{ idHex, label, pressOff },
      limits: limits.at(wallet.profile.state.lastMs),
    })),
    blocked: state.blocked,
    walletLimits: state.walletLimits?.at(state.lastMs),
    isPaused: state.isPaused,
    settings,
    vault: wallet.profile.vault.publicKeys,
  };
  return JSON.stringify(parts, (_, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    return value instanceof Uint8Array ? createHash('sha256').update(value).digest('hex') : value;
  });
}
