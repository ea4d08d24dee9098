/**
 * Verifies a certificate chain under pinned roots, as of the time something was signed. RFC 5280 section 6.1, narrowed.
 *
 * Order of the checks, which is the order of precedence of their codes with one exception: a chain longer than four is
 * refused first, before any of it is read.
 *   encoding and algorithm of every certificate -> names link up and end under a pinned root -> keys -> signatures ->
 *   one arc, live or sandbox -> validity -> CA marks, usages and roles -> path length -> limits -> critical extensions.
 *
 * What it does not prove: that nothing in the chain was revoked. Revocation lists are checked apart.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { BoundedCache } from '../bounded-cache.ts';
import { ProtocolError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { requireAdmissibleKey, verifySignature } from '../signatures.ts';
import { readCertificate, type Certificate } from './certificate.ts';
import { hex } from './der.ts';
import type { CertificateName } from './fields.ts';
import { issuableRoles, ROLES, type CertificateRole } from './roles.ts';
import { isWithinLimits, type SalesLimits } from './sales-limits.ts';

/** A verifier of signatures. */
type Verify = typeof verifySignature;

/** What `verifyChain` is given. */
export interface ChainOptions {
  /** DER certificates, leaf first, without the root; at most four. */
  readonly chain: readonly Uint8Array[];
  /** DER of the pinned root certificates, the only ones believed. */
  readonly roots: readonly Uint8Array[];
  /** What the leaf must be. */
  readonly role: CertificateRole;
  /** The signing time, milliseconds since 1970. */
  readonly atMs: number;
  /** Another verifier with the same verdict (native on the server). */
  readonly verify?: Verify;
}

/** The holder of a verified leaf certificate. */
export interface VerifiedLeaf {
  /** 32 raw bytes. */
  readonly publicKey: Uint8Array;
  /** SubjectPublicKeyInfo DER. */
  readonly spki: Uint8Array;
  readonly algorithm: 'ed25519';
  readonly role: CertificateRole;
  /** True for throwaway keys: a sandbox's certificate under a sandbox's root. */
  readonly sandbox: boolean;
  /** The certified name. `id` is what messages call a publisher's or server's id. */
  readonly subject: CertificateName & { readonly id: string };
  readonly issuerName: CertificateName;
  /** SHA-256 of the SPKI: names the key, over renewals of its certificate. */
  readonly keyId: Uint8Array;
  readonly serialHex: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** What a publisher may sell; always there for the role `publisher`. */
  readonly limits: SalesLimits | undefined;
  /** `hashChain` of the chain. */
  readonly chainHash: Uint8Array;
}

/** Roots that one party pins at once: live and sandbox, old and new during a roll-over. */
export const ROOTS_MAX = 16;
const VERIFIED_CHAINS_MAX = 32;
/** The chain with its root at the end, every signature verified. */
type LinkedChain = readonly Certificate[];

/**
 * Chains whose links and signatures hold, under the hash of chain and roots. Only what time cannot change is kept, so
 * an entry never goes stale; validity, role and limits are checked at each use.
 */
const linkedChains = new BoundedCache<LinkedChain>(VERIFIED_CHAINS_MAX);

/**
 * Verifies a chain and returns its leaf, frozen.
 * @throws ProtocolError `BAD_ENCODING`, `TOO_LARGE`, `BAD_SIGNATURE`, `BAD_KEY` or `CHAIN_*`; TypeError for arguments
 * that are the caller's own mistake.
 */
export function verifyChain({ chain, roots, role, atMs, verify = verifySignature }: ChainOptions): VerifiedLeaf {
  requireArguments(chain, roots, role, atMs);
  const chainHash = hashChain(chain);
  const linked = linkChain(chain, roots, chainHash, verify);
  const sandbox = requireOneArc(linked);
  requireValidity(linked, atMs);
  requireRoles(linked, role, sandbox);
  requirePathLengths(linked);
  requireLimits(linked, role);
  requireNoUnknownCritical(linked);
  return describeLeaf(linked[0]!, role, sandbox, chainHash);
}

/**
 * The name of a chain for caches and for peers that have seen it: SHA-256 over a context string and each certificate
 * with its length (two bytes, big-endian), so that no two chains share their bytes.
 * @throws ProtocolError `CHAIN_PATHLEN` or `TOO_LARGE` for a chain that is out of bounds.
 */
export function hashChain(chain: readonly Uint8Array[]): Uint8Array {
  requireChainBounds(chain);
  const hash = sha256.create().update(new TextEncoder().encode('coinslot chain v1\0'));
  for (const der of chain) hash.update(Uint8Array.of(der.length >> 8, der.length & 0xff)).update(der);
  return hash.digest();
}

