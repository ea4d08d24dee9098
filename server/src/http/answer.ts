/** What a door gives back, and how it is written. */
import { CODES, ProtocolError, type Charged, type CodeName } from '@coinslot/protocol';
import type { ServerResponse } from 'node:http';
import { STATUS } from './status.ts';

export const MSGPACK = 'application/msgpack';
export const JSON_TYPE = 'application/json';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The code, when it is an error: for logs and counters. */
  readonly code?: CodeName;
}

/** An error of HTTP itself, for which the closed list of codes has no number of its own: the status says more than the code. */
export class HttpError extends ProtocolError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: CodeName, message: string, headers: Record<string, string> = {}) {
    super(code, message, { charged: 'no' });
    this.name = 'HttpError';
    this.status = status;
    this.headers = headers;
  }
}

export const msgpack = (status: number, body: Uint8Array): Answer => ({ status, contentType: MSGPACK, body });

export const plain = (status: number, body: string): Answer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body,
});

/** JSON with bigints as decimal strings and bytes in hex. */
export const json = (status: number, value: unknown): Answer => ({
  status,
  contentType: JSON_TYPE,
  body: JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? one.toString() : one)),
});

const RETRY_AFTER_S = '1';

/** `{ code, number, message, charged, retryable, link }`, what every refusal without a signature looks like. */
export function refusal(error: ProtocolError): Answer {
  const status = error instanceof HttpError ? error.status : STATUS[error.code];
  const headers: Record<string, string> = error instanceof HttpError ? { ...error.headers } : {};
  if (status === 503 || status === 429) headers['retry-after'] ??= RETRY_AFTER_S;
  return { ...coded(status, error.code, error.message, error.charged), headers };
}

/** The same shape for what is no error: a payment that is undecided yet. */
export function coded(status: number, code: CodeName, message: string, charged: Charged): Answer {
  const { number, retryable } = CODES[code];
  const link = `docs/reference/codes.md#${code.toLowerCase()}`;
  return { ...json(status, { code, number, message, charged, retryable, link }), code };
}

export function writeAnswer(response: ServerResponse, answer: Answer, close: boolean): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  response.writeHead(answer.status, {
    'content-type': answer.contentType,
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...answer.headers,
    ...(close ? { connection: 'close' } : {}),
  });
  response.end(body);
}
