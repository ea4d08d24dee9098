/** A means of payment: whatever can decide on message 2. The payment server is one; cards come beside it. */
export interface Means {
  readonly id: 'server';
  /**
   * Hands over the exact bytes of message 2, once, and gives back what claims to be message 3, unverified. `pending`: no
   * decision came of this asking, whatever the reason; the same bytes may be asked again, and the same decision comes back.
   * Never throws: what a means cannot say is `pending`.
   */
  authorise(request: Uint8Array): Promise<Uint8Array | 'pending'>;
  close(): void;
}
