/**
 * HTTP to the payment server, as narrow as it can be: one attempt with one time limit, a bounded answer, no redirect ever
 * followed, connections kept alive. What comes back proves nothing by itself: only signed bodies count.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { WalletError } from '../errors.ts';
import { WALLET_LIMITS } from '../limits.ts';

export interface HttpAnswer {
  readonly status: number;
  /** Without parameters, lower case; empty when there is none. */
  readonly contentType: string;
  readonly body: Uint8Array;
}

export const MESSAGE_CONTENT_TYPE = 'application/msgpack';

export class HttpDoor {
  readonly #base: URL;
  readonly #agent: HttpAgent;
  #last: { readonly isHeard: boolean; readonly atMs: number } | undefined;

  /** @param serverUrl `http://host:port` or `https://host:port`; a path is kept as a prefix. */
  constructor(serverUrl: string) {
    this.#base = new URL(serverUrl.endsWith('/') ? serverUrl : `${serverUrl}/`);
    const options = { keepAlive: true, maxSockets: 8 };
    if (this.#base.protocol === 'https:') this.#agent = new HttpsAgent(options);
    else if (this.#base.protocol === 'http:') this.#agent = new HttpAgent(options);
    else throw new TypeError('serverUrl: expected http or https');
  }

  /** @param isNewConnection None that is kept alive, of which nobody can say whether the other end is still there. */
  post(path: string, body: Uint8Array, timeoutMs: number, { isNewConnection = false } = {}): Promise<HttpAnswer> {
    const options: RequestOptions = { method: 'POST', headers: { 'content-type': MESSAGE_CONTENT_TYPE } };
    return this.#ask({ ...options, agent: isNewConnection ? false : this.#agent }, path, body, timeoutMs);
  }

  /** Where the server is; the addresses that it tells are read from here. */
  get base(): URL {
    return this.#base;
  }

  get(path: string, timeoutMs: number): Promise<HttpAnswer> {
    return this.#ask({ method: 'GET', agent: this.#agent }, path, undefined, timeoutMs);
  }

  /** Whether the last asking was answered at all, and how long ago that was found out. */
  get contact(): { readonly isHeard: boolean; readonly agoMs: number } | undefined {
    if (this.#last === undefined) return undefined;
    return { isHeard: this.#last.isHeard, agoMs: performance.now() - this.#last.atMs };
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Throws SERVER_UNREACHABLE when no whole answer came in time; `neverSent` when there was no connection to send it by. */
  #ask(options: RequestOptions, path: string, body: Uint8Array | undefined, timeoutMs: number): Promise<HttpAnswer> {
    const url = new URL(path.replace(/^\//, ''), this.#base);
    const headers = {
      accept: MESSAGE_CONTENT_TYPE,
      ...options.headers,
      ...(body && { 'content-length': body.length }),
    };
    const request = this.#base.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise<HttpAnswer>((resolve, reject) => {
      let isConnected = false;
      const fail = (cause: unknown): void => {
        const told = `${url.origin}${url.pathname}: no answer`;
        this.#last = { isHeard: false, atMs: performance.now() };
        reject(new WalletError('SERVER_UNREACHABLE', told, { cause, neverSent: !isConnected }));
      };
      const signal = AbortSignal.timeout(timeoutMs);
      const asked = request(url, { ...options, headers, signal }, (answer) => {
        readAnswer(answer).then((whole) => {
          this.#last = { isHeard: true, atMs: performance.now() };
          resolve(whole);
        }, fail);
      });
      // A byte can only have left once there is a connection; one that is kept alive has been there all along.
      asked.on('socket', (socket) => {
        if (socket.connecting) socket.once('connect', () => (isConnected = true));
        else isConnected = true;
      });
      asked.on('error', fail);
      asked.end(body);
    });
  }
}

async function readAnswer(answer: IncomingMessage): Promise<HttpAnswer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > WALLET_LIMITS.answerBytesMax) {
      answer.destroy();
      throw new RangeError('answer: too large');
    }
    parts.push(part);
  }
  const contentType = (answer.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return { status: answer.statusCode ?? 0, contentType, body: new Uint8Array(Buffer.concat(parts)) };
}
