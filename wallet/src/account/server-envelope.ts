/** What the payment server signs, opened: its certificate is checked under the pinned roots each time. */
import {
  keyHash,
  openEnvelope,
  ProtocolError,
  type MessageType,
  type VerifiedLeaf,
  type Verify,
} from '@coinslot/protocol';

export type Environment = 'live' | 'sandbox';

export interface Trust {
  /** Pinned roots, DER. */
  readonly roots: readonly Uint8Array[];
  readonly environment: Environment;
  readonly verify: Verify;
  /** Revocation lists that the wallet holds now, DER. */
  readonly crls: readonly Uint8Array[];
  /** Authorities whose certificates have just been verified, DER: their revocation lists are believed from now on. */
  learn(authorities: readonly Uint8Array[]): void;
}

export interface FromServer {
  readonly body: Uint8Array;
  /** Hash of the key that signed: the `audience` of messages to this server. */
  readonly audience: Uint8Array;
}

/** Verifies and opens. Throws the protocol's first code that fails; CHAIN_UNTRUSTED across environments. */
export function openFromServer(envelope: Uint8Array, type: MessageType, atMs: number, trust: Trust): FromServer {
  const { roots, verify, crls } = trust;
  const { body, leaf, chain } = openEnvelope(envelope, { type, role: 'payment-server', roots, atMs, verify, crls });
  requireEnvironment(leaf, trust.environment);
  trust.learn(chain.slice(1));
  return { body, audience: keyHash(leaf.spki) };
}

/** As `openFromServer`, for what a card issuer signs: issues, acknowledgements, parameters and rates of cards. */
export function openFromCardIssuer(envelope: Uint8Array, type: MessageType, atMs: number, trust: Trust): Uint8Array {
  const { roots, verify, crls } = trust;
  const { body, leaf, chain } = openEnvelope(envelope, { type, role: 'card-issuer', roots, atMs, verify, crls });
  requireEnvironment(leaf, trust.environment);
  trust.learn(chain);
  return body;
}

/** Throwaway keys pay nothing real, and real keys pay nothing here that is a test. Throws CHAIN_UNTRUSTED. */
export function requireEnvironment(leaf: VerifiedLeaf, environment: Environment): void {
  if (leaf.sandbox !== (environment === 'sandbox')) {
    throw new ProtocolError('CHAIN_UNTRUSTED', `certificate: not of the ${environment} environment`);
  }
}
