/** The doors by which players and publishers say how money is to move: mandates and bank details, signed by them. */
import { decodePaymentMandate } from '@coinslot/protocol';
import type { MandateDesk } from '../bills/mandates.ts';
import type { BankDetailsDesk } from '../payouts/bank-details.ts';
import { hex } from '../players/types.ts';
import { json, MSGPACK } from './answer.ts';
import type { Door } from './doors.ts';
import { userBy } from './message-user.ts';

export interface MoneyServices {
  readonly mandates: Pick<MandateDesk, 'take'>;
  readonly bankDetails: Pick<BankDetailsDesk, 'take'>;
}

export function moneyDoors({ mandates, bankDetails }: MoneyServices): readonly Door[] {
  return [
    {
      method: 'POST',
      path: '/v1/mandates',
      contentType: MSGPACK,
      limit: 'ask',
      userOf: userBy(decodePaymentMandate),
      async open({ body }) {
        const { userId, number } = await mandates.take(body);
        return json(200, { userId: hex(userId), number });
      },
    },
    {
      method: 'POST',
      path: '/v1/bank-details',
      contentType: MSGPACK,
      limit: 'ask',
      async open({ body }) {
        const { publisherId, number } = await bankDetails.take(body);
        return json(200, { publisherId, number });
      },
    },
  ];
}
