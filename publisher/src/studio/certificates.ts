/** The certificate files a studio is given: its chain (PEM, leaf first) and the roots (`roots.coinslot`, or PEM). */
import { decodeRoots, equalBytes, ProtocolError, readCertificate } from '@coinslot/protocol';
import { FILE_START, FaultsError, requireNoFaults, type Position } from '../text/faults.ts';

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\s]*?)-----END \1-----/g;
const CHARACTERS_MAX = 256 * 1024;

/** Certificates (DER) of a PEM text, in its order; each is read strictly, and a fault names the line it begins on. */
export function readPemCertificates(file: string, text: string): Uint8Array[] {
  const fail = (position: Position, message: string, code?: string, hint?: string): never => {
    throw new FaultsError([{ file, ...position, message, code, hint }]);
  };
  if (text.length > CHARACTERS_MAX) fail(FILE_START, `larger than ${CHARACTERS_MAX} characters`);
  const certificates = [...text.matchAll(BLOCK)].map((match) => {
    const position = { line: text.slice(0, match.index).split('\n').length, column: 1 };
    const [, label = '', base64 = ''] = match;
    if (label !== 'CERTIFICATE') fail(position, `a ${label.toLowerCase()} where a certificate was expected`);
    const der = Uint8Array.from(Buffer.from(base64, 'base64'));
    try {
      readCertificate(der);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      fail(position, error.message, error.code);
    }
    return der;
  });
  if (certificates.length === 0)
    fail(
      FILE_START,
      'no certificate in it',
      undefined,
      'a PEM file as the authority sends it, your own certificate first',
    );
  return certificates;
}

/** Pinned roots (DER), from `roots.coinslot` or from a PEM file. */
export function readRoots(file: string, bytes: Uint8Array): readonly Uint8Array[] {
  const text = Buffer.from(bytes).toString('latin1');
  if (text.includes('-----BEGIN ')) return readPemCertificates(file, text);
  try {
    return decodeRoots(bytes);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    requireNoFaults([{ file, ...FILE_START, message: error.message, code: error.code }]);
    throw error;
  }
}

/** The chain as it travels: without a root that the authority put at its end. */
export function withoutRoot(chain: readonly Uint8Array[], roots: readonly Uint8Array[]): readonly Uint8Array[] {
  const last = chain.at(-1);
  const isRoot = last !== undefined && chain.length > 1 && roots.some((root) => equalBytes(root, last));
  return isRoot ? chain.slice(0, -1) : chain;
}
