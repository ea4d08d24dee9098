/** Terms: what is sold. The quote prices them by hash, so neither the server nor the network sees them. */
import { contextHash } from '../contexts.ts';
import { LIMITS } from '../limits.ts';
import {
  agreeing,
  bytes16,
  bytes32,
  count,
  decodeAs,
  encodeAs,
  identifier,
  list,
  localeTag,
  maybe,
  oneOf,
  record,
  text,
  timeMs,
  uint32,
  type ValueOf,
} from '../shape.ts';

/** What a payment may give, by kind. */
export const GRANT_KINDS = Object.freeze(['level', 'scene', 'minutes', 'uses', 'until', 'period', 'forever'] as const);

/**
 * What a payment gives. `level` and `scene`: that one thing, kept. `minutes`: minutes of play, counted while playing.
 * `uses`: a number of times. `until`: up to a date. `period`: days from the decision. `forever`: everything that `target` names.
 */
const grantFields = record('Grant', {
  kind: oneOf(...GRANT_KINDS),
  /** What opens: the name a game asks for in `require(target)` and `can(target)`. */
  target: identifier,
  /** Minutes, uses or days, by kind; 0 otherwise. */
  quantity: uint32,
  /** Only for `until`; 0 otherwise. */
  untilMs: timeMs,
});

const grant = agreeing(grantFields, ({ kind, quantity, untilMs }) => {
  const counted = kind === 'minutes' || kind === 'uses' || kind === 'period';
  if (counted !== quantity > 0) return `quantity: must be ${counted ? 'above 0' : '0'} for ${kind}`;
  const dated = kind === 'until';
  return dated !== untilMs > 0 ? `untilMs: must be ${dated ? 'above 0' : '0'} for ${kind}` : undefined;
});

const localeDigest = record('LocaleDigest', { locale: localeTag, digest: bytes32 });

/** Why money comes back, in a form the wallet can put into words in the player's language. */
const refundTerms = record('RefundTerms', {
  /** Days in which a refund is given on request; 0 = none once used. */
  days: count(3_650),
  /** E-mail or web address of the publisher. */
  contact: text(LIMITS.titleBytesMax),
});

const termsShape = record('Terms', {
  /** Makes the hash of the terms say nothing to who has not seen them. */
  salt: bytes16,
  gameId: identifier,
  offerId: identifier,
  revision: uint32,
  grant,
  texts: list(localeDigest, 1, LIMITS.localesMax, ({ locale }) => locale),
  refund: refundTerms,
  /** SHA-256 of the content that opens, so that no level is swapped after signing ("at least part of the software"). */
  contentDigest: maybe(bytes32),
});

export type Terms = ValueOf<typeof termsShape>;
export const encodeTerms = (value: Terms): Uint8Array => encodeAs(termsShape, 'Terms', value, LIMITS.termsBytesMax);
export const decodeTerms = (input: Uint8Array): Terms => decodeAs(termsShape, 'Terms', input, LIMITS.termsBytesMax);

export type Grant = Terms['grant'];
export type GrantKind = Grant['kind'];

/** Hash of the terms' exact bytes: 32 bytes, what the quote signs and the server sees instead of what was bought. */
export const offerHash = (terms: Uint8Array): Uint8Array => contextHash('offer', terms);
