/**
 * The virtual cards that can be put into the wallet's virtual reader from the console. Whoever starts sandbox and wallet
 * together gives this port; the sandbox by itself has no reader and no cards.
 */
export interface VirtualCard {
  /** Names the card on this port: 1 ... 64 of a-z A-Z 0-9 . _ - */
  readonly id: string;
  /** What people call it. */
  readonly label: string;
  /** 16 bytes, once it is personalised. */
  readonly cardId: Uint8Array | undefined;
  readonly isInserted: boolean;
}

export interface CardSlots {
  list(): Promise<readonly VirtualCard[]>;
  /** Puts a card into the reader; another that is in it comes out first. */
  insert(id: string): Promise<void>;
  /** Takes a card out, whatever it is doing. */
  pull(id: string): Promise<void>;
  /** Makes a blank card; left out where there are no more. */
  add?(): Promise<void>;
}
