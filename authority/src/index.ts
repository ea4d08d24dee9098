/** `@coinslot/authority`: issuing the certificate tree. Verifying it is `@coinslot/protocol`'s. */
export { fromPem, readCertificates, toPem, writeCertificates } from './certificate-files.ts';
export { AuthorityError } from './errors.ts';
export {
  createIntermediary,
  createRoot,
  issuePaymentServer,
  issuePublisher,
  type IntermediaryKind,
  type Issuer,
  type IssueOptions,
  type Validity,
} from './issue.ts';
export { generatePrivateKey, publicKeyOf, readPrivateKey, writePrivateKey } from './keys.ts';
export { createRequest, readRequest, type Subject } from './requests.ts';
