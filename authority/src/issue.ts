/**
 * Issues the certificates of the tree: root, the intermediaries SYND and SINT, publishers and payment servers.
 *
 * Everything is checked before it is signed against what `verifyChain` will ask: an authority does not make certificates
 * that nobody accepts. Times come in as arguments; serial numbers are random, or given.
 */
import { randomBytes, sign, type KeyObject } from 'node:crypto';
import {
  isWithinLimits,
  issuableRoles,
  readCertificate,
  requireAdmissibleKey,
  spkiFromRawKey,
  type Certificate as ReadCertificate,
  type CertificateName,
  type CertificateRole,
  type SalesLimits,
} from '@coinslot/protocol';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  Certificate,
  Name,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity as Asn1Validity,
  Version,
} from '@peculiar/asn1-x509';
import { ED25519_ALGORITHM } from './algorithm.ts';
import { AuthorityError } from './errors.ts';
import { extensionsOf } from './extensions.ts';
import { publicKeyOf } from './keys.ts';
import { toAsn1Name } from './names.ts';
import type { Subject } from './requests.ts';

/** An authority at work: its certificate (DER) and private key. */
export interface Issuer {
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
}

/** From when to when, milliseconds since 1970, both inclusive; written in whole seconds. */
export interface Validity {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

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
const SERIAL_BYTES = 8;

interface Plan extends Validity {
  readonly subject: Subject;
  readonly serial?: Uint8Array;
  readonly roles: readonly CertificateRole[];
  readonly sandbox: boolean;
  /** Set for authorities only. */
  readonly pathLength?: number;
  readonly limits?: SalesLimits;
}

/** Makes a self-signed root, DER. `sandbox` marks it, and so all that it will certify, as throwaway. */
export function createRoot(
  options: Validity & { name: CertificateName; privateKey: KeyObject; sandbox: boolean; serial?: Uint8Array },
): Uint8Array {
  const { name, privateKey, ...rest } = options;
  const subject = { name, publicKey: publicKeyOf(privateKey) };
  const plan: Plan = { ...rest, subject, roles: ROOT_ROLES, pathLength: ROOT_PATH_LENGTH };
  return signCertificate(plan, { name: toAsn1Name(name), privateKey, publicKey: subject.publicKey });
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

function issue({ issuer, ...plan }: Omit<Plan, 'sandbox'> & { issuer: Issuer }): Uint8Array {
  const parent = readCertificate(issuer.certificate);
  requireOwnKey(parent, issuer.privateKey);
  requireMayIssue(parent, plan);
  const sandbox = parent.sandboxRoles.length > 0; // inherited, so that live and sandbox cannot be mixed
  const name = AsnConvert.parse(Uint8Array.from(parent.subjectDer), Name); // its own bytes: chains link by equal bytes, not equal text
  return signCertificate({ ...plan, sandbox }, { name, privateKey: issuer.privateKey, publicKey: parent.publicKey });
}

function signCertificate(plan: Plan, signer: { name: Name; privateKey: KeyObject; publicKey: Uint8Array }): Uint8Array {
  requireAdmissibleKey(plan.subject.publicKey);
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: Uint8Array.from(plan.serial ?? randomSerial()).buffer,
    signature: ED25519_ALGORITHM,
    issuer: signer.name,
    validity: new Asn1Validity({ notBefore: wholeSeconds(plan.notBeforeMs), notAfter: wholeSeconds(plan.notAfterMs) }),
    subject: toAsn1Name(plan.subject.name),
    subjectPublicKeyInfo: AsnConvert.parse(
      Uint8Array.from(spkiFromRawKey(plan.subject.publicKey)),
      SubjectPublicKeyInfo,
    ),
    extensions: extensionsOf({ ...plan, subjectKey: plan.subject.publicKey, issuerKey: signer.publicKey }),
  });
  const signature = sign(null, new Uint8Array(AsnConvert.serialize(tbsCertificate)), signer.privateKey);
  const signatureValue = Uint8Array.from(signature).buffer;
  const certificate = new Certificate({ tbsCertificate, signatureAlgorithm: ED25519_ALGORITHM, signatureValue });
  const der = new Uint8Array(AsnConvert.serialize(certificate));
  readCertificate(der); // refuses, for one, a name that the profile does not allow
  return der;
}

/** Positive and of fixed length, so that its DER is always minimal: the first byte is 0x40 to 0x7f. */
function randomSerial(): Uint8Array {
  const serial = randomBytes(SERIAL_BYTES);
  serial.writeUInt8((serial.readUInt8(0) & 0x3f) | 0x40);
  return serial;
}

function requireOwnKey(parent: ReadCertificate, privateKey: KeyObject): void {
  if (Buffer.compare(parent.publicKey, publicKeyOf(privateKey)) === 0) return;
  throw new AuthorityError("the private key is not that of the issuer's certificate");
}

function requireMayIssue(parent: ReadCertificate, plan: Omit<Plan, 'sandbox'>): void {
  const { isAuthority, canSignCertificates, pathLength = Infinity } = parent;
  const held = [...parent.liveRoles, ...parent.sandboxRoles];
  const issuer = parent.subject.commonName;
  if (!isAuthority || !canSignCertificates) throw new AuthorityError(`${issuer} is not an authority`);
  const refused = plan.roles.find((role) => !issuableRoles(held).includes(role));
  if (refused) throw new AuthorityError(`${issuer} may not issue the role ${refused}`);
  if (plan.pathLength !== undefined && plan.pathLength >= pathLength) {
    throw new AuthorityError(`${issuer} may not have an authority like this below it`);
  }
  if (plan.notBeforeMs < parent.notBeforeMs || plan.notAfterMs > parent.notAfterMs) {
    throw new AuthorityError(`validity reaches beyond that of ${issuer}`, {
      hint: `stay within ${new Date(parent.notBeforeMs).toISOString()} and ${new Date(parent.notAfterMs).toISOString()}`,
    });
  }
  if (plan.limits && parent.limits && !isWithinLimits(plan.limits, parent.limits)) {
    throw new AuthorityError(`limits are wider than those of ${issuer}`);
  }
}

function requireId(subject: Subject): Subject {
  if (subject.name.id !== undefined) return subject;
  throw new AuthorityError('the subject has no id', { hint: 'name it with a short identifier such as lumen-works' });
}

function wholeSeconds(atMs: number): Date {
  if (!Number.isSafeInteger(atMs) || atMs % 1000 !== 0) throw new AuthorityError('validity: expected whole seconds');
  return new Date(atMs);
}
