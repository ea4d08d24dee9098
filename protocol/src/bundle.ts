/**
 * The dispute bundle: everything that proves one payment, in one file (`.coinslot-bundle`). Any machine checks it offline under
 * the pinned roots, years later: `verifyBundle` in `bundle-check.ts`. The file itself is not signed; what is in it is.
 */
import { LIMITS } from './limits.ts';
import {
  bytes,
  decodeAs,
  encodeAs,
  envelopeBytes,
  list,
  maybe,
  protocolVersion,
  record,
  timeMs,
  type ValueOf,
} from './shape.ts';

/** Revocation lists are the bulk of it: sixteen of 64 KiB at most. */
export const BUNDLE_BYTES_MAX = 2 * 1024 * 1024;
const CHAINS_MAX = 8;
const KEYS_MAX = 4;

const chain = list(bytes(1, LIMITS.certificateBytesMax), 1, LIMITS.chainCertificatesMax);

const bundleShape = record('Bundle', {
  version: protocolVersion,
  /** When it was put together, by the clock of whoever did: nobody's proof, and what the lists are as of. */
  madeAtMs: timeMs,
  /** Message 1, an encoded Offer. */
  offer: envelopeBytes,
  /** Encoded Shown, its salt included: what message 2 has the digest of. */
  shown: envelopeBytes,
  /** Envelopes in which the player registered the keys that sign message 2: the enrolment, and what came after it. */
  keys: list(envelopeBytes, 1, KEYS_MAX),
  /** Message 2, envelope `payment-request`. */
  request: envelopeBytes,
  /** Message 3, envelope `payment-decision`. */
  decision: envelopeBytes,
  /** Envelope `refund-notice`, once it was given back. */
  refund: maybe(envelopeBytes),
  /** Envelope `countersignature`, where the signer of message 3 was revoked since: a payment server has this decision in its record. */
  countersigned: maybe(envelopeBytes),
  /** Chains that the envelopes name by hash. */
  chains: list(chain, 0, CHAINS_MAX),
  /** Revocation lists as known, DER. */
  crls: list(bytes(1, LIMITS.crlBytesMax), 0, LIMITS.crlsMax),
});

export type Bundle = ValueOf<typeof bundleShape>;
/** Throws BAD_ENCODING, or TOO_LARGE above 2 MiB. */
export const encodeBundle = (value: Bundle): Uint8Array => encodeAs(bundleShape, 'Bundle', value, BUNDLE_BYTES_MAX);
/** Throws BAD_ENCODING or TOO_LARGE. Nothing in it is verified here. */
export const decodeBundle = (input: Uint8Array): Bundle => decodeAs(bundleShape, 'Bundle', input, BUNDLE_BYTES_MAX);
