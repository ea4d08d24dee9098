/** Reads a request's body within its bounds. Time is bounded by the server's `requestTimeout`. */
import type { IncomingMessage } from 'node:http';
import { HttpError } from './answer.ts';

/** Throws HttpError 413 as soon as it is known that more than `bytesMax` come, 415 for another type or any compression. */
export async function readBody(request: IncomingMessage, contentType: string, bytesMax: number): Promise<Uint8Array> {
  requireType(request, contentType);
  const declared = request.headers['content-length'];
  if (declared !== undefined && Number(declared) > bytesMax) throw tooLarge(bytesMax);
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > bytesMax) throw tooLarge(bytesMax);
    parts.push(part);
  }
  return Uint8Array.from(Buffer.concat(parts, bytes));
}

function requireType({ headers }: IncomingMessage, contentType: string): void {
  if (headers['content-type'] !== contentType)
    throw new HttpError(415, 'BAD_ENCODING', `content-type: expected exactly ${contentType}`);
  // A small body that unfolds into a large one is refused unread.
  if (headers['content-encoding'] !== undefined)
    throw new HttpError(415, 'BAD_ENCODING', 'content-encoding: nothing compressed is taken');
}

const tooLarge = (bytesMax: number): HttpError =>
  new HttpError(413, 'TOO_LARGE', `body: more than ${bytesMax} bytes`, { connection: 'close' });
