/** Certificates: a strict reader of the X.509 profile and the verification of chains under pinned roots. */
export { ASSURANCES, type Assurance, type CardAssurance } from './card-assurance.ts';
export { readCertificate, type Certificate } from './certificate.ts';
export {
  hashChain,
  rootIsSandbox,
  verifyChain,
  ROOTS_MAX,
  type ChainOptions,
  type VerifiedCard,
  type VerifiedLeaf,
} from './chain.ts';
export type { CertificateName } from './fields.ts';
export { ASSURANCE_OID, issuableRoles, LIMITS_OID, ROLES, roleOid, type CertificateRole } from './roles.ts';
export { MINIMUM_AGE_MAX, isWithinLimits, type SalesLimits, type TopPrice } from './sales-limits.ts';
export { crlNumber, readRevocationList, type RevocationList } from './revocation-list.ts';
export { acceptRevocationLists } from './revocation.ts';
