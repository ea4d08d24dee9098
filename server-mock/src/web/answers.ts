/** What the sandbox's own pages answer with: the strictest headers that they can live under. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Only what this server gives out itself; framed by nobody; forms go nowhere else. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SAFE_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Not `no-referrer`, under which browsers send `Origin: null` with a form.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

export interface WebAnswer {
  readonly status: number;
  readonly contentType?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const page = (body: string, status = 200): WebAnswer => ({
  status,
  contentType: 'text/html; charset=utf-8',
  body,
});

export const refused = (status: number, why: string): WebAnswer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: `${why}\n`,
});

export function writeWebAnswer(response: ServerResponse, answer: WebAnswer): void {
  const { status, contentType, body = '', headers } = answer;
  response.writeHead(status, {
    ...SAFE_HEADERS,
    ...(contentType !== undefined && { 'content-type': contentType }),
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}

/** Opens a stream of server-sent events; what it gives back writes one. */
export function openEventStream(response: ServerResponse): (event: string, value: unknown) => void {
  response.writeHead(200, { ...SAFE_HEADERS, 'content-type': 'text/event-stream', connection: 'keep-alive' });
  return (event, value) => {
    if (!response.writableEnded) response.write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
  };
}

const BODY_BYTES_MAX = 4_096;

/**
 * A small body as text; `undefined` when it is larger than these forms can be, or was cut off. By events, since `for await`
 * would destroy a request that is too large, and its answer with it.
 */
export function readSmallBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    request.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes <= BODY_BYTES_MAX) return void parts.push(part);
      parts.length = 0;
      resolve(undefined);
    });
    request.once('end', () => resolve(Buffer.concat(parts).toString('utf8')));
    request.once('error', () => resolve(undefined));
  });
}
