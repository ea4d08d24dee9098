import { ProtocolError } from '@coinslot/protocol';
import type { BankDetails } from './types.ts';

const HOLDER_LENGTH_MAX = 70; // ISO 20022, Max70Text of a creditor's name as the SEPA rulebook uses it
const IBAN = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/;
const MODULUS = 97n;

/** Throws BAD_ENCODING for a name that no bank takes, or a number whose check digits are wrong (ISO 13616). */
export function requireBankDetails({ holder, iban }: BankDetails): void {
  if (holder.trim() !== holder || holder.length === 0 || holder.length > HOLDER_LENGTH_MAX)
    throw new ProtocolError('BAD_ENCODING', `bank.holder: expected 1 ... ${HOLDER_LENGTH_MAX} characters`);
  if (!IBAN.test(iban) || !hasRightCheckDigits(iban))
    throw new ProtocolError('BAD_ENCODING', 'bank.iban: not an IBAN, without spaces and with its check digits');
}

/** ISO 7064 MOD 97-10: country and check digits to the end, letters as 10 ... 35, remainder 1. */
function hasRightCheckDigits(iban: string): boolean {
  const digits = [...(iban.slice(4) + iban.slice(0, 4))].map((sign) => parseInt(sign, 36)).join('');
  return BigInt(digits) % MODULUS === 1n;
}
