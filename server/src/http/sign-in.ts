/** The door at which a signed `sign-in` becomes a one-time link. */
import type { SignIns } from '../sign-in/service.ts';
import { json, MSGPACK } from './answer.ts';
import type { Door } from './doors.ts';

/**
 * `{ url }`: whole where the server has a name of its own, otherwise from the root of the address that it was asked at: a header
 * says nothing about who may be trusted with a key.
 */
export function signInDoor(signIns: SignIns, publicUrl: URL | undefined): Door {
  return {
    method: 'POST',
    path: '/v1/sign-in',
    contentType: MSGPACK,
    limit: 'sign-in',
    async open({ body }) {
      return json(200, { url: `${publicUrl?.origin ?? ''}/sign-in?key=${await signIns.link(body)}` });
    },
  };
}
