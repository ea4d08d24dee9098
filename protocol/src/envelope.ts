/**
 * Envelopes: `[version, type, body, signature, chain, extensions]`. Sign the bytes, carry the bytes: the signature covers
 * a context that names protocol, version and type, then the body exactly as it travels. The body is parsed only after the
 * signature holds. Extensions are the one unsigned slot, ignored when unknown; everything signed is closed.
 */
import {
  hashChain,
  readCertificate,
  verifyChain,
  type Certificate,
  type CertificateRole,
  type VerifiedLeaf,
} from './certificates/index.ts';
import { context, MESSAGE_TYPES, messageTypeOf, PROTOCOL_VERSION, type MessageType } from './contexts.ts';
import { equalBytes } from './encoding.ts';
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';
import { bytes, count, decodeAs, encodeAs, list, protocolVersion, record, text, type ValueOf } from './shape.ts';
import { verifySignature } from './signatures.ts';

const extension = record('Extension', {
  name: text(LIMITS.identifierBytesMax),
  value: bytes(0, LIMITS.extensionBytesMax),
});

const envelopeShape = record('Envelope', {
  version: protocolVersion,
  type: count(255),
  body: bytes(0, LIMITS.messageBytesMax),
  signature: bytes(64, 64),
  /** DER certificates, leaf first, without root; or one 32-byte hash of a chain that the peer has seen; or none. */
  chain: list(bytes(1, LIMITS.certificateBytesMax), 0, LIMITS.chainCertificatesMax),
  extensions: list(extension, 0, LIMITS.extensionsMax),
});

export type Envelope = ValueOf<typeof envelopeShape>;
export type Extension = ValueOf<typeof extension>;

/** Anything that can sign bytes: a key in memory, a vault, a card. */
export interface EnvelopeSigner {
  sign(bytes: Uint8Array): Uint8Array;
}

export type Verify = typeof verifySignature;

/** The bytes a signature covers: context of the type, then the body. */
export function signatureInput(type: MessageType, body: Uint8Array): Uint8Array {
  const prefix = context(type);
  const input = new Uint8Array(prefix.length + body.length);
  input.set(prefix);
  input.set(body, prefix.length);
  return input;
}

/** Signs a body and packs it with its chain (leaf first, without root; empty for a player's key; or one chain hash). */
export function sealEnvelope(
  type: MessageType,
  body: Uint8Array,
  signer: EnvelopeSigner,
  chain: readonly Uint8Array[],
  extensions: readonly Extension[] = [],
): Uint8Array {
  const signature = signer.sign(signatureInput(type, body));
  const envelope = { version: PROTOCOL_VERSION, type: MESSAGE_TYPES[type], body, signature, chain, extensions };
  return encodeAs(envelopeShape, 'Envelope', envelope);
}

/** Reads an envelope without checking its signature: for showing messages, and for finding which key to check with. */
export function readEnvelope(envelopeBytes: Uint8Array): Envelope & { readonly typeName: MessageType } {
  const envelope = decodeAs(envelopeShape, 'Envelope', envelopeBytes);
  const typeName = messageTypeOf(envelope.type);
  if (typeName === undefined) throw new ProtocolError('BAD_ENCODING', `Envelope.type: ${envelope.type} is not known`);
  return Object.freeze({ ...envelope, typeName });
}

/**
 * Puts the hash of the chain in the chain's place, for a peer that has seen it. Signature and body stay as they are; an
 * envelope whose chain already is a hash, or that has none, comes back as it is.
 */
export function withChainByHash(envelopeBytes: Uint8Array): Uint8Array {
  const envelope = readEnvelope(envelopeBytes);
  if (envelope.chain.length === 0 || hashInPlaceOf(envelope.chain) !== undefined) return envelopeBytes;
  return encodeAs(envelopeShape, 'Envelope', { ...envelope, chain: [hashChain(envelope.chain)] });
}

/** Puts a chain in the place of its hash. Throws CHAIN_UNTRUSTED when the envelope names another chain, or none. */
export function withChain(envelopeBytes: Uint8Array, chain: readonly Uint8Array[]): Uint8Array {
  const envelope = readEnvelope(envelopeBytes);
  const named = hashInPlaceOf(envelope.chain) ?? hashChain(envelope.chain);
  if (!equalBytes(named, hashChain(chain)))
    throw new ProtocolError('CHAIN_UNTRUSTED', 'Envelope.chain: the hash of another chain');
  return encodeAs(envelopeShape, 'Envelope', { ...envelope, chain });
}

