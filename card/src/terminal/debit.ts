/** A debit over a channel: INITIALIZE, DEBIT, and where the answer alone does not tell it all, GET TRANSACTION PROOF. */
import { WITH_CONTENT_KEY, WITHOUT_CONTENT_KEY } from '../applet/commands.ts';
import { debit as debitLayout, decided, purchaseReady, purchaseStart, type Debit } from '../applet/exchanges.ts';
import { SW } from '../applet/status-words.ts';
import type { Channel } from './channel.ts';
import { CardTerminalError, fromStatus, malformed } from './errors.ts';
import { readAnswer, readStanding } from './facts.ts';
import { decodeEntry, entryOfAnswer, type CardEntry, type Purchase } from './payment.ts';

/** Refusals that the card has recorded and signed. */
const SIGNED: readonly number[] = [SW.INSUFFICIENT, SW.CEILING, SW.RATE_STALE];

/**
 * The card's decision, approved or refused. Throws CardTerminalError for a refusal that left no trace (`charged: no`), and
 * CARD_TORN with `charged: unknown` when the card has been asked and no whole answer came: then only the same request, to
 * the same card, may be tried again. A cut answer ends like any status word: only those that the applet refuses a debit
 * with are one, and only where nothing stands before them.
 */
export async function debitOver(channel: Channel, purchase: Purchase, purse: string): Promise<CardEntry> {
  const started = await channel.ask('INITIALIZE_FOR_PURCHASE', { data: purchaseStart.encode(purchase.start) });
  const ready = readAnswer('INITIALIZE_FOR_PURCHASE', () => purchaseReady.decode(started));
  if (ready.purse !== purse) throw malformed('INITIALIZE_FOR_PURCHASE', `the purse ${ready.purse} instead of ${purse}`);

  const p2 = purchase.isSealed ? WITH_CONTENT_KEY : WITHOUT_CONTENT_KEY;
  const sent = { p2, data: debitLayout.encode(purchase.debit) };
  const { data, statusWord } = await channel.send('DEBIT_FOR_PURCHASE', sent);
  if (SIGNED.includes(statusWord)) return proofOfDebit(channel, purchase.debit.nonce);
  if (statusWord === SW.CLOCK_SKEW) throw await tooOld(channel, purchase.debit);
  if (statusWord !== SW.OK) throw fromStatus(statusWord, 'DEBIT_FOR_PURCHASE');
  const answer = readAnswer('DEBIT_FOR_PURCHASE', () => decided.decode(data));
  if (answer.counter !== ready.counter + 1) return proofOfDebit(channel, purchase.debit.nonce);
  const plan = ready.plan === 1 ? 'prepaid' : 'postpaid';
  const before = { counter: answer.counter, previous: ready.head, purse, plan } as const;
  return readAnswer('DEBIT_FOR_PURCHASE', () => entryOfAnswer(answer, purchase, before));
}

/** Refused for its time, an offer was not paid, unless it is from before a clearing: then its record may have gone up. */
async function tooOld(channel: Channel, debit: Debit): Promise<CardTerminalError> {
  const isForgotten = await mayBeCleared(channel, debit).catch(() => true);
  const details = { statusWord: SW.CLOCK_SKEW, charged: isForgotten ? 'unknown' : 'no' } as const;
  return new CardTerminalError('CLOCK_SKEW', 'DEBIT_FOR_PURCHASE: 9405', details);
}

async function mayBeCleared(channel: Channel, { nonce, offerTimeMs }: Debit): Promise<boolean> {
  const { clearedThroughMs } = await readStanding(channel);
  if (offerTimeMs <= clearedThroughMs) return true;
  const { statusWord } = await channel.send('GET_TRANSACTION_PROOF', { data: nonce });
  return statusWord !== SW.NOT_FOUND;
}

/** The card has a record of this nonce, approved before or refused; until it is read, nothing is known about it. */
async function proofOfDebit(channel: Channel, nonce: Uint8Array): Promise<CardEntry> {
  try {
    const bytes = await channel.ask('GET_TRANSACTION_PROOF', { data: nonce });
    return readAnswer('GET_TRANSACTION_PROOF', () => decodeEntry(bytes));
  } catch (cause) {
    throw new CardTerminalError('CARD_TORN', 'GET_TRANSACTION_PROOF: no record read', { cause, charged: 'unknown' });
  }
}
