/**
 * Who may see the wallet's page. A one-time token in the address, printed where only the player looks, is exchanged for a
 * cookie and a key. Both are needed: cookies do not know ports, so another program on this machine's 127.0.0.1 is sent the
 * cookie as well; the key lies in the page's own storage, which is bound to the port too.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { WALLET_LIMITS } from '../limits.ts';
import { onlyHeader } from '../link/doors.ts';
import type { Clock, Random } from '../ports.ts';

export const PAGE_KEY_HEADER = 'x-coinslot-page';
const SECRET_BYTES = 32;

interface Token {
  readonly digest: Buffer;
  readonly bornMs: number;
}

interface Session {
  readonly cookie: Buffer;
  readonly key: Buffer;
}

export interface OpenedSession {
  /** Value of a Set-Cookie header. */
  readonly setCookie: string;
  /** Sent with every request to the API, in `x-coinslot-page`. */
  readonly key: string;
}

export class PageSessions {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #cookieName: string;
  #tokens: Token[] = [];
  #sessions: Session[] = [];

  constructor(port: number, clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    this.#cookieName = `coinslot-wallet-${port}`;
  }

  /** A new one-time token. The oldest unused one is forgotten when there are too many. */
  mint(): string {
    const token = this.#secret();
    const fresh = { digest: digestOf(token), bornMs: this.#clock() };
    this.#tokens = [...this.#tokens, fresh].slice(-WALLET_LIMITS.pageTokensMax);
    return token;
  }

  /** Uses up a token; `undefined` for one that is unknown, used or old. */
  redeem(token: string): OpenedSession | undefined {
    const digest = digestOf(token);
    const found = this.#tokens.find((one) => timingSafeEqual(one.digest, digest));
    if (found === undefined) return undefined;
    this.#tokens = this.#tokens.filter((one) => one !== found);
    if (this.#clock() - found.bornMs > WALLET_LIMITS.pageTokenLifeMs) return undefined;
    const cookie = this.#secret();
    const key = this.#secret();
    const session = { cookie: digestOf(cookie), key: digestOf(key) };
    this.#sessions = [...this.#sessions, session].slice(-WALLET_LIMITS.pageSessionsMax);
    return { setCookie: `${this.#cookieName}=${cookie}; HttpOnly; SameSite=Strict; Path=/`, key };
  }

  /** True for a request with a session's cookie: enough for the page's own files, which hold nothing. */
  hasCookie(request: IncomingMessage): boolean {
    return this.#sessionOf(request) !== undefined;
  }

  /** True for a request with the cookie and the key of one session: what the API takes. */
  isOwner(request: IncomingMessage): boolean {
    const session = this.#sessionOf(request);
    const key = onlyHeader(request, PAGE_KEY_HEADER);
    return session !== undefined && key !== undefined && timingSafeEqual(session.key, digestOf(key));
  }

  #sessionOf(request: IncomingMessage): Session | undefined {
    const prefix = `${this.#cookieName}=`;
    const cookies = (onlyHeader(request, 'cookie') ?? '').split(';').map((one) => one.trim());
    const values = cookies.filter((one) => one.startsWith(prefix)).map((one) => digestOf(one.slice(prefix.length)));
    return this.#sessions.find((session) => values.some((value) => timingSafeEqual(value, session.cookie)));
  }

  #secret(): string {
    return Buffer.from(this.#random(SECRET_BYTES)).toString('base64url');
  }
}

/** Equal lengths for the comparison, and no secret kept as it is. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
