/** Names that a bank gives back: of files and of the orders in them. All within 35 characters of the SEPA set. */
import { startOf } from '../periods/calendar.ts';
import type { BankFileKind } from './types.ts';

const KIND_LETTERS: Readonly<Record<BankFileKind, string>> = { 'pain.001': 'P', 'pain.008': 'C', 'acquirer-csv': 'A' };
const CURRENCY = /^[A-Z]{3}$/;
const HASH_BYTES = 32;
const HASH_DIGITS = 20;

/** `CS-P-202611-EUR-1`: the file of that number, from 1, of a period, kind and currency. Throws RangeError. */
export function messageIdOf(kind: BankFileKind, period: number, currency: string, number: number): string {
  startOf(period);
  if (!CURRENCY.test(currency)) throw new RangeError(`currency: ${JSON.stringify(currency)} is no code`);
  if (!Number.isSafeInteger(number) || number < 1) throw new RangeError(`number: ${number}, expected 1 or more`);
  return `CS-${KIND_LETTERS[kind]}-${period}-${currency}-${number}`;
}

/**
 * `P202611-<20 hex>`: P for money out, C for a collection, and the beginning of the hash (32 bytes) of what it pays. Eighty bits:
 * two of a million payments agree with a probability of 10^-12. Throws RangeError.
 */
export function endToEndIdOf(letter: 'P' | 'C', period: number, hash: Uint8Array): string {
  startOf(period);
  if (hash.length !== HASH_BYTES) throw new RangeError(`hash: ${hash.length} bytes, expected ${HASH_BYTES}`);
  return `${letter}${period}-${Buffer.from(hash).toString('hex').slice(0, HASH_DIGITS)}`;
}
