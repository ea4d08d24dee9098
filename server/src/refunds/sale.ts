/**
 * What a decision sold and what became of its money: the one place that knows all the ways in which a payment can have been
 * booked, here and by a card, and so what undoing it moves.
 *
 * The rule of every row: the publisher gives back what it was paid, the operator its fee; what a purse or an account paid goes to
 * the player's account, and what the issuer paid and has not had back goes to the issuer. What has gone back before, or was
 * never taken, does not go back again.
 */
import { decodeCardRecord, decodePaymentDecision, decodeQuote, readEnvelope, requestId } from '@coinslot/protocol';
import { cardReference, lossAccount } from '../cards/accounts.ts';
import { settlementOf, standingClaimsMinor } from '../cards/settling.ts';
import type { Card, CardClaim, CardRecordRow } from '../cards/types.ts';
import { reversed } from '../ledger/postings.ts';
import type { AccountName, Posting, RecordedTransfer } from '../ledger/types.ts';
import { hex, playerAccount, type Player } from '../players/types.ts';
import type { PlacedDecision } from '../payments/types.ts';
import type { StoreTransaction } from '../store/port.ts';
import type { CardDecisionPlace } from './types.ts';

/** A decision that may be undone. */
export interface Sale {
  readonly decisionId: Uint8Array;
  readonly requestId: Uint8Array;
  readonly userId: Uint8Array;
  readonly publisherId: string;
  readonly isApproved: boolean;
  readonly chargedCurrency: string;
  /** What undoing it moves. */
  undo(tx: StoreTransaction, player: Player): Promise<Undoing>;
}

export interface Undoing {
  readonly postings: readonly Posting[];
  /** The claim that is undone with it. */
  readonly claim: CardDecisionPlace | undefined;
}

const NOTHING: Undoing = { postings: [], claim: undefined };

/** The sale of a decision, whoever made it; `undefined` for an id that nobody knows here. */
export async function findSale(tx: StoreTransaction, decisionId: Uint8Array): Promise<Sale | undefined> {
  const decision = await tx.refunds.findDecisionById(decisionId);
  if (decision !== undefined) return decidedSale(decision);
  const place = await tx.refunds.findCardDecision(decisionId);
  if (place === undefined) return undefined;
  const card = await tx.cards.findCard(place.cardId);
  if (card === undefined) return undefined;
  const record = await tx.cards.findCardRecord(card.cardId, place.head);
  const claim = await tx.cards.findClaim(card.cardId, place.head);
  if (record !== undefined) return recordedSale(decisionId, card, record, claim);
  return claim && claimedSale(decisionId, card, claim);
}

function decidedSale(decision: PlacedDecision): Sale {
  return {
    ...decision,
    isApproved: decision.code === 'APPROVED',
    async undo(tx, player) {
      if (decision.transferId === undefined) return NOTHING;
      return undoPayment(tx, player, decision.requestId, await paidRecordOf(tx, decision));
    },
  };
}

/** The record of a booked card's decision; none for this server's own. */
async function paidRecordOf(tx: StoreTransaction, { cardId, requestId, transferId }: PlacedDecision) {
  if (cardId === undefined) return undefined;
  return (await tx.cards.findCardPayments(requestId)).find((record) => record.transferId === transferId);
}

function recordedSale(decisionId: Uint8Array, card: Card, record: CardRecordRow, claim: CardClaim | undefined): Sale {
  const { publisherId, code } = decodeCardRecord(record.record);
  return {
    decisionId,
    requestId: record.requestId,
    userId: card.userId,
    publisherId,
    isApproved: code === 'APPROVED',
    chargedCurrency: record.chargedCurrency,
    async undo(tx, player) {
      if (record.transferId !== undefined) return undoPayment(tx, player, record.requestId, record);
      if (claim !== undefined && claim.reversalId === undefined) return undoClaim(tx, player, card, claim, record);
      return undoDispute(tx, player, card, record);
    },
  };
}

function claimedSale(decisionId: Uint8Array, card: Card, claim: CardClaim): Sale {
  const { nonce } = decodePaymentDecision(readEnvelope(claim.decision).body);
  return {
    decisionId,
    requestId: requestId(card.userId, nonce),
    userId: card.userId,
    publisherId: decodeQuote(readEnvelope(claim.quote).body).publisherId,
    isApproved: true,
    chargedCurrency: claim.chargedCurrency,
    undo: async (tx, player) =>
      claim.reversalId === undefined ? undoClaim(tx, player, card, claim, undefined) : NOTHING,
  };
}

