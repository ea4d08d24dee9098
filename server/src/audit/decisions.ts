/**
 * Decisions: message 2 by the player, message 3 by the server, and the debit between them. For each row: do the signatures
 * hold, does the row say what they say, was the sale to be approved - the publisher's own price, in the currency that was
 * shown, by the rate table that was named, no more than was shown - and did exactly that move.
 */
import {
  decodePaymentDecision,
  decodePaymentRequest,
  keyHash,
  readEnvelope,
  requestHash,
  requestId,
  type PaymentDecision,
  type PaymentRequest,
  type Quote,
  type RateTable,
} from '@coinslot/protocol';
import type { AccountName } from '../ledger/types.ts';
import type { PlacedDecision } from '../payments/types.ts';
import type { Facts } from './audit.ts';
import { brief, hex, plain } from './bytes.ts';
import { rowsOf } from './lists.ts';
import { account, salePostings } from './model.ts';
import { worthOf } from './money.ts';
import type { AuditedPlayer, AuditedQuote } from './witness.ts';

export async function auditDecisions(facts: Facts): Promise<void> {
  const { store } = facts.witness;
  for await (const row of rowsOf(store.listAllDecisions.bind(store), 0n, ({ position }) => position)) {
    const place = `decision ${row.position}`;
    await facts.readable(place, () =>
      row.cardId === undefined ? auditDecision(row, place, facts) : auditCardsDecision(row, row.cardId, place, facts),
    );
    facts.findings.tick('decisions');
  }
}

interface ReadDecision {
  readonly row: PlacedDecision;
  readonly place: string;
  readonly request: PaymentRequest;
  /** The body of message 2. */
  readonly asked: Uint8Array;
  readonly decision: PaymentDecision;
  readonly quote: AuditedQuote;
  readonly player: AuditedPlayer;
}

async function auditDecision(row: PlacedDecision, place: string, facts: Facts): Promise<void> {
  const { witness, findings } = facts;
  const [requestBytes, decisionBytes] = [plain(row.requestBytes), plain(row.decision)];
  const asked = readEnvelope(requestBytes).body;
  const request = decodePaymentRequest(asked);
  const decision = decodePaymentDecision(readEnvelope(decisionBytes).body);
  const player = await witness.player(request.userId);
  if (player === undefined) return findings.find('signature', place, 'a player who enrolled', hex(request.userId));
  if (witness.isSampled(row.position)) {
    const approvedAtMs = decision.outcome === 'approved' ? decision.timeMs : undefined;
    const key = await witness.proofKey(place, player, requestBytes, approvedAtMs);
    if (key !== undefined) witness.isSignedBy(place, 'payment-request', key, requestBytes);
    const options = { type: 'payment-decision', role: 'payment-server', atMs: decision.timeMs } as const;
    const leaf = await witness.open(place, decisionBytes, options);
    if (leaf !== undefined) findings.same('message', `${place}, signer`, hex(keyHash(leaf.spki)), hex(decision.signer));
  }
  const quote = await witness.quote(request.quote, decision.timeMs);
  const read = { row, place, request, asked, decision, quote, player };
  await auditRow(read, facts);
  if (decision.outcome === 'approved') return auditApproval(read, facts);
  findings.same('sale', `${place}, charge of a refusal`, 0n, decision.chargedMinor);
  // What was refused here may have been paid by a card since: `cards.ts` claims that one.
}

/** The row against the messages, field by field, and the two messages against one another. */
async function auditRow({ row, place, request, asked, decision, quote }: ReadDecision, facts: Facts): Promise<void> {
  const { findings, witness } = facts;
  const id = requestId(request.userId, request.nonce);
  if (hex(id) !== hex(row.requestId)) {
    const other = await witness.store.findDecision(id);
    if (other === undefined) findings.find('message', `${place}, request id`, hex(id), hex(row.requestId));
    else findings.find('two-decisions', place, `one decision of request ${brief(id)}`, 'another row has it too');
  }
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['request of the decision', hex(requestHash(asked)), hex(decision.requestHash)],
    ['request hash', hex(requestHash(asked)), hex(row.requestHash)],
    ['user', hex(request.userId), hex(row.userId)],
    ['publisher', request.publisherId, row.publisherId],
    ['nonce', hex(request.nonce), hex(decision.nonce)],
    ['audience', hex(decision.signer), hex(request.audience)],
    ['outcome', decision.outcome === 'approved', decision.code === 'APPROVED'],
    ['code', decision.code, row.code],
    ['price', `${decision.currency} ${decision.amountMinor}`, `${row.priceCurrency} ${row.priceMinor}`],
    ['charge', `${decision.chargedCurrency} ${decision.chargedMinor}`, `${row.chargedCurrency} ${row.chargedMinor}`],
    ['rate table', decision.rateTableId, row.rateTableId],
    ['rate table of the request', request.rateTableId, decision.rateTableId],
    ['time', decision.timeMs, row.atMs],
    ['decision id', hex(decision.decisionId), hex(row.decisionId)],
    ['offer hash', hex(decision.offerHash), hex(row.offerHash)],
    ["quote's signature", hex(quote.signature), hex(row.quoteSignature)],
  ];
  for (const [what, signed, stored] of pairs) findings.same('message', `${place}, ${what}`, signed, stored);
}

