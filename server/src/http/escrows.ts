/** The doors for content keys: what publishers seal them to, and where they bring them. */
import type { Escrows } from '../escrows/service.ts';
import { hex } from '../players/types.ts';
import { json, MSGPACK, msgpack } from './answer.ts';
import { queryAlg } from './cards.ts';
import type { Door } from './doors.ts';

export function escrowDoors(escrows: Escrows): readonly Door[] {
  return [
    {
      method: 'GET',
      path: '/v1/encryption-key',
      open: ({ query }) => msgpack(200, escrows.encryptionKey(query.has('alg') ? queryAlg(query) : undefined)),
    },
    {
      method: 'POST',
      path: '/v1/escrows',
      contentType: MSGPACK,
      limit: 'ask',
      async open({ body }) {
        const { publisherId, contentKeyId } = await escrows.take(body);
        return json(200, { publisherId, contentKeyId: hex(contentKeyId) });
      },
    },
    {
      method: 'POST',
      path: '/v1/escrows/quotes',
      contentType: MSGPACK,
      limit: 'ask',
      async open({ body }) {
        const { publisherId, offerHash } = await escrows.takeQuote(body);
        return json(200, { publisherId, offerHash: hex(offerHash) });
      },
    },
  ];
}
