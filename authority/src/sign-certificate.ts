/**
 * Signs one certificate. Everything is checked before against what `verifyChain` will ask: an authority does not make
 * certificates that nobody accepts.
 */
import { randomBytes, type KeyObject } from 'node:crypto';
import {
  isWithinLimits,
  issuableRoles,
  readCertificate,
  requireAdmissibleKey,
  spkiOf,
  type CardAssurance,
  type Certificate as ReadCertificate,
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
import { signatureAlgorithmOf, signDer } from './algorithm.ts';
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

/** A certificate to be made. */
export interface Plan extends Validity {
  readonly subject: Subject;
  readonly serial?: Uint8Array;
  readonly roles: readonly CertificateRole[];
  /** Set for authorities only. */
  readonly pathLength?: number;
  readonly limits?: SalesLimits;
  readonly card?: CardAssurance;
}

const SERIAL_BYTES = 8;

/** The certificate of a plan under an issuer, DER. Throws AuthorityError when the issuer may not issue it. */
export function issue({ issuer, ...plan }: Plan & { issuer: Issuer }): Uint8Array {
  const parent = readCertificate(issuer.certificate);
  requireOwnKey(parent, issuer.privateKey);
  requireMayIssue(parent, plan);
  const sandbox = parent.sandboxRoles.length > 0; // inherited, so that live and sandbox cannot be mixed
  return signCertificate({ ...plan, sandbox }, { name: subjectOf(parent), privateKey: issuer.privateKey });
}

/** The Name of an authority, its own bytes: chains link by equal bytes, not equal text. */
export function subjectOf(authority: ReadCertificate): Name {
  return AsnConvert.parse(Uint8Array.from(authority.subjectDer), Name);
}

/** The certificate of a plan, DER, signed as it is: for roots, which nobody is above. */
export function signCertificate(
  plan: Plan & { readonly sandbox: boolean },
  signer: { readonly name: Name; readonly privateKey: KeyObject },
): Uint8Array {
  requireAdmissibleKey(plan.subject.publicKey);
  const algorithm = signatureAlgorithmOf(signer.privateKey);
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: Uint8Array.from(plan.serial ?? randomSerial()).buffer,
    signature: algorithm,
    issuer: signer.name,
    validity: new Asn1Validity({ notBefore: wholeSeconds(plan.notBeforeMs), notAfter: wholeSeconds(plan.notAfterMs) }),
    subject: toAsn1Name(plan.subject.name),
    subjectPublicKeyInfo: AsnConvert.parse(Uint8Array.from(spkiOf(plan.subject.publicKey)), SubjectPublicKeyInfo),
    extensions: extensionsOf({
      ...plan,
      subjectKey: plan.subject.publicKey,
      issuerKey: publicKeyOf(signer.privateKey),
    }),
  });
  const signatureValue = signDer(signer.privateKey, AsnConvert.serialize(tbsCertificate));
  const certificate = new Certificate({ tbsCertificate, signatureAlgorithm: algorithm, signatureValue });
  const der = new Uint8Array(AsnConvert.serialize(certificate));
  readCertificate(der); // refuses, for one, a name that the profile does not allow, or P-256 for a role that may not have it
  return der;
}

/** A time as DER can write it. Throws AuthorityError for fractions of a second. */
export function wholeSeconds(atMs: number): Date {
  if (!Number.isSafeInteger(atMs) || atMs % 1000 !== 0) throw new AuthorityError('validity: expected whole seconds');
  return new Date(atMs);
}

/** Throws AuthorityError when the private key is another's. */
export function requireOwnKey(authority: ReadCertificate, privateKey: KeyObject): void {
  if (Buffer.compare(authority.publicKey, publicKeyOf(privateKey)) === 0) return;
  throw new AuthorityError("the private key is not that of the issuer's certificate");
}

/** Positive and of fixed length, so that its DER is always minimal: the first byte is 0x40 to 0x7f. */
function randomSerial(): Uint8Array {
  const serial = randomBytes(SERIAL_BYTES);
  serial.writeUInt8((serial.readUInt8(0) & 0x3f) | 0x40);
  return serial;
}

function requireMayIssue(parent: ReadCertificate, plan: Plan): void {
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
