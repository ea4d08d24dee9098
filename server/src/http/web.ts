/** What pages are asked with and answer with, over node:http: cookies, forms, the strictest headers they can live under. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { readMultipart, type UploadedForm } from './multipart.ts';

/** A page that refuses: the status, and which words it is said with. */
export class WebRefusal extends Error {
  readonly status: number;
  readonly why: WebRefusalReason;

  constructor(status: number, why: WebRefusalReason) {
    super(`${status} ${why}`);
    this.name = 'WebRefusal';
    this.status = status;
    this.why = why;
  }
}

export type WebRefusalReason =
  | 'not-found'
  | 'signed-out'
  | 'wrong-host'
  | 'wrong-method'
  | 'wrong-origin'
  | 'wrong-form'
  | 'too-large'
  | 'too-often'
  | 'busy'
  | 'failed';

export interface WebRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query: URLSearchParams;
  /** `https://pay.example`: what the browser has in its address bar. */
  readonly origin: string;
  readonly address: string;
  readonly acceptLanguage: string;
  cookie(name: string): string | undefined;
  /** Throws WebRefusal 413, 415 or 400. */
  readForm(): Promise<URLSearchParams>;
  /** A form with one file. Throws WebRefusal 413, 415 or 400. */
  readUpload(fileBytesMax: number): Promise<UploadedForm>;
}

export interface WebAnswer {
  readonly status: number;
  readonly contentType?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
}

/** Only what this server gives out itself; no script at all; framed by nobody; forms go nowhere else. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SAFE_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  // Not `no-referrer`, under which browsers send `Origin: null` with a form.
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

const FORM_TYPE = 'application/x-www-form-urlencoded';
const FORM_BYTES_MAX = 65_536;
const FIELDS_ROOM_BYTES = 8_192;

export const seeOther = (location: string, cookies: readonly string[] = []): WebAnswer => ({
  status: 303,
  headers: { location },
  cookies,
});

export const CSV_TYPE = 'text/csv; charset=utf-8';

export const download = (name: string, contentType: string, body: string | Uint8Array): WebAnswer => ({
  status: 200,
  contentType,
  body,
  headers: { 'content-disposition': `attachment; filename="${name.replaceAll(/[^A-Za-z0-9._-]/g, '_')}"` },
});

export function writeWebAnswer(request: IncomingMessage, response: ServerResponse, answer: WebAnswer): void {
  const { status, contentType, body = '', headers, cookies = [] } = answer;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const all: OutgoingHttpHeaders = {
    ...SAFE_HEADERS,
    ...(contentType !== undefined && { 'content-type': contentType }),
    'content-length': bytes.length,
    ...headers,
    ...(cookies.length > 0 && { 'set-cookie': [...cookies] }),
    // An unread rest of a body would be taken for the next request.
    ...(!request.complete && { connection: 'close' }),
  };
  response.writeHead(status, all);
  response.end(bytes);
}

/** Without a configured name only this machine's own names are answered to, so that no other name can be bound to it. */
const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/;

/** The origin that a request was made under. Throws WebRefusal 421 for a name that is not this server's. */
export function originOf({ headers, socket }: IncomingMessage, publicUrl: URL | undefined): string {
  const host = headers.host ?? '';
  if (publicUrl !== undefined && host === publicUrl.host) return publicUrl.origin;
  if (publicUrl === undefined && LOOPBACK_HOST.test(host))
    return `${'encrypted' in socket ? 'https' : 'http'}://${host}`;
  throw new WebRefusal(421, 'wrong-host');
}

/** Throws WebRefusal 403 for a form that no page of this server showed: browsers send `Origin` with every POST. */
export function requireOwnOrigin({ headers }: IncomingMessage, origin: string): void {
  const site = headers['sec-fetch-site'];
  if (headers.origin !== origin || (site !== undefined && site !== 'same-origin'))
    throw new WebRefusal(403, 'wrong-origin');
}

export function webRequestOf(request: IncomingMessage, origin: string, address: string): WebRequest {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const { headers } = request;
  const cookies = cookiesOf(headers.cookie ?? '');
  return {
    method: request.method === 'POST' ? 'POST' : 'GET',
    path,
    query: new URLSearchParams(query),
    origin,
    address,
    acceptLanguage: headers['accept-language'] ?? '',
    cookie: (name) => cookies.get(name),
    async readForm() {
      if (headers['content-type'] !== FORM_TYPE) throw new WebRefusal(415, 'wrong-form');
      return new URLSearchParams((await readBytes(request, FORM_BYTES_MAX)).toString('utf8'));
    },
    async readUpload(fileBytesMax) {
      const bytes = await readBytes(request, fileBytesMax + FIELDS_ROOM_BYTES);
      const form = readMultipart(headers['content-type'] ?? '', bytes);
      if (form === undefined) throw new WebRefusal(415, 'wrong-form');
      return form;
    },
  };
}

function cookiesOf(header: string): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const one of header.split(';')) {
    const [name = '', value] = one.trim().split('=', 2);
    // The first of a name counts: browsers send the most specific one first.
    if (value !== undefined && !cookies.has(name)) cookies.set(name, value);
  }
  return cookies;
}

/** By events, since `for await` would destroy a request that is too large, and its answer with it. */
function readBytes(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    request.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes <= bytesMax) return void parts.push(part);
      parts.length = 0;
      reject(new WebRefusal(413, 'too-large'));
    });
    request.once('end', () => resolve(Buffer.concat(parts)));
    request.once('error', () => reject(new WebRefusal(400, 'wrong-form')));
  });
}
