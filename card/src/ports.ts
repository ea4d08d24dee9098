/** The ports between the parts of this room: a card is bytes in, bytes out; its state is kept by a store; a reader holds it. */

/** A card as a reader sees it. One command at a time; an answer leaves only after what it says is durable. */
export interface Icc {
  /** Resets the card and gives its answer to reset (ISO 7816-3). Whatever was selected, verified or begun is forgotten. */
  powerOn(): Promise<Uint8Array>;
  powerOff(): Promise<void>;
  /** One command APDU (short or extended); the answer ends with the two status bytes. */
  transmit(command: Uint8Array): Promise<Uint8Array>;
}

/** Where a card's state is kept. */
export interface CardStore {
  /** The last committed state; `undefined` only when nothing was ever committed. Throws CardStoreError when it is lost or damaged. */
  load(): Promise<Uint8Array | undefined>;
  /** Durable when it returns: after a crash at any moment `load` gives the state before or this one. */
  commit(state: Uint8Array): Promise<void>;
}

/** What a store can meet. `damaged`: not restorable, never to be taken for a new card; `fork`: an older copy was put back; `io`: the disk refused, or another program has the card open. */
export class CardStoreError extends Error {
  readonly kind: 'damaged' | 'fork' | 'io';
  constructor(kind: CardStoreError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CardStoreError';
    this.kind = kind;
  }
}

export type ReaderErrorKind =
  'removed' | 'reset' | 'comm' | 'no-card' | 'no-reader' | 'no-service' | 'sharing' | 'timeout' | 'proto';

/** What a reader can meet; after `removed`, `reset`, `comm` and `timeout` the outcome of the command is unknown. */
export class ReaderError extends Error {
  readonly kind: ReaderErrorKind;
  constructor(kind: ReaderErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ReaderError';
    this.kind = kind;
  }
}

export interface ReaderState {
  readonly name: string;
  readonly present: boolean;
  /** Answer to reset of the card, when one is there. */
  readonly atr?: Uint8Array;
}

/** A driver of card readers. Each call throws ReaderError. */
export interface ReaderPort {
  readers(): Promise<readonly ReaderState[]>;
  /** Called with every change of readers or cards, and once at the start; returns the end of it. Costs nothing while nothing changes. */
  watch(listener: (readers: readonly ReaderState[]) => void): () => void;
  connect(reader: string): Promise<CardConnection>;
  close(): Promise<void>;
}

export interface CardConnection {
  readonly atr: Uint8Array;
  /** One APDU. An answer shorter than two bytes is `comm`: the outcome is unknown. */
  transmit(apdu: Uint8Array, timeoutMs: number): Promise<Uint8Array>;
  /** Runs work while no other client of the reader can speak with the card. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  close(disposition: 'reset' | 'leave'): Promise<void>;
}
