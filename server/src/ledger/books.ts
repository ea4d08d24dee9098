/**
 * `verifyBooks`: holds what is kept against what it follows from. Balances are derived again from the postings by code that
 * shares nothing with the triggers that keep them; every decision is held against its own signed bytes and its debit; cards
 * against their records, what is held of them against their disputes; the journal against the rows that its blocks are of.
 * Invariants I1, I3 and I4, and those of `card-books.ts`. It reads everything and so takes time in step with the record.
 */
import {
  decodePaymentDecision,
  decodePaymentRequest,
  decodeQuote,
  equalBytes,
  keyHash,
  readCertificate,
  readEnvelope,
  requestHash,
  requestId,
  signatureInput,
  type PaymentDecision,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import type { PlacedDecision } from '../payments/types.ts';
import { recordedProofKey } from '../players/passwords.ts';
import { hex } from '../players/types.ts';
import type { StoreReader } from '../store/port.ts';
import { verifyCardBooks, type Debits } from './card-books.ts';
import type { HeldTransfers } from './dispute-books.ts';
import { verifyJournal } from './journal.ts';
import { broughtTo, verifyRefunds } from './refund-books.ts';
import type { AccountKind, AccountName, CurrencySum, RecordedTransfer } from './types.ts';

export interface BooksReport {
  /** No finding. */
  readonly ok: boolean;
  /** In words, 100 at most. */
  readonly findings: readonly string[];
  readonly sums: readonly CurrencySum[];
  readonly accounts: number;
  readonly transfers: number;
  readonly decisions: number;
  readonly cards: number;
}

const PAGE = 500;
const FINDINGS_MAX = 100;

const nameOf = ({ kind, owner, currency }: AccountName): string => [kind, owner, currency].filter(Boolean).join(' ');

/** Reads a list to its end, page by page. */
async function* pages<Row>(list: (after: bigint, count: number) => Promise<readonly Row[]>, at: (row: Row) => bigint) {
  let after = 0n;
  for (;;) {
    const rows = await list(after, PAGE);
    yield* rows;
    const last = rows[rows.length - 1];
    if (last === undefined) return;
    after = at(last);
  }
}

export async function verifyBooks(store: StoreReader): Promise<BooksReport> {
  const findings: string[] = [];
  const find = (finding: string): void => void (findings.length < FINDINGS_MAX && findings.push(finding));
  const journal = await verifyJournal(store);
  if (journal.finding !== undefined) find(`journal: ${journal.finding}`);
  const derived = new Map<string, bigint>();
  /** What each payment took, by request id; what is left over at the end has no decision. */
  const debits: Debits = new Map();
  const brought = new Map<bigint, bigint>();
  const held: HeldTransfers = new Map();
  let transfers = 0;
  for await (const transfer of pages(store.listTransfers.bind(store), (row) => row.id)) {
    transfers += 1;
    deriveFrom(transfer, derived);
    if (transfer.kind === 'payment') debits.set(hex(transfer.reference), debitOf(transfer));
    if (transfer.kind === 'card-dispute') held.set(hex(transfer.reference), transfer);
    if (transfer.kind === 'refund') brought.set(transfer.id, broughtTo(transfer));
  }
  const accounts = await verifyBalances(store, derived, find);
  let decisions = 0;
  for await (const decision of pages(store.listAllDecisions.bind(store), (row) => row.position)) {
    decisions += 1;
    if (decision.cardId !== undefined) continue; // looked at with the card's records
    const at = `decision ${decision.position}`;
    // What was refused here may have been paid by a card since: its debit is left to the card's records.
    if (decision.chargedMinor > 0n) {
      const debit = debits.get(hex(decision.requestId));
      debits.delete(hex(decision.requestId));
      if (!isExpected(debit, decision)) find(`${at}: debit is ${debit ?? 'none'}`);
    }
    (await faultsOf(store, decision)).forEach((fault) => find(`${at}: ${fault}`));
  }
  const cards = await verifyCardBooks({ store, debits, held, find });
  await verifyRefunds({ store, brought, find });
  held.forEach(({ id }) => find(`transfer ${id}: held of a card without a record`));
  debits.forEach((debit, name) => find(`payment ${name}: debit ${debit} without a decision`));
  const sums = await store.listSums();
  sums.filter(({ sumMinor }) => sumMinor !== 0n).forEach((sum) => find(`${sum.currency}: sums to ${sum.sumMinor}`));
  return { ok: findings.length === 0, findings, sums, accounts, transfers, decisions, cards };
}

function deriveFrom({ postings }: RecordedTransfer, derived: Map<string, bigint>): void {
  const move = (account: AccountName, amount: bigint): void =>
    void derived.set(nameOf(account), (derived.get(nameOf(account)) ?? 0n) + amount);
  for (const { debit, credit, amountMinor } of postings) {
    move(debit, -amountMinor);
    move(credit, amountMinor);
  }
}

/** Accounts that purchases are paid from. */
const PAYERS: readonly AccountKind[] = ['player-prepaid', 'player-postpaid', 'card-float', 'card-loss'];

/** "<kind> <owner> <currency> <amount>": all that a payment took from its payer. */
function debitOf({ postings }: RecordedTransfer): string {
  const taken = postings.filter(({ debit }) => PAYERS.includes(debit.kind));
  const names = new Set(taken.map(({ debit }) => nameOf(debit)));
  return `${[...names].join(' and ')} ${taken.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)}`;
}

/** This server's decisions are paid by the player, whichever plan they are on. */
function isExpected(debit: string | undefined, { userId, chargedMinor, chargedCurrency }: PlacedDecision): boolean {
  return ['player-prepaid', 'player-postpaid'].some(
    (kind) => debit === `${kind} ${hex(userId)} ${chargedCurrency} ${chargedMinor}`,
  );
}

async function verifyBalances(
  store: StoreReader,
  derived: ReadonlyMap<string, bigint>,
  find: (finding: string) => void,
): Promise<number> {
  let accounts = 0;
  for await (const account of pages(store.listAccounts.bind(store), (row) => row.id)) {
    accounts += 1;
    const balance = derived.get(nameOf(account)) ?? 0n;
    if (balance !== account.balanceMinor)
      find(`${nameOf(account)}: balance is ${account.balanceMinor}, its postings make ${balance}`);
    if (account.kind === 'player-prepaid' && account.balanceMinor < 0n) find(`${nameOf(account)}: below zero`);
  }
  return accounts;
}

/** The row against the bytes that the player and the server signed. */
async function faultsOf(store: StoreReader, row: PlacedDecision): Promise<string[]> {
  const asked = readEnvelope(Uint8Array.from(row.requestBytes));
  const request = decodePaymentRequest(asked.body);
  const quoted = readEnvelope(request.quote);
  const quote = decodeQuote(quoted.body);
  const answered = readEnvelope(Uint8Array.from(row.decision));
  const decision = decodePaymentDecision(answered.body);
  const leaf = (await store.findChain(row.chainHash))?.[0];
  const signer = leaf && readCertificate(leaf).spki;
  const player = await store.findPlayer(row.userId);
  const playersKey = player && (await recordedProofKey(store.passwords, player, asked, request.proof));
  const pairs: readonly (readonly [string, boolean])[] = [
    ["player's signature", isSigned(playersKey, 'payment-request', asked)],
    ["server's signature", isSigned(signer, 'payment-decision', answered)],
    ['signer', signer !== undefined && equalBytes(decision.signer, keyHash(signer))],
    ['request id', equalBytes(row.requestId, requestId(request.userId, request.nonce))],
    ['request hash', equalBytes(row.requestHash, requestHash(asked.body))],
    ["quote's signature", equalBytes(row.quoteSignature, quoted.signature)],
    ['price', quote.amountMinor === row.priceMinor && quote.currency === row.priceCurrency],
    ['decision', isTold(row, decision)],
    ['charge', row.chargedMinor === 0n || row.chargedMinor === request.chargeMinor],
  ];
  return pairs.filter(([, holds]) => !holds).map(([name]) => `${name} does not hold`);
}

const isTold = (row: PlacedDecision, decision: PaymentDecision): boolean =>
  decision.code === row.code &&
  (decision.outcome === 'approved') === (row.code === 'APPROVED') &&
  decision.chargedMinor === row.chargedMinor &&
  decision.chargedCurrency === row.chargedCurrency &&
  decision.amountMinor === row.priceMinor &&
  decision.timeMs === row.atMs &&
  equalBytes(decision.requestHash, row.requestHash) &&
  equalBytes(decision.offerHash, row.offerHash) &&
  equalBytes(decision.decisionId, row.decisionId);

const isSigned = (
  publicKey: Uint8Array | undefined,
  type: 'payment-request' | 'payment-decision',
  { body, signature }: { body: Uint8Array; signature: Uint8Array },
): boolean =>
  publicKey instanceof Uint8Array && // a missing key is null in the row
  nativeVerifySignature(Uint8Array.from(publicKey), signatureInput(type, body), Uint8Array.from(signature));
