/**
 * PIN and unblock code. Each stands in the state as a salted hash with its tries. The hash keeps them out of a memory dump's
 * plain sight and no more: a million PINs are hashed in a second by whoever has the state. What guards them is the chip, or
 * the encryption of the store.
 */
import { timingSafeEqual } from 'node:crypto';
import { contextHash } from '@coinslot/protocol';
import { Refused, SW } from './status-words.ts';
import type { Random } from './keys.ts';

/** A secret of digits that falls silent after too many wrong ones. */
export interface GuardedSecret {
  /** 16 bytes. */
  readonly salt: Uint8Array;
  /** 32 bytes. */
  readonly hash: Uint8Array;
  readonly triesLeft: number;
}

/** Both come as eight bytes: ASCII digits, filled up with FF (as readers with a pad send them, PC/SC part 10). */
export const SECRET_BYTES = 8;
const FILL = 0xff;
const SALT_BYTES = 16;
const PIN_DIGITS_MIN = 4;

/** A PIN of 4 ... 8 digits as it travels. Throws Refused 6A80 for anything else, before a try is counted. */
export const requirePin = (block: Uint8Array): Uint8Array => requireDigits(block, PIN_DIGITS_MIN);
/** An unblock code of exactly 8 digits. */
export const requireUnblockCode = (block: Uint8Array): Uint8Array => requireDigits(block, SECRET_BYTES);

function requireDigits(block: Uint8Array, digitsMin: number): Uint8Array {
  if (block.length !== SECRET_BYTES) throw new Refused(SW.WRONG_LENGTH, 'a secret has eight bytes');
  const end = block.indexOf(FILL);
  const digits = end < 0 ? block : block.subarray(0, end);
  const isFilled = block.subarray(digits.length).every((byte) => byte === FILL);
  const isDigits = digits.every((byte) => byte >= 0x30 && byte <= 0x39);
  if (digits.length < digitsMin || !isDigits || !isFilled)
    throw new Refused(SW.WRONG_DATA, 'not digits filled with FF');
  return block;
}

export function guardSecret(block: Uint8Array, tries: number, random: Random): GuardedSecret {
  const salt = random(SALT_BYTES);
  return { salt, hash: hashOf(salt, block), triesLeft: tries };
}

/** Whether this is it. The try must have been counted, durably, before this is asked. */
export const isSecret = ({ salt, hash }: GuardedSecret, block: Uint8Array): boolean =>
  timingSafeEqual(hash, hashOf(salt, block));

const hashOf = (salt: Uint8Array, block: Uint8Array): Uint8Array => contextHash('card-pin', salt, block);
