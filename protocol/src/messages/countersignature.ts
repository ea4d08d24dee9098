/**
 * A payment server vouches for a decision that it holds: this message 3 is in its record, on a quote of this publisher. Needed
 * where the decision's own signer was revoked since, and where message 1 is lost: message 3 does not name the publisher.
 */
import { contextHash } from '../contexts.ts';
import { bytes32, decodeAs, encodeAs, identifier, record, timeMs, type ValueOf } from '../shape.ts';

const countersignatureShape = record('Countersignature', {
  /** `decisionHash` of the decision's body. */
  decisionHash: bytes32,
  publisherId: identifier,
  timeMs,
});

export type Countersignature = ValueOf<typeof countersignatureShape>;
export const encodeCountersignature = (value: Countersignature): Uint8Array =>
  encodeAs(countersignatureShape, 'Countersignature', value);
export const decodeCountersignature = (input: Uint8Array): Countersignature =>
  decodeAs(countersignatureShape, 'Countersignature', input);

/** Hash of the exact body of message 3. */
export const decisionHash = (body: Uint8Array): Uint8Array => contextHash('decision', body);
