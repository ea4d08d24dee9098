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
}

export interface FromServer {
  readonly body: Uint8Array;
  /** Hash of the key that signed: the `audience` of messages to this server. */
  readonly audience: Uint8Array;
}

/** Verifies and opens. Throws the protocol's first code that fails; CHAIN_UNTRUSTED across environments. */
export function openFromServer(envelope: Uint8Array, type: MessageType, atMs: number, trust: Trust): FromServer {
  const { roots, verify } = trust;
  const { body, leaf } = openEnvelope(envelope, { type, role: 'payment-server', roots, atMs, verify });
  requireEnvironment(leaf, trust.environment);
  return { body, audience: keyHash(leaf.spki) };
}

/** Throwaway keys pay nothing real, and real keys pay nothing here that is a test. Throws CHAIN_UNTRUSTED. */
export function requireEnvironment(leaf: VerifiedLeaf, environment: Environment): void {
  if (leaf.sandbox !== (environment === 'sandbox')) {
    throw new ProtocolError('CHAIN_UNTRUSTED', `certificate: not of the ${environment} environment`);
  }
}
