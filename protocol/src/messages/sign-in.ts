/** SignIn, player or publisher to payment server: who holds this key wants to see their own pages. */
import { LIMITS } from '../limits.ts';
import { agreeing, bytes16, bytes32, decodeAs, encodeAs, oneOf, record, text, timeMs, type ValueOf } from '../shape.ts';

const signInFields = record('SignIn', {
  role: oneOf('player', 'publisher'),
  /** The user id in lower-case hex, or the publisher's id. */
  subjectId: text(LIMITS.identifierBytesMax),
  timeMs,
  nonce: bytes16,
  audience: bytes32,
});

const SUBJECTS = { player: /^[0-9a-f]{32}$/, publisher: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/ } as const;

const signInShape = agreeing(signInFields, ({ role, subjectId }) =>
  SUBJECTS[role].test(subjectId) ? undefined : `subjectId: is no id of a ${role}`,
);

export type SignIn = ValueOf<typeof signInShape>;
export const encodeSignIn = (value: SignIn): Uint8Array => encodeAs(signInShape, 'SignIn', value);
export const decodeSignIn = (input: Uint8Array): SignIn => decodeAs(signInShape, 'SignIn', input);
