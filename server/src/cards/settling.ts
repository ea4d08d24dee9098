/**
 * The end of a card: when its certificate is over and publishers have had their time to claim, nobody can ask for what is left
 * in its purses but the player, less what the issuer paid on claims that still stand.
 */
import { ProtocolError } from '@coinslot/protocol';
import { playerAccount, type Player } from '../players/types.ts';
import type { StoreTransaction } from '../store/port.ts';
import { cardReference, floatAccount, lossAccount, transferOf } from './accounts.ts';
import { loadPurses } from './purses.ts';
import type { Card } from './types.ts';

/** What was given back, by currency. */
export interface Settled {
  readonly currency: string;
  readonly amountMinor: bigint;
}

const EVENT = new TextEncoder().encode('settled');

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
    if (plan !== 'prepaid' || floatMinor === 0n) continue;
    const claimedMinor = await claimsOn(tx, card, purse);
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
    returned.push({ currency, amountMinor: floatMinor - owedMinor });
  }
  await tx.cards.setCardSettled(cardId, nowMs);
  return returned;
}

async function claimsOn(tx: StoreTransaction, { cardId }: Card, purse: string): Promise<bigint> {
  const claims = await tx.cards.listClaims(cardId);
  return claims
    .filter((claim) => claim.purse === purse && claim.reversalId === undefined)
    .reduce((sum, { chargedMinor }) => sum + chargedMinor, 0n);
}
