/**
 * Verifies a certificate chain under pinned roots, as of the time something was signed. RFC 5280 section 6.1, narrowed.
 *
 * Order of the checks, which is the order of precedence of their codes with one exception: a chain longer than four is
 * refused first, before any of it is read.
 *   encoding and algorithm of every certificate -> names link up and end under a pinned root -> keys -> signatures ->
 *   one arc, live or sandbox -> validity -> CA marks, usages and roles -> path length -> limits -> revocation -> critical
 *   extensions.
 *
 * What it does not prove: that nothing in the chain was revoked by an issuer of whom no list is given.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { BoundedCache } from '../bounded-cache.ts';
import { ProtocolError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Alg } from '../public-key.ts';
import { requireAdmissibleKey, verifySignature } from '../signatures.ts';
import type { CardAssurance } from './card-assurance.ts';
import { readCertificate, type Certificate } from './certificate.ts';
import { hex } from './der.ts';
import type { CertificateName } from './fields.ts';
import { readRevocationList } from './revocation-list.ts';
import { requireNotRevoked } from './revocation.ts';
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
  /** What the leaf must be; one of these, where there are several. */
  readonly role: CertificateRole | readonly CertificateRole[];
  /** The signing time, milliseconds since 1970. */
  readonly atMs: number;
  /**
   * False where nobody but the signer says that `atMs` is the signing time: a revocation then counts whatever its date. Default
   * true.
   */
  readonly isTimeProven?: boolean;
  /** DER revocation lists; the newest of each issuer counts, an issuer without any is not checked. */
  readonly crls?: readonly Uint8Array[];
  /** Another verifier with the same verdict (native on the server). */
  readonly verify?: Verify;
}

/** What a verified certificate says about a card. */
export interface VerifiedCard extends CardAssurance {
  /** 16 bytes, a pseudonym. */
  readonly cardId: Uint8Array;
}

/** The holder of a verified leaf certificate. */
export interface VerifiedLeaf {
  /** As `verifySignature` takes it: 32 raw bytes of Ed25519, or the SPKI of P-256. */
  readonly publicKey: Uint8Array;
  /** SubjectPublicKeyInfo DER. */
  readonly spki: Uint8Array;
  /** 1 Ed25519, 2 ECDSA P-256. */
  readonly alg: Alg;
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
  /** Of a card, and only of a card. */
  readonly card: VerifiedCard | undefined;
  /** `hashChain` of the chain. */
  readonly chainHash: Uint8Array;
}

/** Roots that one party pins at once: live and sandbox, old and new during a roll-over. */
export const ROOTS_MAX = 16;
const VERIFIED_CHAINS_MAX = 32;
const CARD_LIFE_MS_MAX = { chip: LIMITS.chipLifeMsMax, software: LIMITS.softwareCardLifeMsMax } as const;
/** A card's id in its certificate: 16 bytes as lower-case hex. */
const CARD_ID = /^[0-9a-f]{32}$/;

/** A certificate and the one that signed it. */
interface Link {
  readonly child: Certificate;
  readonly issuer: Certificate;
}

/** A chain from its root down; every signature holds. */
interface LinkedChain {
  readonly root: Certificate;
  readonly links: readonly Link[];
  readonly leaf: Certificate;
}

/**
 * Chains whose links and signatures hold, under the hash of chain and roots, for each verifier apart. Only what time
 * cannot change is kept, so an entry never goes stale; validity, role and limits are checked at each use.
 */
const linkedChains = new WeakMap<Verify, BoundedCache<LinkedChain>>();

/**
 * Verifies a chain and returns its leaf, frozen.
 * @throws ProtocolError `BAD_ENCODING`, `TOO_LARGE`, `BAD_SIGNATURE`, `BAD_KEY` or `CHAIN_*`; TypeError for arguments
 * that are the caller's own mistake.
 */
export function verifyChain({
  chain,
  roots,
  role,
  atMs,
  isTimeProven = true,
  crls = [],
  verify = verifySignature,
}: ChainOptions): VerifiedLeaf {
  const allowed = [role].flat();
  requireArguments(chain, roots, allowed, atMs, crls);
  const chainHash = hashChain(chain);
  const linked = linkChain(chain, roots, chainHash, verify);
  const sandbox = requireOneArc(linked);
  requireValidity(linked, atMs);
  const held = requireRoles(linked, allowed, sandbox);
  requirePathLengths(linked);
  requireLimits(linked, held);
  requireCardLife(linked);
  const lists = crls.map(readRevocationList);
  for (const link of linked.links) requireNotRevoked(link, lists, { atMs, isTimeProven }, verify);
  requireNoUnknownCritical(linked);
  return describeLeaf(linked.leaf, held, sandbox, chainHash);
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
  return requireOneArc({ root, links: [], leaf: root });
}

