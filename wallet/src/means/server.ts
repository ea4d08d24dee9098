/** The payment server as a means: message 2 posted, message 3 read. */
import { WalletError } from '../errors.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { Log } from '../ports.ts';
import { MESSAGE_CONTENT_TYPE, type HttpDoor } from './http-door.ts';
import type { Means } from './port.ts';

const PAYMENTS_PATH = '/v1/payments';

/**
 * A 200 with a message is a candidate decision. All else (202, errors, a captive portal's page, a redirect, silence) says
 * nothing about the charge, so it is `pending`: the server may have recorded and the answer been lost. Only a connection that
 * never came about is `not-sent`. After the deadline the server itself answers what it never saw, with a signed refusal.
 */
export function serverMeans(door: HttpDoor, log: Log): Means {
  return {
    id: 'server',
    async authorise(request, { hasOther }) {
      try {
        const answer = await door.post(PAYMENTS_PATH, request, WALLET_LIMITS.attemptMs, { isNewConnection: hasOther });
        if (answer.status === 200 && answer.contentType === MESSAGE_CONTENT_TYPE) {
          return { kind: 'decision', decision: answer.body };
        }
        log.warn({ status: answer.status }, 'payment server: no decision yet');
      } catch (fault) {
        log.warn({ fault: String(fault) }, 'payment server: no answer');
        if (fault instanceof WalletError && fault.neverSent) return { kind: 'not-sent', code: 'BUSY' };
      }
      return { kind: 'pending', code: 'PENDING' };
    },
    close: () => door.close(),
  };
}
