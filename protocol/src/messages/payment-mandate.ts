/** PaymentMandate, player to payment server: how bills are to be paid. Signed by the PIN key; the newest counts. */
import { LIMITS } from '../limits.ts';
import {
  agreeing,
  bytes16,
  bytes32,
  decodeAs,
  encodeAs,
  identifier,
  oneOf,
  record,
  text,
  timeMs,
  uint32,
  type ValueOf,
} from '../shape.ts';
import { ibanText } from './bank-account.ts';

const paymentMandateFields = record('PaymentMandate', {
  userId: bytes16,
  /** From 1, rising with every change. */
  number: uint32,
  way: oneOf('bank-debit', 'card-on-file', 'transfer'),
  /** At most 35 characters, none of them `_`: it stands in bank files. */
  mandateId: identifier,
  /** The name on the account that is debited. */
  holder: text(LIMITS.holderBytesMax),
  /** For `bank-debit`, and wherever money is to go back to when the account is closed. */
  iban: ibanText,
  /** The acquirer's name for a card. */
  token: text(LIMITS.identifierBytesMax),
  timeMs,
  audience: bytes32,
});

const paymentMandateShape = agreeing(paymentMandateFields, ({ number, way, mandateId, holder, iban, token }) => {
  if (number === 0) return 'number: must be above 0';
  if (mandateId.length > LIMITS.mandateIdLengthMax || mandateId.includes('_'))
    return `mandateId: at most ${LIMITS.mandateIdLengthMax} characters, without _`;
  if (way === 'bank-debit' && iban === '') return 'iban: must not be empty for bank-debit';
  if ((iban === '') !== (holder.trim() === '')) return 'holder: there with an IBAN, and only then';
  if ((way === 'card-on-file') !== (token !== '')) return 'token: there for card-on-file, and only then';
  return undefined;
});

export type PaymentMandate = ValueOf<typeof paymentMandateShape>;
export const encodePaymentMandate = (value: PaymentMandate): Uint8Array =>
  encodeAs(paymentMandateShape, 'PaymentMandate', value);
export const decodePaymentMandate = (input: Uint8Array): PaymentMandate =>
  decodeAs(paymentMandateShape, 'PaymentMandate', input);