/** A payment the other way round; what the issuer had back of its part goes on to the player, who gave it. */
async function undoPayment(
  tx: StoreTransaction,
  player: Player,
  paymentId: Uint8Array,
  record: CardRecordRow | undefined,
): Promise<Undoing> {
  const paid = await requireTransfer(tx, 'payment', paymentId);
  const recovered =
    record?.excess === true
      ? await tx.findTransfer('card-recovery', cardReference(record.cardId, record.head))
      : undefined;
  return {
    postings: [...toPlayer(paid, player), ...(recovered === undefined ? [] : toPlayer(recovered, player))],
    claim: undefined,
  };
}

/** What the publisher was paid on a claim goes back to who paid it: the issuer, or the money held of the card. */
async function undoClaim(
  tx: StoreTransaction,
  player: Player,
  card: Card,
  claim: CardClaim,
  record: CardRecordRow | undefined,
): Promise<Undoing> {
  const [paid] = await tx.listTransfers(claim.transferId - 1n, 1);
  if (paid?.id !== claim.transferId) throw new Error('the transfer of a claim is not in the ledger');
  const hadMinor = await hadBackMinor(tx, card, claim, record);
  const account = lossAccount(card, claim.chargedCurrency);
  const onwards = { debit: account, credit: playerAccount(player), amountMinor: hadMinor };
  return { postings: [...toPlayer(paid, player), ...(hadMinor > 0n ? [onwards] : [])], claim };
}

/** What the issuer had back for a claim from the card's own money: by its record, or at the card's end. */
async function hadBackMinor(
  tx: StoreTransaction,
  card: Card,
  claim: CardClaim,
  record: CardRecordRow | undefined,
): Promise<bigint> {
  const reference = cardReference(card.cardId, claim.head);
  const held = record === undefined ? undefined : await tx.findTransfer('card-dispute', reference);
  const back = held?.postings.filter(({ credit }) => credit.kind === 'card-loss') ?? [];
  if (held !== undefined) return sumOf(back);
  // At its end a card gave for all its claims together, as far as its purse went: what is not needed for the others goes on.
  const settlement = await settlementOf(tx, card, claim.purse);
  const gaveMinor = sumOf(settlement?.postings ?? []);
  const withIt = await standingClaimsMinor(tx, card, claim.purse);
  return least(gaveMinor, withIt) - least(gaveMinor, withIt - claim.chargedMinor);
}

/** What is held of a card for a publisher that gives it up. At the card's end it has gone to the player already. */
async function undoDispute(tx: StoreTransaction, player: Player, card: Card, record: CardRecordRow): Promise<Undoing> {
  if (record.outcome !== 'disputed' || record.excess || card.settledAtMs !== undefined) return NOTHING;
  const held = await tx.findTransfer('card-dispute', cardReference(card.cardId, record.head));
  const postings = (held?.postings ?? []).map(({ credit, amountMinor }) => ({
    debit: credit,
    credit: playerAccount(player),
    amountMinor,
  }));
  return { postings, claim: undefined };
}

/** Every posting reversed; where it came from a purse, or from what was held of one, it goes to the player's account. */
function toPlayer({ postings }: RecordedTransfer, player: Player): Posting[] {
  const account = playerAccount(player);
  const isPurse = ({ kind }: AccountName): boolean => kind === 'card-float' || kind === 'card-dispute';
  return reversed(postings).map((posting) => (isPurse(posting.credit) ? { ...posting, credit: account } : posting));
}

async function requireTransfer(
  tx: StoreTransaction,
  kind: 'payment',
  reference: Uint8Array,
): Promise<RecordedTransfer> {
  const transfer = await tx.findTransfer(kind, reference);
  if (transfer === undefined) throw new Error(`the ${kind} ${hex(reference)} is not in the ledger`);
  return transfer;
}

const sumOf = (postings: readonly Posting[]): bigint => postings.reduce((sum, one) => sum + one.amountMinor, 0n);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** What the postings bring to an account, less what they take from it. */
export function broughtMinor(postings: readonly Posting[], { kind, owner }: AccountName): bigint {
  const is = (account: AccountName): boolean => account.kind === kind && account.owner === owner;
  return postings.reduce(
    (sum, { debit, credit, amountMinor }) => sum + (is(credit) ? amountMinor : 0n) - (is(debit) ? amountMinor : 0n),
    0n,
  );
}
