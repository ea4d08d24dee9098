/** Bodies of the page's requests: small JSON objects. */
import type { IncomingMessage } from 'node:http';
import { ProtocolError } from '@coinslot/protocol';
import { WALLET_LIMITS } from '../limits.ts';

/** Reads a JSON object of at most 16 KiB. Throws ProtocolError TOO_LARGE, or BAD_ENCODING, also for a body cut off. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const body = await collect(request);
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    throw new ProtocolError('BAD_ENCODING', 'body: not JSON', { cause });
  }
  throw new ProtocolError('BAD_ENCODING', 'body: not a JSON object');
}

/** By events: `for await` would destroy a request that is too large, and its answer with it. */
function collect(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    request.on('data', (part: Buffer) => {
      length += part.length;
      if (length <= WALLET_LIMITS.pageBodyBytesMax) return void parts.push(part);
      parts.length = 0;
      reject(new ProtocolError('TOO_LARGE', 'body: too large'));
    });
    request.once('end', () => resolve(Buffer.concat(parts)));
    request.once('error', (cause) => reject(new ProtocolError('BAD_ENCODING', 'body: cut off', { cause })));
  });
}
