/** What an error means once a command has left for the card. */
import { ReaderError } from '../ports.ts';

/** A reader or service that is lost then leaves the outcome unknown: the error takes a kind that says so. Other errors pass as they are. */
export function afterSending(error: ReaderError): ReaderError {
  if (error.kind === 'no-service') return new ReaderError('comm', error.message, { cause: error });
  const isAway = error.kind === 'no-reader' || error.kind === 'no-card';
  return isAway ? new ReaderError('removed', error.message, { cause: error }) : error;
}
