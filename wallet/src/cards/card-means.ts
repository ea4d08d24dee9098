/**
 * A card as a means: message 2 turned into a debit, message 3 built from what the card signed. The same for a card in a
 * reader and for the software card.
 */
import { CardTerminalError, type CardTerminal } from '@coinslot/card';
import { decodePaymentRequest, readEnvelope } from '@coinslot/protocol';
import type { Asking, Means, MeansAnswer } from '../means/port.ts';
import type { Clock, Log } from '../ports.ts';
import type { CardShelf, CardKind } from './card-shelf.ts';

export interface CardMeansOptions {
  id: CardKind;
  shelf: CardShelf;
  clock: Clock;
  log: Log;
}

export function cardMeans({ id, shelf, clock, log }: CardMeansOptions): Means {
  return {
    id,
    async authorise(request, asking) {
      const { body } = readEnvelope(request);
      const { audience, offerTimeMs } = decodePaymentRequest(body);
      const card = shelf.byKey(audience);
      if (card === undefined) return { kind: 'not-sent', code: 'CARD_ABSENT' };
      let isDebitSent = false;
      try {
        const ask = (terminal: CardTerminal): Promise<MeansAnswer> =>
          answerOf(terminal, { body, offerTimeMs, nowMs: clock(), ...asking });
        return await shelf.use(card, ask, () => (isDebitSent = true));
      } catch (fault) {
        const code = fault instanceof CardTerminalError ? fault.code : 'CARD_STATE';
        log.warn({ code, fault: String(fault) }, `${id}: no decision`);
        if (!isDebitSent) return { kind: 'not-sent', code };
        // The card answered that it recorded nothing, and had no record before: `answerOf` has looked where that was in doubt.
        if (fault instanceof CardTerminalError && fault.charged === 'no') return { kind: 'unrecorded', code };
        // From before a clearing, the card cannot tell whether it was paid; but nobody had asked for it before.
        if (asking.isFirst && code === 'CLOCK_SKEW') return { kind: 'unrecorded', code };
        return { kind: 'pending', code: 'CARD_TORN' };
      } finally {
        // After the decision has been passed on: nobody waits for what the card says of itself now.
        setImmediate(() => void shelf.lookAgain(card));
      }
    },
    close: () => undefined,
  };
}

interface Debit extends Asking {
  readonly body: Uint8Array;
  readonly offerTimeMs: number;
  readonly nowMs: number;
}

/**
 * Asked again, the card's memory comes first: a card has no clock, so after the deadline nothing may be put to it any more
 * that it might not have recorded yet.
 */
async function answerOf(terminal: CardTerminal, debit: Debit): Promise<MeansAnswer> {
  const { body, isFirst, deadlineMs, nowMs, cardPin } = debit;
  if (!isFirst) {
    const known = await terminal.proof(body);
    if (known !== undefined) return { kind: 'decision', decision: known.envelope };
    const { standing } = await terminal.info();
    // Its record may have gone up and been cleared: then only the server's books can tell.
    if (standing.clearedThroughMs >= debit.offerTimeMs) return { kind: 'pending', code: 'RECORD_GAP' };
    if (nowMs > deadlineMs) return { kind: 'unrecorded', code: 'DECISION_EXPIRED' };
  }
  if (nowMs > deadlineMs) return { kind: 'not-sent', code: 'DECISION_EXPIRED' };
  const paid = await terminal.pay(body, cardPin === undefined ? {} : { pin: cardPin });
  return { kind: 'decision', decision: paid.envelope };
}
