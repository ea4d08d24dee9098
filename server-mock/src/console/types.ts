/** What the console's page is told, as JSON. Amounts are formatted text, such as `EUR 0.20`: the page computes nothing. */
import type { FaultModes, FaultName } from '../faults/switches.ts';

export interface Field {
  readonly name: string;
  readonly value: string;
}

/** One message, decoded. */
export interface MessageView {
  /** Its type on the wire, or `error` and `json`. */
  readonly type: string;
  readonly bytes: number;
  readonly fields: readonly Field[];
}

/** How an exchange ended: `good`, `refused`, or `open` when whoever asked cannot know. */
export type Tone = 'good' | 'refused' | 'open';

/** One request and its answer. */
export interface ExchangeRow {
  /** Counts up from 1. */
  readonly number: number;
  readonly atMs: number;
  readonly door: string;
  /** In one line: `Ada pays EUR 0.20 to lumen-works`. */
  readonly headline: string;
  /** `APPROVED`, a code, `OK`, or what became of the connection. */
  readonly outcome: string;
  readonly tone: Tone;
  /** What the player was charged, when money was asked for. */
  readonly charged: string | undefined;
  /** Hex: the decision of a payment that was approved, by which it can be refunded. */
  readonly decisionId: string | undefined;
  /** Whether the payment had its decision already, and this is the same one. */
  readonly again: boolean;
  /** Faults that had a part in it. */
  readonly faults: readonly FaultName[];
  readonly request: MessageView | undefined;
  readonly answer: MessageView | undefined;
}

export interface PlayerView {
  readonly name: string;
  /** Hex. */
  readonly userId: string;
  readonly plan: string;
  /** Prepaid: what is left; postpaid: what is owed, and up to what it may be. */
  readonly balance: string;
}

export interface AccountView {
  readonly kind: string;
  readonly owner: string;
  readonly balance: string;
}

export interface SumView {
  readonly currency: string;
  readonly sum: string;
  readonly isZero: boolean;
}

export interface RatesView {
  readonly number: number;
  readonly base: string;
  readonly notAfterMs: number;
  readonly isStale: boolean;
  /** `USD 1.0837`. */
  readonly rates: readonly string[];
}

/** A card of a player's, as the server knows it. */
export interface CardView {
  /** Hex. */
  readonly cardId: string;
  readonly player: string;
  /** `chip` or `software`. */
  readonly assurance: string;
  /** Each purse, as last seen: what is in it, or how much it may leave unreported. */
  readonly purses: readonly string[];
  /** How many records it has reported. */
  readonly records: number;
  /** Since when and why it is blocked. */
  readonly blocked: { readonly atMs: number; readonly reason: string } | undefined;
}

/** A virtual card of the town's that a virtual reader can take. */
export interface SlotView {
  readonly id: string;
  readonly label: string;
  /** Hex, once the card is somebody's. */
  readonly cardId: string | undefined;
  readonly isInserted: boolean;
}

/** The virtual reader. */
export interface ReaderView {
  readonly slots: readonly SlotView[];
  /** Whether blank cards can be made. */
  readonly canAdd: boolean;
}

export interface ConsoleState {
  readonly serverTimeMs: number;
  readonly faults: FaultModes;
  readonly players: readonly PlayerView[];
  readonly cards: readonly CardView[];
  /** `undefined` where nobody gave the sandbox a reader. */
  readonly reader: ReaderView | undefined;
  readonly publishers: readonly { readonly id: string; readonly name: string; readonly owed: readonly string[] }[];
  readonly accounts: readonly AccountView[];
  readonly sums: readonly SumView[];
  readonly rates: RatesView | undefined;
}

/** The events of the page's stream, by name. */
export interface ConsoleEvents {
  readonly state: ConsoleState;
  readonly exchange: ExchangeRow;
}
