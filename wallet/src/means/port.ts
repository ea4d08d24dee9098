/** A means of payment: whatever can decide on message 2. The payment server, a card in a reader, the software card. */
import type { CodeName } from '@coinslot/protocol';

export const MEANS_IDS = ['server', 'card', 'softcard'] as const;
export type MeansId = (typeof MEANS_IDS)[number];

/** What came of one asking. What a means cannot say is `pending`. */
export type MeansAnswer =
  /** What claims to be message 3, unverified. */
  | { readonly kind: 'decision'; readonly decision: Uint8Array }
  /** Not a byte of this asking left this machine or, for a card, no debit was sent to it. Says nothing of earlier askings. */
  | { readonly kind: 'not-sent'; readonly code: CodeName }
  /** Nothing was recorded under this nonce, by no asking, and the means answered without signing that. For the wallet it ends here. */
  | { readonly kind: 'unrecorded'; readonly code: CodeName }
  /** Nobody knows: the same bytes have to be asked again, and the same decision comes back. */
  | { readonly kind: 'pending'; readonly code: CodeName };

export interface Asking {
  /** Nothing may be recorded after this time, ms. */
  readonly deadlineMs: number;
  /** False when an earlier asking, in this run or one before, may have reached the means. */
  readonly isFirst: boolean;
  /** Another means could take its place: worth a little to know for sure whether anything was sent. */
  readonly hasOther: boolean;
  /** The card's own PIN, where the player typed it for this payment. */
  readonly cardPin?: string | undefined;
}

export interface Means {
  readonly id: MeansId;
  /**
   * Hands over the exact bytes of message 2, once. The same nonce with the same bytes gives the same decision for ever,
   * whatever was lost between. Never throws.
   */
  authorise(request: Uint8Array, asking: Asking): Promise<MeansAnswer>;
  close(): void;
}
