/** Bodies of the page's requests: small JSON objects. */
import type { IncomingMessage } from 'node:http';
import { ProtocolError } from '@coinslot/protocol';
import { WALLET_LIMITS } from '../limits.ts';

/** Reads a JSON object of at most 16 KiB. Throws ProtocolError TOO_LARGE or BAD_ENCODING. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > WALLET_LIMITS.pageBodyBytesMax) throw new ProtocolError('TOO_LARGE', 'body: too large');
    parts.push(part);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    throw new ProtocolError('BAD_ENCODING', 'body: not JSON', { cause });
  }
  throw new ProtocolError('BAD_ENCODING', 'body: not a JSON object');
}
