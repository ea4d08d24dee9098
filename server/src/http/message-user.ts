/** Who a message says it is from, before anything of it is verified. Throws BAD_ENCODING or TOO_LARGE for what is no message. */
import {
  decodeAccountRequest,
  decodeCardApplication,
  decodeCardKeysRequest,
  decodeCardRequest,
  decodeCardUpload,
  readEnvelope,
} from '@coinslot/protocol';
import { hex } from '../players/types.ts';

export const userBy =
  (decode: (body: Uint8Array) => { readonly userId: Uint8Array }) =>
  (envelope: Uint8Array): string =>
    hex(decode(readEnvelope(envelope).body).userId);

export const accountUser = userBy(decodeAccountRequest);
export const applicationUser = userBy(decodeCardApplication);
export const cardRequestUser = userBy(decodeCardRequest);
export const cardKeysUser = userBy(decodeCardKeysRequest);
export const uploadUser = userBy(decodeCardUpload);
