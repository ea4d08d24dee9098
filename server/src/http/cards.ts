/** The doors for cards: what wallets ask and bring, and what games and cards carry away. */
import { ProtocolError, type Alg } from '@coinslot/protocol';
import type { Cards } from '../cards/service.ts';
import { hex } from '../players/types.ts';
import { json, MSGPACK, msgpack } from './answer.ts';
import type { Door, DoorRequest } from './doors.ts';
import { applicationUser, cardKeysUser, cardRequestUser, uploadUser } from './message-user.ts';

export function cardDoors(cards: Cards): readonly Door[] {
  const post = (
    path: string,
    userOf: (body: Uint8Array) => string,
    open: (body: Uint8Array) => ReturnType<Door['open']>,
  ): Door => ({
    method: 'POST',
    path,
    contentType: MSGPACK,
    limit: 'ask',
    userOf,
    open: ({ body }) => open(body),
  });
  return [
    post('/v1/cards', applicationUser, async (body) => {
      const { issue, fresh } = await cards.issue(body);
      return msgpack(fresh ? 201 : 200, issue);
    }),
    post('/v1/cards/uploads', uploadUser, async (body) => msgpack(200, await cards.upload(body))),
    post('/v1/cards/parameters', cardRequestUser, async (body) => msgpack(200, await cards.parameters(body))),
    post('/v1/cards/keys', cardKeysUser, async (body) => msgpack(200, await cards.contentKeys(body))),
    post('/v1/cards/lost', cardRequestUser, async (body) => {
      const { cardId } = await cards.lost(body);
      return json(200, { cardId: hex(cardId), blocked: true });
    }),
    {
      method: 'GET',
      path: '/v1/cards/rates',
      open: async ({ query }) => msgpack(200, await cards.rates(queryAlg(query))),
    },
    { method: 'GET', path: '/v1/crls', open: async () => msgpack(200, await cards.crls()) },
  ];
}

/** 1 or 2, as a card's algorithm is asked for. Throws BAD_ENCODING. */
export function queryAlg(query: DoorRequest['query']): Alg {
  const alg = query.get('alg');
  if (alg === '1') return 1;
  if (alg === '2') return 2;
  throw new ProtocolError('BAD_ENCODING', 'alg: expected 1 or 2');
}
