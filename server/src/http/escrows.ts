/** The doors for content keys: what publishers seal them to, and where they bring them. */
import { ProtocolError } from '@coinslot/protocol';
import type { Escrows } from '../escrows/service.ts';
import { hex } from '../players/types.ts';
import { json, MSGPACK, msgpack } from './answer.ts';
import type { Door } from './doors.ts';

export function escrowDoors(escrows: Escrows): readonly Door[] {
  return [
    {
      method: 'GET',
      path: '/v1/encryption-key',
      open() {
        if (escrows.encryptionKey !== undefined) return msgpack(200, escrows.encryptionKey);
        throw new ProtocolError('KEY_ABSENT', 'this server has no encryption key and takes no content keys');
      },
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
  ];
}