function requireArguments(
  chain: unknown,
  roots: unknown,
  allowed: readonly CertificateRole[],
  atMs: number,
  crls: unknown,
): void {
  if (!Array.isArray(chain)) throw new TypeError('chain: expected an array of certificates');
  if (!Array.isArray(roots) || roots.length > ROOTS_MAX) throw new TypeError(`roots: expected at most ${ROOTS_MAX}`);
  if (!roots.every((root) => root instanceof Uint8Array)) throw new TypeError('roots: expected bytes');
  if (!allowed.every((role) => ROLES.includes(role))) throw new TypeError('role: unknown');
  if (!Array.isArray(crls) || crls.length > LIMITS.crlsMax)
    throw new TypeError(`crls: expected at most ${LIMITS.crlsMax}`);
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
  const cache = linkedChains.get(verify) ?? new BoundedCache<LinkedChain>(VERIFIED_CHAINS_MAX);
  linkedChains.set(verify, cache);
  const known = cache.get(name);
  if (known) return known;
  const linked = verifyLinks(withoutPinnedTop(chain, roots).map(readCertificate), roots.map(readCertificate), verify);
  cache.set(name, linked);
  return linked;
}

/** A pinned root sent along at the end is ignored; anywhere else it is an extra certificate. */
function withoutPinnedTop(chain: readonly Uint8Array[], roots: readonly Uint8Array[]): readonly Uint8Array[] {
  const isPinned = (der: Uint8Array): boolean => roots.some((root) => isSame(root, der));
  const sent = chain.slice(-1).some(isPinned) ? chain.slice(0, -1) : chain;
  if (sent.some(isPinned)) throw new ProtocolError('CHAIN_UNTRUSTED', 'chain: a root in its midst');
  return sent;
}

/** Names, keys and signatures, from the root down, so that what is named untrusted is the highest thing that is. */
function verifyLinks(sent: readonly Certificate[], roots: readonly Certificate[], verify: Verify): LinkedChain {
  const candidates = roots.map((root) => linkUnder(root, sent)).filter((linked) => linked !== undefined);
  if (candidates.length === 0) throw new ProtocolError('CHAIN_UNTRUSTED', 'chain: does not lead to a pinned root');
  for (const { publicKey } of [...candidates.map(({ root }) => root), ...sent]) requireAdmissibleKey(publicKey);
  const isSigned = ({ child, issuer }: Link): boolean =>
    child.signatureAlg === issuer.alg && verify(issuer.publicKey, child.signedBytes, child.signature);
  // Two roots may share a name during a roll-over; an impostor's certificate names one and fits neither.
  const linked = candidates.find(({ links }) => links.slice(0, 1).every(isSigned));
  if (!linked) throw new ProtocolError('CHAIN_UNTRUSTED', 'chain: not signed by a pinned root');
  const broken = linked.links.slice(1).find((link) => !isSigned(link));
  if (broken) throw new ProtocolError('BAD_SIGNATURE', `chain: the signature of ${nameOf(broken.child)} does not hold`);
  return linked;
}

/** The chain under this root when every issuer's name is, byte for byte, the subject above it. */
function linkUnder(root: Certificate, leafFirst: readonly Certificate[]): LinkedChain | undefined {
  const links: Link[] = [];
  let issuer = root;
  for (const child of [...leafFirst].reverse()) {
    if (!isSame(child.issuerDer, issuer.subjectDer)) return undefined;
    links.push({ child, issuer });
    issuer = child;
  }
  return links.length === 0 ? undefined : { root, links, leaf: issuer };
}

function allOf({ root, links }: LinkedChain): readonly Certificate[] {
  return [root, ...links.map(({ child }) => child)];
}

/** Live and sandbox never meet: each certificate has roles of one kind, and all of the same. */
function requireOneArc(linked: LinkedChain): boolean {
  const sandbox = linked.root.sandboxRoles.length > 0;
  for (const certificate of allOf(linked)) {
    const others = sandbox ? certificate.liveRoles : certificate.sandboxRoles;
    if (others.length > 0) throw new ProtocolError('CHAIN_UNTRUSTED', 'chain: live and sandbox certificates mixed');
  }
  return sandbox;
}

/** All of the chain at once, the shell model: what was signed while everything was valid stays signed. */
function requireValidity(linked: LinkedChain, atMs: number): void {
  const expired = allOf(linked).find((certificate) => atMs > certificate.notAfterMs);
  if (expired) throw new ProtocolError('CHAIN_EXPIRED', `chain: ${nameOf(expired)} has expired`);
  const early = allOf(linked).find((certificate) => atMs < certificate.notBeforeMs);
  if (early) throw new ProtocolError('CHAIN_NOT_YET', `chain: ${nameOf(early)} is not valid yet`);
}

