/** BankDetails, publisher to payment server: where payouts go. Only what the publisher signed counts. */
import { LIMITS } from '../limits.ts';
import {
  agreeing,
  bytes32,
  currencyCode,
  decodeAs,
  encodeAs,
  identifier,
  record,
  text,
  timeMs,
  uint32,
  type ValueOf,
} from '../shape.ts';
import { bicText, ibanText } from './bank-account.ts';

const bankDetailsFields = record('BankDetails', {
  publisherId: identifier,
  /** From 1, rising with every change. */
  number: uint32,
  /** The name on the account. */
  holder: text(LIMITS.holderBytesMax),
  iban: ibanText,
  /** May be empty. */
  bic: bicText,
  payoutCurrency: currencyCode,
  timeMs,
  audience: bytes32,
});

const bankDetailsShape = agreeing(bankDetailsFields, ({ number, holder, iban }) => {
  if (number === 0) return 'number: must be above 0';
  if (holder.trim() === '') return 'holder: must not be empty';
  return iban === '' ? 'iban: must not be empty' : undefined;
});

export type BankDetails = ValueOf<typeof bankDetailsShape>;
export const encodeBankDetails = (value: BankDetails): Uint8Array => encodeAs(bankDetailsShape, 'BankDetails', value);
export const decodeBankDetails = (input: Uint8Array): BankDetails => decodeAs(bankDetailsShape, 'BankDetails', input);
