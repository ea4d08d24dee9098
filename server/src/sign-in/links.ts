/** One-time links: what a signed `sign-in` is answered with. Kept by hash, for a minute, and a bounded number of them. */
import type { Clock, Random } from '../log.ts';
import { digestOf, secretOf } from './sessions.ts';
import type { Subject } from './types.ts';

export interface LinkBounds {
  readonly signInLinksMax: number;
  readonly signInLinkLifeMs: number;
}

interface KeptLink {
  readonly subject: Subject;
  readonly untilMs: number;
}

export class SignInLinks {
  readonly #bounds: LinkBounds;
  readonly #clock: Clock;
  readonly #random: Random;
  /** By the hash of the key, oldest first. */
  readonly #links = new Map<string, KeptLink>();

  constructor(bounds: LinkBounds, clock: Clock, random: Random) {
    this.#bounds = bounds;
    this.#clock = clock;
    this.#random = random;
  }

  /** A key for one use; the oldest unused one is forgotten when there are too many. */
  make(subject: Subject): string {
    const key = secretOf(this.#random);
    this.#links.set(digestOf(key), { subject, untilMs: this.#clock() + this.#bounds.signInLinkLifeMs });
    const [oldest] = this.#links.keys();
    if (this.#links.size > this.#bounds.signInLinksMax && oldest !== undefined) this.#links.delete(oldest);
    return key;
  }

  /** Whose link it is, without using it up: the page asks before it opens an account. */
  peek(key: string): Subject | undefined {
    const link = this.#links.get(digestOf(key));
    return link !== undefined && this.#clock() <= link.untilMs ? link.subject : undefined;
  }

  /** Uses it up. */
  redeem(key: string): Subject | undefined {
    const subject = this.peek(key);
    this.#links.delete(digestOf(key));
    return subject;
  }
}
