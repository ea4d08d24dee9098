/**
 * Roll-over: a new key under the same name, id, role and limits, while the old one is still valid. Chains under either key
 * verify, each within its own validity; the old key is let run out, or revoked.
 */
import type { KeyObject } from 'node:crypto';
import { readCertificate, type Certificate, type SalesLimits } from '@coinslot/protocol';
import { AuthorityError } from './errors.ts';
import { createRoot } from './issue.ts';
import { publicKeyOf } from './keys.ts';
import { issue, type Issuer, type Plan, type Validity } from './sign-certificate.ts';

/** A certificate again, for another key. */
export interface RenewOptions extends Validity {
  readonly issuer: Issuer;
  /** The certificate (DER) that is to be followed. */
  readonly old: Uint8Array;
  /** The new key, as `verifySignature` takes it. */
  readonly publicKey: Uint8Array;
  readonly serial?: Uint8Array;
}

/**
 * Certifies a new key with everything else as it was, DER.
 * @throws AuthorityError when the key is the old one, or the issuer is not the old one's (by name).
 */
export function renewCertificate({ issuer, old, publicKey, ...rest }: RenewOptions): Uint8Array {
  const before = readCertificate(old);
  if (Buffer.compare(before.publicKey, publicKey) === 0) throw new AuthorityError('the new key is the old one');
  if (Buffer.compare(before.issuerDer, readCertificate(issuer.certificate).subjectDer) !== 0)
    throw new AuthorityError(`${before.subject.commonName} was certified by ${before.issuer.commonName}`);
  return issue({ ...planOf(before), ...rest, issuer, subject: { name: before.subject, publicKey } });
}

/** Makes the next root, DER: the same name and kind, another key, signed by itself. */
export function renewRoot(
  options: Validity & { old: Uint8Array; privateKey: KeyObject; serial?: Uint8Array },
): Uint8Array {
  const { old, ...rest } = options;
  const before = requireRoot(old);
  if (Buffer.compare(before.publicKey, publicKeyOf(rest.privateKey)) === 0)
    throw new AuthorityError('the new key is the old one');
  return createRoot({ ...rest, name: before.subject, sandbox: before.sandboxRoles.length > 0 });
}

/**
 * Cross-certifies one root under another, DER (RFC 4210 section 4.4): who pins only `issuer` then believes chains of `root`, as
 * long as both are valid. It stands on the way to publishers, so it states limits.
 */
export function crossCertify(
  options: Validity & { issuer: Issuer; root: Uint8Array; limits: SalesLimits; serial?: Uint8Array },
): Uint8Array {
  const { root, ...rest } = options;
  const certificate = requireRoot(root);
  const { pathLength = Infinity } = readCertificate(rest.issuer.certificate);
  const subject = { name: certificate.subject, publicKey: certificate.publicKey };
  // One less than the issuer's: SINT and card issuer still fit below.
  return issue({ ...planOf(certificate), ...rest, subject, pathLength: pathLength - 1 });
}

/** Role, limits and the rest of what a certificate says, without its key, issuer and validity. */
function planOf(certificate: Certificate): Pick<Plan, 'roles' | 'pathLength' | 'limits' | 'card'> {
  const { liveRoles, sandboxRoles, isAuthority, pathLength, limits, card } = certificate;
  return {
    roles: [...liveRoles, ...sandboxRoles],
    ...(isAuthority && pathLength !== undefined ? { pathLength } : {}),
    ...(limits ? { limits } : {}),
    ...(card ? { card } : {}),
  };
}

function requireRoot(der: Uint8Array): Certificate {
  const certificate = readCertificate(der);
  if (Buffer.compare(certificate.subjectDer, certificate.issuerDer) === 0) return certificate;
  throw new AuthorityError(`${certificate.subject.commonName} is not a root`);
}
