/** The extensions of a certificate to be issued (RFC 5280 section 4.2). */
import { createHash } from 'node:crypto';
import {
  ASSURANCE_OID,
  LIMITS_OID,
  roleOid,
  spkiOf,
  type CardAssurance,
  type CertificateRole,
  type SalesLimits,
} from '@coinslot/protocol';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  SubjectKeyIdentifier,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectKeyIdentifier,
} from '@peculiar/asn1-x509';
import { encodeCardAssurance, encodeSalesLimits } from './limits-der.ts';

/** What the extensions are to say. */
export interface ExtensionPlan {
  readonly roles: readonly CertificateRole[];
  readonly sandbox: boolean;
  /** Set for authorities only. */
  readonly pathLength?: number;
  readonly limits?: SalesLimits;
  /** Set for cards only. */
  readonly card?: CardAssurance;
  /** Public keys, as `verifySignature` takes them. */
  readonly subjectKey: Uint8Array;
  readonly issuerKey: Uint8Array;
}

/** Short: key ids only help to find an issuer, and a leaf travels with every message. */
const KEY_ID_BYTES = 8;

/** Critical are those that, skipped by a reader, would let it believe too much. */
export function extensionsOf(plan: ExtensionPlan): Extensions {
  const isAuthority = plan.pathLength !== undefined;
  // A card issuer also signs what its cards read, parameters and acknowledgements, with the one key that they know.
  const signsMessages = !isAuthority || plan.roles.join() === 'card-issuer';
  const usage =
    (isAuthority ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign : 0) |
    (signsMessages ? KeyUsageFlags.digitalSignature : 0);
  const usages = new ExtendedKeyUsage(plan.roles.map((role) => roleOid(role, plan.sandbox)));
  const list = [
    extension(id_ce_keyUsage, true, AsnConvert.serialize(new KeyUsage(usage))),
    extension(id_ce_extKeyUsage, false, AsnConvert.serialize(usages)),
    extension(
      id_ce_subjectKeyIdentifier,
      false,
      AsnConvert.serialize(new SubjectKeyIdentifier(shortKeyId(plan.subjectKey))),
    ),
    issuerKeyIdOf(plan.issuerKey),
  ];
  if (plan.pathLength !== undefined) {
    const constraints = new BasicConstraints({ cA: true, pathLenConstraint: plan.pathLength });
    list.push(extension(id_ce_basicConstraints, true, AsnConvert.serialize(constraints)));
  }
  if (plan.limits) list.push(extension(LIMITS_OID, true, Uint8Array.from(encodeSalesLimits(plan.limits)).buffer));
  if (plan.card) list.push(extension(ASSURANCE_OID, true, Uint8Array.from(encodeCardAssurance(plan.card)).buffer));
  return new Extensions(list);
}

/** Which key of the issuer signed: tells the keys of one name apart, in certificates and in lists. */
export function issuerKeyIdOf(issuerKey: Uint8Array): Extension {
  const id = new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(shortKeyId(issuerKey)) });
  return extension(id_ce_authorityKeyIdentifier, false, AsnConvert.serialize(id));
}

/** One extension. */
export function extension(extnID: string, critical: boolean, value: ArrayBuffer): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(value) });
}

/** The first bytes of SHA-256 over the SPKI; RFC 5280 section 4.2.1.2 leaves the method to the issuer. */
function shortKeyId(publicKey: Uint8Array): Uint8Array {
  const digest = createHash('sha256').update(spkiOf(publicKey)).digest();
  return Uint8Array.from(digest.subarray(0, KEY_ID_BYTES));
}
