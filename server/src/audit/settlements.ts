/**
 * The end of a card, which the operator settles: what is left in its purses goes to the issuer as far as claims that stand were
 * paid by it, and else back to the player, with what was held. Amounts are those of that moment, so they are asked for when the
 * transfers are gone through in their order.
 */
import type { Card } from '../cards/types.ts';
import type { Facts } from './audit.ts';
import { plain } from './bytes.ts';
import { cardReference, disputeOf, floatOf, lossOf, type AuditedCard, type AuditedPurse } from './cards.ts';
import { playerAccount } from './decisions.ts';
import { placeOf } from './expectations.ts';
import type { AccountName, RecordedTransfer } from '../ledger/types.ts';
import { nameOf } from './model.ts';
import type { StoreReader } from '../store/port.ts';

const EVENT = 'settled';
const HELD_EVENT = 'settled, held';

export async function auditSettlement(one: AuditedCard, facts: Facts): Promise<void> {
  const { card, place, purses } = one;
  if (card.settledAtMs === undefined) return;
  const { findings } = facts;
  findings.takeWord('operator', 'cards settled at their end');
  if (card.settledAtMs <= card.notAfterMs)
    findings.find('card-record', `${place}, settlement`, `after ${card.notAfterMs}`, card.settledAtMs);
  for (const purse of purses.values()) if (purse.plan === 'prepaid') await auditPurse(one, purse, facts);
}

async function auditPurse(one: AuditedCard, { purse, currency }: AuditedPurse, facts: Facts): Promise<void> {
  const { card, player } = one;
  const { expectations } = facts;
  const place = `${one.place}, settlement of ${purse}`;
  const [float, held, mine] = [floatOf(card, currency), disputeOf(card, currency), playerAccount(player)];
  const reference = cardReference(card.cardId, EVENT, purse);
  const toIssuer = await expectations.take(place, 'claim-settlement', reference);
  const back = await expectations.take(place, 'card-return', reference);
  const unheld = await expectations.take(place, 'card-return', cardReference(card.cardId, HELD_EVENT, purse));
  const first = toIssuer ?? back;
  const owedMinor = first === undefined ? 0n : await claimedOn(card.cardId, purse, first.id, facts.witness.store);
  if (toIssuer !== undefined)
    ask(toIssuer, place, facts, (of) => [float, lossOf(one, currency), least(owedMinor, of(float))]);
  if (back !== undefined)
    ask(back, place, facts, (of) => {
      if (toIssuer === undefined && owedMinor > 0n)
        facts.findings.find(
          'missing-transfer',
          place,
          `claim-settlement of ${least(owedMinor, of(float))}`,
          'no such transfer',
        );
      return [float, mine, of(float)];
    });
  if (unheld !== undefined) ask(unheld, place, facts, (of) => [held, mine, of(held)]);
  facts.expectations.askAtEnd((of) => {
    facts.findings.same('purse', `${place}, left in it`, 0n, of(float));
  });
}

interface PostedForCard {
  readonly atMs: number;
  /** `undefined` when nothing moved. */
  readonly transferId: bigint | undefined;
}

/**
 * Whether this came before the card's end. Where both are of one millisecond their transfers say so: what was held, or in the purse,
 * went by the one that came first, and a card that had nothing left at its end has no transfers of it.
 */
export async function wasBeforeEnd(
  { cardId, settledAtMs }: Card,
  { atMs, transferId }: PostedForCard,
  purse: string,
  { witness }: Facts,
): Promise<boolean> {
  if (settledAtMs === undefined || atMs !== settledAtMs) return settledAtMs === undefined || atMs < settledAtMs;
  if (transferId === undefined) return false;
  const ends = [
    ['claim-settlement', EVENT],
    ['card-return', EVENT],
    ['card-return', HELD_EVENT],
  ] as const;
  for (const [kind, event] of ends) {
    const found = await witness.store.findTransfer(kind, cardReference(cardId, event, purse));
    if (found !== undefined && found.id < transferId) return false;
  }
  return true;
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

type Line = readonly [debit: AccountName, credit: AccountName, amountMinor: bigint];

/** One posting, as the balances before it make it. */
function ask(
  found: RecordedTransfer,
  place: string,
  { expectations, findings }: Facts,
  lineOf: (balanceOf: (account: AccountName) => bigint) => Line,
): void {
  expectations.askBefore(found.id, (balanceOf) => {
    const [debit, credit, amountMinor] = lineOf(balanceOf);
    const stored = found.postings.map((one) => `${nameOf(one.debit)} -> ${nameOf(one.credit)} ${one.amountMinor}`);
    const expected = `${nameOf(debit)} -> ${nameOf(credit)} ${amountMinor}`;
    findings.same('transfer', `${placeOf(found)} of ${place}`, expected, stored.join(', '));
  });
}

/** What the issuer had paid on claims that stood before a transfer and that the card's own money had not covered. */
export async function claimedOn(
  cardId: Uint8Array,
  purse: string,
  beforeId: bigint,
  { cards }: Pick<StoreReader, 'cards'>,
): Promise<bigint> {
  let sumMinor = 0n;
  for (const claim of await cards.listClaims(cardId)) {
    const stood = claim.transferId < beforeId && (claim.reversalId === undefined || claim.reversalId >= beforeId);
    if (claim.purse !== purse || !stood) continue;
    const record = await cards.findCardRecord(cardId, plain(claim.head));
    if (record?.outcome !== 'disputed' || record.excess) sumMinor += claim.chargedMinor;
  }
  return sumMinor;
}
