/** The server's own key and certificate, and what it signs with them. */
import {
  hashChain,
  keyHash,
  ProtocolError,
  rootIsSandbox,
  sealEnvelope,
  signatureInput,
  verifyChain,
  withChain,
  equalBytes,
  type MessageType,
  type Signer,
  type VerifiedLeaf,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';

export type Environment = 'live' | 'sandbox';

export interface IdentityOptions {
  readonly signer: Signer;
  /** DER, leaf first, without root. */
  readonly chain: readonly Uint8Array[];
  /** The roots this server pins, for itself and for publishers. */
  readonly roots: readonly Uint8Array[];
  readonly environment: Environment;
  readonly nowMs: number;
}

/** A sealed message, whole and as it is stored. */
export interface Sealed {
  /** With the chain in it: what is sent. */
  readonly envelope: Uint8Array;
  /** With the hash of the chain in its place. */
  readonly compact: Uint8Array;
}

export interface Identity {
  readonly leaf: VerifiedLeaf;
  readonly chain: readonly Uint8Array[];
  readonly chainHash: Uint8Array;
  readonly roots: readonly Uint8Array[];
  /** What requests must name as their audience. */
  readonly audience: Uint8Array;
  seal(type: MessageType, body: Uint8Array): Sealed;
}

/**
 * Holds key, chain, roots and environment against each other. Throws CHAIN_UNTRUSTED when the roots are not of the
 * environment, BAD_KEY when the key is not the certificate's, and the chain's own codes.
 */
export function createIdentity({ signer, chain, roots, environment, nowMs }: IdentityOptions): Identity {
  requireRoots(roots, environment);
  const leaf = verifyChain({ chain, roots, role: 'payment-server', atMs: nowMs, verify: nativeVerifySignature });
  if (!equalBytes(leaf.publicKey, signer.publicKey))
    throw new ProtocolError('BAD_KEY', "the signing key is not the certificate's");
  const chainHash = hashChain(chain);
  const seal = (type: MessageType, body: Uint8Array): Sealed => {
    const signature = signer.sign(signatureInput(type, body));
    const signed = { sign: () => signature };
    return {
      envelope: sealEnvelope(type, body, signed, chain),
      compact: sealEnvelope(type, body, signed, [chainHash]),
    };
  };
  return Object.freeze({ leaf, chain, chainHash, roots, audience: keyHash(leaf.spki), seal });
}

/** Throwaway roots in a live server would turn play money into real debts; live ones in a sandbox the reverse (K14). */
function requireRoots(roots: readonly Uint8Array[], environment: Environment): void {
  if (roots.length === 0) throw new ProtocolError('CHAIN_UNTRUSTED', 'roots: none');
  for (const root of roots) {
    if (rootIsSandbox(root) !== (environment === 'sandbox'))
      throw new ProtocolError('CHAIN_UNTRUSTED', `roots: a ${environment} server pins ${environment} roots only`);
  }
}

/** The stored envelope with its chain put back. */
export const wholeEnvelope = (compact: Uint8Array, chain: readonly Uint8Array[]): Uint8Array =>
  withChain(Uint8Array.from(compact), chain);

/** The same by the hash of the chain that it was sealed under. */
export async function wholeStored(
  store: { findChain(chainHash: Uint8Array): Promise<readonly Uint8Array[] | undefined> },
  compact: Uint8Array,
  chainHash: Uint8Array,
): Promise<Uint8Array> {
  const chain = await store.findChain(chainHash);
  if (chain === undefined) throw new Error('the chain of a recorded message is not in the store');
  return wholeEnvelope(compact, chain);
}
