/** The server's own TLS: key and chain, taken anew while it runs. */
import { createSecureContext } from 'node:tls';
import { ConfigError } from '../config.ts';

export interface TlsIdentity {
  /** PEM, PKCS#8 or older. */
  readonly key: string;
  /** PEM, the server's certificate first. Of a web authority: nothing to do with the chain that signs decisions. */
  readonly chain: string;
}

/** What node:https and `setSecureContext` take. TLS 1.2 and up, as RFC 9325 asks. */
export const tlsOptions = ({ key, chain }: TlsIdentity) => ({ key, cert: chain, minVersion: 'TLSv1.2' as const });

/** Throws ConfigError when key and certificate cannot be used, or not together. */
export function requireTls(identity: TlsIdentity): TlsIdentity {
  try {
    createSecureContext(tlsOptions(identity));
    return identity;
  } catch (cause) {
    throw new ConfigError(
      'tlsKeyPath, tlsChainPath: cannot be used together',
      'check that they belong together',
      cause,
    );
  }
}
