/** The one signature algorithm of the tree. */
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';

/** Ed25519, parameters absent (RFC 8410 section 3). */
export const ED25519_ALGORITHM = new AlgorithmIdentifier({ algorithm: '1.3.101.112' });