/** True when a root is for throwaway keys, false when it is live. Throws `CHAIN_UNTRUSTED` when it is neither or both. */
export function rootIsSandbox(rootDer: Uint8Array): boolean {
  const root = readCertificate(rootDer);
  if (root.liveRoles.length + root.sandboxRoles.length === 0) {
    throw new ProtocolError('CHAIN_UNTRUSTED', 'root: not for any role');
  }
  return requireOneArc([root]);
}

function requireArguments(chain: unknown, roots: unknown, role: CertificateRole, atMs: number): void {
  if (!Array.isArray(chain)) throw new TypeError('chain: expected an array of certificates');
  if (!Array.isArray(roots) || roots.length > ROOTS_MAX) throw new TypeError(`roots: expected at most ${ROOTS_MAX}`);
  if (!roots.every((root) => root instanceof Uint8Array)) throw new TypeError('roots: expected bytes');
  if (!ROLES.includes(role)) throw new TypeError('role: unknown');
  if (!Number.isSafeInteger(atMs)) throw new TypeError('atMs: expected whole milliseconds');
}

/** Bounds of the whole chain, before anything of it is hashed or read. */
function requireChainBounds(chain: readonly Uint8Array[]): void {
  if (chain.length > LIMITS.chainCertificatesMax) {
    throw new ProtocolError('CHAIN_PATHLEN', `chain: more than ${LIMITS.chainCertificatesMax} certificates`);
  }
  if (chain.length === 0) throw new ProtocolError('CHAIN_UNTRUSTED', 'chain: empty');
  for (const der of chain) {
    if (!(der instanceof Uint8Array)) throw new TypeError('chain: expected bytes');
    if (der.length > LIMITS.certificateBytesMax) throw new ProtocolError('TOO_LARGE', 'chain: certificate too large');
  }
}

function linkChain(
  chain: readonly Uint8Array[],
  roots: readonly Uint8Array[],
  chainHash: Uint8Array,
  verify: Verify,
): LinkedChain {
  const rootsHash = sha256.create();
  for (const root of roots) rootsHash.update(sha256(root));
  const name = hex(chainHash) + hex(rootsHash.digest());
  const known = linkedChains.get(name);
  if (known) return known;
  const linked = verifyLinks(withoutPinnedTop(chain, roots).map(readCertificate), roots.map(readCertificate), verify);
  linkedChains.set(name, linked);
  return linked;
}

/** A pinned root sent along at the end is ignored; anywhere else it is an extra certificate. */
function withoutPinnedTop(chain: readonly Uint8Array[], roots: readonly Uint8Array[]): readonly Uint8Array[] {
  const isPinned = (der: Uint8Array): boolean => roots.some((root) => isSame(root, der));
  const sent = isPinned(chain[chain.length - 1]!) ? chain.slice(0, -1) : chain;
  if (sent.length === 0 || sent.some(isPinned))
    throw new ProtocolError('CHAIN_UNTRUSTED', 'chain: a root in its midst');
  return sent;
}

/** Names, keys and signatures, from the root down, so that what is named untrusted is the highest thing that is. */
function verifyLinks(sent: readonly Certificate[], roots: readonly Certificate[], verify: Verify): LinkedChain {
  const top = sent[sent.length - 1]!;
  const candidates = roots.filter((root) => isSame(root.subjectDer, top.issuerDer));
  const isLinked = sent.every((child, i) => i + 1 === sent.length || isSame(child.issuerDer, sent[i + 1]!.subjectDer));
  if (candidates.length === 0 || !isLinked)
    throw new ProtocolError('CHAIN_UNTRUSTED', 'chain: does not lead to a root');
  for (const { publicKey } of [...candidates, ...sent]) requireAdmissibleKey(publicKey);
  // Two roots may share a name during a roll-over; an impostor's certificate names one and fits neither.
  const root = candidates.find((candidate) => isSignedBy(top, candidate, verify));
  if (!root) throw new ProtocolError('CHAIN_UNTRUSTED', 'chain: not signed by a pinned root');
  for (let i = sent.length - 2; i >= 0; i--) {
    if (!isSignedBy(sent[i]!, sent[i + 1]!, verify))
      throw new ProtocolError('BAD_SIGNATURE', `chain: signature of ${nameAt(i)}`);
  }
  return [...sent, root];
}

function isSignedBy(child: Certificate, issuer: Certificate, verify: Verify): boolean {
  return verify(issuer.publicKey, child.signedBytes, child.signature);
}