export interface OpenOptions {
  type: MessageType;
  /** What the signer must be; one of these, where there are several. */
  role: CertificateRole | readonly CertificateRole[];
  /** Pinned roots, DER. Roots sent along are ignored. */
  roots: readonly Uint8Array[];
  /** The time at which the chain must be valid, ms: the signing time, or now for an open nonce. */
  atMs: number;
  /** Whether `atMs` is more than the signer's own word; without it a revocation counts whatever its date. Default true. */
  isTimeProven?: boolean;
  /** Revocation lists, DER, held against the chain as of `atMs`; an issuer without any is not checked. */
  crls?: readonly Uint8Array[];
  /** Another verifier with the same verdict (native on the server). */
  verify?: Verify;
  /** Finds a chain by its hash; without it a chain sent by hash is CHAIN_UNTRUSTED. */
  chainByHash?: (hash: Uint8Array) => readonly Uint8Array[] | undefined;
}

export interface Opened {
  /** The exact bytes that were signed. */
  readonly body: Uint8Array;
  readonly leaf: VerifiedLeaf;
  readonly chain: readonly Uint8Array[];
}

/**
 * Verifies an envelope signed under a certificate: encoding, type, chain (role, roots, time), then signature. Throws
 * ProtocolError with the first code that fails.
 */
export function openEnvelope(envelopeBytes: Uint8Array, options: OpenOptions): Opened {
  const envelope = requireType(envelopeBytes, options.type);
  const chain = resolveChain(envelope.chain, options.chainByHash);
  const { roots, role, atMs, isTimeProven = true, crls = [] } = options;
  const verify = options.verify ?? verifySignature;
  const leaf = verifyChain({ chain, roots, role, atMs, isTimeProven, crls, verify });
  requireSignature(envelope, options.type, leaf.publicKey, verify);
  return { body: envelope.body, leaf, chain };
}

/** The certificate that an envelope is said to be signed under; `undefined` without any. Verified by `openEnvelope` alone. */
export function claimedLeaf(
  envelopeBytes: Uint8Array,
  chainByHash?: OpenOptions['chainByHash'],
): Certificate | undefined {
  const [leaf] = resolveChain(readEnvelope(envelopeBytes).chain, chainByHash);
  return leaf && readCertificate(leaf);
}

/** Verifies an envelope signed by a bare key that is known from elsewhere (a player's key). The chain must be empty. */
export function openSigned(
  envelopeBytes: Uint8Array,
  options: { type: MessageType; publicKey: Uint8Array; verify?: Verify },
): Uint8Array {
  const envelope = requireType(envelopeBytes, options.type);
  if (envelope.chain.length !== 0) throw new ProtocolError('BAD_ENCODING', 'Envelope.chain: must be empty here');
  requireSignature(envelope, options.type, options.publicKey, options.verify ?? verifySignature);
  return envelope.body;
}

function requireType(envelopeBytes: Uint8Array, type: MessageType): Envelope {
  const envelope = readEnvelope(envelopeBytes);
  // The signature would fail as well, since its context names the type; said first, the message is clearer.
  if (envelope.typeName !== type)
    throw new ProtocolError('BAD_SIGNATURE', `Envelope.type: ${envelope.typeName} where ${type} was expected`);
  return envelope;
}

function resolveChain(chain: readonly Uint8Array[], byHash: OpenOptions['chainByHash']): readonly Uint8Array[] {
  const hash = hashInPlaceOf(chain);
  if (hash === undefined) return chain;
  const found = byHash?.(hash);
  if (found === undefined || !equalBytes(hashChain(found), hash))
    throw new ProtocolError('CHAIN_UNTRUSTED', 'Envelope.chain: no chain with this hash has been seen');
  return found;
}

/** The 32 bytes that stand for a chain, if they do. No certificate is 32 bytes long, so the two cannot be confused. */
function hashInPlaceOf(chain: readonly Uint8Array[]): Uint8Array | undefined {
  const only = chain[0];
  return chain.length === 1 && only?.length === 32 ? only : undefined;
}

function requireSignature(envelope: Envelope, type: MessageType, publicKey: Uint8Array, verify: Verify): void {
  if (!verify(publicKey, signatureInput(type, envelope.body), envelope.signature)) {
    throw new ProtocolError('BAD_SIGNATURE', `Envelope.signature: not by the key that is named, over this ${type}`);
  }
}
