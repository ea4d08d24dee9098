/**
 * Revocation lists held against a chain, and the lists a party keeps. RFC 5280 section 6.3, narrowed: one complete list per
 * issuer, signed by the key that signed the certificate.
 */
import { BoundedCache } from '../bounded-cache.ts';
import { equalBytes } from '../encoding.ts';
import { ProtocolError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { verifySignature } from '../signatures.ts';
import { readCertificate, type Certificate } from './certificate.ts';
import { hex } from './der.ts';
import { readRevocationList, type RevocationList } from './revocation-list.ts';

type Verify = typeof verifySignature;

const VERDICTS_MAX = 64;
/** Whether an issuer's key signed a list: never changes, so it is kept, for each verifier apart. */
const verdicts = new WeakMap<Verify, BoundedCache<{ readonly holds: boolean }>>();

/** As of when a revocation is asked about. */
export interface AsOf {
  readonly atMs: number;
  /** Without it a revocation counts whatever its date. */
  readonly isTimeProven: boolean;
}

/**
 * Throws CHAIN_REVOKED when `issuer` says in its newest list that `child` is revoked, as of `atMs`; CHAIN_STALE when that list
 * should have been renewed, grace included. A list that the issuer's key did not sign is none of the issuer's, and without any
 * list nothing is checked.
 */
export function requireNotRevoked(
  { child, issuer }: { readonly child: Certificate; readonly issuer: Certificate },
  lists: readonly RevocationList[],
  { atMs, isTimeProven }: AsOf,
  verify: Verify,
): void {
  const list = newestOf(lists.filter((one) => isSignedBy(one, issuer, verify)));
  if (list === undefined) return;
  const name = `"${child.subject.commonName}"`;
  const revokedAtMs = list.revokedAtMs.get(child.serialHex);
  if (revokedAtMs !== undefined && (revokedAtMs <= atMs || !isTimeProven))
    throw new ProtocolError('CHAIN_REVOKED', `chain: ${name} was revoked`);
  if (atMs > list.nextUpdateMs + LIMITS.crlGraceMsMax)
    throw new ProtocolError('CHAIN_STALE', `chain: the revocation list over ${name} is out of date`);
}

/**
 * What a party holds after it was offered lists: of each issuer's key the highest number, held or offered; never a lower one
 * than before. An offered list counts only when one of `authorities` signed it; what does not is left out silently, so that
 * nobody can drive a good list out with a forged one. Whose a list is goes by the key that signed it, not by what it says of
 * itself: an authority's old key, once stolen, could claim the key id of the new one.
 *
 * Above `LIMITS.crlsMax` those that run out first go first.
 * @param authorities DER certificates that the party has verified: roots, intermediaries, card issuers.
 * @throws ProtocolError for a list held or an authority that is malformed.
 */
export function acceptRevocationLists(options: {
  readonly held: readonly Uint8Array[];
  readonly offered: readonly Uint8Array[];
  readonly authorities: readonly Uint8Array[];
  readonly verify: Verify;
}): readonly Uint8Array[] {
  const authorities = options.authorities.map(readCertificate);
  const signerOf = (list: RevocationList): string | undefined => {
    const signer = authorities.find((authority) => isSignedBy(list, authority, options.verify));
    return signer && hex(signer.spki);
  };
  const kept = new Map<string, { readonly der: Uint8Array; readonly list: RevocationList }>();
  const take = (der: Uint8Array, list: RevocationList, signer: string): void => {
    const known = kept.get(signer);
    if (known === undefined || known.list.number < list.number) kept.set(signer, { der, list });
  };
  for (const der of options.held) {
    const list = readRevocationList(der);
    take(der, list, signerOf(list) ?? list.hash); // believed once, by an authority that is not named now
  }
  for (const der of options.offered) {
    const list = readOffered(der);
    const signer = list && signerOf(list);
    if (list !== undefined && signer !== undefined) take(Uint8Array.from(der), list, signer);
  }
  const all = [...kept.values()];
  const excess = [...all].sort((a, b) => a.list.nextUpdateMs - b.list.nextUpdateMs).slice(0, -LIMITS.crlsMax);
  return all.filter((one) => !excess.includes(one)).map(({ der }) => der);
}

function readOffered(der: Uint8Array): RevocationList | undefined {
  try {
    return readRevocationList(der);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

function newestOf(lists: readonly RevocationList[]): RevocationList | undefined {
  return lists.reduce<RevocationList | undefined>(
    (newest, list) => (newest === undefined || list.number > newest.number ? list : newest),
    undefined,
  );
}

function isSignedBy(list: RevocationList, issuer: Certificate, verify: Verify): boolean {
  if (!issuer.canSignLists || issuer.alg !== list.signatureAlg || !equalBytes(list.issuerDer, issuer.subjectDer))
    return false;
  const cache = verdicts.get(verify) ?? new BoundedCache(VERDICTS_MAX);
  verdicts.set(verify, cache);
  const name = list.hash + hex(issuer.publicKey);
  const known = cache.get(name);
  if (known) return known.holds;
  const holds = verify(issuer.publicKey, list.signedBytes, list.signature);
  cache.set(name, { holds });
  return holds;
}
