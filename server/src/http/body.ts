/** Reads a request's body within its bounds. Time is bounded by the server's `requestTimeout`. */
import type { IncomingMessage } from 'node:http';
import { HttpError } from './answer.ts';

/** Throws HttpError 413 as soon as it is known that more than `bytesMax` come, 415 for another type or any compression. */
export async function readBody(request: IncomingMessage, contentType: string, bytesMax: number): Promise<Uint8Array> {
  requireType(request, contentType);
  const declared = request.headers['content-length'];
  if (declared !== undefined && Number(declared) > bytesMax) throw tooLarge(bytesMax);
  return collect(request, bytesMax);
}

/** Goes on reading and throws away what is too much, so that the peer gets to read its answer; memory stays bounded. */
function collect(request: IncomingMessage, bytesMax: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    request.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes <= bytesMax) return void parts.push(part);
      parts.length = 0;
      reject(tooLarge(bytesMax));
    });
    request.once('end', () => resolve(Uint8Array.from(Buffer.concat(parts))));
    request.once('error', (cause) => reject(new HttpError(400, 'BAD_ENCODING', `body: cut off (${cause.message})`)));
  });
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
