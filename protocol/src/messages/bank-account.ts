/** The account numbers of banks, by form: ISO 13616 (IBAN) and ISO 9362 (BIC). Whether the account exists, only the bank knows. */
import { ProtocolError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { text, type Shape } from '../shape.ts';

/** Remainder of the IBAN, country and check digits moved to its end and letters counted from A = 10, by 97 (ISO 7064, MOD 97-10). */
function remainder(iban: string): number {
  let rest = 0;
  for (const letter of iban.slice(4) + iban.slice(0, 4)) {
    const value = parseInt(letter, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

/** Whether text is an IBAN without spaces, check digits included: a number with one wrong or two swapped signs is none. */
export const isIban = (value: string): boolean =>
  /^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/.test(value) && remainder(value) === 1;

/** Whether text is a BIC of 8 or 11 characters. */
export const isBic = (value: string): boolean => /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(value);

const textThat = (is: (value: string) => boolean, what: string, lengthMax: number): Shape<string> => {
  const inner = text(lengthMax);
  const checked = (value: string, at: string): string => {
    if (value !== '' && !is(value)) throw new ProtocolError('BAD_ENCODING', `${at}: expected ${what} or nothing`);
    return value;
  };
  return {
    toWire: (value, at) => checked(inner.toWire(value, at) as string, at),
    fromWire: (wire, at) => checked(inner.fromWire(wire, at), at),
  };
};

/** An IBAN, or empty. */
export const ibanText = textThat(isIban, 'an IBAN', LIMITS.ibanLengthMax);
/** A BIC, or empty. */
export const bicText = textThat(isBic, 'a BIC', LIMITS.bicLengthMax);