/** Marks, usages and roles from the root down. Returns the leaf's role, which is one of those allowed. */
function requireRoles(
  { links, leaf }: LinkedChain,
  allowed: readonly CertificateRole[],
  sandbox: boolean,
): CertificateRole {
  const refuse = (what: string): ProtocolError => new ProtocolError('CHAIN_ROLE', `chain: ${what}`);
  const rolesOf = (certificate: Certificate): readonly CertificateRole[] =>
    sandbox ? certificate.sandboxRoles : certificate.liveRoles;
  const [role, ...more] = rolesOf(leaf);
  if (role === undefined || more.length > 0 || !allowed.includes(role)) {
    throw refuse(`${nameOf(leaf)} is not a ${allowed.join(' or ')}`);
  }
  // A card issuer is an authority and signs messages for its cards with the same key; everybody else does one or the other.
  const issues = role === 'card-issuer';
  if (leaf.isAuthority !== issues || leaf.canSignCertificates !== issues || !leaf.canSignMessages) {
    throw refuse(`${nameOf(leaf)} is not marked for what a ${role} does`);
  }
  if (issues && leaf.pathLength !== 0) throw refuse(`${nameOf(leaf)} may have authorities below it`);
  for (const { child } of links) {
    if ((child.card !== undefined) !== (child === leaf && role === 'card')) {
      throw refuse(`${nameOf(child)} states an assurance and is no card, or the other way round`);
    }
  }
  for (const { child, issuer } of links) {
    if (!issuer.isAuthority || !issuer.canSignCertificates) throw refuse(`${nameOf(issuer)} may not issue`);
    const issuable = issuableRoles(rolesOf(issuer));
    const isIssuable = rolesOf(child).every((held) => issuable.includes(held));
    if (!isIssuable) throw refuse(`${nameOf(issuer)} may not issue the role of ${nameOf(child)}`);
  }
  return role;
}

/** `pathLength` bounds the intermediaries between an authority and the leaf (RFC 5280 section 4.2.1.9). */
function requirePathLengths({ links }: LinkedChain): void {
  links.forEach(({ issuer }, i) => {
    const below = links.length - 1 - i;
    if (below > (issuer.pathLength ?? Infinity)) {
      throw new ProtocolError('CHAIN_PATHLEN', `chain: too long below ${nameOf(issuer)}`);
    }
  });
}

/** From the root down: limits, once stated, only narrow, and nobody on a publisher's way may leave them out. */
function requireLimits({ root, links }: LinkedChain, role: CertificateRole): void {
  let parent = root.limits;
  for (const { child } of links) {
    const { limits } = child;
    if (!limits && role === 'publisher') {
      throw new ProtocolError('CHAIN_LIMIT', `chain: ${nameOf(child)} states no limits`);
    }
    if (limits && parent && !isWithinLimits(limits, parent)) {
      throw new ProtocolError('CHAIN_LIMIT', `chain: ${nameOf(child)} widens its issuer's limits`);
    }
    parent = limits ?? parent;
  }
}

function requireCardLife({ leaf }: LinkedChain): void {
  if (leaf.card && leaf.notAfterMs - leaf.notBeforeMs > CARD_LIFE_MS_MAX[leaf.card.assurance]) {
    throw new ProtocolError('CHAIN_LIMIT', `chain: ${nameOf(leaf)} is valid for longer than such a card may be`);
  }
}

function requireNoUnknownCritical(linked: LinkedChain): void {
  const unread = allOf(linked).find(({ unknownCritical }) => unknownCritical !== undefined);
  if (unread) throw new ProtocolError('CHAIN_CRITICAL', `chain: unknown critical extension in ${nameOf(unread)}`);
}

function describeLeaf(leaf: Certificate, role: CertificateRole, sandbox: boolean, chainHash: Uint8Array): VerifiedLeaf {
  const { id } = leaf.subject;
  if (id === undefined) throw new ProtocolError('BAD_ENCODING', 'chain: the leaf has no id (serialNumber attribute)');
  return Object.freeze({
    publicKey: Uint8Array.from(leaf.publicKey), // copies: the cached certificate must not change in a caller's hands
    spki: Uint8Array.from(leaf.spki),
    alg: leaf.alg,
    role,
    sandbox,
    subject: Object.freeze({ ...leaf.subject, id }),
    issuerName: leaf.issuer,
    keyId: sha256(leaf.spki),
    serialHex: leaf.serialHex,
    notBeforeMs: leaf.notBeforeMs,
    notAfterMs: leaf.notAfterMs,
    limits: leaf.limits,
    card: leaf.card && Object.freeze({ ...leaf.card, cardId: cardIdOf(id) }),
    chainHash,
  });
}

function cardIdOf(id: string): Uint8Array {
  if (!CARD_ID.test(id)) throw new ProtocolError('BAD_ENCODING', 'chain: the id of a card is not 16 bytes in hex');
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(id.slice(2 * i, 2 * i + 2), 16));
}

/** Safe in a log line: the reader lets no control character into a name. */
function nameOf({ subject }: Certificate): string {
  return `"${subject.commonName}"`;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
