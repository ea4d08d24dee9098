/** What drivers have in common about a command: what may be one, and what an error means once it has left for the card. */
import { ReaderError } from '../ports.ts';

/** A reader or service that is lost then leaves the outcome unknown: the error takes a kind that says so. Other errors pass as they are. */
export function afterSending(error: ReaderError): ReaderError {
  if (error.kind === 'no-service') return new ReaderError('comm', error.message, { cause: error });
  const isAway = error.kind === 'no-reader' || error.kind === 'no-card';
  return isAway ? new ReaderError('removed', error.message, { cause: error }) : error;
}

/** A header of four bytes, and at most what an extended command can carry (ISO 7816-4, 5.1). Throws ReaderError `proto`. */
export function requireCommand(apdu: Uint8Array): Uint8Array {
  if (apdu.length >= 4 && apdu.length <= 65_544) return apdu;
  throw new ReaderError('proto', `a command of ${apdu.length} bytes is none`);
}
