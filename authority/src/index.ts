/** `@coinslot/authority`: issuing the certificate tree. Verifying it is `@coinslot/protocol`'s. */
export { fromPem, readCertificates, toPem, writeCertificates } from './certificate-files.ts';
export { AuthorityError } from './errors.ts';
export { cardCertifier, issueCard, type CardCertifier, type CardToCertify } from './cards.ts';
export {
  createIntermediary,
  createRoot,
  issueCardIssuer,
  issuePaymentServer,
  issuePublisher,
  type IntermediaryKind,
  type IssueOptions,
} from './issue.ts';
export { generatePrivateKey, publicKeyOf, readPrivateKey, writePrivateKey } from './keys.ts';
export { createRequest, readRequest, type Subject } from './requests.ts';
export { issueRevocationList, type RevocationListOptions, type Revoked } from './revocation-lists.ts';
export { crossCertify, renewCertificate, renewRoot, type RenewOptions } from './rotate.ts';
export type { Issuer, Validity } from './sign-certificate.ts';
