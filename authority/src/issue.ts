/**
 * Issues the certificates of the tree: root, the intermediaries SYND and SINT, publishers, payment servers and card issuers.
 * Times come in as arguments; serial numbers are random, or given.
 */
import type { KeyObject } from 'node:crypto';
import type { CertificateName, CertificateRole, SalesLimits } from '@coinslot/protocol';
import { AuthorityError } from './errors.ts';
import { publicKeyOf } from './keys.ts';
import { toAsn1Name } from './names.ts';
import type { Subject } from './requests.ts';
import { issue, signCertificate, type Issuer, type Validity } from './sign-certificate.ts';

/** What every certificate needs besides its role. */
export interface IssueOptions extends Validity {
  readonly issuer: Issuer;
  readonly subject: Subject;
  /** Eight bytes, positive; random when left out. */
  readonly serial?: Uint8Array;
}

/** SYND certifies publishers of a country, SINT payment servers and the card issuers beside them. */
export type IntermediaryKind = 'SYND' | 'SINT';

/** Intermediaries that may stand between the root and a leaf: a roll-over's cross-certificate, SINT, a card issuer. */
const ROOT_PATH_LENGTH = 3;
const ROOT_ROLES: readonly CertificateRole[] = ['publisher', 'payment-server', 'card-issuer'];
const INTERMEDIARIES: Record<IntermediaryKind, { roles: readonly CertificateRole[]; pathLength: number }> = {
  SYND: { roles: ['publisher'], pathLength: 0 },
  SINT: { roles: ['payment-server', 'card-issuer'], pathLength: 1 }, // one more below: a card issuer
};

/** Makes a self-signed root, DER. `sandbox` marks it, and so all that it will certify, as throwaway. */
export function createRoot(
  options: Validity & { name: CertificateName; privateKey: KeyObject; sandbox: boolean; serial?: Uint8Array },
): Uint8Array {
  const { name, privateKey, ...rest } = options;
  const subject = { name, publicKey: publicKeyOf(privateKey) };
  const plan = { ...rest, subject, roles: ROOT_ROLES, pathLength: ROOT_PATH_LENGTH };
  return signCertificate(plan, { name: toAsn1Name(name), privateKey });
}

/**
 * Makes an intermediary under a root, DER. A SYND needs limits: they bound every publisher that it certifies.
 * @throws AuthorityError when the issuer may not issue it.
 */
export function createIntermediary(
  options: IssueOptions & { kind: IntermediaryKind; limits?: SalesLimits },
): Uint8Array {
  const { kind, ...rest } = options;
  if (kind === 'SYND' && !options.limits) throw new AuthorityError('a SYND needs limits for its publishers');
  return issue({ ...rest, ...INTERMEDIARIES[kind] });
}

/** Makes a publisher's certificate under a SYND, DER. Throws AuthorityError when its limits are wider than the SYND's. */
export function issuePublisher(options: IssueOptions & { limits: SalesLimits }): Uint8Array {
  return issue({ ...options, subject: requireId(options.subject), roles: ['publisher'] });
}

/** Makes a payment server's certificate under a SINT, DER. */
export function issuePaymentServer(options: IssueOptions): Uint8Array {
  return issue({ ...options, subject: requireId(options.subject), roles: ['payment-server'] });
}

/**
 * Makes a card issuer under a SINT, DER: an authority for cards and nothing else, which also signs what its cards read. Its
 * key is Ed25519 or P-256, whichever its cards have.
 */
export function issueCardIssuer(options: IssueOptions): Uint8Array {
  return issue({ ...options, subject: requireId(options.subject), roles: ['card-issuer'], pathLength: 0 });
}

function requireId(subject: Subject): Subject {
  if (subject.name.id !== undefined) return subject;
  throw new AuthorityError('the subject has no id', { hint: 'name it with a short identifier such as lumen-works' });
}
