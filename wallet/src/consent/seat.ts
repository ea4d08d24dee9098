/** Where a game sits at the desk: its open link. */
import type { FrameFields, FrameKind } from '@coinslot/protocol/link';
import type { Charged, CodeName } from '@coinslot/protocol';
import type { Pairing } from '../journal/state.ts';
import type { Language } from '../words/languages.ts';
import { refusalText } from '../words/payment-words.ts';

export interface Seat {
  readonly pairing: Pairing;
  /** When this game's current session began, ms. */
  readonly sessionStartMs: number;
  /** Does nothing once the link is closed. */
  send<K extends FrameKind>(kind: K, fields: FrameFields<K>): void;
}

/** Why there is no decision, in the player's words. Rules of the player's own all look the same to a game. */
export function sendRefusal(
  seat: Seat,
  seq: number,
  language: Language,
  code: CodeName,
  charged: Charged,
  text?: string,
): void {
  const toldCode = code === 'LIMIT' || code === 'FAIRNESS' ? 'PAUSED' : code;
  seat.send('refusal', { seq, code: toldCode, charged, text: text ?? refusalText(language, toldCode, charged) });
}
