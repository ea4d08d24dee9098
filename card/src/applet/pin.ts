/** VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER. A try is taken, durably, before anything is compared. */
import type { Command } from './apdu.ts';
import type { Card } from './card.ts';
import { CARD_LIMITS } from './commands.ts';
import { guardSecret, isSecret, requirePin, requireUnblockCode, SECRET_BYTES } from './secrets.ts';
import type { PurseCard } from './state.ts';
import { Refused, SW } from './status-words.ts';

const NOTHING = new Uint8Array();

/** 00 20: with the PIN, verifies it; without data, tells whether it is verified, and the tries left otherwise. */
export async function verifyPin(card: Card, { data }: Command): Promise<Uint8Array> {
  const { issued } = card;
  if (data.length === 0) {
    if (card.session.pinVerified) return NOTHING;
    throw triesLeft(issued.pin.triesLeft);
  }
  const block = requirePin(data);
  card.session.pinVerified = false;
  await requireSecret(card, 'pin', block);
  await card.commitIssued({ pin: { ...card.issued.pin, triesLeft: CARD_LIMITS.pinTries }, ...withPin(card.issued) });
  card.session.pinVerified = true;
  return NOTHING;
}

/** 00 24: the PIN, then the new one. */
export async function changePin(card: Card, { data }: Command): Promise<Uint8Array> {
  const [old, next] = twoBlocks(data);
  requirePin(old);
  requirePin(next);
  card.session.pinVerified = false;
  await requireSecret(card, 'pin', old);
  await card.commitIssued({ pin: guardSecret(next, CARD_LIMITS.pinTries, card.random) });
  return NOTHING;
}

/** 00 2C: the unblock code, then a new PIN, which has all its tries again. */
export async function resetRetryCounter(card: Card, { data }: Command): Promise<Uint8Array> {
  const [code, next] = twoBlocks(data);
  requireUnblockCode(code);
  requirePin(next);
  card.session.pinVerified = false;
  await requireSecret(card, 'unblock', code);
  await card.commitIssued({
    unblock: { ...card.issued.unblock, triesLeft: CARD_LIMITS.unblockTries },
    pin: guardSecret(next, CARD_LIMITS.pinTries, card.random),
  });
  return NOTHING;
}

/** What the PIN sets back: the caps on payments without it. */
const withPin = ({ purses }: PurseCard): Partial<PurseCard> => ({
  noPinCount: 0,
  purses: purses.map((purse) => ({ ...purse, noPinSumMinor: 0n })),
});

/** Cutting the power at any moment gives no free guess: the try is gone before the card knows whether it was right. */
async function requireSecret(card: Card, which: 'pin' | 'unblock', block: Uint8Array): Promise<void> {
  const secret = card.issued[which];
  if (secret.triesLeft === 0) throw triesLeft(0);
  const left = secret.triesLeft - 1;
  await card.commitIssued({ [which]: { ...secret, triesLeft: left } });
  if (!isSecret(secret, block)) throw new Refused(SW.TRIES_LEFT | left, 'not it');
}

const triesLeft = (left: number): Refused =>
  left === 0 ? new Refused(SW.PIN_BLOCKED, 'no tries left') : new Refused(SW.TRIES_LEFT | left, 'not verified');

function twoBlocks(data: Uint8Array): [Uint8Array, Uint8Array] {
  if (data.length !== 2 * SECRET_BYTES) throw new Refused(SW.WRONG_LENGTH, 'two secrets of eight bytes');
  return [data.subarray(0, SECRET_BYTES), data.subarray(SECRET_BYTES)];
}
