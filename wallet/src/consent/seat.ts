/** Who sits at the desk, and how they are told no. */
import type { FrameFields, FrameKind } from '@coinslot/protocol/link';
import type { Charged, CodeName } from '@coinslot/protocol';
import type { Pairing } from '../journal/state.ts';
import type { Language } from '../words/languages.ts';
import { refusalText } from '../words/payment-words.ts';

/** Where one question comes from: a game's open link, or the wallet's own page for what a game asked for earlier. */
export interface Seat {
  readonly pairing: Pairing;
  /** When this game's current session began, ms. */
  readonly sessionStartMs: number;
  /** False for the page: no game waits for what comes of it. */
  readonly isGame: boolean;
  /** Does nothing once the link is closed. */
  send<K extends FrameKind>(kind: K, fields: FrameFields<K>): void;
}

/** A seat of the wallet's page, for what a child asked for in a session that began at `sessionStartMs`. */
export const pageSeat = (pairing: Pairing, sessionStartMs: number): Seat => ({
  pairing,
  sessionStartMs,
  isGame: false,
  send: () => undefined,
});

export interface RefusalDetails {
  /** In place of the words of the code. */
  readonly text?: string | undefined;
  /** Envelope `declined`: the player's no, signed. */
  readonly declined?: Uint8Array | undefined;
}

/** Why there is no decision, in the player's words. Limits of the player's own look like a pause to a game. */
export function sendRefusal(
  seat: Seat,
  seq: number,
  language: Language,
  code: CodeName,
  charged: Charged,
  { text, declined }: RefusalDetails = {},
): void {
  const toldCode = code === 'LIMIT' ? 'PAUSED' : code;
  const words = text ?? refusalText(language, toldCode, charged);
  seat.send('refusal', { seq, code: toldCode, charged, text: words, declined });
}
