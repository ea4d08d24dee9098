/**
 * Sessions of the server's pages: in memory, bounded, ended by half an hour of quiet and by half a day at the latest. What a
 * browser holds is 32 random bytes; what is kept is their hash, so that nobody who reads this memory can go on as them.
 *
 * A restart ends them all, and one process does not know another's: several behind one name need a balancer that keeps a
 * browser with its process.
 */
import { createHash } from 'node:crypto';
import type { Clock, Random } from '../log.ts';
import type { Subject } from './types.ts';

export interface SessionBounds {
  readonly sessionsMax: number;
  /** Of one player, publisher or of the operator; the one used longest ago ends when there are more. */
  readonly sessionsPerSubjectMax: number;
  readonly sessionIdleMs: number;
  readonly sessionLifeMs: number;
}

export interface Session {
  readonly subject: Subject;
  /** What every form of this session carries. */
  readonly formToken: string;
  readonly openedAtMs: number;
}

interface KeptSession extends Session {
  usedAtMs: number;
}

const SECRET_BYTES = 32;

export const secretOf = (random: Random): string => Buffer.from(random(SECRET_BYTES)).toString('base64url');
/** Lookups by hash tell nothing of how much of a guess was right. */
export const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('base64');

export class Sessions {
  readonly #bounds: SessionBounds;
  readonly #clock: Clock;
  readonly #random: Random;
  /** By the hash of the cookie; the one used longest ago first. */
  readonly #sessions = new Map<string, KeptSession>();

  constructor(bounds: SessionBounds, clock: Clock, random: Random) {
    this.#bounds = bounds;
    this.#clock = clock;
    this.#random = random;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** A new session; the secret is for its cookie and is not kept. */
  open(subject: Subject): { readonly secret: string; readonly session: Session } {
    const nowMs = this.#clock();
    this.#forgetEnded(nowMs);
    const own = [...this.#sessions].filter(([, one]) => nameOf(one.subject) === nameOf(subject));
    for (const [digest] of own.slice(0, own.length + 1 - this.#bounds.sessionsPerSubjectMax))
      this.#sessions.delete(digest);
    for (const digest of this.#sessions.keys()) {
      if (this.#sessions.size < this.#bounds.sessionsMax) break;
      this.#sessions.delete(digest);
    }
    const secret = secretOf(this.#random);
    const session = { subject, formToken: secretOf(this.#random), openedAtMs: nowMs, usedAtMs: nowMs };
    this.#sessions.set(digestOf(secret), session);
    return { secret, session };
  }

  /** The session of a cookie, used now; `undefined` for one that never was, or has ended. */
  find(secret: string): Session | undefined {
    const digest = digestOf(secret);
    const session = this.#sessions.get(digest);
    if (session === undefined) return undefined;
    const nowMs = this.#clock();
    this.#sessions.delete(digest);
    if (this.#hasEnded(session, nowMs)) return undefined;
    session.usedAtMs = nowMs;
    this.#sessions.set(digest, session);
    return session;
  }

  end(secret: string): void {
    this.#sessions.delete(digestOf(secret));
  }

  #forgetEnded(nowMs: number): void {
    for (const [digest, session] of this.#sessions) if (this.#hasEnded(session, nowMs)) this.#sessions.delete(digest);
  }

  #hasEnded({ usedAtMs, openedAtMs }: KeptSession, nowMs: number): boolean {
    return nowMs - usedAtMs > this.#bounds.sessionIdleMs || nowMs - openedAtMs > this.#bounds.sessionLifeMs;
  }
}

export function nameOf(subject: Subject): string {
  switch (subject.role) {
    case 'player':
      return `player ${Buffer.from(subject.userId).toString('hex')}`;
    case 'publisher':
      return `publisher ${subject.publisherId}`;
    case 'operator':
      return 'operator';
  }
}