/** An approval must have been one, and must have its debit. */
async function auditApproval(
  { row, place, request, decision, quote, player }: ReadDecision,
  facts: Facts,
): Promise<void> {
  const { findings, witness } = facts;
  const fault = quote.fault;
  if (fault !== undefined) findings.find('sale', `${place}, quote`, 'holds as of the decision', fault);
  const table = await witness.rateTable(request.rateTableId);
  if (decision.chargedMinor > request.chargeMinor || decision.chargedCurrency !== request.chargeCurrency)
    findings.find(
      'sale',
      `${place}, more than was shown`,
      `${request.chargeCurrency} ${request.chargeMinor} at most`,
      `${decision.chargedCurrency} ${decision.chargedMinor}`,
    );
  const charged = { ...decision, publisherId: request.publisherId };
  auditPrice(place, { quote: quote.quote, charged, table }, facts);
  if (table !== undefined && !(table.notBeforeMs <= decision.timeMs && decision.timeMs <= table.notAfterMs))
    findings.find('sale', `${place}, rate table ${table.id}`, 'in force at the decision', 'was not');
  if (request.deadlineMs < decision.timeMs)
    findings.find('sale', `${place}, deadline`, `${request.deadlineMs} at the latest`, decision.timeMs);
  // What is sold sealed comes with its key: a charge without it would have bought nothing.
  const carriesKey = decision.sealedKey !== undefined;
  findings.same('sale', `${place}, content key`, quote.quote.contentKeyId !== undefined, carriesKey);
  findings.same('sale', `${place}, currency of the account`, player.currency, decision.chargedCurrency);
  const settled = player.plan === 'prepaid' ? 'debited' : 'recorded';
  findings.same('sale', `${place}, settlement`, settled, decision.settlement);
  if (decision.chargedMinor === 0n) return facts.expectations.expectNone(`${place} is free`, 'payment', row.requestId);
  const publisher = await witness.publisher(request.publisherId);
  if (publisher === undefined)
    return findings.find('sale', `${place}, payee`, 'an enrolled publisher', request.publisherId);
  await facts.expectations.expect({
    place,
    kind: 'payment',
    reference: requestId(request.userId, request.nonce),
    atMs: decision.timeMs,
    postings: salePostings({
      payer: playerAccount(player),
      publisherId: quote.quote.publisherId,
      price: quote.quote,
      chargedMinor: decision.chargedMinor,
      table,
      feeBasisPoints: publisher.feeBasisPoints,
    }),
  });
}

/** The account that the player's own purchases are paid from. */
export const playerAccount = ({ plan, currency, userId }: AuditedPlayer): AccountName =>
  account(plan === 'prepaid' ? 'player-prepaid' : 'player-postpaid', currency, userId);

interface Charged {
  readonly publisherId: string;
  readonly gameId: string;
  readonly offerHash: Uint8Array;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly chargedMinor: bigint;
  readonly chargedCurrency: string;
  readonly rateTableId: number;
}

/** What a decision or a card's record says was sold, against the publisher's quote: every difference. */
export function auditPrice(
  place: string,
  sale: { readonly quote: Quote; readonly charged: Charged; readonly table: RateTable | undefined },
  { findings }: Facts,
): void {
  for (const [what, expected, found] of priceFaults(sale)) findings.find('sale', `${place}, ${what}`, expected, found);
}

/** Name, what the quote makes it, what it is: of what differs. */
export function priceFaults({
  quote,
  charged,
  table,
}: {
  readonly quote: Quote;
  readonly charged: Charged;
  readonly table: RateTable | undefined;
}): (readonly [string, string, string])[] {
  const converts = quote.currency !== charged.chargedCurrency;
  const worth = converts && table !== undefined ? worthOf(quote, charged.chargedCurrency, table)?.upMinor : undefined;
  const due = converts ? (worth ?? 'no rate') : quote.amountMinor;
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['payee', quote.publisherId, charged.publisherId],
    ['game', quote.gameId, charged.gameId],
    ['offer', hex(quote.offerHash), hex(charged.offerHash)],
    ['price', `${quote.currency} ${quote.amountMinor}`, `${charged.currency} ${charged.amountMinor}`],
    ['conversion named', converts, charged.rateTableId !== 0],
    [`charge by rate table ${charged.rateTableId}`, due, charged.chargedMinor],
  ];
  return pairs
    .filter(([, expected, found]) => expected !== found)
    .map(([what, expected, found]) => [what, String(expected), String(found)] as const);
}

/** A card's approval that stands among the decisions, so that its request is closed here too: it is its record's. */
async function auditCardsDecision(
  row: PlacedDecision,
  cardId: Uint8Array,
  place: string,
  { witness, findings }: Facts,
): Promise<void> {
  const decision = decodePaymentDecision(readEnvelope(plain(row.decision)).body);
  const head = decision.card?.head;
  const record = head && (await witness.store.cards.findCardRecord(cardId, head));
  if (record === undefined)
    return findings.find('card-record', place, `a record ${brief(head)} of card ${hex(cardId)}`, 'not there');
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['outcome of its record', 'booked', record.outcome],
    ['request id', hex(record.requestId), hex(row.requestId)],
    ['decision', record.decision && hex(record.decision), hex(row.decision)],
    ['decision id', hex(decision.decisionId), hex(row.decisionId)],
    ['charge', record.chargedMinor, row.chargedMinor],
    ['price', `${decision.currency} ${decision.amountMinor}`, `${row.priceCurrency} ${row.priceMinor}`],
    ['code', 'APPROVED', row.code],
    ['transfer', record.transferId, row.transferId],
  ];
  for (const [what, signed, stored] of pairs) findings.same('message', `${place}, ${what}`, signed, stored);
}
