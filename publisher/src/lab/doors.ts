/**
 * Who may come in. The lab answers under its own names only; its page needs a cookie, which the printed address brings once;
 * games on this machine reach two doors and no more. Whatever is refused gets the same bare 403.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { LAB_LIMITS } from './limits.ts';

const SECRET_BYTES = 32;
/** Pages of games that run on this machine; a page from elsewhere is told nothing. */
const GAME_ORIGIN = /^http:\/\/(127\.0\.0\.1|localhost):\d{1,5}$/;

/** The header's value when it is there exactly once; Node keeps one of two silently, so the raw list is asked. */
export function onlyHeader({ rawHeaders }: IncomingMessage, name: string): string | undefined {
  const found = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);
  return found.length === 1 ? found[0] : undefined;
}

/** The request's Host when it is one of the lab's own names: a page under any other was sent here by its name server. */
export function ownHost(request: IncomingMessage, port: number): string | undefined {
  const host = onlyHeader(request, 'host');
  return host === `127.0.0.1:${port}` || host === `localhost:${port}` ? host : undefined;
}

/** The origin of a game on this machine, or `undefined`. */
export function gameOrigin(request: IncomingMessage): string | undefined {
  const origin = onlyHeader(request, 'origin');
  return origin !== undefined && GAME_ORIGIN.test(origin) ? origin : undefined;
}

/** False for a request that a browser made on behalf of another site's page, or of another port's. */
export function isFromOwnPage(request: IncomingMessage, host: string): boolean {
  const site = onlyHeader(request, 'sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  if (request.method === 'GET') return true;
  return (
    onlyHeader(request, 'origin') === `http://${host}` && onlyHeader(request, 'content-type') === 'application/json'
  );
}

/** One-time addresses and the cookies that they are exchanged for. */
export class LabPasses {
  readonly #clock: () => number;
  readonly #randomBytes: (length: number) => Uint8Array;
  readonly #cookieName: string;
  #tokens: { readonly digest: Buffer; readonly bornMs: number }[] = [];
  #cookies: Buffer[] = [];

  constructor(port: number, clock: () => number, randomBytes: (length: number) => Uint8Array) {
    this.#clock = clock;
    this.#randomBytes = randomBytes;
    this.#cookieName = `coinslot-lab-${port}`;
  }

  /** A token for an address that works once. */
  mint(): string {
    const token = this.#secret();
    const fresh = { digest: digestOf(token), bornMs: this.#clock() };
    this.#tokens = [...this.#tokens, fresh].slice(-LAB_LIMITS.tokensMax);
    return token;
  }

  /** The value of a Set-Cookie header; `undefined` for a token that is unknown, used or old. */
  redeem(token: string): string | undefined {
    const digest = digestOf(token);
    const found = this.#tokens.find((one) => timingSafeEqual(one.digest, digest));
    if (found === undefined) return undefined;
    this.#tokens = this.#tokens.filter((one) => one !== found);
    if (this.#clock() - found.bornMs > LAB_LIMITS.tokenLifeMs) return undefined;
    const cookie = this.#secret();
    this.#cookies = [...this.#cookies, digestOf(cookie)].slice(-LAB_LIMITS.sessionsMax);
    return `${this.#cookieName}=${cookie}; HttpOnly; SameSite=Strict; Path=/`;
  }

  admits(request: IncomingMessage): boolean {
    const prefix = `${this.#cookieName}=`;
    const sent = (onlyHeader(request, 'cookie') ?? '').split(';').map((one) => one.trim());
    const digests = sent.filter((one) => one.startsWith(prefix)).map((one) => digestOf(one.slice(prefix.length)));
    return this.#cookies.some((cookie) => digests.some((digest) => timingSafeEqual(digest, cookie)));
  }

  #secret(): string {
    return Buffer.from(this.#randomBytes(SECRET_BYTES)).toString('base64url');
  }
}

/** Equal lengths for the comparison, and no secret kept as it is. */
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
