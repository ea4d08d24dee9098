/**
 * The end of a card: when its certificate is over and publishers have had their time to claim, nobody can ask for what is left
 * in its purses, and what is held of it, but the player, less what the issuer paid on claims that still stand.
 */
import { ProtocolError } from '@coinslot/protocol';
import type { RecordedTransfer } from '../ledger/types.ts';
import { playerAccount, type Player } from '../players/types.ts';
import type { StoreTransaction } from '../store/port.ts';
import { cardReference, disputeAccount, floatAccount, lossAccount, transferOf } from './accounts.ts';
import { loadPurses } from './purses.ts';
import type { Card } from './types.ts';

/** What was given back, by currency. */
export interface Settled {
  readonly currency: string;
  readonly amountMinor: bigint;
}

const EVENT = new TextEncoder().encode('settled');
const HELD_EVENT = new TextEncoder().encode('settled, held');

/** Throws CARD_STATE while the card, or a claim on it, may still come up; asked again it changes nothing. */
export async function settleCard(
  tx: StoreTransaction,
  cardId: Uint8Array,
  { claimAfterMs, nowMs }: { readonly claimAfterMs: number; readonly nowMs: number },
): Promise<readonly Settled[]> {
  const card = await tx.cards.findCard(cardId);
  if (card === undefined) throw new ProtocolError('BAD_KEY', 'cardId: no such card');
  if (card.settledAtMs !== undefined) return [];
  if (nowMs <= card.notAfterMs + 2 * claimAfterMs)
    throw new ProtocolError('CARD_STATE', 'cardId: records or claims may still come up');
  const player = (await tx.findPlayer(card.userId)) as Player;
  const returned: Settled[] = [];
  for (const { purse, plan, currency, floatMinor } of (await loadPurses(tx, card)).values()) {
    if (plan !== 'prepaid') continue;
    const held = disputeAccount(cardId, currency);
    const heldMinor = (await tx.cards.findAccount(held))?.balanceMinor ?? 0n;
    if (floatMinor === 0n && heldMinor === 0n) continue;
    const claimedMinor = await standingClaimsMinor(tx, card, purse);
    const owedMinor = claimedMinor < floatMinor ? claimedMinor : floatMinor;
    const debit = floatAccount(cardId, currency);
    const post = async (kind: 'claim-settlement' | 'card-return', amountMinor: bigint): Promise<void> => {
      if (amountMinor === 0n) return;
      const credit = kind === 'card-return' ? playerAccount(player) : lossAccount(card, currency);
      const posting = { debit, credit, amountMinor };
      await tx.cards.postTransfer(transferOf(kind, cardReference(cardId, EVENT, purse), nowMs, [posting]));
    };
    await post('claim-settlement', owedMinor);
    await post('card-return', floatMinor - owedMinor);
    if (heldMinor > 0n) {
      const posting = { debit: held, credit: playerAccount(player), amountMinor: heldMinor };
      await tx.cards.postTransfer(
        transferOf('card-return', cardReference(cardId, HELD_EVENT, purse), nowMs, [posting]),
      );
    }
    returned.push({ currency, amountMinor: floatMinor - owedMinor + heldMinor });
  }
  await tx.cards.setCardSettled(cardId, nowMs);
  return returned;
}

/** What a settled card gave the issuer for its claims; `undefined` where it gave nothing. */
export const settlementOf = (
  tx: StoreTransaction,
  { cardId }: Card,
  purse: string,
): Promise<RecordedTransfer | undefined> => tx.findTransfer('claim-settlement', cardReference(cardId, EVENT, purse));

/** Claims that stand, but for those that the card's own money has covered. */
export async function standingClaimsMinor(tx: StoreTransaction, { cardId }: Card, purse: string): Promise<bigint> {
  let sumMinor = 0n;
  for (const claim of await tx.cards.listClaims(cardId)) {
    if (claim.purse !== purse || claim.reversalId !== undefined) continue;
    const record = await tx.cards.findCardRecord(cardId, claim.head);
    if (record?.outcome !== 'disputed' || record.excess) sumMinor += claim.chargedMinor;
  }
  return sumMinor;
}
