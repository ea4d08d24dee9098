/** A card at work: its last committed state, and what lasts only until it is reset. */
import { CardStoreError, type CardStore } from '../ports.ts';
import { ProtocolError } from '@coinslot/protocol';
import { cardSigner, type Random, type SignWithCard } from './keys.ts';
import { decodeCardState, encodeCardState, type CardState, type PurseCard } from './state.ts';
import { Refused, SW } from './status-words.ts';
import type { PurchaseStart } from './exchanges.ts';

/** What is forgotten at each reset and each SELECT. */
export interface Session {
  selected: boolean;
  /** The PIN was verified; good for one debit. */
  pinVerified: boolean;
  /** INITIALIZE FOR PURCHASE has been answered; its data, and the bytes they came in. */
  purchase: { readonly start: PurchaseStart; readonly bytes: Uint8Array } | undefined;
}

export const newSession = (): Session => ({ selected: false, pinVerified: false, purchase: undefined });

/** The store has failed: nothing in memory is to be believed until the card is powered on again. */
export class StoreFailed extends Error {
  readonly kind: CardStoreError['kind'];
  constructor(kind: CardStoreError['kind'], cause: unknown) {
    super('the card has lost its store', { cause });
    this.name = 'StoreFailed';
    this.kind = kind;
  }
}

export class Card {
  session = newSession();
  readonly random: Random;
  readonly #store: CardStore;
  #bytes: Uint8Array | undefined;
  #state: CardState | undefined;
  #sign: SignWithCard | undefined;

  private constructor(store: CardStore, random: Random, bytes: Uint8Array | undefined, state: CardState | undefined) {
    this.#store = store;
    this.random = random;
    this.#bytes = bytes;
    this.#state = state;
  }

  /**
   * Reads the last committed state. Throws StoreFailed when there is one that cannot be had.
   * @param before The card before its reset: where the store holds the very bytes that it committed, they need not be
   * parsed again, which is most of the time that a reset takes.
   */
  static async wake(store: CardStore, random: Random, before?: Card): Promise<Card> {
    try {
      const bytes = await store.load();
      const known = before !== undefined && bytes !== undefined && before.#committed(bytes);
      return new Card(store, random, bytes, known ? before.#state : bytes && decodeCardState(bytes));
    } catch (cause) {
      throw new StoreFailed(kindOf(cause), cause);
    }
  }

  #committed(bytes: Uint8Array): boolean {
    return this.#bytes !== undefined && Buffer.compare(this.#bytes, bytes) === 0;
  }

  /** `undefined`: a blank card. */
  get state(): CardState | undefined {
    return this.#state;
  }

  /** The state of a card with a key; 6985 for a blank one. */
  get keyed(): CardState {
    if (this.#state === undefined) throw new Refused(SW.CONDITIONS, 'the card has no key yet');
    return this.#state;
  }

  /** The state of a personalised card; 6985 before. */
  get issued(): PurseCard {
    const issued = this.#state?.issued;
    if (issued === undefined) throw new Refused(SW.CONDITIONS, 'the card is not personalised');
    return issued;
  }

  sign(message: Uint8Array): Uint8Array {
    this.#sign ??= cardSigner(this.keyed.key);
    return this.#sign(message);
  }

  /** Makes a state the card's, durably. What is answered after it is true after any crash; if it fails, nothing is answered any more. */
  async commit(state: CardState): Promise<void> {
    const bytes = encodeCardState(state);
    try {
      await this.#store.commit(bytes);
    } catch (cause) {
      throw new StoreFailed(kindOf(cause), cause);
    }
    if (state.key !== this.#state?.key) this.#sign = undefined;
    this.#bytes = bytes;
    this.#state = state;
  }

  /** `commit` of changes to a personalised card. */
  commitIssued(changes: Partial<PurseCard>): Promise<void> {
    return this.commit({ ...this.keyed, issued: { ...this.issued, ...changes } });
  }
}

/** A state that is there and cannot be read is damage; anything else that a store throws is the disk's. */
function kindOf(cause: unknown): CardStoreError['kind'] {
  if (cause instanceof CardStoreError) return cause.kind;
  return cause instanceof ProtocolError ? 'damaged' : 'io';
}
