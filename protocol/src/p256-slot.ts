/**
 * Where ECDSA P-256 is found once a party takes cards. The curve weighs 3 kB gzip of the 42 that a game's verifier may, and a
 * game that takes no cards meets no P-256 key that it would believe; so `verifySignature` asks here, and `p256.ts` is loaded by
 * who needs it.
 */
import { ProtocolError } from './errors.ts';

/** The curve's two questions; `raw` is x then y, 64 bytes. */
export interface P256Curve {
  /** Whether the key is a point of the curve, and not infinity. */
  isPoint(raw: Uint8Array): boolean;
  /** Whether the equation of the signature holds. */
  isSigned(raw: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

let provided: P256Curve | undefined;

/** Gives `verifySignature` the curve; called once by `enableP256`. */
export function provideP256(curve: P256Curve): void {
  provided = curve;
}

/** The curve. Throws BAD_KEY where it was never enabled: a P-256 key is then one that this party does not take. */
export function p256Curve(): P256Curve {
  if (provided === undefined)
    throw new ProtocolError('BAD_KEY', 'publicKey: P-256 is not taken here (enableP256 of @coinslot/protocol/p256)');
  return provided;
}
