/**
 * The part of `verifyBooks` that looks at what is held of cards: what a card spent and nobody has shown the player's consent to.
 * Each disputed record has one transfer out of its purse, to the issuer where a claim stood by then and into what is held
 * otherwise; a claim or a refund since then has taken it out again. At the end of a card nothing is held of it.
 */
import { cardDecisionId, decodeCardRecord } from '@coinslot/protocol';
import { cardReference, disputeAccount } from '../cards/accounts.ts';
import type { Card, CardClaim, CardRecordRow } from '../cards/types.ts';
import { hex } from '../players/types.ts';
import type { StoreReader } from '../store/port.ts';
import type { RecordedTransfer } from './types.ts';

/** Transfers of kind `card-dispute` by reference in hex; those that are accounted for are taken out. */
export type HeldTransfers = Map<string, RecordedTransfer>;

/** What is held of one card, as its records come by. */
export class HeldMoney {
  readonly #card: Card;
  readonly #store: StoreReader;
  readonly #held: HeldTransfers;
  /** By currency. */
  readonly #sums = new Map<string, bigint>();

  constructor(card: Card, store: StoreReader, held: HeldTransfers) {
    this.#card = card;
    this.#store = store;
    this.#held = held;
  }

  /** What is wrong with the record's transfer; its sum is kept. */
  async add(row: CardRecordRow, claims: readonly CardClaim[]): Promise<string | undefined> {
    if (row.outcome !== 'disputed' || row.excess || row.chargedMinor === 0n) return undefined;
    const reference = hex(cardReference(row.cardId, row.head));
    const moved = this.#held.get(reference);
    this.#held.delete(reference);
    if (moved === undefined) return 'nothing is held for it';
    const claim = claims.find(({ head }) => hex(head) === hex(row.head));
    const kind = claim !== undefined && stood(claim, moved.id) ? 'card-loss' : 'card-dispute';
    const [posting, ...others] = moved.postings;
    const isExpected =
      others.length === 0 &&
      posting?.debit.kind === 'card-float' &&
      posting.debit.owner === hex(row.cardId) &&
      posting.credit.kind === kind &&
      posting.credit.owner === (kind === 'card-loss' ? this.#card.issuerId : hex(row.cardId)) &&
      posting.amountMinor === row.chargedMinor;
    if (!isExpected) return `what it held did not go to its ${kind}`;
    if (kind === 'card-loss' || (claim !== undefined && claim.transferId > moved.id)) return undefined;
    const { nonce } = decodeCardRecord(row.record);
    const refund = await this.#store.refunds.findRefund(cardDecisionId(row.cardId, nonce));
    if (refund?.transferId !== undefined && refund.transferId > moved.id) return undefined;
    const { chargedCurrency, chargedMinor } = row;
    this.#sums.set(chargedCurrency, (this.#sums.get(chargedCurrency) ?? 0n) + chargedMinor);
    return undefined;
  }

  /** What differs in a currency in which the card has a purse. */
  async verify(currency: string): Promise<string | undefined> {
    const account = await this.#store.cards.findAccount(disputeAccount(this.#card.cardId, currency));
    const found = account?.balanceMinor ?? 0n;
    const expected = this.#card.settledAtMs === undefined ? (this.#sums.get(currency) ?? 0n) : 0n;
    return found === expected ? undefined : `${found} ${currency} are held, its records make ${expected}`;
  }
}

const stood = ({ transferId, reversalId }: CardClaim, before: bigint): boolean =>
  transferId < before && (reversalId === undefined || reversalId > before);