/** Live and sandbox never meet: each certificate has roles of one kind, and all of the same. */
function requireOneArc(linked: LinkedChain): boolean {
  const sandbox = linked[linked.length - 1]!.sandboxRoles.length > 0;
  for (const certificate of linked) {
    const others = sandbox ? certificate.liveRoles : certificate.sandboxRoles;
    if (others.length > 0) throw new ProtocolError('CHAIN_UNTRUSTED', 'chain: live and sandbox certificates mixed');
  }
  return sandbox;
}

/** All of the chain at once, the shell model: what was signed while everything was valid stays signed. */
function requireValidity(linked: LinkedChain, atMs: number): void {
  const expired = linked.findIndex((certificate) => atMs > certificate.notAfterMs);
  if (expired >= 0) throw new ProtocolError('CHAIN_EXPIRED', `chain: ${nameAt(expired)} has expired`);
  const early = linked.findIndex((certificate) => atMs < certificate.notBeforeMs);
  if (early >= 0) throw new ProtocolError('CHAIN_NOT_YET', `chain: ${nameAt(early)} is not valid yet`);
}

function requireRoles(linked: LinkedChain, role: CertificateRole, sandbox: boolean): void {
  const [leaf, ...authorities] = linked;
  const refuse = (what: string): ProtocolError => new ProtocolError('CHAIN_ROLE', `chain: ${what}`);
  const rolesOf = (certificate: Certificate): readonly CertificateRole[] =>
    sandbox ? certificate.sandboxRoles : certificate.liveRoles;
  const leafRoles = rolesOf(leaf!);
  if (leafRoles.length !== 1 || leafRoles[0] !== role) throw refuse(`the leaf is not a ${role}`);
  if (leaf!.isAuthority || leaf!.canSignCertificates || !leaf!.canSignMessages) {
    throw refuse('the leaf is not marked to sign messages only');
  }
  authorities.forEach((authority, i) => {
    if (!authority.isAuthority || !authority.canSignCertificates) throw refuse(`${nameAt(i + 1)} may not issue`);
    const issuable = issuableRoles(rolesOf(authority));
    if (!rolesOf(linked[i]!).every((held) => issuable.includes(held)))
      throw refuse(`${nameAt(i + 1)} may not issue this role`);
  });
}

/** `pathLength` bounds the intermediaries between an authority and the leaf (RFC 5280 section 4.2.1.9). */
function requirePathLengths(linked: LinkedChain): void {
  linked.forEach(({ pathLength }, i) => {
    const below = i - 1;
    if (pathLength !== undefined && below > pathLength) {
      throw new ProtocolError('CHAIN_PATHLEN', `chain: too long below ${nameAt(i)}`);
    }
  });
}

/** From the root down: limits, once stated, only narrow, and nobody on a publisher's way may leave them out. */
function requireLimits(linked: LinkedChain, role: CertificateRole): void {
  let parent: SalesLimits | undefined;
  for (let i = linked.length - 1; i >= 0; i--) {
    const { limits } = linked[i]!;
    const isRoot = i === linked.length - 1;
    if (!limits && role === 'publisher' && !isRoot)
      throw new ProtocolError('CHAIN_LIMIT', `chain: ${nameAt(i)} states no limits`);
    if (limits && parent && !isWithinLimits(limits, parent)) {
      throw new ProtocolError('CHAIN_LIMIT', `chain: ${nameAt(i)} widens its issuer's limits`);
    }
    parent = limits ?? parent;
  }
}

function requireNoUnknownCritical(linked: LinkedChain): void {
  const i = linked.findIndex(({ unknownCritical }) => unknownCritical !== undefined);
  if (i >= 0) throw new ProtocolError('CHAIN_CRITICAL', `chain: unknown critical extension in ${nameAt(i)}`);
}

function describeLeaf(leaf: Certificate, role: CertificateRole, sandbox: boolean, chainHash: Uint8Array): VerifiedLeaf {
  const { id } = leaf.subject;
  if (id === undefined) throw new ProtocolError('BAD_ENCODING', 'chain: the leaf has no id (serialNumber attribute)');
  return Object.freeze({
    publicKey: Uint8Array.from(leaf.publicKey), // copies: the cached certificate must not change in a caller's hands
    spki: Uint8Array.from(leaf.spki),
    algorithm: leaf.algorithm,
    role,
    sandbox,
    subject: Object.freeze({ ...leaf.subject, id }),
    issuerName: leaf.issuer,
    keyId: sha256(leaf.spki),
    serialHex: leaf.serialHex,
    notBeforeMs: leaf.notBeforeMs,
    notAfterMs: leaf.notAfterMs,
    limits: leaf.limits,
    chainHash,
  });
}

function nameAt(index: number): string {
  return index === 0 ? 'the leaf' : `certificate ${index}`;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
