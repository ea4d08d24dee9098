import type { LinkState, PassedMessage } from '@coinslot/plugin';
import { decodePaymentDecision, readEnvelope } from '@coinslot/protocol';
import { decodeFrame } from '@coinslot/protocol/link';
import type { Strings } from '../strings.ts';

/** How the last offer went, as far as the messages tell. */
export type Outcome =
  { kind: 'none' } | { kind: 'declined' } | { kind: 'pending' } | { kind: 'failed'; reason: string };

/** What a message that passed says about how the offer goes; null when it says nothing. */
export function outcomeOf(message: PassedMessage): Outcome | null {
  if (message.name === 'cancel') return { kind: 'declined' };
  if (message.name === 'decision') {
    const failed = message.checks.find((check) => !check.ok);
    if (failed) return { kind: 'failed', reason: failed.code ?? failed.name };
    const { outcome, code } = decodePaymentDecision(readEnvelope(message.bytes).body);
    return outcome === 'approved' ? { kind: 'none' } : { kind: 'failed', reason: code };
  }
  if (message.name !== 'answer' && message.name !== 'refusal' && message.name !== 'progress') return null;
  const frame = decodeFrame(message.bytes);
  if (frame.kind === 'answer' && frame.answer === 'decline') return { kind: 'declined' };
  // A wallet confirms a decline by a refusal of its own.
  if (frame.kind === 'refusal' && frame.code === 'CONSENT_DENIED') return { kind: 'declined' };
  if (frame.kind === 'refusal') return { kind: 'failed', reason: frame.text || frame.code };
  if (frame.kind === 'progress' && frame.state === 'pending') return { kind: 'pending' };
  return null;
}

/** The friendly line for the menu. Without any message, the wallet's state tells why nothing could be asked. */
export function noticeFor(outcome: Outcome, wallet: LinkState, text: Strings): string {
  if (outcome.kind === 'failed') return text.failed(outcome.reason);
  if (outcome.kind === 'pending') return text.pendingLine;
  if (outcome.kind === 'none' && (wallet === 'absent' || wallet === 'permission')) return text.walletAway;
  return text.declined;
}
