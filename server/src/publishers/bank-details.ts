import { isIban, ProtocolError } from '@coinslot/protocol';
import type { BankDetails } from './types.ts';

const HOLDER_LENGTH_MAX = 70; // ISO 20022, Max70Text of a creditor's name as the SEPA rulebook uses it

/** Throws BAD_ENCODING for a name that no bank takes, or a number whose check digits are wrong (ISO 13616). */
export function requireBankDetails({ holder, iban }: BankDetails): void {
  if (holder.trim() !== holder || holder.length === 0 || holder.length > HOLDER_LENGTH_MAX)
    throw new ProtocolError('BAD_ENCODING', `bank.holder: expected 1 ... ${HOLDER_LENGTH_MAX} characters`);
  if (!isIban(iban))
    throw new ProtocolError('BAD_ENCODING', 'bank.iban: not an IBAN, without spaces and with its check digits');
}
